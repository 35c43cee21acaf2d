//! What the benchmark of components measures.
use blankslate_sdk::{Element, Result, bail, params, rootfs};

struct Speed;

impl Element for Speed {
    fn install(hook: &str) -> Result {
        match hook {
            "nothing" => {}
            "calls" => {
                for _ in 0..100_000 {
                    if params::get::<i64>("number")? != 7 {
                        bail!("a parameter has its value");
                    }
                }
            }
            _ => {
                for number in 0..10_000 {
                    let path = format!("/files/{}/{number}", number / 100);
                    rootfs::write(&path, format!("the contents of file {number}\n"))?;
                }
            }
        }
        Ok(())
    }
}

blankslate_sdk::register!(Speed);
