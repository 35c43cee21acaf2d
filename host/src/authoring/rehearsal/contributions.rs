//! What a hook asked the host for that concerns the image as a whole.

use crate::plugin::{Contributions, Rehearsal};

/// Writes down what came up between two moments.
pub(super) fn note(before: &Contributions, after: &Contributions, rehearsal: &Rehearsal) {
    let lists = [
        ("boot.add-kernel-arguments", &before.kernel_arguments, &after.kernel_arguments),
        ("ramdisk.add-modules", &before.ramdisk.modules, &after.ramdisk.modules),
        ("ramdisk.add-programs", &before.ramdisk.programs, &after.ramdisk.programs),
    ];
    for (function, old, new) in lists {
        let added: Vec<&str> = new.iter().filter(|item| !old.contains(item)).map(String::as_str).collect();
        if !added.is_empty() {
            rehearsal.note(format!("{function} {}", added.join(" ")), Vec::new());
        }
    }
    for script in after.ramdisk.scripts.iter().filter(|script| !before.ramdisk.scripts.contains(script)) {
        let text = format!("ramdisk.add-init-script {:02}-{}", script.order, script.name);
        rehearsal.note(text, lines(&script.contents));
    }
    for (name, rules) in &after.ramdisk.udev_rules {
        if before.ramdisk.udev_rules.get(name) != Some(rules) {
            rehearsal.note(format!("ramdisk.add-udev-rules {name}"), lines(&rules.contents));
        }
    }
    if let Some(device) = after.block_device.as_ref().filter(|_| before.block_device != after.block_device) {
        rehearsal.note(format!("block-device.provide {}", device.display()), Vec::new());
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| format!("| {line}")).collect()
}
