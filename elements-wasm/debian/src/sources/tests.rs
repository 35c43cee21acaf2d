use super::*;

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn source(uris: &str, suites: &str, components: &str, signed_by: Option<&str>) -> Source {
    Source {
        uris: words(uris),
        suites: words(suites),
        components: words(components),
        signed_by: signed_by.map(str::to_owned),
    }
}

fn wish() -> Wish {
    Wish { release: "bookworm".into(), ..Wish::default() }
}

const DEB822: &str = "\
Types: deb deb-src
# a comment
URIs: http://deb.example/debian
Suites: bookworm
 bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://old.example/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb-src
URIs: http://deb.example/debian
Suites: bookworm
Components: main
";

#[test]
fn reads_stanzas() {
    let expected = source("http://deb.example/debian", "bookworm bookworm-updates", "main", Some(KEYRING));
    assert_eq!(parse("debian.sources", DEB822), [expected]);
}

#[test]
fn reads_lines() {
    let text = "\
# deb http://comment.example/debian bookworm main
deb\thttp://deb.example/debian bookworm main contrib # the archive
deb-src http://deb.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://x.example/debian bookworm main
deb http://incomplete.example/
";
    let expected = [
        source("http://deb.example/debian", "bookworm", "main contrib", None),
        source("http://x.example/debian", "bookworm", "main", Some("/k.gpg")),
    ];
    assert_eq!(parse("sources.list", text), expected);
}

#[test]
fn takes_only_debian_of_the_release_from_the_host() {
    let debian =
        source("http://deb.example/debian", "bookworm bookworm-updates trixie", "main", Some(KEYRING));
    let others = [
        source("https://download.example/linux/debian", "bookworm", "stable", None),
        source("https://apt.example/", "bookworm", "main", Some("/usr/share/keyrings/other.gpg")),
        source("https://apt.example/tools", "bookworm", "main", None),
        source("cdrom:[Debian]/debian", "bookworm", "main", None),
        source("http://deb.example/debian", "trixie", "main", None),
    ];
    let host: Vec<Source> = others.into_iter().chain([debian]).collect();
    let expected = source("http://deb.example/debian", "bookworm bookworm-updates", "main", Some(KEYRING));
    assert_eq!(choose(&wish(), &host), [expected]);
}

#[test]
fn components_can_be_chosen() {
    let host = [source("http://deb.example/debian", "bookworm", "main", None)];
    let wish = Wish { components: Some(words("main contrib")), ..wish() };
    assert_eq!(choose(&wish, &host), [source("http://deb.example/debian", "bookworm", "main contrib", None)]);
}

#[test]
fn mirrors_win_over_the_host() {
    let host = [source("http://deb.example/debian", "bookworm bookworm-security", "main", None)];
    let mirror = source("http://m.example/debian", "bookworm bookworm-updates", "main", None);
    let security = |uri: &str| source(uri, "bookworm-security", "main", None);
    let wish = |security_mirror: Option<&str>| Wish {
        mirror: Some("http://m.example/debian".into()),
        security_mirror: security_mirror.map(str::to_owned),
        ..wish()
    };
    let table = [
        (wish(None), vec![mirror.clone(), security("http://deb.example/debian")]),
        (wish(Some("")), vec![mirror.clone()]),
        (wish(Some("http://s.example/security")), vec![mirror, security("http://s.example/security")]),
    ];
    for (wish, expected) in table {
        assert_eq!(choose(&wish, &host), expected);
    }
}

#[test]
fn a_security_mirror_stands_beside_the_hosts_archive() {
    let host = [source("http://deb.example/debian", "bookworm bookworm-security", "main", None)];
    let wish = Wish { security_mirror: Some("http://s.example/security".into()), ..wish() };
    let expected = [
        source("http://deb.example/debian", "bookworm", "main", None),
        source("http://s.example/security", "bookworm-security", "main", None),
    ];
    assert_eq!(choose(&wish, &host), expected);
}

#[test]
fn the_hosts_mirror_serves_other_releases() {
    let host = [
        source("http://deb.example/debian", "bookworm bookworm-updates", "main", Some(KEYRING)),
        source("http://deb.example/debian-security", "bookworm-security", "main", Some(KEYRING)),
    ];
    let of = |release: &str| choose(&Wish { release: release.into(), ..wish() }, &host);
    let trixie = [
        source("http://deb.example/debian", "trixie trixie-updates", "main", Some(KEYRING)),
        source("http://deb.example/debian-security", "trixie-security", "main", Some(KEYRING)),
    ];
    assert_eq!(of("trixie"), trixie);
    assert_eq!(of("sid"), [source("http://deb.example/debian", "sid", "main", Some(KEYRING))]);
}

#[test]
fn a_host_without_debian_leaves_the_choice_to_the_bootstrap_program() {
    let host = [source("http://archive.example/ubuntu", "noble", "main", None)];
    assert_eq!(choose(&wish(), &host), []);
    let with_security = Wish { security_mirror: Some("http://s.example/security".into()), ..wish() };
    assert_eq!(choose(&with_security, &host), []);
}

#[test]
fn the_lack_of_security_updates_is_known() {
    let table = [
        ("bookworm", "bookworm", false),
        ("bookworm bookworm-security", "bookworm", true),
        ("sid", "sid", true),
    ];
    for (suites, release, expected) in table {
        let sources = [source("http://deb.example/debian", suites, "main", None)];
        assert_eq!(has_security(&sources, release), expected, "{suites}");
    }
}

#[test]
fn writes_both_formats() {
    let sources = [
        source("http://a.example/debian", "bookworm bookworm-updates", "main", Some("/k.gpg")),
        source("http://b.example/debian", "bookworm-security", "main contrib", None),
    ];
    let lines = "\
deb [signed-by=/k.gpg] http://a.example/debian bookworm main
deb [signed-by=/k.gpg] http://a.example/debian bookworm-updates main
deb http://b.example/debian bookworm-security main contrib
";
    assert_eq!(to_lines(&sources), lines);
    let deb822 = "\
Types: deb
URIs: http://a.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://b.example/debian
Suites: bookworm-security
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
";
    assert_eq!(to_deb822(&sources), deb822);
    assert_eq!(parse("x.sources", deb822).len(), 2);
}
