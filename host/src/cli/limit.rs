//! `--limit`: how much the hooks of components may use.

use std::env;

use clap::Parser;

use crate::plugin::{Limit, Limits, parse_limit};
use crate::report::{Dialect, LIMITS};

use super::Failure;

/// How much hooks may use, for commands that run them.
#[derive(Debug, Parser)]
pub(super) struct LimitArgs {
    #[arg(long = "limit", value_name = "NAME=VALUE", env = LIMITS, hide_env_values = true)]
    #[arg(value_delimiter = ',', value_parser = parse_limit, help = help())]
    limits: Vec<(Limit, u64)>,
}

impl LimitArgs {
    /// The defaults with what an image file says, and what is given over that.
    pub(super) fn limits(&self, file: &[(Limit, u64)]) -> Limits {
        Limits::with(file.iter().chain(&self.limits).copied())
    }
}

/// The help of `--limit`: every limit with its default.
fn help() -> String {
    format!(
        "Give each hook of a component more or less of these, such as memory=2GiB or time=30m:\n{}",
        Limit::table()
    )
}

/// The limits that the environment sets, for commands without `--limit`.
pub(crate) fn of_environment() -> Result<Limits, Failure> {
    let text = env::var(LIMITS).unwrap_or_default();
    let changes = text.split(',').filter(|change| !change.is_empty()).map(parse_limit);
    let wrong = |error| Failure::request(format!("{LIMITS}: {error}"));
    let changes = changes.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    Ok(Limits::with(changes).in_dialect(Dialect::Variables))
}
