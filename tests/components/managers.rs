//! A distribution that is a component, as the host reaches it.

use blankslate::element::Phase;
use blankslate::plugin::Identity;

use crate::trial::{Loaded, Trial};

fn trial() -> Loaded {
    Trial::new().element("managers", &[], "").start()
}

fn names(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
fn the_host_calls_the_managers() {
    let trial = trial();
    let distribution = trial.runner.distribution(&trial.context(Phase::Install)).expect("a distribution");
    let expected = Identity { name: "example".into(), family: "debian".into(), release: "one".into() };
    assert_eq!(distribution.describe().unwrap(), expected);
    distribution.refresh().unwrap();
    distribution.upgrade().unwrap();
    distribution.install(&names("one two")).unwrap();
    assert_eq!(distribution.installed(&names("two three")).unwrap(), [true, false]);
    distribution.remove(&names("one")).unwrap();
    distribution.enable(&names("a")).unwrap();
    distribution.disable(&names("b")).unwrap();
    assert_eq!(
        trial.read("/records"),
        "refresh \nupgrade \ninstall one two\nremove one\nenable a\ndisable b\n"
    );
}

#[test]
fn failures_of_the_managers_arrive() {
    let trial = trial();
    let distribution = trial.runner.distribution(&trial.context(Phase::Install)).expect("a distribution");
    let broken = distribution.install(&names("broken")).unwrap_err();
    assert_eq!(broken.to_string(), "the package broken is broken");
    let recursive = distribution.install(&names("recursive")).unwrap_err();
    assert_eq!(
        recursive.to_string(),
        "a distribution's managers cannot ask for packages or services themselves"
    );
}
