//! What a ramdisk shall hold.

use blankslate::plugin::{InitScript, Ramdisk};

use crate::trial::Trial;

#[test]
fn contributions_are_recorded_in_order() {
    let trial = Trial::new().element("ramdisk", &["add", "invalid"], "").start();
    trial.succeed("ramdisk", "add");
    let script =
        |order, name: &str| InitScript { order, name: name.to_owned(), contents: "true\n".to_owned() };
    let expected = Ramdisk {
        modules: vec!["mlx4_core".to_owned()],
        scripts: vec![script(10, "first"), script(50, "later")],
        udev_rules: [("82-net.rules".to_owned(), "# none\n".to_owned())].into(),
        programs: vec!["ip".to_owned(), "/usr/sbin/ethtool".to_owned()],
    };
    assert_eq!(trial.runner.contributions().ramdisk, expected);
    assert_eq!(trial.returned("ramdisk", "invalid"), "'rules' is not a file name that ends in .rules");
}
