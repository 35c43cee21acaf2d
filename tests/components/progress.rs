//! Steps.

use crate::trial::Trial;

#[test]
fn steps_beyond_the_limit_of_handles_do_no_harm() {
    let trial = Trial::new().element("progress", &["steps"], "").start();
    trial.succeed("progress", "steps");
}
