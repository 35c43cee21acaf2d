use std::path::Path;

use super::*;
use crate::legacy::options;
use crate::spec::Format;

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn asked(creator: Creator, line: &str, caller: &[(&str, &str)]) -> Result<Request, RequestError> {
    let mut caller = variables(caller);
    caller.entry("ARCH".to_owned()).or_insert_with(|| "amd64".to_owned());
    let words = words::split(line).expect("a test's command line");
    let options = options::parse(words, &caller).expect("a test's flags");
    request(creator, &options, &caller)
}

fn disk_image(line: &str, caller: &[(&str, &str)]) -> Request {
    asked(Creator::Disk, line, caller).expect("a good request")
}

fn ramdisk_image(line: &str, caller: &[(&str, &str)]) -> Request {
    asked(Creator::Ramdisk, line, caller).expect("a good request")
}

#[test]
fn the_fleet_builders_call() {
    let line =
        "-x -t qcow2,raw --checksum --no-tmpfs --qemu-img-options 'compat=0.10' -o /i/deb-0001 vm debian";
    let caller = [
        ("DIB_RELEASE", "bookworm"),
        ("DIB_IMAGE_NAME", "deb"),
        ("DIB_IMAGE_FILENAME", "deb-0001"),
        ("ELEMENTS_PATH", "/etc/elements"),
    ];
    let request = disk_image(line, &caller);
    assert_eq!(request.spec.elements, ["vm", "debian"]);
    assert_eq!(request.implied, Some("base"));
    assert_eq!(request.spec.formats, [Format::Qcow2, Format::Raw]);
    assert_eq!(request.image_name, Path::new("/i/deb-0001"));
    assert_eq!(request.spec.conversion.qemu_img_options.as_deref(), Some("compat=0.10"));
    assert!(
        request.spec.checksums == Checksum::ALL && request.no_tmpfs && request.keep_old && !request.quiet
    );
    assert_eq!(request.trace, 1);
    assert_eq!(request.spec.environment["DIB_RELEASE"], "bookworm");
    assert_eq!(request.spec.environment["ELEMENTS_PATH"], "/etc/elements");
}

#[test]
fn sizes_have_the_documented_units() {
    let line = "--image-size 2.5 --image-extra-size 200 --max-online-resize 274877906944 \
                --mkfs-journal-size 128 --mkfs-options \"-i 16384 -L 'a b'\" --root-label r debian";
    let disk = disk_image(line, &[("FS_TYPE", "xfs")]).spec.disk;
    assert_eq!(disk.image_size, Some(2_684_354_560));
    assert_eq!(disk.extra_size, 200 << 20);
    assert_eq!(disk.max_online_resize, Some(1 << 50));
    assert_eq!(disk.journal_size, Some(128));
    assert_eq!(disk.mkfs_options, ["-i", "16384", "-L", "a b"]);
    assert_eq!(disk.root_label.as_deref(), Some("r"));
    assert_eq!(disk.root_file_system.as_deref(), Some("xfs"));
}

#[test]
fn a_ramdisk_gets_its_element_first() {
    let request = asked(Creator::Ramdisk, "debian", &[]).unwrap();
    assert_eq!(request.spec.elements, ["ramdisk", "debian"]);
    assert!(request.no_tmpfs);
    let request = asked(Creator::Ramdisk, "--ramdisk-element dracut-ramdisk debian", &[]).unwrap();
    assert_eq!(request.spec.elements, ["dracut-ramdisk", "debian"]);
}

#[test]
fn base_can_be_left_out() {
    assert_eq!(disk_image("-n debian", &[]).implied, None);
    assert_eq!(disk_image("debian", &[("SKIP_BASE", "1")]).implied, None);
    assert_eq!(ramdisk_image("-n debian", &[]).implied, None);
}

#[test]
fn a_log_file_makes_the_command_quiet_unless_told_otherwise() {
    assert!(disk_image("--logfile l debian", &[]).quiet);
    assert!(!disk_image("--logfile l debian", &[("DIB_QUIET", "0")]).quiet);
    assert!(disk_image("debian", &[("DIB_QUIET", "1")]).quiet);
    assert!(!disk_image("debian", &[]).quiet);
}

#[test]
fn clearing_the_environment_keeps_the_flags() {
    let caller = [("DIB_RELEASE", "sid"), ("HOME", "/home/me"), ("IMAGE_NAME", "other")];
    let request = disk_image("-c --root-label r debian", &caller);
    assert!(!request.spec.environment.contains_key("DIB_RELEASE"));
    assert_eq!(request.image_name, Path::new("image"));
    assert_eq!(request.spec.environment["DIB_IMAGE_CACHE"], "/home/me/.cache/image-create");
    assert_eq!(request.spec.disk.root_label.as_deref(), Some("r"));
}

#[test]
fn memory_is_twice_the_least_tmpfs() {
    assert_eq!(disk_image("debian", &[]).min_tmpfs, 4 << 30);
    assert_eq!(disk_image("--min-tmpfs 5 debian", &[]).min_tmpfs, 10 << 30);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let cases = [
        ("", "at least one distribution root element must be specified"),
        (
            "-a vax debian",
            "unknown architecture 'vax' (known: amd64, arm64, armhf, i386, ppc64el, riscv64, s390x)",
        ),
        ("--image-size big debian", "--image-size (DIB_IMAGE_SIZE) must be a number, not 'big'"),
        (
            "--max-online-resize 1.5 debian",
            "--max-online-resize (MAX_ONLINE_RESIZE) must be a whole number, not '1.5'",
        ),
        (
            "--mkfs-journal-size 99999999999 debian",
            "--mkfs-journal-size (DIB_JOURNAL_SIZE) must be a number of MiB, not '99999999999'",
        ),
        ("--mkfs-options \"'\" debian", "--mkfs-options has an open quote: '"),
    ];
    for (line, message) in cases {
        assert_eq!(asked(Creator::Disk, line, &[]).unwrap_err().to_string(), message, "{line}");
    }
}

#[test]
fn names_of_outputs_may_end_in_anything_but_a_slash() {
    for name in ["a.raw", "a.tar.gz", "a.iso"] {
        let outputs = disk_image(&format!("-o {name} -t qcow2,tgz debian"), &[]).outputs;
        let names: Vec<_> = outputs.iter().map(|output| output.path.to_str().unwrap()).collect();
        assert_eq!(names, [format!("{name}.qcow2"), format!("{name}.tgz")]);
    }
    let refused = asked(Creator::Disk, "-o out/ debian", &[]).unwrap_err();
    assert_eq!(refused.to_string(), "-o out/ is a directory: name a file in it");
}
