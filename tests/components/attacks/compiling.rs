//! Files that keep the host busy before any of their code runs.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use blankslate::element::Library;
use blankslate::element::declared::check_maps;
use blankslate_element_build::embed_manifest;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};

use crate::tooling::Scratch;
use crate::trial::{component, hook_entry};

/// How long a build may take to end.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long the compiler is left to begin.
const BEGINNING: Duration = Duration::from_secs(3);

/// Local variables and branches of a function that takes minutes to compile.
const LOCALS: u32 = 10_000;
const BRANCHES: u32 = 150_000;

fn leb(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        bytes.push(if value == 0 { byte } else { byte | 0x80 });
        if value == 0 {
            return bytes;
        }
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], leb(content.len() as u32).as_slice(), content].concat()
}

/// A core module of one function, in which every variable lives through every branch.
fn slow_module() -> Vec<u8> {
    const GET: u8 = 0x20;
    const SET: u8 = 0x21;
    const ADD: u8 = 0x6a;
    const VOID: u8 = 0x40;
    let mut code = [&[1][..], &leb(LOCALS), &[0x7f, 0x03, VOID]].concat();
    for branch in 0..BRANCHES {
        let local = |factor: u32| leb(branch.wrapping_mul(factor) % LOCALS);
        code.extend([0x02, VOID, GET]);
        code.extend(local(1));
        code.extend([0x0d, 0, GET]);
        code.extend(local(7));
        code.push(GET);
        code.extend(local(13));
        code.extend([ADD, SET]);
        code.extend(local(17));
        code.push(0x0b);
    }
    // Back to the loop's begin, then the ends of loop and function.
    code.extend([0x0c, 0, 0x0b, 0x0b]);
    let body = [leb(code.len() as u32), code].concat();
    let sections =
        [section(1, &[1, 0x60, 0, 0]), section(3, &[1, 0]), section(10, &[&[1][..], &body].concat())];
    [b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
}

/// What the manifest of each element begins with.
const HEAD: &str = "name = 'slow'\nversion = '0.1.0'\napi = '0.1'\nprovides = ['operating-system']";

/// Builds with an element that is right but for sections behind its own.
fn build(scratch: &Scratch, hostile: &[u8], arguments: &[&str]) -> Child {
    let manifest = format!("{HEAD}\n{}", hook_entry("root", "lines"));
    let bytes = [component("log").to_vec(), hostile.to_vec()].concat();
    let element = scratch.join("slow.wasm");
    fs::write(&element, embed_manifest(bytes, &manifest)).unwrap();
    let mut slate = Command::new(env!("CARGO_BIN_EXE_slate"));
    slate.args(["build", "-t", "raw", "--no-tmpfs"]).arg(&element).args(arguments);
    slate.arg("-o").arg(scratch.make_dir("out").join("image.raw"));
    slate.arg("--work-dir").arg(scratch.make_dir("work")).arg("--cache-dir").arg(scratch.join("cache"));
    slate.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// How a build ends, and what it says.
fn end(mut child: Child, begun: Instant) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap();
    assert!(begun.elapsed() < PATIENCE, "{:?}: {said}", begun.elapsed());
    (status.code(), said)
}

fn nothing_left(scratch: &Scratch) {
    let left = fs::read_dir(scratch.join("out")).unwrap().count();
    assert_eq!(left, 0, "an output of a build that failed");
    scratch.assert_nothing_left();
}

#[test]
fn a_build_is_interrupted_while_it_compiles() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let scratch = Scratch::new();
        let mut child = build(&scratch, &section(1, &slow_module()), &[]);
        std::thread::sleep(BEGINNING);
        assert!(child.try_wait().unwrap().is_none(), "it does not take long to compile");
        let begun = Instant::now();
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        let (status, said) = end(child, begun);
        assert_eq!(status, Some(128 + signal as i32), "{said}");
        nothing_left(&scratch);
    }
}

#[test]
fn compiling_takes_no_longer_than_a_hook_may() {
    let scratch = Scratch::new();
    let slow = section(1, &slow_module());
    let (status, said) = end(build(&scratch, &slow, &["--limit", "time=2s"]), Instant::now());
    assert_eq!(status, Some(1), "{said}");
    let expected = "element 'slow' does not load: compiling it takes more than the limit of 2 s of time for a hook; raise it with --limit time=4s";
    assert!(said.contains(expected), "{said}");
    nothing_left(&scratch);
}

/// Instances of a level, each of which holds as many of the level below.
const INSTANCES: u32 = 900;

/// A component in which each level has instances of the one below: a small file, and a
/// thousand million of instances.
fn nested_component(levels: u32) -> wasm_encoder::Component {
    use wasm_encoder::{Component, ComponentInstanceSection, NestedComponentSection};
    let mut component = Component::new();
    if levels > 0 {
        component.section(&NestedComponentSection(&nested_component(levels - 1)));
        let mut instances = ComponentInstanceSection::new();
        let none: [(&str, wasm_encoder::ComponentExportKind, u32); 0] = [];
        for _ in 0..INSTANCES {
            instances.instantiate(0, none);
        }
        component.section(&instances);
    }
    component
}

/// Sections that make such a component one more of a guest program, and an instance of it.
fn nested_instances() -> Vec<u8> {
    let own = wasmparser::Parser::new(0).parse_all(component("log")).map(Result::unwrap);
    let (mut depth, mut components) = (0, 0);
    for payload in own {
        match payload {
            wasmparser::Payload::ComponentSection { .. } => {
                components += u32::from(depth == 0);
                depth += 1;
            }
            wasmparser::Payload::ModuleSection { .. } => depth += 1,
            wasmparser::Payload::End(_) => depth -= 1,
            _ => {}
        }
    }
    let instance = [&[1, 0][..], &leb(components), &[0]].concat();
    [section(4, nested_component(3).as_slice()), section(5, &instance)].concat()
}

#[test]
fn compiling_takes_no_more_memory_than_it_may() {
    for hostile in [section(1, &slow_module()), nested_instances()] {
        let scratch = Scratch::new();
        let arguments = ["--limit", "compiling=64MiB"];
        let (status, said) = end(build(&scratch, &hostile, &arguments), Instant::now());
        assert_eq!(status, Some(1), "{said}");
        let expected = "element 'slow' does not load: compiling it takes more than the limit of 64 MiB of memory to compile a component; raise it with --limit compiling=128MiB";
        assert!(said.contains(expected), "{said}");
        nothing_left(&scratch);
    }
}

#[test]
fn the_texts_of_a_folder_are_bounded() {
    let scratch = Scratch::new();
    let large = vec![b' '; (4 << 20) + 1];
    let folder = scratch.make_dir("maps");
    fs::write(folder.join("element-deps"), &large).unwrap();
    assert_eq!(told(&folder), "reading PATH/element-deps: more than the fixed bound 'text' of 4 MiB");
    fs::write(folder.join("element-deps"), "").unwrap();
    fs::write(folder.join("pkg-map"), &large).unwrap();
    let element = Library::default().open(&folder).unwrap();
    let error = check_maps(&element).expect_err("a map of any size").to_string();
    let expected = "/pkg-map: more than the fixed bound 'text' of 4 MiB";
    assert!(error.starts_with("pkg-map of element maps: ") && error.ends_with(expected), "{error}");
    fs::remove_file(folder.join("pkg-map")).unwrap();
    fs::write(folder.join("element.toml"), &large).unwrap();
    assert_eq!(told(&folder), "reading PATH/element.toml: more than the fixed bound 'text' of 4 MiB");
}

/// Why the element at a path does not load.
fn told(path: &Path) -> String {
    let error = Library::default().open(path).expect_err("it loads");
    error.to_string().replace(path.to_str().unwrap(), "PATH")
}

#[test]
fn a_component_is_a_regular_file_of_bounded_size_and_so_is_its_manifest() {
    let scratch = Scratch::new();
    let (pipe, large) = (scratch.join("pipe.wasm"), scratch.join("large.wasm"));
    mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    fs::File::create(&large).unwrap().set_len((256 << 20) + 1).unwrap();
    let manifest = scratch.join("manifest.wasm");
    let comment = format!("{}\n# {}", HEAD, "x".repeat(4 << 20));
    fs::write(&manifest, embed_manifest(component("log").to_vec(), &comment)).unwrap();
    assert_eq!(told(&pipe), "reading PATH: not a regular file");
    assert_eq!(told(&large), "reading PATH: more than the fixed bound 'component' of 256 MiB");
    assert_eq!(
        told(&manifest),
        "PATH: section 'blankslate:element-manifest' is more than the fixed bound 'text' of 4 MiB"
    );
}
