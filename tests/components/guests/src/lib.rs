//! Guest programs of the component tests, one file each in `examples`.
