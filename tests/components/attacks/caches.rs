//! Elements whose caches are called as what `slate` and others keep.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::trial::{Trial, component, hook_entry};

/// Names under which `slate` itself keeps something in its cache directory.
const OF_SLATE: [&str; 4] = ["compiled", "downloads", "locks", "image-create"];

/// The files below a directory whose name is `name`.
fn named(name: &str, directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            named(name, &path, found);
        }
        if path.file_name().unwrap() == name {
            found.push(path);
        }
    }
}

/// An element that plants a file in a cache, beside one that looks into its own of the same name.
fn trial(cache: &str) -> Trial {
    let hooks = [hook_entry("root", "make"), hook_entry("install", "plant")].concat();
    let manifest = format!(
        "parameters.outside = {{ type = 'string' }}
caches = [{{ name = '{cache}', path = '/var/cache/attack' }}]
{hooks}"
    );
    let look = "[[hooks]]\nphase = 'install'\norder = 60\nname = 'look'\n";
    let victim = format!(
        "name = 'victim'\nversion = '0.1.0'\napi = '0.1'
caches = [{{ name = '{cache}', path = '/var/cache/victim' }}]
{look}"
    );
    let bytes = component("attack-cache");
    Trial::new().manifest("attack-cache", &manifest).self_contained("victim", bytes, &victim)
}

#[test]
fn a_cache_is_neither_slates_nor_another_elements() {
    for cache in OF_SLATE {
        let trial = trial(cache);
        let outside = format!("attack-cache.outside={}", trial.join("outside").display());
        for _ in 0..2 {
            let build = trial.build(&["--set", &outside]);
            assert!(build.status.success(), "{cache}: {}", trial.masked(&build.stderr));
            let _ = fs::remove_file(trial.join("image.tar"));
        }
        let mut planted = Vec::new();
        named("planted", &trial.join("cache"), &mut planted);
        let own = trial.join("cache/caches/attack-cache");
        assert!(planted.len() == 1 && planted[0].starts_with(&own), "{cache}: {planted:?}");
        // The planted link is no lock of the host's that is made through it.
        assert!(!trial.join("outside").exists(), "{cache}: written through a link");
        let mode = fs::metadata(trial.join("cache/caches")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "others enter the caches");
    }
}
