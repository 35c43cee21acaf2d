//! The ways to compile a guest, and which of them this machine has.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A way to compile Rust to WebAssembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The toolchain has the standard library of this target.
    Target(&'static str),
    /// A compiler that has the standard library's source: it is compiled with the guest.
    BuildStd {
        /// The compiler.
        rustc: PathBuf,
        /// The linker for WebAssembly.
        linker: PathBuf,
    },
}

/// No way was found.
#[derive(Debug, thiserror::Error)]
#[error(
    "no way to compile WebAssembly elements was found:
  - {rustc} has no standard library for {} in {sysroot}
{}install one of these:
  - where rustup may download:   rustup target add wasm32-wasip2
  - Debian's packages:           apt-get install --no-install-recommends rustc-web rust-web-src
    and where there is no rustup: cargo-web, and lld-N for the LLVM N of `rustc -vV`",
    TARGETS.join(" or "), lines(lacks)
)]
pub struct NoRoute {
    rustc: String,
    sysroot: String,
    lacks: Vec<Lack>,
}

/// What a compiler lacks to compile the standard library from source.
#[derive(Debug, thiserror::Error)]
enum Lack {
    #[error("{0} is not there")]
    Compiler(String),
    #[error("{0} has no source of the standard library")]
    Source(String),
    #[error(
        "{0} has the standard library's source, but no linker: no rust-lld beside it, and no wasm-ld in {PROGRAMS}"
    )]
    Linker(String),
}

fn lines(lacks: &[Lack]) -> String {
    lacks.iter().map(|lack| format!("  - {lack}\n")).collect()
}

/// Targets by preference. The first one's output is a component already.
const TARGETS: [&str; 2] = ["wasm32-wasip2", "wasm32-unknown-unknown"];

/// The target that [`Route::BuildStd`] compiles for: the one that needs no C library.
const BUILD_STD_TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler, from `rustc-web` or `rustc`.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// Where Debian's linkers are: `wasm-ld-22` of lld-22.
const PROGRAMS: &str = "/usr/bin";

impl Route {
    /// Finds the first way that this machine has: an installed target, then
    /// the standard library from source.
    ///
    /// # Errors
    ///
    /// Fails where there is none, and says what to install.
    pub fn find() -> Result<Route, NoRoute> {
        let active = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
        let active = PathBuf::from(active);
        let sysroot = sysroot(&active);
        let library =
            |target: &&str| sysroot.as_ref().is_some_and(|root| rustlib(root).join(target).is_dir());
        if let Some(target) = TARGETS.into_iter().find(|target| library(target)) {
            return Ok(Route::Target(target));
        }
        let mut lacks = Vec::new();
        for rustc in [active.clone(), PathBuf::from(DEBIAN_RUSTC)] {
            match with_source(rustc, sysroot.as_deref()) {
                Ok(route) => return Ok(route),
                Err(lack) => lacks.push(lack),
            }
        }
        let sysroot = sysroot.map_or("an unknown place".to_owned(), |root| root.display().to_string());
        Err(NoRoute { rustc: active.display().to_string(), sysroot, lacks })
    }

    /// The target that it compiles for.
    pub fn target(&self) -> &'static str {
        match self {
            Route::Target(target) => target,
            Route::BuildStd { .. } => BUILD_STD_TARGET,
        }
    }

    /// Sets a cargo command up for it.
    pub(crate) fn prepare(&self, cargo: &mut Command) {
        cargo.args(["--target", self.target()]);
        if let Route::BuildStd { rustc, linker } = self {
            cargo.arg("-Zbuild-std=std,panic_abort");
            cargo.env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Target(target) => write!(f, "the toolchain's target {target}"),
            Route::BuildStd { rustc, .. } => {
                write!(f, "{BUILD_STD_TARGET} with the standard library of {} from source", rustc.display())
            }
        }
    }
}

fn with_source(rustc: PathBuf, active_sysroot: Option<&Path>) -> Result<Route, Lack> {
    let name = || rustc.display().to_string();
    let own = sysroot(&rustc).ok_or_else(|| Lack::Compiler(name()))?;
    if !rustlib(&own).join("src/rust/library/std/Cargo.toml").is_file() {
        return Err(Lack::Source(name()));
    }
    let beside = [Some(own.as_path()), active_sysroot].into_iter().flatten().find_map(linker);
    match beside.or_else(|| newest_linker(Path::new(PROGRAMS))) {
        Some(linker) => Ok(Route::BuildStd { rustc, linker }),
        None => Err(Lack::Linker(name())),
    }
}

fn linker(sysroot: &Path) -> Option<PathBuf> {
    let hosts = std::fs::read_dir(rustlib(sysroot)).ok()?;
    hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|linker| linker.is_file())
}

/// The `wasm-ld` of the highest version, the one without a version last: a compiler
/// writes what older linkers cannot read.
fn newest_linker(programs: &Path) -> Option<PathBuf> {
    let version = |name: &str| match name.strip_prefix("wasm-ld")? {
        "" => Some(0),
        suffix => suffix.strip_prefix('-')?.parse::<u32>().ok(),
    };
    let entries = std::fs::read_dir(programs).ok()?.flatten();
    let linkers = entries.filter_map(|entry| Some((version(entry.file_name().to_str()?)?, entry.path())));
    linkers.max().map(|(_, path)| path)
}

fn rustlib(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib")
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_linker_is_taken() {
        let programs = tempfile::tempdir().unwrap();
        assert_eq!(newest_linker(programs.path()), None);
        for (name, expected) in [
            ("wasm-ld", "wasm-ld"),
            ("wasm-ld-9", "wasm-ld-9"),
            ("wasm-ld-22", "wasm-ld-22"),
            ("wasm-ld-x", "wasm-ld-22"),
        ] {
            std::fs::write(programs.path().join(name), "").unwrap();
            assert_eq!(newest_linker(programs.path()), Some(programs.path().join(expected)));
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let lacks = vec![Lack::Source("rustc".into()), Lack::Linker(DEBIAN_RUSTC.into())];
        let error = NoRoute { rustc: "rustc".into(), sysroot: "/opt/rust".into(), lacks };
        assert_eq!(
            error.to_string(),
            "no way to compile WebAssembly elements was found:
  - rustc has no standard library for wasm32-wasip2 or wasm32-unknown-unknown in /opt/rust
  - rustc has no source of the standard library
  - /usr/bin/rustc has the standard library's source, but no linker: no rust-lld beside it, and no wasm-ld in /usr/bin
install one of these:
  - where rustup may download:   rustup target add wasm32-wasip2
  - Debian's packages:           apt-get install --no-install-recommends rustc-web rust-web-src
    and where there is no rustup: cargo-web, and lld-N for the LLVM N of `rustc -vV`"
        );
    }
}
