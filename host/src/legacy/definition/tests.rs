use super::*;

fn commands(text: &str) -> Vec<String> {
    merge(parse("f.yaml", text).expect("a good file"))
        .iter()
        .map(|entry| Invocation::new(entry).to_string())
        .collect()
}

#[test]
fn every_property_has_its_place_on_the_command_line() {
    let text = "
- {arch: amd64, imagename: everyoption, types: [qcow2, raw], debug-trace: 2, uncompressed: true, clear: true,
   logfile: ./logfile.log, checksum: true, image-size: 40, image-extra-size: 1, image-cache: ~/.cache/dib,
   max-online-resize: 1000, min-tmpfs: 7, mkfs-journal-size: 1, mkfs-options: -D -F, no-tmpfs: true,
   offline: true, qemu-img-options: {size: '10', compat: '0.10'}, ramdisk-element: dracut-ramdisk,
   install-type: package, root-label: root, docker-target: 'everyoption:latest', packages: [wget, tmux],
   skip-base: true, environment: {A: b, HOME: ~/x}, elements: [centos, vm]}
";
    assert_eq!(
        commands(text),
        ["A=b HOME='~/x' disk-image-create -o everyoption -a amd64 -t qcow2,raw -x -x -u -c \
          --logfile ./logfile.log --checksum --image-size 40 --image-extra-size 1 \
          --image-cache '~/.cache/dib' --max-online-resize 1000 --min-tmpfs 7 --mkfs-journal-size 1 \
          --mkfs-options '-D -F' --no-tmpfs --offline --qemu-img-options size=10,compat=0.10 \
          --root-label root --ramdisk-element dracut-ramdisk --install-type package \
          --docker-target everyoption:latest -p wget,tmux -n centos vm"]
    );
}

#[test]
fn entries_of_one_image_are_merged() {
    let text = "
- {imagename: a, elements: [centos, vm], environment: {foo: bar, zip: zap}, checksum: true}
- {elements: [devuser], logfile: a.log}
- {imagename: b, ramdisk: true, elements: [ipa]}
- {imagename: a, environment: {foo: baz, one: two}, checksum: false}
";
    assert_eq!(
        commands(text),
        [
            "foo=baz zip=zap one=two disk-image-create -o a --logfile a.log centos vm devuser",
            "ramdisk-image-create -o b ipa",
        ]
    );
}

#[test]
fn what_says_nothing_adds_nothing() {
    let text = "- {imagename: '', packages: [], debug-trace: 0, uncompressed: false, elements: [debian]}";
    assert_eq!(commands(text), ["disk-image-create debian"]);
}

#[test]
fn wrong_files_are_refused() {
    let cases = [
        ("a: b", "f.yaml: must be a list of image definitions, each a mapping"),
        ("- a", "f.yaml: must be a list of image definitions, each a mapping"),
        ("- {}\n- {elments: [x]}", "f.yaml: entry 2: unknown property 'elments'; did you mean 'elements'?"),
        (
            "- [x",
            "f.yaml: line 1 column 3: unclosed bracket '['\n --> f.yaml:1:3\n  |\n1 | - [x\n  |   ^ unclosed bracket '['",
        ),
        ("- {image-size: -1}", "f.yaml: entry 1: image-size must be a whole number of 1 or more, not -1"),
        ("- {debug-trace: 3}", "f.yaml: entry 1: debug-trace must be a whole number from 0 to 2, not 3"),
        ("- {checksum: 1}", "f.yaml: entry 1: checksum must be true or false, not 1"),
        (
            "- {install-type: git}",
            "f.yaml: entry 1: install-type must be one of source, package, not \"git\"",
        ),
        ("- {elements: debian}", "f.yaml: entry 1: elements must be a list of text, not \"debian\""),
        (
            "- {environment: {A: 1}}",
            "f.yaml: entry 1: environment must be a mapping from names to text, not {\"A\":1}",
        ),
        (
            "- {types: [floppy]}",
            "f.yaml: entry 1: types must be a list out of qcow2, tar, tgz, squashfs, vhd, docker, aci, raw, vhdx, \
             vmdk, vdi, qcow, qed, parallels, not [\"floppy\"]",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(parse("f.yaml", text).unwrap_err().to_string(), message, "{text}");
    }
}
