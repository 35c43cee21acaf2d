//! Elements that take what they were not granted.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use blankslate::plugin::Limit;

use super::refused;
use crate::trial::Trial;

/// The words for a wish that the manifest does not have.
fn not_asked_for(element: &str, wish: &str) -> String {
    format!(
        "element '{element}' may not use {wish}, which its element.toml does not ask for: add it under [capabilities], then grant it with --grant {element}:{wish}"
    )
}

/// The words for a wish that the operator did not grant.
fn not_granted(element: &str, wish: &str) -> String {
    format!("element '{element}' was not granted {wish}: grant it with --grant {element}:{wish}")
}

#[test]
fn an_environment_that_is_not_granted_is_not_read() {
    let element = "attack-environment";
    let manifest = "capabilities.environment = ['TOKEN']";
    let trial = Trial::new().element(element, &["undeclared", "ungranted", "process"], manifest);
    let trial = trial.environment("SECRET", "x").environment("TOKEN", "x").start();
    refused(
        &trial,
        element,
        &[
            ("undeclared", &not_asked_for(element, "environment=SECRET")),
            ("ungranted", &not_granted(element, "environment=TOKEN")),
        ],
    );
    trial.succeed(element, "process");
}

#[test]
fn files_of_the_build_host_that_are_not_granted_are_not_read() {
    let element = "attack-host-file";
    let hooks =
        ["undeclared", "ungranted", "dots", "sibling", "link", "link-list", "link-copy", "pipe", "copy"];
    let trial = Trial::new();
    let granted = trial.join("granted");
    fs::create_dir(&granted).unwrap();
    symlink("../secret", granted.join("link")).unwrap();
    symlink("..", granted.join("up")).unwrap();
    nix::unistd::mkfifo(&granted.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let (secret, beside) = (trial.join("secret"), trial.join(""));
    let (secret, beside) = (secret.display(), beside.display().to_string());
    let beside = beside.trim_end_matches('/');
    let granted = granted.display().to_string();
    let manifest = format!(
        "parameters.granted = {{ type = 'string' }}\ncapabilities.host-files = ['{granted}', '/root/.ssh']"
    );
    let trial = trial.element(element, &hooks, &manifest).grant(element, &format!("host-file={granted}"));
    let trial = trial.set("attack-host-file.granted", &granted).start();
    let leads = |link: &str, to: &str| {
        format!("{granted}/{link} leads to {to}: {}", not_asked_for(element, &format!("host-file={to}")))
    };
    refused(
        &trial,
        element,
        &[
            ("undeclared", &not_asked_for(element, "host-file=/etc/shadow")),
            ("ungranted", &not_granted(element, "host-file=/root/.ssh/id_ed25519")),
            (
                "dots",
                &format!(
                    "reading {granted}/../secret of the build host: '{granted}/../secret' is not a path from / or ~/ without '..'"
                ),
            ),
            ("sibling", &not_asked_for(element, &format!("host-file={granted}-not/file"))),
            ("link", &leads("link", &secret.to_string())),
            ("link-list", &leads("up", beside)),
            ("link-copy", &leads("link", &secret.to_string())),
            ("pipe", &format!("reading {granted}/pipe of the build host: not a regular file")),
            ("copy", &not_asked_for(element, "host-file=/etc/shadow")),
        ],
    );
}

/// A server; counts what it is asked.
fn serve(answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked: Arc<AtomicUsize> = Arc::default();
    let count = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::Relaxed);
            let mut first = String::new();
            let _ = BufReader::new(&stream).read_line(&mut first);
            answer(first.split(' ').nth(1).unwrap_or_default(), &mut stream);
        }
    });
    (address, asked)
}

#[test]
fn urls_that_are_not_granted_are_not_asked_for() {
    let element = "attack-url";
    let (private, asked) = serve(|_, _| {});
    let elsewhere = format!("{private}/metadata");
    let (public, _) = serve(move |path, stream| {
        let _ = match path {
            "/public/redirect" => stream.write_all(
                format!("HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes(),
            ),
            // Less than it says.
            "/public/broken" => stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\nConnection: close\r\n\r\n")
                .and_then(|()| stream.write_all(&[7; 300_000])),
            _ => {
                let begun = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                while stream.write_all(&[7; 64 * 1024]).is_ok() {}
                begun
            }
        };
    });
    let hooks =
        ["undeclared", "ungranted", "dots", "host", "file", "redirect", "broken", "endless", "fetched"];
    let granted = format!("{public}/public/");
    let manifest = format!(
        "parameters.granted = {{ type = 'string' }}\nparameters.digest = {{ type = 'string' }}\ncapabilities.urls = ['{granted}', 'http://127.0.0.1:2/']"
    );
    let digest = "0".repeat(64);
    let trial = Trial::new().element(element, &hooks, &manifest).limit(Limit::Download, 1 << 20);
    let trial = trial.grant(element, &format!("url={granted}")).set("attack-url.granted", &granted);
    let trial = trial.set("attack-url.digest", &digest).start();
    let host = format!("{public}@127.0.0.1:1/");
    let dots = format!("{granted}%2e%2e/private");
    refused(
        &trial,
        element,
        &[
            ("undeclared", &not_asked_for(element, "url=http://127.0.0.1:1/")),
            ("ungranted", &not_granted(element, "url=http://127.0.0.1:2/")),
            ("dots", &format!("fetching {dots}: '{dots}' has a '.' or '..' or a sign that no URL has")),
            ("host", &not_asked_for(element, &format!("url={host}"))),
            ("file", "fetching file:///etc/shadow: 'file:///etc/shadow' is no https: or http: URL"),
            ("redirect", &not_asked_for(element, &format!("url={private}/metadata"))),
            (
                "fetched",
                &format!(
                    "copying to /stolen in the image: '{digest}' is no file that element 'attack-url' fetched"
                ),
            ),
        ],
    );
    assert_eq!(asked.load(Ordering::Relaxed), 0, "the private server was asked");
    for hook in ["broken", "endless"] {
        assert_eq!(
            trial.returned(element, hook),
            format!(
                "fetching {granted}{hook}: more than the limit of 1 MiB of fetched data; raise it with --limit download=2MiB"
            )
        );
    }
    let kept = fs::read_dir(trial.beside("downloads")).unwrap().count();
    assert_eq!(kept, 0, "nothing of it is kept");
}

#[test]
fn a_server_that_says_nothing_is_waited_for_no_longer_than_the_hook_may_take() {
    let element = "attack-url";
    let (silent, asked) = serve(|_, stream| {
        let _ = std::io::copy(stream, &mut std::io::sink());
    });
    let granted = format!("{silent}/");
    let manifest = format!("parameters.granted = {{ type = 'string' }}\ncapabilities.urls = ['{granted}']");
    let trial = Trial::new().element(element, &["silent"], &manifest).limit(Limit::Time, 1);
    let trial = trial.grant(element, &format!("url={granted}")).set("attack-url.granted", &granted).start();
    let cause = trial.run(element, "silent").unwrap_err();
    assert_eq!(cause.to_string(), "ran longer than its limit of 1 s; raise it with --limit time=2s");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(fs::read_dir(trial.beside("downloads")).unwrap().count(), 0, "nothing of it is kept");
}

#[test]
fn programs_that_are_not_granted_do_not_run() {
    let element = "attack-program";
    let manifest = "capabilities.host-programs = [{ program = 'cat' }, { program = 'id' }]";
    let hooks = ["undeclared", "ungranted", "path", "dots", "chroot", "neighbour"];
    let more = ["path-variable", "preload", "planted"];
    let hooks: Vec<&str> = hooks.into_iter().chain(more).collect();
    let trial = Trial::new().element(element, &hooks, manifest).grant(element, "host-program=cat").start();
    refused(
        &trial,
        element,
        &[
            ("undeclared", &not_asked_for(element, "host-program=sh")),
            ("ungranted", &not_granted(element, "host-program=id")),
            ("path", "running /bin/sh: '/bin/sh' is not the name of a program"),
            ("dots", "running ../bin/sh: '../bin/sh' is not the name of a program"),
            ("chroot", &not_asked_for(element, "chroot")),
            ("neighbour", "running cat: '../other/secret' leads elsewhere"),
            ("path-variable", &not_settable("PATH")),
            ("preload", &not_settable("LD_PRELOAD")),
        ],
    );
    trial.succeed(element, "planted");
}

fn not_settable(variable: &str) -> String {
    format!(
        "running cat: the variable {variable} cannot be set for a program of the build host (those that can: DEBIAN_FRONTEND, INITRD, LANG, LC_ALL, SOURCE_DATE_EPOCH, http_proxy, https_proxy, ftp_proxy, no_proxy, HTTP_PROXY, HTTPS_PROXY, FTP_PROXY, NO_PROXY, ARCH)"
    )
}
