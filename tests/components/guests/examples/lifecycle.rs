//! Every phase calls its method, with the hook's name; an unhandled hook is an error.
use blankslate_sdk::{Element, Result, rootfs};

struct Lifecycle;

fn called(method: &str, hook: &str) -> Result {
    rootfs::append("/calls", format!("{method} {hook}\n"))?;
    Ok(())
}

impl Element for Lifecycle {
    fn root(hook: &str) -> Result {
        called("root", hook)
    }

    fn extra_data(hook: &str) -> Result {
        called("extra-data", hook)
    }

    fn pre_install(hook: &str) -> Result {
        called("pre-install", hook)
    }

    fn install(hook: &str) -> Result {
        called("install", hook)
    }

    fn post_install(hook: &str) -> Result {
        called("post-install", hook)
    }

    fn post_root(hook: &str) -> Result {
        called("post-root", hook)
    }

    fn block_device(hook: &str) -> Result {
        called("block-device", hook)
    }

    fn pre_finalise(hook: &str) -> Result {
        called("pre-finalise", hook)
    }

    fn finalise(hook: &str) -> Result {
        called("finalise", hook)
    }
}

blankslate_sdk::register!(Lifecycle);
