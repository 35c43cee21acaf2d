pub mod copy;
pub mod disk;
pub mod root;
pub mod signals;
pub mod stop;
