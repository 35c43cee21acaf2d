//! Files by URL.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::trial::Trial;

const HOOKS: [&str; 5] = ["get", "mismatch", "absent", "offline", "elsewhere"];

/// The SHA-256 of `fetched`.
const DIGEST: &str = "0c7fcf412c36e9e1cfc3cca37cec9afedcfca86e1943f6827c36e88dfda41642";

/// Serves `/served`, and nothing else, as often as it is asked until the test ends.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    format!("http://{address}/")
}

fn answer(mut stream: TcpStream) {
    let mut first = String::new();
    let _ = BufReader::new(&stream).read_line(&mut first);
    let answer = match first.starts_with("GET /served ") {
        true => "200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nfetched",
        false => "404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    };
    let _ = stream.write_all(format!("HTTP/1.1 {answer}").as_bytes());
}

fn trial(base: &str) -> Trial {
    let manifest = format!(
        "parameters.url = {{ type = 'string' }}\nparameters.digest = {{ type = 'string' }}\ncapabilities.urls = ['{base}']\n"
    );
    let trial = Trial::new().element("fetch", &HOOKS, &manifest).grant("fetch", &format!("url={base}"));
    trial.set("fetch.url", &format!("{base}served")).set("fetch.digest", DIGEST)
}

#[test]
fn files_are_fetched_checked_and_found_again() {
    let trial = trial(&serve()).start();
    trial.succeed("fetch", "get");
    assert_eq!(trial.read("/fetched"), "fetched");
    assert!(trial.beside("downloads").join(DIGEST).exists());
}

#[test]
fn what_was_changed_in_the_cache_is_fetched_anew() {
    let trial = trial(&serve()).start();
    trial.succeed("fetch", "get");
    let (file, note) =
        (trial.beside("downloads").join(DIGEST), trial.beside("downloads/sha256-").into_os_string());
    let note = PathBuf::from([note.to_str().unwrap(), DIGEST].concat());
    let changes: [(&str, &dyn Fn()); 5] = [
        ("its content has changed", &|| fs::write(&file, "hostile").unwrap()),
        ("its content has changed", &|| fs::write(&file, "").unwrap()),
        ("its note is no digest", &|| fs::write(&note, "../secret").unwrap()),
        ("larger than 64 bytes, which is the limit", &|| fs::write(&note, "../".repeat(30)).unwrap()),
        ("symbolic links", &|| {
            fs::remove_file(&file).unwrap();
            symlink("../secret", &file).unwrap();
        }),
    ];
    for (told, change) in changes {
        change();
        trial.succeed("fetch", "get");
        assert_eq!(trial.read("/fetched"), "fetched", "{told}");
        let tail = trial.output.tail().join("\n");
        assert!(tail.contains(told), "{told}: {tail}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "fetched", "{told}");
        assert_eq!(fs::read_to_string(&note).unwrap(), DIGEST, "{told}");
    }
    assert_eq!(fs::read_to_string(trial.beside("secret")).unwrap(), "secret");
}

#[test]
fn failures_are_told_apart() {
    let trial = trial(&serve()).start();
    trial.succeed("fetch", "mismatch");
    trial.succeed("fetch", "absent");
    assert_eq!(
        trial.returned("fetch", "elsewhere"),
        "element 'fetch' may not use url=https://example.org/elsewhere, which its element.toml does not ask for: add it under [capabilities], then grant it with --grant fetch:url=https://example.org/elsewhere"
    );
}

#[test]
fn nothing_is_fetched_offline() {
    trial("http://127.0.0.1:1/").offline().start().succeed("fetch", "offline");
}
