//! Brings `tracing` events into the report: the commands that [`crate::sys`]
//! runs, its warnings, and what the libraries below say.

use std::fmt::{self, Write};

use anyhow::{Context as _, Result, anyhow};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry};

use crate::report::event::{Body, Level};
use crate::report::{Report, ReportOptions, Verbosity};

impl Report {
    /// Takes in the `tracing` events of this process from now on. `SLATE_LOG`
    /// (`options.filter`) chooses which, in `tracing`'s notation:
    /// `blankslate::sys=debug`.
    ///
    /// # Errors
    ///
    /// Fails if the filter is none, or if something else takes the events already.
    pub fn take_tracing(&self, options: &ReportOptions) -> Result<()> {
        let filter = filter(options)?;
        let layer = TraceLayer { report: self.clone() };
        Registry::default().with(filter).with(layer).try_init().context("setting up the log")
    }
}

fn filter(options: &ReportOptions) -> Result<EnvFilter> {
    if let Some(filter) = &options.filter {
        return EnvFilter::try_new(filter).map_err(|error| {
            anyhow!("SLATE_LOG is '{filter}': {error}; try 'debug' or 'blankslate::sys=debug'")
        });
    }
    let level = match (options.traced, options.verbosity) {
        (Some(level), _) => word(level),
        (None, Verbosity::Trace) => "trace",
        (None, Verbosity::Verbose) => "debug",
        (None, _) if options.logfile.is_some() => "debug",
        (None, Verbosity::Quiet | Verbosity::Normal) => "info",
    };
    Ok(EnvFilter::new(format!("warn,{COMPILED}=error,blankslate={level}")))
}

/// A level in `tracing`'s notation.
fn word(level: Level) -> &'static str {
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

/// The cache of compiled elements, which warns when another build tidies it up.
const COMPILED: &str = "wasmtime_internal_cache";

struct TraceLayer {
    report: Report,
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TraceLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() == CALL
            && let Some(span) = context.span(id)
        {
            let mut call = Call::default();
            attributes.record(&mut call);
            span.extensions_mut().insert(call);
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let metadata = event.metadata();
        if metadata.target().starts_with(BINDINGS) {
            let span = context.event_span(event).filter(|_| text.message == CALL_BEGINS);
            if let Some(call) = span.as_ref().and_then(|span| span.extensions().get::<Call>().map(Call::told))
            {
                self.report.core.emit_here(call);
            }
            return;
        }
        let target = Some(metadata.target());
        let body = Body::Message { level: level(*metadata.level()), text: text.finish(), target };
        self.report.core.emit_here(body);
    }
}

/// Where the bindings of components are.
const BINDINGS: &str = "blankslate::plugin::bindings";

/// The span that they make for each call of the host,
/// and the first of its two events. Arguments can be secrets: they are not told.
const CALL: &str = "wit-bindgen import";
const CALL_BEGINS: &str = "call";

/// What a component calls.
#[derive(Default)]
struct Call {
    module: String,
    function: String,
}

impl Call {
    /// `rootfs.write`, or `rootfs.reader.read` for a method.
    fn told(&self) -> Body {
        let function = self.function.rsplit(']').next().unwrap_or_default();
        Body::Message { level: Level::Trace, text: format!("{}.{function}", self.module), target: None }
    }
}

impl Visit for Call {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "module" => value.clone_into(&mut self.module),
            "function" => value.clone_into(&mut self.function),
            _ => {}
        }
    }
}

fn level(level: tracing::Level) -> Level {
    match level {
        tracing::Level::TRACE => Level::Trace,
        tracing::Level::DEBUG => Level::Debug,
        tracing::Level::INFO => Level::Info,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::ERROR => Level::Error,
    }
}

/// Gathers an event: its message first, then its fields.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn finish(mut self) -> String {
        self.message.push_str(&self.fields);
        self.message.trim_start().to_owned()
    }

    fn field(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let text = if field.name() == "message" { &mut self.message } else { &mut self.fields };
        let written = match field.name() {
            "message" => text.write_fmt(value),
            name => write!(text, " {name}={value}"),
        };
        debug_assert!(written.is_ok(), "a String takes everything");
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, format_args!("{value}"));
    }
}

#[cfg(test)]
mod tests {
    use tracing::subscriber::with_default;

    use super::*;
    use crate::report::testing::{Recorder, at};

    fn told(options: &ReportOptions, emit: impl FnOnce()) -> String {
        let recorder = Recorder::plain(options);
        let layer = TraceLayer { report: recorder.report.clone() };
        at(&recorder, 1.0);
        with_default(Registry::default().with(filter(options).unwrap()).with(layer), emit);
        recorder.text()
    }

    #[test]
    fn the_calls_of_components_are_told_by_name() {
        let calls = || {
            let span = |function: &str| {
                tracing::trace_span!(
                    target: "blankslate::plugin::bindings::x", "wit-bindgen import", module = "rootfs", function
                )
            };
            for function in ["write", "[method]reader.read"] {
                let _entered = span(function).entered();
                tracing::trace!(target: "blankslate::plugin::bindings::x", contents = "secret", "call");
                tracing::info!("found");
                tracing::trace!(target: "blankslate::plugin::bindings::x", result = "secret", "return");
            }
        };
        let found = "    1.0s                blankslate::report::trace::tests: found\n";
        let [write, read] =
            ["write", "reader.read"].map(|name| format!("    1.0s                trace: rootfs.{name}\n"));
        for (verbosity, expected) in [
            (Verbosity::Verbose, format!("{found}{found}")),
            (Verbosity::Trace, format!("{write}{found}{read}{found}")),
        ] {
            let options = ReportOptions { verbosity, filter: None, ..ReportOptions::default() };
            assert_eq!(told(&options, calls), expected, "{verbosity:?}");
        }
    }

    fn events() {
        tracing::debug!(command = "mkfs.ext4 /dev/loop0", pid = 7, "run");
        tracing::info!("found");
        tracing::warn!(target: "wasmtime", "a mount stays behind");
    }

    #[test]
    fn verbosity_decides_what_is_told() {
        let warning = "    1.0s                warning: wasmtime: a mount stays behind\n";
        let info = "    1.0s                blankslate::report::trace::tests: found\n";
        let debug = "    1.0s                debug: blankslate::report::trace::tests: run command=mkfs.ext4 /dev/loop0 pid=7\n";
        let table = [
            (Verbosity::Quiet, warning.to_owned()),
            (Verbosity::Normal, format!("{info}{warning}")),
            (Verbosity::Verbose, format!("{debug}{info}{warning}")),
        ];
        for (verbosity, expected) in table {
            let options = ReportOptions { verbosity, filter: None, ..ReportOptions::default() };
            assert_eq!(told(&options, events), expected, "{verbosity:?}");
        }
    }

    #[test]
    fn what_the_program_does_can_be_left_out() {
        for (traced, lines) in [(Level::Info, 2), (Level::Trace, 3)] {
            let options = ReportOptions {
                verbosity: Verbosity::Trace,
                traced: Some(traced),
                logfile: Some("log".into()),
                filter: None,
                ..ReportOptions::default()
            };
            assert_eq!(told(&options, events).lines().count(), lines, "{traced:?}");
        }
        let quiet = ReportOptions {
            verbosity: Verbosity::Quiet,
            traced: Some(Level::Trace),
            filter: None,
            ..ReportOptions::default()
        };
        assert_eq!(told(&quiet, events).lines().count(), 1, "the warning");
    }

    #[test]
    fn a_filter_overrides_verbosity() {
        let options = ReportOptions { filter: Some("wasmtime=info".to_owned()), ..ReportOptions::default() };
        assert_eq!(
            told(&options, events),
            "    1.0s                warning: wasmtime: a mount stays behind\n"
        );
        let options = ReportOptions { filter: Some("debug".to_owned()), ..ReportOptions::default() };
        assert_eq!(told(&options, events).lines().count(), 3);
    }

    #[test]
    fn a_bad_filter_is_an_error_that_says_what_to_try() {
        let options = ReportOptions { filter: Some("nonsense=loud".to_owned()), ..ReportOptions::default() };
        let expected = "SLATE_LOG is 'nonsense=loud': error parsing level filter: expected one of \"off\", \
                        \"error\", \"warn\", \"info\", \"debug\", \"trace\", or a number 0-5; try 'debug' or \
                        'blankslate::sys=debug'";
        assert_eq!(format!("{:#}", filter(&options).unwrap_err()), expected);
    }
}
