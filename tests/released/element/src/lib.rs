//! Calls every function of the element API, and notes the answers in `/report`.

use std::fmt::Debug;

use blankslate_sdk::bindings::wit;
use blankslate_sdk::block_device::{describe, provide};
use blankslate_sdk::boot::{self, Firmware, Loader};
use blankslate_sdk::command::Command;
use blankslate_sdk::distribution::Identity;
use blankslate_sdk::progress::Step;
use blankslate_sdk::ramdisk::{self, InitScript};
use blankslate_sdk::rootfs::{self, Attributes, CopyOptions, Existing, Node, Source};
use blankslate_sdk::{
    Distribution, Element, Error, Result, fetch, host_files, image, packages, params, services,
};

struct Everything;

/// Adds an answer to the report.
fn note(what: &str, answer: impl Debug) -> Result {
    Ok(rootfs::append("/report", format!("{what}: {answer:?}\n"))?)
}

impl Element for Everything {
    fn install(_hook: &str) -> Result {
        wit::log::write(wit::log::Level::Info, "a line");
        Step::items("counting", 2).set(1);
        files()?;
        attributes()?;
        facts()?;
        outside()?;
        system()
    }

    fn block_device(_hook: &str) -> Result {
        Ok(provide("/dev/disk")?)
    }

    fn finalise(_hook: &str) -> Result {
        let serial_console = Some("ttyS0".to_owned());
        Ok(boot::install_loader(&Loader { firmware: Firmware::Efi, timeout: 3, serial_console })?)
    }

    fn cleanup(_hook: &str) -> Result {
        Err(Error::new("a cause").context("failing on purpose").hint("nothing helps"))
    }
}

fn files() -> Result {
    rootfs::write("/d/file", "one")?;
    rootfs::append("/d/file", " two")?;
    note("read", rootfs::read_to_string("/d/file")?)?;
    let mut writer = rootfs::file("/d/stream").mode(0o600).stream()?;
    writer.write(b"streamed")?;
    writer.finish()?;
    note("open", rootfs::open("/d/stream")?.read(4)?)?;
    rootfs::directory("/d/sub").mode(0o2750).create()?;
    rootfs::symlink("file", "/d/link")?;
    rootfs::hard_link("/d/file", "/d/second")?;
    rootfs::make_node("/d/null", Node::CharacterDevice((1, 3)), 0o666)?;
    rootfs::rename("/d/stream", "/d/renamed")?;
    rootfs::write("/d/gone", "")?;
    rootfs::remove("/d/gone")?;
    rootfs::write("/d/tree/x", "")?;
    rootfs::remove_tree("/d/tree")?;
    note("stat", rootfs::metadata("/d/link")?.map(|it| (it.size, it.mode, it.links)))?;
    let paths = |entries: Vec<rootfs::Entry>| entries.into_iter().map(|it| it.path).collect::<Vec<_>>();
    note("list", paths(rootfs::list("/d")?))?;
    note("walk", paths(rootfs::walk("/d")?))?;
    note("glob", rootfs::glob("/d/*e*")?)
}

fn attributes() -> Result {
    let change = Attributes {
        mode: Some(0o640),
        extended: vec![("user.note".to_owned(), b"x".to_vec())],
        ..rootfs::unchanged()
    };
    rootfs::set_attributes("/d/file", &change, false)?;
    rootfs::set_link_attributes("/d/link", &rootfs::unchanged())?;
    note("extended-attributes", rootfs::extended_attributes("/d/file")?)?;
    rootfs::remove_extended_attribute("/d/file", "user.note")?;
    let options = CopyOptions { existing: Existing::Fail, keep_owners: true, parents: true };
    rootfs::copy_with(&Source::Image("/d/file".to_owned()), "/d/copy", options)?;
    note("find-user", rootfs::find_user("root")?.map(|it| (it.uid, it.home)))?;
    note("find-group", rootfs::find_group("nobody")?)
}

fn facts() -> Result {
    let about = image::describe();
    note("image", (about.arch, about.elements, about.root_label, about.offline))?;
    note("params.get", params::get::<String>("text")?)?;
    note("params.all", params::all().len())?;
    note("params.environment", params::environment("NAME")?)?;
    note("disk", describe()?.volumes.iter().map(|it| it.mount_point.clone()).collect::<Vec<_>>())
}

fn outside() -> Result {
    note("run", Command::host("id").arg("-u").text()?)?;
    note("chroot", Command::chroot("true").env("A", "b").status()?)?;
    let file = fetch::unverified("https://example.org/file")?;
    note("fetch", (file.size, fetch::read(&file)?))?;
    note("host-files.read", host_files::read("/etc/given/file")?)?;
    note("host-files.list", host_files::list("/etc/given")?.map(|entries| entries.len()))
}

fn system() -> Result {
    note("packages.describe", packages::distribution()?.name)?;
    packages::install(["one", "two"])?;
    packages::remove(["two"])?;
    note("packages.installed", packages::installed(["one"])?)?;
    note("packages.resolve", packages::resolve(["one"])?)?;
    services::enable(["ssh"])?;
    services::disable(["cron"])?;
    boot::add_kernel_arguments(["quiet"])?;
    note("boot.kernel-arguments", boot::kernel_arguments())?;
    boot::load_modules(["loop"])?;
    ramdisk::add_modules(["dm-mod"])?;
    ramdisk::add_init_script(&InitScript { name: "s".into(), order: 10, contents: "true\n".into() })?;
    ramdisk::add_udev_rules("10-x.rules", "# none\n")?;
    ramdisk::add_programs(["ip"])?;
    Ok(())
}

/// Runs a program of the image that stands for a function of the managers.
fn manage(function: &str, names: &[String]) -> Result {
    Command::chroot(function).args(names).run()?;
    Ok(())
}

impl Distribution for Everything {
    fn describe() -> Identity {
        Identity { name: "everything".into(), family: "none".into(), release: "1".into() }
    }

    fn refresh() -> Result {
        manage("refresh", &[])
    }

    fn upgrade() -> Result {
        manage("upgrade", &[])
    }

    fn install_packages(packages: &[String]) -> Result {
        manage("install", packages)
    }

    fn remove_packages(packages: &[String]) -> Result {
        manage("remove", packages)
    }

    fn installed_packages(packages: &[String]) -> Result<Vec<bool>> {
        Ok(packages.iter().map(|name| name == "one").collect())
    }

    fn enable_services(services: &[String]) -> Result {
        manage("enable", services)
    }

    fn disable_services(services: &[String]) -> Result {
        manage("disable", services)
    }
}

blankslate_sdk::register_distribution!(Everything);
