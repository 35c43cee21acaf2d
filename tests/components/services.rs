//! Services by generic names, through a component's service manager.

use crate::trial::Trial;

#[test]
fn services_reach_the_distribution_under_its_names() {
    let trial = Trial::new().element("managers", &[], "");
    let trial = trial
        .element("services", &["manage", "unmapped", "mapped-options"], "")
        .file("svc-map", "ssh:\n  debian: sshd\nelsewhere:\n  debian: --root=/ x.service\n")
        .start();
    trial.succeed("services", "manage");
    assert_eq!(trial.read("/records"), "enable sshd\ndisable sshd\n");
    let unmapped = trial.returned("services", "unmapped");
    assert_eq!(unmapped, "the element's svc-map has no service for 'nowhere' here");
    let options = trial.returned("services", "mapped-options");
    assert_eq!(options, "'--root=/' is not the name of a service");
}
