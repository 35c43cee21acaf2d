//! Computes for ever.
use blankslate_sdk::{Element, Result, log};

struct Loop;

impl Element for Loop {
    fn root(_: &str) -> Result {
        log::info("for ever");
        loop {
            std::hint::black_box(());
        }
    }

    fn install(hook: &str) -> Result {
        Loop::root(hook)
    }
}

blankslate_sdk::register!(Loop);
