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
  - no compiler with the standard library's source (looked at {rustc} and {DEBIAN_RUSTC})
install one of these:
  - where rustup may download:   rustup target add wasm32-wasip2
  - Debian's packages:           apt-get install --no-install-recommends rustc-web rust-web-src",
    TARGETS.join(" or ")
)]
pub struct NoRoute {
    rustc: String,
    sysroot: String,
}

/// Targets by preference. The first one's output is a component already.
const TARGETS: [&str; 2] = ["wasm32-wasip2", "wasm32-unknown-unknown"];

/// The target that [`Route::BuildStd`] compiles for: the one that needs no C library.
const BUILD_STD_TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler, from `rustc-web` or `rustc`.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

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
        let compilers = [active.clone(), PathBuf::from(DEBIAN_RUSTC)];
        compilers.into_iter().find_map(|rustc| with_source(rustc, sysroot.as_deref())).ok_or_else(|| {
            NoRoute {
                rustc: active.display().to_string(),
                sysroot: sysroot.map_or("an unknown place".to_owned(), |root| root.display().to_string()),
            }
        })
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

fn with_source(rustc: PathBuf, active_sysroot: Option<&Path>) -> Option<Route> {
    let own = sysroot(&rustc)?;
    let source = rustlib(&own).join("src/rust/library/std/Cargo.toml");
    let linker = [Some(own.as_path()), active_sysroot].into_iter().flatten().find_map(linker)?;
    source.is_file().then_some(Route::BuildStd { rustc, linker })
}

fn linker(sysroot: &Path) -> Option<PathBuf> {
    let hosts = std::fs::read_dir(rustlib(sysroot)).ok()?;
    hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|linker| linker.is_file())
}

fn rustlib(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib")
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(path.trim_end()))
}
