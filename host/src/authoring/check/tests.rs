//! Findings for manifests and imports that do not agree.

use std::collections::BTreeMap;

use super::*;

fn manifest(rest: &str) -> Manifest {
    Manifest::parse(&format!("name = 'x'\nversion = '1'\napi = '0.1'\n{rest}")).unwrap()
}

fn info(imports: &[(&str, &str)]) -> ComponentInfo {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (interface, function) in imports {
        all.entry((*interface).to_owned()).or_default().push((*function).to_owned());
    }
    ComponentInfo { api: Some("0.1.0".to_owned()), imports: all, exports: BTreeMap::new() }
}

fn messages(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| finding.message.clone()).collect()
}

#[test]
fn imports_and_wishes_must_agree() {
    let undeclared = |what: &str| {
        vec![format!("the component uses {what}, for which element.toml asks for no capability")]
    };
    let unused = |what: &str| {
        vec![format!("element.toml asks for {what}, but the component imports nothing that uses it")]
    };
    let run: &[(&str, &str)] = &[("command", "run")];
    let table: [(&str, &[(&str, &str)], Vec<String>); 11] = [
        ("capabilities.chroot = true", run, vec![]),
        ("capabilities.host-programs = [{ program = 'sh' }]", run, vec![]),
        ("", run, undeclared("command.run")),
        ("capabilities.chroot = true", &[("rootfs", "write")], unused("chroot")),
        ("", &[("params", "environment")], undeclared("params.environment")),
        ("", &[("params", "get"), ("boot", "add-kernel-arguments")], vec![]),
        ("", &[("block-device", "provide")], undeclared("block-device.provide")),
        ("", &[("boot", "install-loader")], undeclared("boot.install-loader")),
        ("capabilities.urls = ['https://sh/']", &[], unused("url=https://sh/")),
        ("capabilities.host-files = ['/etc/sh']", &[("rootfs", "copy")], vec![]),
        (
            "capabilities.environment = ['HOME']",
            &[("params", "environment")],
            vec![
                "element.toml asks for environment=HOME, which is named nowhere in the component".to_owned(),
            ],
        ),
    ];
    for (rest, imports, expected) in table {
        let found = capabilities::findings(&manifest(rest), &info(imports), b"..sh../etc/sh..");
        assert_eq!(messages(&found), expected, "{rest} {imports:?}");
    }
}

#[test]
fn a_toolchain_that_imports_everything_is_noted() {
    let all = info(&[
        ("command", "run"),
        ("fetch", "get"),
        ("host-files", "read"),
        ("host-files", "list"),
        ("params", "environment"),
        ("block-device", "describe"),
        ("block-device", "provide"),
        ("boot", "install-loader"),
        ("ramdisk", "add-modules"),
    ]);
    let found = capabilities::findings(&manifest("capabilities.chroot = true"), &all, b"");
    assert_eq!(
        found.iter().map(|it| (it.severity, it.code)).collect::<Vec<_>>(),
        [(Severity::Note, "imports-everything")]
    );
    let declared = manifest(
        "[capabilities]
chroot = true
block-device = true
urls = ['https://sh/']
host-files = ['/etc/sh']
environment = ['sh']",
    );
    assert_eq!(capabilities::findings(&declared, &all, b"..sh../etc/sh.."), []);
}

#[test]
fn the_manifest_inside_does_not_count_as_a_name() {
    let bytes = blankslate_element_build::embed_manifest(b"code".to_vec(), "greeting");
    let found =
        capabilities::findings(&manifest("[parameters.greeting]\ntype = 'string'"), &info(&[]), &bytes);
    assert_eq!(messages(&found), ["the parameter 'greeting' is named nowhere in the component"]);
}

#[test]
fn both_versions_are_named() {
    let built = ComponentInfo { api: Some("0.10.0".to_owned()), ..ComponentInfo::default() };
    assert_eq!(
        version(&manifest(""), &built).unwrap().message,
        "element.toml says api = \"0.1\", but the component was built for version 0.10.0 of the element API"
    );
    assert_eq!(version(&manifest(""), &info(&[])), None);
}

#[test]
fn an_element_that_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("element.toml"), "name = 'x'\nversion = '1'\napi = '0.1'\n").unwrap();
    let found = check(&path, &Library::default(), None);
    assert_eq!((found.len(), found[0].severity, found[0].code), (1, Severity::Error, "no-component"));
    assert_eq!(
        found[0].hint.as_deref(),
        Some("compile it with `slate element build`, or put the component there as x.wasm")
    );
}

#[test]
fn a_shell_element_lacks_words_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::create_dir(&path).unwrap();
    let codes: Vec<_> = check(&path, &Library::default(), None).iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["no-summary", "no-readme", "no-hooks"]);
}
