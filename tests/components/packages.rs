//! Packages by generic names, through a component's package manager.

use crate::trial::{Loaded, Trial};

const MAP: &str = r#"{"distro": {"example": {"web": "nginx nginx-extras", "nothing": "", "elsewhere": "nginx https://127.0.0.1:1/web"}}, "default": {"other": "none"}}"#;

fn trial() -> Loaded {
    let trial = Trial::new().element("managers", &[], "");
    let hooks = ["manage", "unmapped", "option", "file", "url", "removed-file", "mapped-url"];
    trial.element("packages", &hooks, "").file("pkg-map", MAP).start()
}

#[test]
fn packages_reach_the_distribution_under_its_names() {
    let trial = trial();
    trial.succeed("packages", "manage");
    assert_eq!(trial.read("/records"), "install nginx nginx-extras\nremove nginx nginx-extras\n");
}

#[test]
fn names_that_are_none_are_refused() {
    let trial = trial();
    for (hook, expected) in [
        ("unmapped", "the element's pkg-map has no package for 'nowhere' here"),
        ("option", "'--force' is not the name of a package"),
        ("file", "'/tmp/web.deb' is not the name of a package"),
        ("url", "'https://127.0.0.1:1/web' is not the name of a package"),
        ("removed-file", "'./web.deb' is not the name of a package"),
        ("mapped-url", "'https://127.0.0.1:1/web' is not the name of a package"),
    ] {
        assert_eq!(trial.returned("packages", hook), expected);
    }
    assert!(!trial.path("/records").exists(), "the distribution was asked");
}

#[test]
fn an_image_without_a_distribution_says_so() {
    let trial = Trial::new().element("packages", &["manage"], "").start();
    assert_eq!(
        trial.returned("packages", "manage"),
        "the image has no distribution that manages packages and services"
    );
}
