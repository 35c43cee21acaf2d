//! The inputs kept for the fuzz targets, tried without a fuzzer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use blankslate::element::section;
use blankslate::plugin::inspect;

#[path = "../fuzz/src/properties.rs"]
mod properties;

/// A folder for each target, in it the inputs.
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fuzz/corpus");

#[test]
fn what_is_kept_has_the_properties() {
    for (target, property) in properties::ALL {
        let folder = Path::new(CORPUS).join(target);
        let inputs = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut tried = 0;
        for input in inputs {
            let path = input.unwrap().path();
            eprintln!("{}", path.display());
            property(&fs::read(&path).unwrap());
            tried += 1;
        }
        assert!(tried > 0, "{} has no inputs", folder.display());
    }
}

#[test]
fn a_component_with_a_manifest_is_among_them() {
    for target in ["component", "section"] {
        let bytes = fs::read(Path::new(CORPUS).join(target).join("hello")).unwrap();
        assert!(inspect(&bytes).unwrap().exports("lifecycle"));
        assert!(section::manifest(&bytes).unwrap().contains("name = \"hello\""));
    }
}

#[test]
fn every_folder_and_every_target_is_tried() {
    let known: BTreeSet<String> = properties::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(Path::new(CORPUS)), known);
    assert_eq!(names(&Path::new(CORPUS).with_file_name("targets")), known);
}
