use std::collections::BTreeMap;

use super::*;

mod firmware;
mod hints;
mod impossible;
mod lvm;
mod places;
mod sizes;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// One bootable MBR partition, in tree notation.
const MBR: &str = "
- local_loop:
    name: image0
- partitioning:
    base: image0
    label: mbr
    partitions:
      - name: root
        flags: [ boot, primary ]
        size: 100%
        mkfs:
          mount:
            mount_point: /
            fstab:
              options: \"defaults\"
              fsck-passno: 1
";

/// EFI and BIOS on one GPT disk.
const EFI: &str = "
- local_loop: { name: image0 }
- partitioning:
    base: image0
    label: gpt
    partitions:
      - name: ESP
        type: 'EF00'
        size: 550MiB
        mkfs:
          type: vfat
          mount:
            mount_point: /boot/efi
            fstab: { options: defaults, fsck-passno: 2 }
      - { name: BSP, type: EF02, size: 8MiB }
      - name: root
        type: 8300
        size: 100%
        mkfs:
          type: ext4
          mount:
            mount_point: /
            fstab: { options: defaults, fsck-passno: 1 }
";

const FOUR_TREE: &str = "
- local_loop:
    name: image0
- partitioning:
    base: image0
    name: mbr
    label: mbr
    partitions:
      - name: root
        flags: [boot, primary]
        size: 54%
        mkfs:
          type: xfs
          uuid: 2f0c7f0e-0000-4000-8000-000000000001
          mount: { mount_point: /, fstab: { options: defaults, fsck-passno: 1 } }
      - name: var
        size: 40%
        mkfs:
          type: xfs
          mount: { mount_point: /var, fstab: { options: noatime } }
      - name: var_log
        size: 5%
        mkfs:
          type: vfat
          label: varlog
          mount: { mount_point: /var/log, fstab: {} }
      - name: swap
        size: 1%
        mkfs:
          type: swap
          mount: { mount_point: none, fstab: { fsck-passno: 0, options: sw } }
";

const FOUR_GRAPH: &str = "
- fstab: { base: mount_mkfs_swap, name: fstab_mount_mkfs_swap, fsck-passno: 0, options: sw }
- mount: { base: mkfs_root, name: mount_mkfs_root, mount_point: / }
- mkfs: { base: root, name: mkfs_root, type: xfs, uuid: 2f0c7f0e-0000-4000-8000-000000000001 }
- local_loop:
    name: image0
- fstab: { base: mount_mkfs_root, name: fstab_mount_mkfs_root, fsck-passno: 1, options: defaults }
- mkfs: { base: var, type: xfs }
- mount: { base: mkfs_var, mount_point: /var }
- fstab: { base: mount_mkfs_var, options: noatime }
- mkfs: { base: var_log, name: mkfs_var_log, type: vfat, label: varlog }
- mount: { base: mkfs_var_log, name: mount_mkfs_var_log, mount_point: /var/log }
- fstab: { base: mount_mkfs_var_log }
- partitioning:
    base: image0
    name: mbr
    label: mbr
    partitions:
      - { name: root, base: image0, flags: [boot, primary], size: 54% }
      - { name: var, base: image0, size: 40% }
      - { name: var_log, base: image0, size: 5% }
      - { name: swap, base: image0, size: 1% }
- mkfs: { base: swap, type: swap }
- mount: { base: mkfs_swap, name: mount_mkfs_swap, mount_point: none }
";

fn parse(yaml: &str) -> Layout {
    Layout::parse(yaml, &RootDefaults::default()).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// A table of partitions, `name size flags type` each, a root in the last one.
fn table(label: &str, partitions: &[&str]) -> String {
    let mut yaml = format!(
        "- local_loop: {{name: image0}}\n- partitioning: {{base: image0, label: {label}, partitions: ["
    );
    for (index, line) in partitions.iter().enumerate() {
        let words: Vec<_> = line.split(' ').collect();
        let flags = words.get(2).unwrap_or(&"");
        yaml += &format!("{{name: {}, size: {}, flags: [{flags}]", words[0], words[1]);
        yaml += &words.get(3).map(|kind| format!(", type: '{kind}'")).unwrap_or_default();
        let root = ", mkfs: {name: mkfs_root, type: ext4, mount: {mount_point: /}}";
        yaml += if index + 1 == partitions.len() { root } else { "" };
        yaml += "},";
    }
    yaml + "]}\n"
}

fn sized(image_size: u64) -> DiskSpec {
    DiskSpec { image_size: Some(image_size), ..DiskSpec::default() }
}

fn plan(layout: &Layout, disk: &DiskSpec, root: Usage) -> Result<DiskPlan, LayoutError> {
    let usage = BTreeMap::from([(PathBuf::from("/"), root)]);
    plan_disk(layout, disk, &usage, &Identity::new(b"test"))
}

#[test]
fn tree_and_graph_are_equal() {
    assert_eq!(parse(FOUR_TREE), parse(FOUR_GRAPH));
}

#[test]
fn defaults_of_the_root() {
    let root = parse(MBR);
    let fs = root.root().unwrap();
    assert_eq!((fs.name.as_str(), fs.kind, fs.label.as_str()), (ROOT_NODE, FsKind::Ext4, ROOT_LABEL));
    assert_eq!(root.fstab(), "LABEL=cloudimg-rootfs / ext4 defaults 0 1\n");

    let chosen = RootDefaults { kind: FsKind::Xfs, label: None, options: vec!["-K".to_owned()] };
    let layout = Layout::parse(MBR, &chosen).unwrap();
    let fs = layout.root().unwrap();
    assert_eq!(
        (fs.kind, fs.label.as_str(), fs.options.join(" ")),
        (FsKind::Xfs, ROOT_LABEL_XFS, "-K".to_owned())
    );

    let labelled = RootDefaults { label: Some("mine".to_owned()), ..RootDefaults::default() };
    assert_eq!(Layout::whole_disk(&labelled).root().unwrap().label, "mine");
    assert!(Layout::whole_disk(&labelled).check(&DiskSpec::default()).is_ok());

    // A blank ends a field of fstab.
    let blank = RootDefaults { label: Some("a b".to_owned()), ..RootDefaults::default() };
    let layout = Layout::parse(MBR, &blank).unwrap();
    assert!(layout.check(&DiskSpec::default()).is_ok());
    assert_eq!(layout.fstab(), "LABEL=a\\040b / ext4 defaults 0 1\n");
}

#[test]
fn whole_disk_as_a_tree() {
    let yaml = "
- local_loop:
    name: image0
    mkfs:
      name: mkfs_root
      mount: { mount_point: /, fstab: { fsck-passno: 1 } }";
    assert_eq!(parse(yaml), Layout::whole_disk(&RootDefaults::default()));
}

#[test]
fn names_labels_and_mounts_of_four_partitions() {
    let layout = parse(FOUR_TREE);
    let labels: Vec<_> =
        layout.file_systems().into_iter().map(|(index, fs)| (index, fs.label.as_str())).collect();
    let expected = [(0, "img-rootfs"), (1, "mkfs_var"), (2, "VARLOG"), (3, "mkfs_swap")];
    assert_eq!(labels, expected.map(|(index, label)| (Base::Partition(index), label)));
    let points: Vec<_> = layout.mounts().into_iter().map(|(point, _)| point.to_str().unwrap()).collect();
    assert_eq!(points, ["/", "/var", "/var/log"]);
    assert_eq!(
        layout.fstab(),
        "LABEL=img-rootfs / xfs defaults 0 1\n\
         LABEL=mkfs_var /var xfs noatime 0 2\n\
         LABEL=VARLOG /var/log vfat defaults 0 2\n\
         LABEL=mkfs_swap none swap sw 0 0\n"
    );
}

#[test]
fn a_layout_survives_json() {
    for yaml in [MBR, EFI, FOUR_TREE] {
        let layout = parse(yaml);
        let json = serde_json::to_string(&layout).unwrap();
        assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), layout, "{json}");
    }
}
