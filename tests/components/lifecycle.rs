//! Hooks of every phase, and hooks that the code does not know.

use blankslate::element::Phase;

use crate::trial::{Trial, hook_entry};

#[test]
fn every_phase_calls_its_method_with_the_hooks_name() {
    let hooks: String = Phase::ALL.iter().map(|phase| hook_entry(phase.as_str(), "greet")).collect();
    let trial = Trial::new().manifest("lifecycle", &hooks).start();
    let mut expected = String::new();
    for phase in Phase::ALL.into_iter().filter(|phase| *phase != Phase::Cleanup) {
        trial.run_in(phase, "lifecycle", "greet").unwrap();
        expected += &format!("{phase} greet\n");
    }
    assert_eq!(trial.read("/calls"), expected);
    let unhandled = trial.run_in(Phase::Cleanup, "lifecycle", "greet").unwrap_err();
    assert_eq!(
        unhandled.to_string(),
        "the manifest lists the hook 'greet' in phase cleanup, which the element's code does not handle\n    \
         hint: implement Element::cleanup or remove the hook from element.toml"
    );
}
