//! What `wasmtime` makes of `wit/`.

#![allow(missing_docs, missing_debug_implementations, unreachable_pub, clippy::all)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "element",
    // The report tells the calls, see `report::trace`.
    imports: { default: tracing },
    exports: { default: async },
    with: {
        "blankslate:element/rootfs.reader": crate::plugin::interfaces::rootfs::Reader,
        "blankslate:element/rootfs.writer": crate::plugin::interfaces::rootfs::Writer,
        "blankslate:element/progress.step": crate::plugin::interfaces::progress::Step,
    },
});

/// What a distribution exports besides.
pub mod managers {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "managers",
        exports: { default: async },
        with: {
            "blankslate:element/types": super::blankslate::element::types,
            "blankslate:element/packages": super::blankslate::element::packages,
        },
    });
}

pub use self::blankslate::element as wit;
