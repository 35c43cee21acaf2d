//! What is being built.

use crate::trial::Trial;

#[test]
fn the_image_is_described() {
    let trial = Trial::new().element("image", &["describe"], "").start();
    trial.succeed("image", "describe");
    assert_eq!(
        trial.read("/image"),
        "Description { name: \"image\", arch: \"amd64\", elements: [\"image\"], root-label: \"cloudimg-rootfs\", offline: false }"
    );
}
