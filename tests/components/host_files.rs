//! Files of the build host.

use std::fs;

use crate::trial::{Loaded, Trial};

fn trial() -> (Loaded, String) {
    let trial = Trial::new().home("home");
    for (path, text) in
        [("home/.ssh/authorized_keys", "key"), ("granted/sources.list", "deb"), ("granted/parts/x", "")]
    {
        let path = trial.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let granted = trial.join("granted").display().to_string();
    let manifest = format!(
        "parameters.granted = {{ type = 'string' }}\ncapabilities.host-files = ['{granted}', '~/.ssh/authorized_keys']\n"
    );
    let trial = trial.element("host-files", &["read", "dots", "shadow"], &manifest);
    let trial = trial.grant("host-files", &format!("host-file={granted}"));
    let trial =
        trial.grant("host-files", "host-file=~/.ssh/authorized_keys").set("host-files.granted", &granted);
    (trial.start(), granted)
}

#[test]
fn granted_files_are_read_and_copied() {
    let (trial, _) = trial();
    trial.succeed("host-files", "read");
    assert_eq!(trial.read("/read"), "Some(\"key\") Some(\"deb\")");
    assert_eq!(trial.read("/copied"), "deb");
}

#[test]
fn nothing_else_is() {
    let (trial, granted) = trial();
    assert_eq!(
        trial.returned("host-files", "dots"),
        format!(
            "reading {granted}/../secret of the build host: '{granted}/../secret' is not a path from / or ~/ without '..'"
        )
    );
    assert_eq!(
        trial.returned("host-files", "shadow"),
        "element 'host-files' may not use host-file=/etc/shadow, which its element.toml does not ask for: add it under [capabilities], then grant it with --grant host-files:host-file=/etc/shadow"
    );
}
