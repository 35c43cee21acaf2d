//! Which elements, in which order, with which hooks.

use super::support::{Made, OS, library, outcome, spec};
use crate::element::Phase;
use crate::plan::WantedBy;
use crate::spec::{Arch, ImageSpec};

const ELEMENTS: &[Made<'_>] = &[
    OS,
    ("other-os", &[("element-provides", "operating-system")]),
    ("plain", &[]),
    ("deep", &[("element-deps", "middle")]),
    ("middle", &[("element-deps", "# needed for x\n  plain\n\nlow # too\n")]),
    ("low", &[]),
    ("self", &[("element-deps", "self")]),
    ("one", &[("element-deps", "two")]),
    ("two", &[("element-deps", "three")]),
    ("three", &[("element-deps", "one")]),
    ("dangling", &[("element-deps", "midle")]),
    ("wants-loader", &[("element-deps", "loader")]),
    ("loader", &[("element-deps", "loader-parts")]),
    ("loader-parts", &[]),
    ("zloader", &[("element-provides", "loader")]),
    ("yloader", &[("element-provides", "loader")]),
    ("wants-virtual", &[("element-deps", "virtual")]),
    ("provides-virtual", &[("element-provides", "virtual")]),
    ("brings-virtual", &[("element-deps", "provides-virtual")]),
    ("back", &[("element-deps", "wants-virtual"), ("element-provides", "virtual")]),
    ("vm", &[("element-deps", "block-device")]),
    ("block-device-mbr", &[("element-provides", "block-device")]),
    ("block-device-gpt", &[("element-provides", "block-device")]),
    ("block-device-efi", &[("element-provides", "block-device")]),
];

fn order(asked: &str) -> Result<String, String> {
    let plan = outcome(spec(asked), &library(ELEMENTS))?;
    Ok(plan.elements.into_iter().map(|element| element.name).collect::<Vec<_>>().join(" "))
}

#[test]
fn dependencies_come_before_dependents() {
    let table = [
        ("os plain low", "os plain low"),
        ("low os plain", "low os plain"),
        ("os os plain os", "os plain"),
        ("deep os", "plain low middle deep os"),
        ("os low deep", "os low plain middle deep"),
        ("os self", "os self"),
        ("os wants-loader", "os loader-parts loader wants-loader"),
        // What another element stands in for is left out, with what only it needed.
        ("os wants-loader zloader", "os zloader wants-loader"),
        ("os zloader wants-loader", "os zloader wants-loader"),
        // The provider may be named behind, and may come as a dependency.
        ("os wants-virtual provides-virtual", "os provides-virtual wants-virtual"),
        ("os wants-virtual brings-virtual", "os provides-virtual wants-virtual brings-virtual"),
        // A cycle through a provided name is no cycle.
        ("os back", "os wants-virtual back"),
        ("os vm", "os block-device-mbr vm"),
        ("os vm block-device-gpt", "os block-device-gpt vm"),
        ("block-device-gpt os vm", "block-device-gpt os vm"),
    ];
    for (asked, expected) in table {
        assert_eq!(order(asked).as_deref(), Ok(expected), "{asked}");
    }
}

#[test]
fn says_why_elements_do_not_go_together() {
    let table = [
        (
            "",
            "no elements given\nname a distribution and what goes into it, such as: slate build debian vm -o debian.qcow2",
        ),
        (
            "os plian",
            "no element 'plian'\ndid you mean 'plain'? (looked in the built-in elements; `slate element list` shows all)",
        ),
        ("os zzz", "no element 'zzz'\nlooked in the built-in elements; `slate element list` shows all"),
        (
            "os dangling",
            "no element 'midle', on which 'dangling' depends\ndid you mean 'middle'? (looked in the built-in elements; `slate element list` shows all)",
        ),
        (
            "os wants-virtual",
            "no element 'virtual', on which 'wants-virtual' depends\nadd one that provides it: back, provides-virtual (looked in the built-in elements; `slate element list` shows all)",
        ),
        (
            "os one",
            "elements depend on each other in a cycle: one -> two -> three -> one\nremove one of these dependencies",
        ),
        ("os yloader zloader", "'yloader' and 'zloader' both provide 'loader'\nleave one of them out"),
        (
            "os loader zloader",
            "'loader' is given as an element, but 'zloader' stands in for it\nleave out 'loader' or 'zloader'",
        ),
        (
            "os operating-system",
            "'operating-system' is given as an element, but 'os' stands in for it\nleave out 'operating-system' or 'os'",
        ),
        ("os other-os", "two distributions: 'os' and 'other-os'\nleave one of them out"),
        (
            "plain vm",
            "no distribution: none of the elements provides 'operating-system'\nname one of these besides plain vm: os, other-os",
        ),
        (
            "os ./not/there",
            "there is no element at './not/there'\na name with '/' or ending in .wasm is a path; give a bare name to search for it",
        ),
    ];
    for (asked, message) in table {
        assert_eq!(order(asked).unwrap_err(), message, "{asked}");
    }
}

#[test]
fn the_default_partitioning_follows_the_architecture() {
    for (arch, expected) in [(Arch::Amd64, "block-device-mbr"), (Arch::Arm64, "block-device-efi")] {
        let plan = outcome(ImageSpec { arch, ..spec("os vm") }, &library(ELEMENTS)).unwrap();
        let chosen = &plan.elements[1];
        assert_eq!(chosen.name, expected);
        assert_eq!(chosen.wanted_by, WantedBy::Default("vm".to_owned()));
    }
    let without = library(&[OS, ("vm", &[])]);
    let message = outcome(spec("os vm"), &without).unwrap_err();
    assert!(message.starts_with("no element 'block-device-mbr', the default that 'vm' needs\n"), "{message}");
}

#[test]
fn hooks_of_both_kinds_share_one_order() {
    let manifest = "name = \"mixed\"\nversion = \"1\"\napi = \"0.1\"\n\
                    [[hooks]]\nphase = \"install\"\norder = 62\nname = \"key\"\n\
                    [[hooks]]\nphase = \"install\"\norder = 5\nname = \"early\"\n";
    let elements: &[Made<'_>] = &[
        OS,
        (
            "mixed",
            &[
                ("element.toml", manifest),
                ("mixed.wasm", ""),
                ("install.d/61-x", "#!"),
                ("install.d/63-y", "#!"),
                ("install.d/10-not-executable", ""),
                ("install.d/20-bad.name", "#!"),
                ("install.d/sub/30-deeper", "#!"),
            ],
        ),
        ("shell", &[("install.d/7-a", "#!"), ("install.d/A-first", "#!"), ("root.d/10-root", "#!")]),
    ];
    let plan = outcome(spec("os shell mixed"), &library(elements)).unwrap();
    let names = |phase| {
        let hooks = plan.hooks(phase).iter();
        hooks.map(|hook| format!("{} {:?}", hook.name, hook.kind)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        names(Phase::Install),
        "A-first Shell, 05-early Component, 7-a Shell, 61-x Shell, 62-key Component, 63-y Shell"
    );
    assert_eq!(names(Phase::Root), "10-root Shell");
    assert_eq!(names(Phase::Cleanup), "");
    assert_eq!(plan.phases.len(), Phase::ALL.len());
}

#[test]
fn files_of_one_name_in_one_phase_are_an_error() {
    let manifest = "name = \"c\"\nversion = \"1\"\napi = \"0.1\"\n\
                    [[hooks]]\nphase = \"install\"\norder = 10\nname = \"x\"\n";
    let elements: &[Made<'_>] = &[
        OS,
        ("a", &[("install.d/10-x", "#!"), ("bin/tool", "#!"), ("environment.d/50-e", "")]),
        ("b", &[("install.d/10-x", "")]),
        ("c", &[("element.toml", manifest), ("c.wasm", "")]),
        ("d", &[("environment.d/50-e", "")]),
        ("e", &[("bin/tool", "#!")]),
        ("f", &[("pre-install.d/10-x", "#!"), ("bin/other", "#!")]),
    ];
    let hint = "rename one of the two files, or leave one element out";
    let table = [
        ("os a b", Some("elements 'a' and 'b' both have install.d/10-x")),
        ("os a c", Some("elements 'a' and 'c' both have install.d/10-x")),
        ("os a d", Some("elements 'a' and 'd' both have environment.d/50-e")),
        ("os a e", Some("elements 'a' and 'e' both have bin/tool")),
        ("os a f", None),
    ];
    for (asked, message) in table {
        let found = outcome(spec(asked), &library(elements)).err();
        assert_eq!(found, message.map(|message| format!("{message}\n{hint}")), "{asked}");
    }
}
