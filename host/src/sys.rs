//! The only home of unsafe code, mounts, loop devices, namespaces, chroot and
//! process spawning.
