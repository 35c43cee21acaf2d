//! What upstream's own distributions find of an earlier build, and of slate's elements.

use std::fs;

use crate::Test;
use crate::tooling::seed::{Seed, succeed};

pub(crate) const TESTS: &[Test] = &[
    ("packages::what_a_hook_removes_is_put_back", what_a_hook_removes),
    ("packages::a_bootstrap_is_told_of_kept_packages", bootstrap),
    ("packages::upstreams_boot_loader_knows_the_layout", layout),
];

/// What `apt-get clean` and a download after it are to the cache.
const CLEAN: &str = r#"
directory=$DIB_IMAGE_CACHE/apt/seed; mkdir -p "$directory/partial"
found() { cat "$directory"/*.deb 2>/dev/null || true; }
wait_for() { for _ in {1..200}; do [ "$(found)" != "$1" ] || return 0; sleep 0.1; done; return 1; }
if [ -n "${DIB_FIRST:-}" ]; then
    [ -z "$(found)" ]
    echo one > "$directory/partial/a_1_all.deb"; mv "$directory/partial/a_1_all.deb" "$directory"
    sleep 1
    rm "$directory"/*.deb
    wait_for one
    rm "$directory"/*.deb
else
    wait_for one
fi
"#;

fn what_a_hook_removes() {
    let seed = Seed::new();
    seed.hook("root.d/20-clean", CLEAN);
    let build = || seed.old("disk-image-create", "-n -t tar -o out/x seed probe");
    succeed(build().env("DIB_FIRST", "1"));
    succeed(&mut build());
}

fn bootstrap() {
    let seed = Seed::new();
    seed.file(
        "debootstrap/root.d/05-told",
        "#!/bin/bash\nset -eu\nenv | grep _EXTRA_ARGS > \"$IMAGE_NAME.told\"\n",
    );
    succeed(
        seed.old("disk-image-create", "-n -t tar -o out/x seed debootstrap")
            .env("DIB_DEBOOTSTRAP_EXTRA_ARGS", "--mine"),
    );
    let told = fs::read_to_string(seed.output("x.told")).unwrap();
    let shelf = format!("DIB_DEBOOTSTRAP_EXTRA_ARGS=--mine --cache-dir={}/", seed.scratch.path().display());
    assert!(told.contains(&shelf), "{told}");
    assert!(told.contains("DIB_MMDEBSTRAP_EXTRA_ARGS=--skip=essential/unlink --setup-hook="), "{told}");
}

fn layout() {
    let seed = Seed::new();
    let tell = "echo \"$DIB_BLOCK_DEVICE\" > \"$IMAGE_NAME.layout\"";
    seed.hook("pre-finalise.d/50-tell", tell);
    for kind in ["mbr", "gpt", "efi"] {
        let words = format!("-n -t raw -o out/{kind} seed probe block-device-{kind}");
        succeed(&mut seed.old("disk-image-create", &words));
        assert_eq!(fs::read_to_string(seed.output(&format!("{kind}.layout"))).unwrap(), format!("{kind}\n"));
    }
}
