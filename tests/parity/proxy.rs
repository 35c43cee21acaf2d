//! A proxy that leads to one host, which has the files of a directory.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

/// It ends with the tests.
pub(crate) struct Proxy {
    /// The port of this machine's loopback.
    pub(crate) port: u16,
    asked_for: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// To the files of `directory`, at an address that it adds their paths to.
    pub(crate) fn start(address: &'static str, directory: PathBuf) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("opening a port");
        let port = listener.local_addr().expect("reading the port").port();
        let asked_for = Arc::new(Mutex::new(Vec::new()));
        let record = asked_for.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let url = stream.and_then(|stream| serve(&stream, address, &directory));
                record.lock().expect("a record").push(url.unwrap_or_else(|error| error.to_string()));
            }
        });
        Proxy { port, asked_for }
    }

    /// The URLs that were asked for so far, in order.
    pub(crate) fn asked_for(&self) -> Vec<String> {
        self.asked_for.lock().expect("a record").clone()
    }
}

/// Answers one request; gives its URL.
fn serve(mut stream: &TcpStream, address: &str, directory: &Path) -> io::Result<String> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let url = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let found = url.strip_prefix(address).and_then(|path| fs::read(directory.join(path)).ok());
    let (status, body) = found.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    if !request.starts_with("HEAD ") {
        stream.write_all(&body)?;
    }
    Ok(url)
}
