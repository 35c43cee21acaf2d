//! Everything that ends a guest before its time.
use blankslate_sdk::{Context, Element, Error, Result, rootfs};

struct Failures;

impl Element for Failures {
    fn install(hook: &str) -> Result {
        match hook {
            "returned" => {
                let cause = "many".parse::<u8>().context("reading the port");
                cause.map_err(|error| error.context("configuring").hint("give a number")).map(drop)
            }
            "panic" => configure(&Vec::new()),
            "loop" => loop {
                std::hint::black_box(());
            },
            "memory" => {
                let mut hoard = Vec::new();
                loop {
                    hoard.push(vec![1_u8; 1 << 20]);
                    std::hint::black_box(&hoard);
                }
            }
            "recursion" => Err(Error::new(endless(1).to_string())),
            "nesting" => Err(Error::new(nested(NESTED).to_string())),
            "handles" => {
                rootfs::write("/file", "")?;
                let open: std::result::Result<Vec<_>, _> = (0..1000).map(|_| rootfs::open("/file")).collect();
                open.map(drop).map_err(Error::from)
            }
            _ => Ok(rootfs::write("/huge", vec![0; 300 << 20])?),
        }
    }
}

/// What a call gives is looked at, so that no frame is left out of a backtrace.
#[inline(never)]
fn configure(lines: &[u8]) -> Result {
    let set = std::hint::black_box(set_port(lines));
    set.map_err(|error| error.context("configuring"))
}

#[inline(never)]
fn set_port(lines: &[u8]) -> Result {
    let port = std::hint::black_box(deep_inside(lines));
    if port == 0 { Err(Error::new("no port")) } else { Ok(()) }
}

#[inline(never)]
fn deep_inside(lines: &[u8]) -> u8 {
    let index = std::hint::black_box(7);
    lines[index]
}

#[inline(never)]
fn endless(depth: u64) -> u64 {
    if depth == 0 { 0 } else { endless(std::hint::black_box(depth + 1)) + depth }
}

/// Calls in one another, which take some MiB of stack.
const NESTED: u64 = 60_000;

#[inline(never)]
fn nested(levels: u64) -> u64 {
    if levels == 0 { 0 } else { nested(std::hint::black_box(levels - 1)) + 1 }
}

blankslate_sdk::register!(Failures);
