//! The directories one build owns.
//!
//! ```text
//! <work>/slate-XXXXXX/
//!   lock        held while the build lives; unlocked directories are reaped
//!   hooks/      all elements merged, `TMP_HOOKS_PATH`
//!   tree/       the root file system while it is built
//!   image/      the raw image
//!   mnt/        where the image's file systems are mounted
//!   logs/       one file a hook (kept on failure)
//! ```
