use std::process::Command;

use super::mbr::{BEYOND_CHS, chs};
use super::*;
use crate::plan::layout::{RootDefaults, UsageByMount, plan_disk};
use crate::spec::DiskSpec;

/// Writes a table of these partitions to a file, and has sfdisk read it.
fn sfdisk(label: &str, partitions: &str, size: u64) -> serde_json::Value {
    let yaml = format!(
        "- local_loop: {{name: image0}}\n- partitioning: {{base: image0, label: {label}, partitions: [{partitions}]}}"
    );
    let layout = Layout::parse(&yaml, &RootDefaults::default()).unwrap();
    let disk = DiskSpec { image_size: Some(size), ..DiskSpec::default() };
    let identity = Identity::new(b"test");
    let plan = plan_disk(&layout, &disk, &UsageByMount::new(), &identity).unwrap();

    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("disk.raw");
    let mut file = crate::sys::disk::create_sparse(&path, size).unwrap();
    DiskTable::of(&layout, &plan, &identity).unwrap().write(&mut file).unwrap();
    let output = Command::new("sfdisk").arg("-J").arg(&path).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for partition in json["partitiontable"]["partitions"].as_array_mut().unwrap() {
        partition.as_object_mut().unwrap().remove("node");
    }
    json["partitiontable"].take()
}

#[test]
fn primaries_and_logicals_beyond_four_gigabytes() {
    let partitions = "{name: boot, size: 1GiB, flags: [boot, primary]},\
                      {name: big, size: 8GiB}, {name: swap, size: 1GiB, type: '0x82'}, {name: rest, size: 100%}";
    let table = sfdisk("mbr", partitions, 20 << 30);
    assert_eq!(table["label"], "dos");
    let expected = serde_json::json!([
        {"start": 2048, "size": 2_097_152, "type": "83", "bootable": true},
        {"start": 2_099_200, "size": 39_843_840, "type": "f"},
        {"start": 2_101_248, "size": 16_777_216, "type": "83"},
        {"start": 18_880_512, "size": 2_097_152, "type": "82"},
        {"start": 20_979_712, "size": 20_963_328, "type": "83"},
    ]);
    assert_eq!(table["partitions"], expected);
}

#[test]
fn gpt_with_efi_and_bios() {
    let partitions = "{name: ESP, size: 550MiB, type: EF00}, {name: BSP, size: 8MiB, type: EF02},\
                      {name: Root Part, size: 100%}";
    let table = sfdisk("gpt", partitions, 2 << 30);
    let identity = Identity::new(b"test");
    let uuid = |part: &str| identity.uuid(part).to_string().to_uppercase();
    assert_eq!(table["label"], "gpt");
    assert_eq!(table["id"], uuid("disk"));
    let expected = serde_json::json!([
        {"start": 2048, "size": 1_126_400, "type": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
         "uuid": uuid("partition ESP"), "name": "ESP"},
        {"start": 1_128_448, "size": 16_384, "type": "21686148-6449-6E6F-744E-656564454649",
         "uuid": uuid("partition BSP"), "name": "BSP"},
        {"start": 1_144_832, "size": 3_047_424, "type": "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
         "uuid": uuid("partition Root Part"), "name": "Root Part"},
    ]);
    assert_eq!(table["partitions"], expected);
}

#[test]
fn cylinders_heads_and_sectors() {
    let table =
        [(0, [0, 1, 0]), (2048, [32, 33, 0]), (16_450_559, [254, 0xFF, 0xFF]), (16_450_560, BEYOND_CHS)];
    for (sector, packed) in table {
        assert_eq!(chs(sector), packed, "{sector}");
    }
}
