//! What the benchmark of components measures does what it says.

use crate::trial::Trial;

#[test]
fn ten_thousand_files_are_written() {
    let trial = Trial::new().element("speed", &["files"], "").start();
    trial.succeed("speed", "files");
    assert_eq!(trial.read("/files/99/9999"), "the contents of file 9999\n");
}
