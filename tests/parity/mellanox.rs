//! `mellanox`: packages, modules and udev rules, in the image and for a ramdisk.

use crate::{ASKED_FOR, Case, Difference, trees, words};

/// What the image and a ramdisk get.
pub(crate) const RULES: &str = "# Drivers of Mellanox adapters, when a network interface appears.\n\
    SUBSYSTEM==\"net\", ACTION==\"add\", \
    RUN{builtin}+=\"kmod load mlx4_en mlx4_ib ib_ipoib mlx5_ib ib_umad ib_uverbs\"\n";

const MODULES: &str = "mlx4_en\nmlx4_ib\nib_ipoib\nmlx5_ib\nib_umad\nib_uverbs\n";

/// What a ramdisk does with the modules.
pub(crate) const MODPROBES: &str = "modprobe mlx4_en\nmodprobe mlx4_ib\nmodprobe ib_ipoib\nmodprobe mlx5_ib\n\
    modprobe ib_umad\nmodprobe ib_uverbs\n";

/// The packages on Red Hat.
pub(crate) const RED_HAT: &str = "ibacm infiniband-diags libibverbs libibverbs-utils librdmacm-utils mstflint \
    opensm pciutils perftest rdma-core srp_daemon";

/// The packages on SUSE.
pub(crate) const SUSE: &str = "ibacm infiniband-diags libibverbs libibverbs-utils libmlx4-1 libmlx5-1 \
    librdmacm-utils mstflint opensm pciutils perftest rdma-core rpm-build srp_daemon";

const DIFFERENCES: &[Difference] = &[
    ("./etc/udev/rules.d/81-mellanox.rules", "the same rule in one line, by udev's own loader of modules"),
    ("./etc/modules", "a file that only Debian reads"),
    ("./etc/modules-load.d(/mellanox.conf)?", "the same modules in the file that every systemd reads"),
    ("./usr/share/pkg-map/mellanox", "the element's map"),
    ("./var/lib/asked-for-packages", "names that exist today; see below"),
    (
        "./var/lib/ramdisk/init.d/.+",
        "the same modules, loaded behind the ramdisk's own first script, which mounts what modprobe reads",
    ),
    ("./var/lib/ramdisk/udev.d/.+", "the rule as in the image"),
    ("./var/lib/ramdisk/dracut-drivers.d(/.+)?", "dracut leaves modules out that it is not told of"),
];

fn case(family: &'static str) -> Case {
    Case {
        family,
        element: "mellanox",
        beside: &["package-installs", "epel"],
        environment: &[],
        keys: None,
        differences: DIFFERENCES,
        holds: &[
            ("etc/udev/rules.d/81-mellanox.rules", "-rw-r--r-- 0/0", RULES),
            ("etc/modules-load.d/mellanox.conf", "-rw-r--r-- 0/0", MODULES),
            ("var/lib/ramdisk/init.d/11-slate-modules", "-rw-r--r-- 0/0", MODPROBES),
            ("var/lib/ramdisk/udev.d/81-mellanox-drivers.rules", "-rw-r--r-- 0/0", RULES),
            ("var/lib/ramdisk/dracut-drivers.d/slate", "-rw-r--r-- 0/0", MODULES),
        ],
    }
}

/// diskimage-builder's list has `libibverbs*`, `libmlx4*`, `libmlx5*`,
/// `libibmad.*`, `libibumad*` and `librdmacm*` for the libraries, which
/// rdma-core's packages bring now; the rest is as it was.
#[test]
fn debian() {
    let ours = case("debian").run();
    let asked = ours.contents(ASKED_FOR);
    let expected = "dkms ibacm ibverbs-providers ibverbs-utils infiniband-diags librdmacm-dev mstflint opensm pciutils \
                    perftest rdma-core rdmacm-utils srptools vlan";
    assert_eq!(words(&asked), words(expected));
    let known = trees::debian_packages();
    let unknown: Vec<&str> = words(&asked).into_iter().filter(|name| !known.contains(*name)).collect();
    assert!(unknown.is_empty(), "not in Debian's archive: {unknown:?}");
}

/// `rdma` became `rdma-core`, the drivers' libraries a part of `libibverbs`,
/// `srptools` became `srp_daemon`.
#[test]
fn red_hat() {
    for family in ["fedora", "yum"] {
        let ours = case(family).run();
        assert_eq!(words(&ours.contents(ASKED_FOR)), words(RED_HAT), "{family}");
    }
}

/// `rdma` became `rdma-core`, `libmlx4` and `libmlx5` have their ABI's number
/// in the name, `srptools` became `srp_daemon`; the rest came with `rdma-core`.
#[test]
fn suse() {
    let ours = case("suse").run();
    assert_eq!(words(&ours.contents(ASKED_FOR)), words(SUSE));
}
