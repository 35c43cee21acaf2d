//! The metadata service of one connection: a request on standard input, its
//! answer on standard output, in OpenStack's form.
//!
//! QEMU starts one such process for each connection of the guest to
//! 169.254.169.254, so no port of the host is involved.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

/// Answers the request on standard input for the machine `instance`, which
/// takes the public key in the file `key`.
pub(crate) fn answer(instance: &str, key: &str) -> ExitCode {
    let outcome = read_path(&mut io::stdin().lock())
        .and_then(|path| io::stdout().write_all(response(&path, instance, Path::new(key))?.as_bytes()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("answering a request for metadata: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the request line and the headers behind it; gives the path asked for.
fn read_path(input: &mut impl BufRead) -> io::Result<String> {
    let mut request = String::new();
    input.read_line(&mut request)?;
    let mut header = String::new();
    while input.read_line(&mut header)? > 0 && !header.trim().is_empty() {
        header.clear();
    }
    Ok(request.split(' ').nth(1).unwrap_or_default().trim_end_matches('/').to_owned())
}

fn response(path: &str, instance: &str, key: &Path) -> io::Result<String> {
    let (status, body) = match path {
        "/openstack" => ("200 OK", "latest\n".to_owned()),
        "/openstack/latest/meta_data.json" => ("200 OK", metadata(instance, &std::fs::read_to_string(key)?)),
        "/openstack/latest/vendor_data.json" => ("200 OK", "{}".to_owned()),
        // Asked for with patience where it is missing.
        "/latest/meta-data" => ("200 OK", String::new()),
        _ => ("404 Not Found", String::new()),
    };
    let length = body.len();
    Ok(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"))
}

fn metadata(instance: &str, key: &str) -> String {
    let value = serde_json::json!({
        "uuid": instance,
        "name": "boot-test",
        "hostname": "boot-test",
        "public_keys": { "test": key.trim() },
    });
    value.to_string()
}
