//! Finds elements by name: given directories first, then those carried inside `slate`.

/// Where elements are looked for.
#[derive(Debug, Default)]
pub struct Library {}
