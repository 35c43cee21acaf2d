use super::*;

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Merges files of elements `a`, `b`, ... and returns each step's packages with their elements.
fn merged(files: &[&str], arch: &str, environment: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let variables = variables(environment);
    let mut installs = PackageInstalls::default();
    for (element, text) in ["a", "b"].iter().zip(files) {
        let around = Surroundings { arch, variables: &variables };
        installs.add(element, text, around).map_err(|error| error.to_string())?;
    }
    Ok(POSITIONS
        .iter()
        .flat_map(|&(phase, operation, _)| {
            let line = move |one: &WantedPackage| {
                format!("{phase} {operation:?} {}@{}", one.package, one.element).to_lowercase()
            };
            installs.step(phase, operation).iter().map(line).collect::<Vec<_>>()
        })
        .collect())
}

#[test]
fn entries_are_kept_by_their_conditions() {
    let cases: [(&str, &[&str]); 12] = [
        ("vim:", &["install install vim@a"]),
        ("{\"vim\": \"\"}", &["install install vim@a"]),
        ("vim: {phase: pre-install.d}", &["pre-install install vim@a"]),
        ("vim: {phase: post-install.d, uninstall: true}", &["post-install uninstall vim@a"]),
        ("vim: {build-only: true}", &["install install vim@a", "install uninstall vim@a"]),
        ("vim: {arch: 'amd64, arm64'}\ngrub: {not-arch: amd64}", &["install install vim@a"]),
        ("vim: {installtype: package}\nnano: {installtype: source}", &["install install nano@a"]),
        ("vim: {dib_python_version: 2}\nnano: {dib_python_version: 3}", &["install install nano@a"]),
        ("vim: {when: RELEASE = sid}\nnano: {when: RELEASE!=sid}", &["install install nano@a"]),
        ("vim: {when: [RELEASE=bookworm, FLAG != 1]}", &["install install vim@a"]),
        ("vim: {when: [RELEASE=bookworm, FLAG=1]}", &[]),
        ("vim: [{arch: arm64}, {arch: amd64, phase: pre-install.d}]", &["pre-install install vim@a"]),
    ];
    let environment = [("RELEASE", "bookworm"), ("FLAG", "0"), ("DIB_PYTHON_VERSION", "3")];
    for (file, expected) in cases {
        assert_eq!(merged(&[file], "amd64", &environment).unwrap(), expected, "{file}");
    }
}

#[test]
fn a_package_that_someone_wants_for_good_stays() {
    let plain = "gcc:";
    let build_only = "gcc: {build-only: true}";
    let uninstall = "gcc: {uninstall: true}";
    let cases: [(&[&str], &[&str]); 4] = [
        (&[plain, build_only], &["install install gcc@a", "install install gcc@b"]),
        (&[build_only, plain], &["install install gcc@a", "install install gcc@b"]),
        (&[plain, uninstall], &["install install gcc@a"]),
        (&[uninstall, plain], &["install install gcc@b"]),
    ];
    for (files, expected) in cases {
        assert_eq!(merged(files, "amd64", &[]).unwrap(), expected, "{files:?}");
    }
}

#[test]
fn an_element_may_choose_its_install_type() {
    let file = "vim: {installtype: package}";
    let environment = [("DIB_DEFAULT_INSTALLTYPE", "source"), ("DIB_INSTALLTYPE_a", "package")];
    assert_eq!(merged(&[file], "amd64", &environment).unwrap(), ["install install vim@a"]);
}

#[test]
fn mistakes_name_element_file_and_package() {
    let cases = [
        ("vim: {when: X=1}", "package-installs of element a: package vim: when: the variable X is not set"),
        (
            "vim: {when: nonsense}",
            "package-installs of element a: package vim: when must be VARIABLE=value or VARIABLE!=value, not \"nonsense\"",
        ),
        (
            "vim: {phase: root.d}",
            "package-installs of element a: package vim: phase must be pre-install.d, install.d or post-install.d, not \"root.d\"",
        ),
        (
            "vim: {arch: a, not-arch: b}",
            "package-installs of element a: package vim: has both arch and not-arch",
        ),
        (
            "[vim]",
            "package-installs of element a: must be a mapping from package names to what is said of them",
        ),
    ];
    for (file, message) in cases {
        assert_eq!(merged(&[file], "amd64", &[]).unwrap_err(), message, "{file}");
    }
}

#[test]
fn the_json_form_is_the_one_that_the_installer_in_the_image_reads() {
    let variables = BTreeMap::new();
    let mut installs = PackageInstalls::default();
    let around = Surroundings { arch: "amd64", variables: &variables };
    installs.add("a", "vim:\ngcc: {build-only: true}", around).unwrap();
    assert_eq!(
        installs.to_json().to_string(),
        r#"{"install.d":{"install":[["vim","a"],["gcc","a"]],"uninstall":[["gcc","a"]]}}"#
    );
}
