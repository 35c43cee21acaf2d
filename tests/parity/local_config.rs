//! `local-config`: keys and proxies.

use crate::{Case, Difference};

const KEYS: &str = "ssh-ed25519 AAAAC3 me@desk\nssh-rsa AAAAB3 me@home\n";

const HTTP: (&str, &str) = ("http_proxy", "http://me:secret@proxy.example:3128/");
const HTTPS: (&str, &str) = ("https_proxy", "http://proxy.example:3129");

const PROFILE: Difference =
    ("./home/stack/.profile", "the profile belongs to its user; diskimage-builder leaves it to root");

/// A tree and no more: no keys, no proxies, user root.
const PLAIN: Case = Case {
    family: "debian",
    element: "local-config",
    beside: &["package-installs"],
    environment: &[],
    keys: None,
    differences: &[PROFILE],
    holds: &[],
};

#[test]
fn root_gets_the_keys_and_apt_the_proxies() {
    Case {
        environment: &[HTTP, HTTPS],
        keys: Some(KEYS),
        holds: &[
            ("root/.ssh/authorized_keys", "-rw------- 0/0", KEYS),
            (
                "home/stack/.profile",
                "-rw-r--r-- 1001/1001",
                "export http_proxy=http://me:secret@proxy.example:3128/\n\
                 export https_proxy=http://proxy.example:3129\nexport no_proxy=192.0.2.1\n",
            ),
        ],
        ..PLAIN
    }
    .run();
}

#[test]
fn another_user_gets_the_keys_and_apt_the_exceptions() {
    Case {
        environment: &[
            HTTP,
            ("no_proxy", "localhost,.example.org"),
            ("DIB_LOCAL_CONFIG_USERNAME", "ann"),
        ],
        keys: Some(KEYS),
        differences: &[
            PROFILE,
            (
                "./home/ann/.ssh(/authorized_keys)?",
                "the keys belong to their user; diskimage-builder leaves them to root",
            ),
        ],
        holds: &[
            ("home/ann/.ssh/authorized_keys", "-rw------- 1000/1000", KEYS),
            (
                "etc/apt/apt.conf.d/02-no-proxy",
                "-rw-r--r-- 0/0",
                "Acquire::http::Proxy::localhost \"DIRECT\";\nAcquire::http::Proxy::.example.org \"DIRECT\";\n\
                 Acquire::http::Proxy::192.0.2.1 \"DIRECT\";\n",
            ),
        ],
        ..PLAIN
    }
    .run();
}

#[test]
fn nothing_to_take_over() {
    PLAIN.run();
}

#[test]
fn yum_gets_the_proxy() {
    Case {
        family: "yum",
        environment: &[HTTP, HTTPS, ("no_proxy", "localhost")],
        keys: Some(KEYS),
        holds: &[(
            "etc/yum.conf",
            "-rw-r--r-- 0/0",
            "[main]\nproxy=http://me:secret@proxy.example:3128/\ncachedir=/var/cache/yum\ngpgcheck=1\n",
        )],
        ..PLAIN
    }
    .run();
}

#[test]
fn dnf_gets_the_proxy() {
    Case {
        family: "fedora",
        environment: &[HTTP],
        differences: &[
            PROFILE,
            (
                "./etc/(yum|dnf/dnf).conf",
                "diskimage-builder replaces the link to dnf's file by a copy with the proxy, which dnf does not read",
            ),
        ],
        holds: &[
            (
                "etc/dnf/dnf.conf",
                "-rw-r--r-- 0/0",
                "[main]\nproxy=http://me:secret@proxy.example:3128/\ngpgcheck=1\ninstallonly_limit=3\n",
            ),
            ("etc/yum.conf", "lrwxrwxrwx 0/0", ""),
        ],
        ..PLAIN
    }
    .run();
}

/// Without `no_proxy`: with more than one host diskimage-builder's element
/// fails here, its list having the sign that separates the parts of its `sed`.
#[test]
fn zypper_gets_the_proxies() {
    Case {
        family: "suse",
        environment: &[HTTP, HTTPS],
        keys: Some(KEYS),
        holds: &[(
            "etc/sysconfig/proxy",
            "-rw-r--r-- 0/0",
            "PROXY_ENABLED=\"yes\"\nHTTP_PROXY=\"http://me:secret@proxy.example:3128/\"\n\
             HTTPS_PROXY=\"http://proxy.example:3129\"\nFTP_PROXY=\"\"\nNO_PROXY=\"localhost, 127.0.0.1, 192.0.2.1\"\n",
        )],
        ..PLAIN
    }
    .run();
}
