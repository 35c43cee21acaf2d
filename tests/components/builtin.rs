//! Elements that `slate` carries, on a distribution that is a component.

use std::fs;
use std::os::unix::fs::MetadataExt;

use blankslate::element::Phase;
use blankslate::plugin::{Ramdisk, UdevRules};

use crate::trial::{Loaded, Trial};

const MODULES: [&str; 6] = ["mlx4_en", "mlx4_ib", "ib_ipoib", "mlx5_ib", "ib_umad", "ib_uverbs"];

const KEYS: &str = "ssh-ed25519 AAAAC3 me@desk\nssh-rsa AAAAB3 me@home\n";

/// `local-config` for a user, with the caller's keys.
fn local_config(user: &str, keys: Option<&str>) -> Trial {
    let trial =
        Trial::new().element("managers", &[], "").builtin("local-config").set("user", user).home("home");
    if let Some(keys) = keys {
        fs::create_dir(trial.join("home/.ssh")).unwrap();
        fs::write(trial.join("home/.ssh/authorized_keys"), keys).unwrap();
    }
    trial
}

fn mode_and_owner(trial: &Loaded, path: &str) -> (u32, u32, u32) {
    let found = fs::symlink_metadata(trial.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    (found.mode() & 0o7777, found.uid(), found.gid())
}

#[test]
fn mellanox_is_mapped_and_asks_for_a_ramdisk() {
    let trial = Trial::new().element("managers", &[], "").builtin("mellanox").start();
    trial.succeed("mellanox", "mellanox");
    assert_eq!(
        trial.read("/records"),
        "install librdmacm-dev infiniband-diags ibverbs-utils rdmacm-utils dkms mstflint ibacm pciutils perftest \
         rdma-core srptools opensm ibverbs-providers vlan\n"
    );
    let contents = trial.read("/etc/udev/rules.d/81-mellanox.rules");
    let rules = UdevRules { contents, element: "mellanox".to_owned() };
    let expected = Ramdisk {
        modules: MODULES.map(str::to_owned).to_vec(),
        udev_rules: [("81-mellanox-drivers.rules".to_owned(), rules)].into(),
        ..Ramdisk::default()
    };
    assert_eq!(trial.runner.contributions().ramdisk, expected);
}

#[test]
fn modules_that_no_kernel_has_are_not_loaded_at_boot() {
    let trial = Trial::new().element("managers", &[], "").builtin("mellanox").start();
    let loaded = || {
        trial.run_in(Phase::PostInstall, "mellanox", "mellanox-modules").unwrap();
        trial.read("/etc/modules-load.d/mellanox.conf")
    };
    assert_eq!(loaded(), MODULES.join("\n") + "\n", "a kernel may come later");

    fs::remove_file(trial.path("/etc/modules-load.d/mellanox.conf")).unwrap();
    for (kernel, list, text) in [
        (
            "6.1.0-cloud",
            "dep",
            "kernel/net/mlx4/mlx4_en.ko: kernel/net/mlx4/mlx4_core.ko\nkernel/mlx5-ib.ko.xz:\n",
        ),
        ("6.1.0-cloud", "builtin", "kernel/ib_umad.ko\n"),
        ("6.12.0", "dep", "updates/mlx4_ib.ko.zst:\n"),
    ] {
        let directory = trial.path(&format!("/usr/lib/modules/{kernel}"));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(format!("modules.{list}")), text).unwrap();
    }
    std::os::unix::fs::symlink("usr/lib", trial.path("/lib")).unwrap();
    assert_eq!(loaded(), "mlx4_en\nmlx4_ib\nmlx5_ib\nib_umad\n");
}

#[test]
fn keys_are_added_once_and_belong_to_the_user() {
    let trial = local_config("bob", Some(KEYS)).start();
    for _ in 0..2 {
        trial.succeed("local-config", "ssh-key");
        assert_eq!(trial.read("/home/bob/.ssh/authorized_keys"), KEYS);
    }
    assert_eq!(mode_and_owner(&trial, "/home/bob"), (0o755, 1000, 1000));
    assert_eq!(mode_and_owner(&trial, "/home/bob/.ssh"), (0o700, 1000, 1000));
    assert_eq!(mode_and_owner(&trial, "/home/bob/.ssh/authorized_keys"), (0o600, 1000, 1000));

    fs::write(trial.path("/home/bob/.ssh/authorized_keys"), "ssh-rsa AAAAB3 me@home\nssh-rsa C you").unwrap();
    trial.succeed("local-config", "ssh-key");
    assert_eq!(
        trial.read("/home/bob/.ssh/authorized_keys"),
        "ssh-rsa AAAAB3 me@home\nssh-rsa C you\nssh-ed25519 AAAAC3 me@desk\n"
    );
}

#[test]
fn a_caller_without_keys_gives_none() {
    let trial = local_config("bob", None).start();
    trial.succeed("local-config", "ssh-key");
    assert!(!trial.path("/home").exists());
}

#[test]
fn keys_for_a_user_that_is_not_there_are_an_error() {
    let trial = local_config("ann", Some(KEYS)).start();
    assert_eq!(
        trial.returned("local-config", "ssh-key"),
        "the image has no user 'ann' who could get the caller's ssh keys\n    hint: choose another with --set \
         local-config.user=NAME, or add an element that makes this one before install.d/62"
    );
}

/// A second run changes nothing, and what a value cannot be is an error that does not show it.
#[test]
fn proxies_reach_every_package_manager() {
    let trial = local_config("root", None)
        .environment("http_proxy", "http://proxy:3128")
        .environment("HTTPS_PROXY", "http://proxy:3129")
        .environment("no_proxy", "localhost,.example.org")
        .start();
    for directory in ["etc/apt", "etc/zypp", "etc/dnf", "etc/sysconfig"] {
        fs::create_dir_all(trial.path(directory)).unwrap();
    }
    fs::write(trial.path("/etc/dnf/dnf.conf"), "[main]\nproxy=http://old\ngpgcheck=1\n").unwrap();
    fs::write(trial.path("/etc/sysconfig/proxy"), "NO_PROXY=\"localhost, 127.0.0.1\"\n").unwrap();
    for _ in 0..2 {
        if let Err(cause) = trial.run_in(Phase::PreInstall, "local-config", "proxy-settings") {
            panic!("{cause}");
        }
        for (path, expected) in [
            ("/etc/apt/apt.conf.d/02-use-http-proxy", "Acquire::http::Proxy \"http://proxy:3128\";\n"),
            ("/etc/apt/apt.conf.d/02-use-https-proxy", "Acquire::https::Proxy \"http://proxy:3129\";\n"),
            (
                "/etc/apt/apt.conf.d/02-no-proxy",
                "Acquire::http::Proxy::localhost \"DIRECT\";\nAcquire::http::Proxy::.example.org \"DIRECT\";\n\
                 Acquire::http::Proxy::192.0.2.1 \"DIRECT\";\n",
            ),
            ("/etc/dnf/dnf.conf", "[main]\nproxy=http://proxy:3128\ngpgcheck=1\n"),
            (
                "/etc/sysconfig/proxy",
                "NO_PROXY=\"localhost, 127.0.0.1, .example.org, 192.0.2.1\"\nHTTP_PROXY=\"http://proxy:3128\"\n\
                 HTTPS_PROXY=\"http://proxy:3129\"\nPROXY_ENABLED=\"yes\"\n",
            ),
        ] {
            assert_eq!(trial.read(path), expected, "{path}");
        }
    }
    assert!(!trial.path("/etc/yum.conf").exists());
}
