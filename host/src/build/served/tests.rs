use super::*;
use crate::element::{Content, ElementFile, HookKind, Origin};
use crate::report::Report;

/// A distribution that only takes down what it is asked to do.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn note(&self, what: &str, packages: &[String]) -> Result<()> {
        self.0.lock().unwrap().push(format!("{what} {}", packages.join(" ")));
        Ok(())
    }
}

impl Distribution for Notes {
    fn describe(&self) -> Result<Identity> {
        Ok(Identity { name: "debian".into(), family: "debian".into(), release: "bookworm".into() })
    }

    fn refresh(&self) -> Result<()> {
        Ok(())
    }

    fn upgrade(&self) -> Result<()> {
        self.note("upgrade", &[])
    }

    fn install(&self, packages: &[String]) -> Result<()> {
        self.note("install", packages)
    }

    fn remove(&self, packages: &[String]) -> Result<()> {
        self.note("remove", packages)
    }

    fn installed(&self, packages: &[String]) -> Result<Vec<bool>> {
        Ok(vec![false; packages.len()])
    }

    fn enable(&self, _: &[String]) -> Result<()> {
        Ok(())
    }

    fn disable(&self, _: &[String]) -> Result<()> {
        Ok(())
    }
}

fn element(name: &str, files: &[(&str, &str)]) -> Element {
    let content = |text: &str| Content::Memory(Arc::from(text.as_bytes()));
    let file = |(path, text): &(&str, &str)| ElementFile {
        path: (*path).to_owned(),
        mode: 0o644,
        content: content(text),
    };
    Element { files: files.iter().map(file).collect(), ..Element::empty(name, Origin::Builtin) }
}

const MAP: &str =
    r#"{"family": {"debian": {"client": "isc-client", "tools": "a b"}}, "default": {"shim": ""}}"#;

fn elements() -> Vec<Element> {
    vec![
        element(
            "net",
            &[
                ("package-installs.yaml", "client:\nshim:\nother:\n  when: MODE = full\n"),
                ("pkg-map", MAP),
                ("svc-map", "ssh: {redhat: sshd, default: ssh}\n"),
            ],
        ),
        element(
            "mine",
            &[
                ("package-installs.json", r#"{"tools": {"phase": "post-install.d", "build-only": "y"}}"#),
                ("pre-install.d/package-installs-net", "# old\nclient\n-tools\n"),
                ("pre-install.d/package-installs-nobody", "plain"),
            ],
        ),
    ]
}

#[test]
fn declared_packages_reach_the_distribution_by_its_names() {
    let sources = elements();
    let scope = Report::silent().phase(Phase::Install, 1);
    let hook = scope.hook("slate", "01-package-installs", HookKind::Host);
    let notes = Notes::default();
    for (phase, operation, mode) in [
        (Phase::Install, Operation::Install, "full"),
        (Phase::Install, Operation::Install, "small"),
        (Phase::PostInstall, Operation::Install, "small"),
        (Phase::PostInstall, Operation::Uninstall, "small"),
        (Phase::PreInstall, Operation::Install, "small"),
        (Phase::PreInstall, Operation::Uninstall, "small"),
    ] {
        let variables = BTreeMap::from([("MODE".to_owned(), mode.to_owned())]);
        let step = PackageStep { phase, operation, sources: &sources, arch: "amd64", variables: &variables };
        step.run(&notes, hook.output()).unwrap();
    }
    let asked = notes.0.lock().unwrap().join(", ");
    let expected = [
        "install isc-client other",
        "install isc-client",
        "install tools",
        "remove tools",
        "install isc-client a b plain",
        "remove a b",
    ];
    assert_eq!(asked, expected.join(", "));
}

#[test]
fn the_desk_does_what_hooks_ask_for() {
    let tree = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(tree.path().join("lib/systemd/system")).unwrap();
    std::fs::write(tree.path().join("lib/systemd/system/cron.service"), "").unwrap();
    let scope = Report::silent().phase(Phase::Install, 1);
    let hook = scope.hook("mine", "50-x", HookKind::Shell);
    let (desk, notes) = (Desk::new(&Arc::new(elements()), tree.path()), Arc::new(Notes::default()));
    desk.serve(notes.clone(), hook.output());
    for (words, status, output) in [
        ("install-packages -m net client tools", 0, ""),
        ("install-packages -e x", 0, ""),
        ("install-packages -u", 0, ""),
        ("install-packages -m net unknown", 1, ""),
        ("pkg-map --element net client shim tools", 0, "isc-client\na\nb\n"),
        ("pkg-map --element net --missing-ok --prefix - other", 0, "-other\n"),
        ("pkg-map --element net other", 1, ""),
        ("pkg-map --element mine x", 2, ""),
        ("pkg-map --element mine --missing-ok x", 0, "x\n"),
        ("svc-map ssh cron other", 0, "ssh\ncron\nother\n"),
        ("svc-map", 0, ""),
        ("halt", 1, ""),
    ] {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        assert_eq!(desk.answer(&words), Answer { status, output: output.to_owned() }, "{words:?}");
    }
    assert_eq!(notes.0.lock().unwrap().join(", "), "install isc-client a b, remove x, upgrade ");
    assert_eq!(hook.output().tail().len(), 4, "each failure says why: {:?}", hook.output().tail());
}
