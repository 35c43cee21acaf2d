//! What a ramdisk shall hold.

use blankslate::plugin::{InitScript, Ramdisk, UdevRules};

use crate::trial::{Trial, component, hook_entry};

#[test]
fn contributions_are_recorded_in_order() {
    let trial = Trial::new().element("ramdisk", &["add", "invalid"], "").start();
    trial.succeed("ramdisk", "add");
    let element = || "ramdisk".to_owned();
    let script = |order, name: &str| InitScript {
        order,
        name: name.to_owned(),
        contents: "true\n".to_owned(),
        element: element(),
    };
    let rules = UdevRules { contents: "# none\n".to_owned(), element: element() };
    let expected = Ramdisk {
        modules: vec!["mlx4_core".to_owned()],
        scripts: vec![script(10, "first"), script(50, "later")],
        udev_rules: [("82-net.rules".to_owned(), rules)].into(),
        programs: vec!["ip".to_owned(), "/usr/sbin/ethtool".to_owned()],
    };
    assert_eq!(trial.runner.contributions().ramdisk, expected);
    assert_eq!(trial.returned("ramdisk", "invalid"), "'rules' is not a file name that ends in .rules");
}

#[test]
fn an_element_replaces_what_it_gave_itself() {
    let trial = Trial::new().element("ramdisk", &["add", "again-script", "again-rules"], "").start();
    trial.succeed("ramdisk", "add");
    trial.succeed("ramdisk", "again-script");
    trial.succeed("ramdisk", "again-rules");
    let Ramdisk { scripts, udev_rules, .. } = trial.runner.contributions().ramdisk;
    let scripts: Vec<_> = scripts.iter().map(|it| (it.name.as_str(), it.contents.as_str())).collect();
    assert_eq!(scripts, [("first", "false\n"), ("later", "true\n")]);
    assert_eq!(udev_rules["82-net.rules"].contents, "# other\n");
}

#[test]
fn what_another_element_gave_is_not_replaced() {
    let hooks: String = ["again-script", "again-rules"].map(|hook| hook_entry("install", hook)).concat();
    let manifest = format!("name = 'other'\nversion = '1'\napi = '0.1'\n{hooks}");
    let trial = Trial::new().element("ramdisk", &["add"], "");
    let trial = trial.self_contained("other", component("ramdisk"), &manifest).start();
    trial.succeed("ramdisk", "add");
    let before = trial.runner.contributions().ramdisk;
    for (hook, what) in
        [("again-script", "an init script 10-first"), ("again-rules", "udev rules 82-net.rules")]
    {
        let expected = format!(
            "the element 'ramdisk' gives the ramdisk {what} already; that of 'other' needs another name"
        );
        assert_eq!(trial.returned("other", hook), expected);
    }
    assert_eq!(trial.runner.contributions().ramdisk, before);
}
