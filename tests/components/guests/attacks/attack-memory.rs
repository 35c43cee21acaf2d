//! Takes memory without end: its own, and the host's by what it passes to it.
use blankslate_sdk::{Element, Result, boot, progress, ramdisk, rootfs};

struct Memory;

impl Element for Memory {
    fn install(hook: &str) -> Result {
        match hook {
            "own" => {
                let mut hoard = Vec::new();
                loop {
                    hoard.push(vec![1_u8; 1 << 20]);
                    std::hint::black_box(&hoard);
                }
            }
            "argument" => rootfs::write("/huge", vec![0; 3 << 20])?,
            "answer" => drop(rootfs::read("/huge")?),
            "kernel" => {
                for number in 0u32.. {
                    boot::add_kernel_arguments([format!("{number}={}", "x".repeat(1000))])?;
                }
            }
            "ramdisk" => {
                for number in 0u32.. {
                    let contents = "x".repeat(1000);
                    ramdisk::add_init_script(&ramdisk::InitScript {
                        name: number.to_string(),
                        order: 50,
                        contents,
                    })?;
                }
            }
            _ => {
                let steps: Vec<_> = (0..1000).map(|_| progress::Step::items(&"x".repeat(1000), 1)).collect();
                steps.iter().for_each(|step| step.set(1));
            }
        }
        Ok(())
    }
}

blankslate_sdk::register!(Memory);
