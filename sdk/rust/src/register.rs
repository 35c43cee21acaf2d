//! The macros that turn a type into the component's exports.

use crate::bindings::wit::types::Phase;

/// Makes a type that implements [`Element`](crate::Element) the component's element.
#[macro_export]
macro_rules! register {
    ($element:ty) => {
        const _: () = {
            struct Exports;

            impl $crate::bindings::element::exports::blankslate::element::lifecycle::Guest for Exports {
                fn run(
                    hook: $crate::bindings::wit::types::HookCall,
                ) -> ::core::result::Result<(), $crate::bindings::wit::types::Failure> {
                    $crate::install_panic_hook();
                    <$element as $crate::Element>::run(&hook).map_err(::core::convert::Into::into)
                }
            }

    $crate::bindings::element::export!(Exports with_types_in $crate::bindings::element);
        };
    };
}

/// Makes a type that implements [`Distribution`](crate::Distribution) the component's element.
#[macro_export]
macro_rules! register_distribution {
    ($element:ty) => {
        $crate::register!($element);

        const _: () = {
            use $crate::bindings::managers::exports::blankslate::element as exports;
            use $crate::bindings::wit::packages::Distribution as Identity;
            use $crate::bindings::wit::types::Failure;

            struct Exports;

            impl exports::package_manager::Guest for Exports {
                fn describe() -> Identity {
                    $crate::install_panic_hook();
                    <$element as $crate::Distribution>::describe()
                }

                fn refresh() -> ::core::result::Result<(), Failure> {
                    $crate::install_panic_hook();
                    <$element as $crate::Distribution>::refresh().map_err(::core::convert::Into::into)
                }

                fn upgrade() -> ::core::result::Result<(), Failure> {
                    $crate::install_panic_hook();
                    <$element as $crate::Distribution>::upgrade().map_err(::core::convert::Into::into)
                }

                fn install(
                    packages: ::std::vec::Vec<::std::string::String>,
                ) -> ::core::result::Result<(), Failure> {
                    $crate::install_panic_hook();
                    <$element as $crate::Distribution>::install_packages(&packages)
                        .map_err(::core::convert::Into::into)
                }

                fn remove(
                    packages: ::std::vec::Vec<::std::string::String>,
                ) -> ::core::result::Result<(), Failure> {
                    $crate::install_panic_hook();
                    <$element as $crate::Distribution>::remove_packages(&packages)
                        .map_err(::core::convert::Into::into)
                }

                fn installed(
                    packages: ::std::vec::Vec<::std::string::String>,
                ) -> ::core::result::Result<::std::vec::Vec<bool>, Failure> {
                    $crate::install_panic_hook();
                    <$element as $crate::Distribution>::installed_packages(&packages)
                        .map_err(::core::convert::Into::into)
                }
            }

            impl exports::service_manager::Guest for Exports {
                fn enable(
                    services: ::std::vec::Vec<::std::string::String>,
                ) -> ::core::result::Result<(), Failure> {
                    $crate::install_panic_hook();
                    <$element as $crate::Distribution>::enable_services(&services)
                        .map_err(::core::convert::Into::into)
                }

                fn disable(
                    services: ::std::vec::Vec<::std::string::String>,
                ) -> ::core::result::Result<(), Failure> {
                    $crate::install_panic_hook();
                    <$element as $crate::Distribution>::disable_services(&services)
                        .map_err(::core::convert::Into::into)
                }
            }

    $crate::bindings::managers::export!(Exports with_types_in $crate::bindings::managers);
        };
    };
}

/// Sends a panic's message and place to the build's log before the guest traps.
#[doc(hidden)]
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| crate::log::error(&format!("{panic}"))));
}

/// The phase's name as manifests and logs have it.
#[doc(hidden)]
pub fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Root => "root",
        Phase::ExtraData => "extra-data",
        Phase::PreInstall => "pre-install",
        Phase::Install => "install",
        Phase::PostInstall => "post-install",
        Phase::PostRoot => "post-root",
        Phase::BlockDevice => "block-device",
        Phase::PreFinalise => "pre-finalise",
        Phase::Finalise => "finalise",
        Phase::Cleanup => "cleanup",
    }
}
