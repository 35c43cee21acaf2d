//! What to type after a refusal.

use super::impossible::error;
use super::*;

#[test]
fn an_impossibility_comes_with_what_to_do() {
    let thin = format!("{}- lvm: {{pvs: [], vgs: [], lvs: []}}\n", table("gpt", &["root 100%"]));
    let group = |volumes: &str| {
        table("gpt", &["pv 40%", "root 100%"])
            + "- lvm: {pvs: [{name: p, base: pv}], vgs: [{name: g, base: [p]}], lvs: ["
            + volumes
            + "]}\n"
    };
    let cases = [
        (
            table("mbr", &["root 2GiB primary"]),
            "make 'root' or a partition before it smaller, or the disk larger",
        ),
        (table("gpt", &["a 900MiB", "root 200MiB"]), "make 'root' or a partition before it smaller"),
        (group("{name: v, base: g, size: 1GiB}"), "make 'v' or a volume before it smaller"),
        (group("{name: v, base: g, size: 1GiB, type: thin-pool}"), "leave out 'type' and 'thin-pool'"),
        (
            "- local_loop: {name: i, mkfs: {type: vfat, mount: {mount_point: /}}}".to_owned(),
            "use ext4, xfs or btrfs for the root",
        ),
        (
            "- local_loop: {name: i, mkfs: {type: ext4, label: seventeen-letters, mount: {mount_point: /}}}"
                .to_owned(),
            "give the mkfs a 'label' of at most 16 characters",
        ),
    ];
    for (yaml, hint) in cases {
        let found = error(&yaml, &sized(GIB)).hint().unwrap_or_default();
        assert!(found.starts_with(hint), "{yaml}\n{found}");
    }
    assert_eq!(parse(&thin).volume_groups, []);
}
