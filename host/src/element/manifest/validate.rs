//! What TOML's types cannot say about a manifest.

use std::collections::BTreeSet;

use super::{
    Capabilities, MAX_ORDER, Manifest, ManifestError, ManifestHook, Parameter, ParameterType as Type,
};
use crate::element::hook_name;

/// Directories of the system, at the root or in `/usr`, which no cache hides.
const SYSTEM: [&str; 12] =
    ["bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys"];

impl Manifest {
    /// Checks names, ranges and defaults.
    pub(super) fn validate(&self) -> Result<(), ManifestError> {
        element_name("name", &self.name)?;
        if self.version.is_empty() || self.version.contains(char::is_whitespace) {
            return Err(ManifestError::key("version", "must be one word, such as \"0.1.0\""));
        }
        let file = self.component.as_deref();
        if let Some(name) = file.filter(|name| name.contains('/') || !name.ends_with(".wasm")) {
            let problem = format!("'{name}' is not the name of a file beside the manifest");
            return Err(ManifestError::key("component", problem));
        }
        each("dependencies", &self.dependencies, |key, name| element_name(&key, name))?;
        each("provides", &self.provides, |key, name| element_name(&key, name))?;
        hooks(&self.hooks)?;
        self.parameters.iter().try_for_each(|(name, item)| parameter(name, item))?;
        capabilities(&self.capabilities)?;
        each("caches", &self.caches, |key, cache| {
            plain_name(&format!("{key}.name"), &cache.name, "a cache name")?;
            cache_path(&format!("{key}.path"), &cache.path)
        })
    }
}

fn hooks(hooks: &[ManifestHook]) -> Result<(), ManifestError> {
    let mut seen = BTreeSet::new();
    each("hooks", hooks, |key, hook| {
        if hook.order > MAX_ORDER {
            let problem = format!("{} is out of range (0 to {MAX_ORDER})", hook.order);
            return Err(ManifestError::key(format!("{key}.order"), problem));
        }
        if !hook_name::is_plain(&hook.name) {
            let problem = format!("'{}' is not a hook name (letters, digits, '-' and '_')", hook.name);
            return Err(ManifestError::key(format!("{key}.name"), problem));
        }
        if !seen.insert((hook.phase, hook.full_name())) {
            let problem = format!("phase {} already has a hook '{}'", hook.phase, hook.full_name());
            return Err(ManifestError::key(key, problem));
        }
        Ok(())
    })
}

fn parameter(name: &str, parameter: &Parameter) -> Result<(), ManifestError> {
    let key = format!("parameters.{name}");
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(letters)) {
        let problem =
            format!("'{name}' is not a parameter name (small letters, digits and '-', a letter first)");
        return Err(ManifestError::key(key, problem));
    }
    if !parameter.choices.is_empty() && !matches!(parameter.kind, Type::String | Type::List) {
        return Err(ManifestError::key(format!("{key}.choices"), "only a string or a list has choices"));
    }
    range(&key, parameter)?;
    if let Some(default) = &parameter.default {
        let wrong =
            |error: super::ValueError| ManifestError::key(format!("{key}.default"), error.to_string());
        parameter.check(default).map_err(wrong)?;
    }
    parameter.environment.iter().try_for_each(|name| variable(&format!("{key}.environment"), name))
}

fn range(key: &str, parameter: &Parameter) -> Result<(), ManifestError> {
    let given =
        [("min", parameter.min), ("max", parameter.max)].into_iter().find(|(_, limit)| limit.is_some());
    if let Some((limit, _)) = given.filter(|_| parameter.kind != Type::Integer) {
        return Err(ManifestError::key(format!("{key}.{limit}"), "only an integer has a range"));
    }
    match (parameter.min, parameter.max) {
        (Some(min), Some(max)) if min > max => {
            Err(ManifestError::key(format!("{key}.min"), format!("{min} is more than max, which is {max}")))
        }
        _ => Ok(()),
    }
}

fn capabilities(wishes: &Capabilities) -> Result<(), ManifestError> {
    each("capabilities.environment", &wishes.environment, |key, name| variable(&key, name))?;
    each("capabilities.host-files", &wishes.host_files, |key, path| host_path(&key, path))?;
    each("capabilities.host-programs", &wishes.host_programs, |key, host| {
        program(&format!("{key}.program"), &host.program)?;
        host.alternative.iter().try_for_each(|name| program(&format!("{key}.alternative"), name))?;
        host.package.iter().try_for_each(|name| plain_name(&format!("{key}.package"), name, "a package name"))
    })?;
    each("capabilities.urls", &wishes.urls, |key, url| {
        let rest = ["http://", "https://"].iter().find_map(|scheme| url.strip_prefix(scheme));
        match rest {
            Some(rest) if !rest.is_empty() && !rest.starts_with('/') => Ok(()),
            _ => {
                let problem = format!("'{url}' does not start with http:// or https:// and a host");
                Err(ManifestError::key(key, problem))
            }
        }
    })
}

fn each<T>(
    key: &str,
    items: &[T],
    mut check: impl FnMut(String, &T) -> Result<(), ManifestError>,
) -> Result<(), ManifestError> {
    items.iter().enumerate().try_for_each(|(index, item)| check(format!("{key}[{index}]"), item))
}

fn element_name(key: &str, name: &str) -> Result<(), ManifestError> {
    plain_name(key, name, "an element name")
}

fn plain_name(key: &str, name: &str, what: &str) -> Result<(), ManifestError> {
    let rest = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(rest) {
        return Ok(());
    }
    let allowed = "letters, digits, '.', '-', '_' and '+', a letter or digit first";
    Err(ManifestError::key(key, format!("'{name}' is not {what} ({allowed})")))
}

fn variable(key: &str, name: &str) -> Result<(), ManifestError> {
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(rest) {
        return Ok(());
    }
    Err(ManifestError::key(key, format!("'{name}' is not the name of an environment variable")))
}

fn host_path(key: &str, path: &str) -> Result<(), ManifestError> {
    if !path.starts_with('/') && !path.starts_with("~/") {
        return Err(ManifestError::key(key, format!("'{path}' is neither absolute nor below '~/'")));
    }
    no_parent(key, path)
}

/// A cache hides what the image has at its path, so none lies at, above or
/// below what makes the system.
fn cache_path(key: &str, path: &str) -> Result<(), ManifestError> {
    image_path(key, path)?;
    let parts: Vec<&str> = path.split('/').filter(|part| !["", "."].contains(part)).collect();
    let (top, rest) = match parts.as_slice() {
        ["usr", rest @ ..] => (rest.first(), rest),
        all => (all.first(), all),
    };
    match top {
        Some(top) if rest.len() > 1 && !SYSTEM.contains(top) => Ok(()),
        _ => {
            let problem = format!("'{path}' is a directory of the system; take one such as /var/cache/mine");
            Err(ManifestError::key(key, problem))
        }
    }
}

fn image_path(key: &str, path: &str) -> Result<(), ManifestError> {
    if !path.starts_with('/') {
        return Err(ManifestError::key(key, format!("'{path}' is not absolute")));
    }
    no_parent(key, path)
}

fn no_parent(key: &str, path: &str) -> Result<(), ManifestError> {
    if path.split('/').any(|part| part == "..") {
        return Err(ManifestError::key(key, format!("'{path}' goes up with '..'")));
    }
    Ok(())
}

fn program(key: &str, name: &str) -> Result<(), ManifestError> {
    plain_name(key, name, "the name of a program")
}
