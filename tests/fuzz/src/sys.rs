pub mod copy;
pub mod root;
pub mod signals;
pub mod stop;
