//! What the host does on a component distribution, by what elements declare.

use super::support::{Made, OS, library, outcome, spec};
use crate::element::Phase;
use crate::spec::ImageSpec;

const COMPONENT_OS: Made<'_> = (
    "wasm-os",
    &[
        (
            "element.toml",
            "name = \"wasm-os\"\nversion = \"1\"\napi = \"0.1\"\nprovides = [\"operating-system\"]\n",
        ),
        ("wasm-os.wasm", ""),
    ],
);

/// What upstream's helper elements have, as far as it matters here.
const HELPERS: [Made<'_>; 3] = [
    (
        "package-installs",
        &[
            ("element-deps", "pkg-map"),
            ("bin/package-installs", "#!/bin/bash\n"),
            ("install.d/01-package-installs", "#!/bin/bash\n"),
            ("install.d/99-package-uninstalls", "#!/bin/bash\n"),
        ],
    ),
    ("pkg-map", &[("extra-data.d/10-create-pkg-map-dir", "#!/bin/bash\n")]),
    (
        "svc-map",
        &[("extra-data.d/10-merge-svc-map-files", "#!/bin/bash\n"), ("package-installs.yaml", "yaml:\n")],
    ),
];

const NET: Made<'_> = (
    "net",
    &[
        ("element-deps", "package-installs svc-map"),
        ("install.d/00-first", "#!/bin/bash\n"),
        ("install.d/50-net", "#!/bin/bash\n"),
        ("package-installs.yaml", "client:\ntools:\n  - phase: pre-install.d\n    build-only: True\n"),
    ],
);

const BAD: Made<'_> = ("bad", &[("package-installs.yaml", "x:\n  phase: root.d\n")]);

const SOURCES: [Made<'_>; 2] = [
    ("source-repositories", &[("extra-data.d/98-source-repositories", "#!/bin/bash\n")]),
    (
        "code",
        &[("source-repository-code", "a git /opt/a https://x\nb tar /opt/b https://y.tgz\nc package\n")],
    ),
];

/// The hooks of a phase, each with its element.
fn hooks(elements: &str, phase: Phase) -> Vec<String> {
    let mut all = vec![OS, COMPONENT_OS, NET];
    all.extend(HELPERS);
    let plan = outcome(spec(elements), &library(&all)).unwrap();
    plan.hooks(phase).iter().map(|hook| format!("{} {}", hook.name, hook.element)).collect()
}

#[test]
fn the_host_takes_the_helpers_place_on_a_component_distribution() {
    let none: [&str; 0] = [];
    assert_eq!(hooks("wasm-os net", Phase::ExtraData), none);
    let both = ["10-package-installs slate", "99-package-uninstalls slate"];
    assert_eq!(hooks("wasm-os net", Phase::PreInstall), both);
    let install = ["00-first net", "01-package-installs slate", "50-net net"];
    assert_eq!(hooks("wasm-os net", Phase::Install), install);
    assert_eq!(hooks("wasm-os net", Phase::PostInstall), none);
}

#[test]
fn helpers_do_their_own_work_on_a_shell_distribution() {
    let helpers = ["10-create-pkg-map-dir pkg-map", "10-merge-svc-map-files svc-map"];
    assert_eq!(hooks("os net", Phase::ExtraData), helpers);
    let install = [
        "00-first net",
        "01-package-installs package-installs",
        "50-net net",
        "99-package-uninstalls package-installs",
    ];
    assert_eq!(hooks("os net", Phase::Install), install);
}

#[test]
fn a_declaration_that_cannot_be_read_is_known_before_work() {
    let error = outcome(spec("wasm-os bad"), &library(&[COMPONENT_OS, BAD])).unwrap_err();
    assert_eq!(
        error,
        "package-installs of element bad: package x: phase must be pre-install.d, install.d or post-install.d, not \"root.d\""
    );
}

#[test]
fn sources_need_their_programs_unless_packages_are_wanted() {
    let mut all = vec![OS];
    all.extend(SOURCES);
    let tools = |elements: &str, variable: &[(&str, &str)]| {
        let environment = variable.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let plan = outcome(ImageSpec { environment, ..spec(elements) }, &library(&all)).unwrap();
        let of_code = plan.tools.into_iter().filter(|tool| tool.wanted_by == "code");
        of_code.map(|tool| tool.program).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(tools("os code source-repositories", &[]), "git curl tar rsync");
    assert_eq!(tools("os code source-repositories", &[("DIB_INSTALLTYPE_b", "package")]), "git");
    assert_eq!(tools("os code source-repositories", &[("NO_SOURCE_REPOSITORIES", "1")]), "");
    assert_eq!(tools("os code", &[]), "");
}
