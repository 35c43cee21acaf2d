//! The image's tree, function by function.
use blankslate_sdk::bindings::wit::types::Datetime;
use blankslate_sdk::rootfs::{self, Attributes, CopyOptions, ErrorKind, Existing, Kind, Node, Owner, Source};
use blankslate_sdk::{Element, Error, Result, bail};

struct Rootfs;

impl Element for Rootfs {
    fn install(hook: &str) -> Result {
        match hook {
            "files" => files(),
            "attributes" => attributes(),
            "links" => links(),
            "listings" => listings(),
            "trees" => trees(),
            "streams" => streams(),
            "errors" => errors(),
            "refused" => {
                rootfs::write("/dir/file", "x")?;
                refused_arguments()
            }
            "replace" => replace(),
            "link-attributes" => link_attributes(),
            "access" => access(),
            "moved" => moved(),
            _ => escapes(),
        }
    }
}

fn check(holds: bool, what: &str) -> Result {
    if holds { Ok(()) } else { Err(Error::new(what)) }
}

fn files() -> Result {
    rootfs::write("/a/b/new", "one")?;
    check(rootfs::read("/a/b/new")? == b"one", "a file reads as it was written")?;
    rootfs::append("/a/b/new", " two")?;
    rootfs::append("/a/b/appended", "made")?;
    rootfs::file("/a/b/new").keep_existing().write("kept?")?;
    check(rootfs::read_to_string("/a/b/new")? == "one two", "an existing file is kept")?;
    let fails = rootfs::file("/a/b/new").fail_if_existing().write("x").unwrap_err();
    check(matches!(fails.kind(), ErrorKind::Exists), "an existing file is an error")?;
    let orphan = rootfs::file("/none/here").without_parents().write("x").unwrap_err();
    check(matches!(orphan.kind(), ErrorKind::NotFound), "a missing directory is an error")?;
    rootfs::write("/etc/linked", "through")?;
    check(rootfs::read("/etc/target")? == b"through", "a link is followed")?;
    rootfs::rename("/a/b/appended", "/a/moved")?;
    rootfs::write("/a/gone", "")?;
    rootfs::remove("/a/gone")?;
    check(!rootfs::exists("/a/gone")?, "what is removed is gone")
}

fn attributes() -> Result {
    rootfs::file("/owned").mode(0o4750).owner("bob", "staff").extended("user.note", "hi").write("x")?;
    rootfs::write("/owned", "again")?;
    rootfs::directory("/data/deep").mode(0o2775).group("staff").create()?;
    let extended = rootfs::extended_attributes("/owned")?;
    check(extended == [("user.note".to_owned(), b"hi".to_vec())], "extended attributes are kept")?;
    rootfs::remove_extended_attribute("/owned", "user.note")?;
    rootfs::remove_extended_attribute("/owned", "user.note")?;
    check(rootfs::extended_attributes("/owned")?.is_empty(), "extended attributes are removed")?;
    rootfs::write("/tree/plain", "x")?;
    rootfs::file("/tree/program").mode(0o755).write("x")?;
    let change = Attributes { mode: Some(0o750), user: Some(Owner::Id(7)), ..rootfs::unchanged() };
    rootfs::set_attributes("/tree", &change, true)?;
    let nobody = rootfs::file("/x").owner("nobody-here", "root").write("x").unwrap_err();
    check(
        matches!(nobody.kind(), ErrorKind::UnknownOwner(name) if name == "nobody-here"),
        "owners are looked up",
    )?;
    let bad = rootfs::file("/x").mode(0o10000).write("x").unwrap_err();
    check(matches!(bad.kind(), ErrorKind::Invalid(_)), "a mode has 12 bits")?;
    let bob = rootfs::find_user("bob")?.ok_or(Error::new("bob is a user"))?;
    check((bob.uid, bob.home.as_str()) == (1000, "/home/bob"), "users have homes")?;
    check(
        rootfs::find_group("staff")? == Some(50) && rootfs::find_user("eve")?.is_none(),
        "groups have numbers",
    )
}

fn links() -> Result {
    rootfs::symlink("/run/nothing", "/dangling")?;
    rootfs::symlink("../elsewhere", "/dangling")?;
    let link = rootfs::symlink_metadata("/dangling")?.ok_or(Error::new("a link exists"))?;
    check(
        link.kind == Kind::Symlink && link.target.as_deref() == Some("../elsewhere"),
        "a link has a target",
    )?;
    check(rootfs::metadata("/dangling")?.is_none(), "a dangling link leads nowhere")?;
    rootfs::write("/first", "same")?;
    rootfs::hard_link("/first", "/second")?;
    check(rootfs::metadata("/second")?.is_some_and(|file| file.links == 2), "a file has two names")?;
    rootfs::make_node("/null", Node::CharacterDevice((1, 3)), 0o666)?;
    let null = rootfs::metadata("/null")?.ok_or(Error::new("a node exists"))?;
    check(null.device == Some((1, 3)) && null.mode == 0o666, "a node has numbers")?;
    rootfs::make_node("/pipe", Node::Fifo, 0o600)?;
    let pipe = rootfs::read("/pipe").unwrap_err();
    check(matches!(pipe.kind(), ErrorKind::Invalid(_)), "a pipe is not waited for")
}

fn listings() -> Result {
    for path in ["/l/b/x.conf", "/l/a.conf", "/l/b/.hidden", "/l/b/c/y.conf"] {
        rootfs::write(path, "")?;
    }
    let paths = |entries: Vec<rootfs::Entry>| entries.into_iter().map(|entry| entry.path).collect::<Vec<_>>();
    check(paths(rootfs::list("/l")?) == ["/l/a.conf", "/l/b"], "a listing is sorted")?;
    let all = ["/l/a.conf", "/l/b", "/l/b/.hidden", "/l/b/c", "/l/b/c/y.conf", "/l/b/x.conf"];
    check(paths(rootfs::walk("l/")?) == all, "a walk is sorted")?;
    for (pattern, expected) in [
        ("/l/*.conf", &["/l/a.conf"][..]),
        ("/l/**/*.conf", &["/l/a.conf", "/l/b/c/y.conf", "/l/b/x.conf"]),
        ("/l/*/x*", &["/l/b/x.conf"]),
        ("/l/b/*", &["/l/b/c", "/l/b/x.conf"]),
        ("/nothing/*", &[]),
    ] {
        let found = rootfs::glob(pattern)?;
        if found != expected {
            bail!("{pattern} matched {found:?}");
        }
    }
    Ok(())
}

fn trees() -> Result {
    rootfs::write("/from/deep/file", "x")?;
    rootfs::file("/from/owned").owner(1000u32, 50u32).write("x")?;
    rootfs::symlink("nowhere", "/from/link")?;
    rootfs::hard_link("/from/owned", "/from/deep/again")?;
    rootfs::copy(&Source::Image("/from".into()), "/to/copy")?;
    let copied = rootfs::metadata("/to/copy/owned")?.ok_or(Error::new("the copy exists"))?;
    check((copied.user, copied.links) == (1000, 2), "owners and hard links are copied")?;
    let options = CopyOptions { existing: Existing::Fail, keep_owners: false, parents: false };
    rootfs::copy_with(&Source::Image("/from/owned".into()), "/as-root", options)?;
    check(rootfs::metadata("/as-root")?.is_some_and(|file| file.user == 0), "a copy can be root's")?;
    let into_itself = rootfs::copy(&Source::Image("/from".into()), "/from/deep/copy").unwrap_err();
    check(matches!(into_itself.kind(), ErrorKind::Invalid(_)), "no copy into itself")?;
    rootfs::remove_tree("/from")?;
    rootfs::remove_tree("/from")?;
    check(!rootfs::exists("/from")?, "a tree is removed")
}

fn link_attributes() -> Result {
    rootfs::symlink("../elsewhere", "/dangling")?;
    let modified = Some(Datetime { seconds: 1_000_000_000, nanoseconds: 7 });
    let change = Attributes { user: Some("bob".into()), modified, ..rootfs::unchanged() };
    rootfs::set_link_attributes("/dangling", &change)?;
    let link = rootfs::symlink_metadata("/dangling")?.ok_or(Error::new("a link exists"))?;
    check(
        (link.user, link.modified.seconds, link.modified.nanoseconds) == (1000, 1_000_000_000, 7),
        "a link has an owner and a time",
    )
}

/// An access control list: read and write for the owner, read for user 1000 and all others.
const ACL: [u8; 44] = *b"\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x04\0\xe8\x03\0\0\x04\0\x04\0\xff\xff\xff\xff\x10\0\x04\0\xff\xff\xff\xff\x20\0\x04\0\xff\xff\xff\xff";

fn access() -> Result {
    rootfs::file("/from/shared").extended("system.posix_acl_access", ACL).write("x")?;
    rootfs::copy(&Source::Image("/from".into()), "/to/copy")?;
    let acl = rootfs::extended_attributes("/to/copy/shared")?;
    check(acl == [("system.posix_acl_access".to_owned(), ACL.to_vec())], "access control lists are copied")
}

fn replace() -> Result {
    for round in 0..2000 {
        rootfs::write("/replaced", if round % 2 == 0 { "new" } else { "the old one" })?;
    }
    Ok(())
}

/// Writes twice to one path, with a change between that has it lead elsewhere.
fn twice(path: &str, change: impl FnOnce() -> rootfs::Result) -> Result {
    rootfs::write(&format!("{path}/before"), "")?;
    rootfs::write(&format!("{path}/between"), "")?;
    change()?;
    Ok(rootfs::write(&format!("{path}/after"), "")?)
}

fn moved() -> Result {
    twice("/renamed/deep", || rootfs::rename("/renamed", "/kept"))?;
    twice("/removed", || rootfs::remove_tree("/removed"))?;
    rootfs::write("/one/file", "")?;
    rootfs::write("/two/file", "")?;
    rootfs::symlink("/one", "/link")?;
    twice("/link", || rootfs::symlink("two", "/link"))?;
    let mut writer = rootfs::file("/finished").stream()?;
    writer.write(b"x")?;
    rootfs::symlink("/two", "/finished")?;
    let blocked = twice("/finished", || writer.finish());
    check(blocked.is_err_and(|error| error.to_string().contains("not a directory")), "a file is in the way")?;
    rootfs::write("/gone/file", "")?;
    rootfs::remove_tree("/gone")?;
    let orphan = rootfs::file("/gone/again").without_parents().write("").unwrap_err();
    check(matches!(orphan.kind(), ErrorKind::NotFound), "a removed directory is missed")
}

fn streams() -> Result {
    let mut writer = rootfs::file("/big").mode(0o600).stream()?;
    for _ in 0..64 {
        writer.write(&[7; 64 * 1024])?;
    }
    check(!rootfs::exists("/big")?, "an unfinished file is not seen")?;
    writer.finish()?;
    let mut reader = rootfs::open("/big")?;
    let mut total = 0;
    loop {
        let piece = reader.read(u32::MAX)?;
        if piece.is_empty() {
            break;
        }
        check(piece.len() <= 1 << 20, "a piece is bounded")?;
        total += piece.len();
    }
    check(total == 64 * 64 * 1024, "a stream reads as it was written")?;
    drop(rootfs::file("/dropped").stream()?);
    check(!rootfs::exists("/dropped")?, "a dropped file leaves no trace")
}

fn errors() -> Result {
    rootfs::write("/dir/file", "x")?;
    for (error, expected) in [
        (rootfs::read("/absent").unwrap_err(), "reading /absent in the image: no such file or directory"),
        (rootfs::read("/dir").unwrap_err(), "reading /dir in the image: it is a directory"),
        (rootfs::read("/dir/file/x").unwrap_err(), "reading /dir/file/x in the image: not a directory"),
        (rootfs::remove("/dir").unwrap_err(), "removing /dir in the image: the directory is not empty"),
        (rootfs::read("/loop").unwrap_err(), "reading /loop in the image: too many symbolic links"),
        (
            rootfs::read("/huge").unwrap_err(),
            "reading /huge in the image: more than the limit of 256 MiB of data for one call; raise it with --limit answer=512MiB",
        ),
        (rootfs::remove_tree("/").unwrap_err(), "removing / in the image: '/' is the root of the image"),
    ] {
        if error.to_string() != expected {
            bail!("{error} instead of {expected}");
        }
    }
    refused_arguments()
}

/// What a build and a rehearsal refuse alike, with what each says.
fn refused_arguments() -> Result {
    rootfs::make_node("/pipe", Node::Fifo, 0o600)?;
    rootfs::symlink("/", "/to-root")?;
    let extended = |name: &str, value: &str| rootfs::file("/x").extended(name, value).write("x");
    let owner = |id| rootfs::file("/x").owner(Owner::Id(id), Owner::Id(0)).write("x");
    for (result, expected) in [
        (rootfs::write("", "x"), "the path is empty"),
        (rootfs::write("/", "x"), "'/' is the root of the image"),
        (rootfs::write("/dir/..", "x"), "'/dir/..' ends in '..', which is no name"),
        (rootfs::write("/a\0b", "x"), "the path has a zero byte"),
        (rootfs::write("/dir/x/", "x"), "'/dir/x/' ends in '/', as only a directory does"),
        (rootfs::write("/to-root", "x"), "a link leads to the root of the image"),
        (rootfs::append("/dir/x/", "x"), "'/dir/x/' ends in '/', as only a directory does"),
        (rootfs::append("/pipe", "x"), "it is neither a regular file nor a directory"),
        (rootfs::read("/pipe").map(drop), "it is neither a regular file nor a directory"),
        (rootfs::list("/a\0b").map(drop), "the path has a zero byte"),
        (rootfs::remove("/"), "'/' is the root of the image"),
        (rootfs::rename("/dir", "/dir/below"), "a directory cannot be moved into itself"),
        (rootfs::hard_link("/dir", "/second"), "it is a directory"),
        (rootfs::glob("/etc/[a").map(drop), "the pattern '[a' has a '[' without its ']'"),
        (rootfs::make_node("/n", Node::CharacterDevice((4096, 0)), 0o600), "device 4096:0 is out of range"),
        (rootfs::make_node("/n", Node::BlockDevice((0, 1 << 20)), 0o600), "device 0:1048576 is out of range"),
        (owner(u32::MAX), "4294967295 is the number of no user and no group"),
        (extended("comment", "x"), "extended attribute 'comment' is in no known namespace"),
        (extended("user.", "x"), "extended attribute 'user.' is in no known namespace"),
        (
            extended("security.capability", "x"),
            "the value of extended attribute 'security.capability' is malformed",
        ),
        (
            extended("system.posix_acl_access", "x"),
            "the value of extended attribute 'system.posix_acl_access' is",
        ),
        (
            extended("system.posix_acl_default", "\u{2}\0\0\0"),
            "extended attribute 'system.posix_acl_default' is for a directory",
        ),
        (
            rootfs::remove_extended_attribute("/dir", "comment"),
            "extended attribute 'comment' is in no known namespace",
        ),
    ] {
        let error = match result {
            Ok(()) => bail!("not refused: {expected}"),
            Err(error) => error.to_string(),
        };
        let said = error.split_once(" in the image: ").map_or(error.as_str(), |(_, said)| said);
        if !said.starts_with(expected) {
            bail!("{error} instead of {expected}");
        }
    }
    check(!rootfs::exists("/x")? && !rootfs::exists("/n")?, "nothing is made of what is refused")
}

/// Each path leads to the secret beside the tree, for a program that is no chroot.
fn escapes() -> Result {
    for path in
        ["/../secret", "../secret", "/absolute", "/dots", "/chain", "/up/secret", "/proc/1/root/etc/passwd"]
    {
        if rootfs::read(path).is_ok_and(|contents| contents == b"secret") {
            bail!("{path} leads to the secret");
        }
        let _ = rootfs::append(path, "written");
        let _ = rootfs::write(path, "written");
    }
    let _ = rootfs::remove_tree("/up");
    let _ = rootfs::hard_link("/../secret", "/stolen");
    let stolen = rootfs::read("/stolen").is_ok_and(|contents| contents == b"secret");
    check(!stolen, "no hard link to the outside")?;
    for name in ["scratch/../secret", "/../../secret"] {
        let copied = rootfs::copy(&Source::Scratch(name.into()), "/stolen");
        check(copied.is_err(), "no copy from beside the scratch directory")?;
    }
    Ok(())
}

blankslate_sdk::register!(Rootfs);
