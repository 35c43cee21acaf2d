//! What messages tell a caller to type.

/// The variable that sets limits: `NAME=VALUE`, separated by commas.
pub const LIMITS: &str = "SLATE_LIMITS";

/// The variable that grants capabilities: `ELEMENT:CAPABILITY`, a line each.
pub const GRANTS: &str = "SLATE_GRANTS";

/// The variable that sets parameters of components: `PARAMETER=VALUE`, a line each.
pub const PARAMETERS: &str = "SLATE_PARAMETERS";

/// What a command takes for what components may do: its flags, or variables where it has
/// those of diskimage-builder's command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The flags of `slate`.
    #[default]
    Flags,
    /// Variables.
    Variables,
}

impl Dialect {
    /// What sets a limit: `memory=2GiB`.
    pub fn limit(self, change: &str) -> String {
        match self {
            Dialect::Flags => format!("--limit {change}"),
            Dialect::Variables => format!("{LIMITS}={change}"),
        }
    }

    /// What grants an element a capability.
    pub fn grant(self, element: &str, capability: &str) -> String {
        match self {
            Dialect::Flags => format!("--grant {element}:{capability}"),
            Dialect::Variables => format!("{GRANTS}={element}:{capability}"),
        }
    }

    /// What chooses where a build works.
    pub(super) fn work_directory(self) -> &'static str {
        match self {
            Dialect::Flags => "--work-dir",
            Dialect::Variables => "TMP_DIR",
        }
    }

    /// What makes an image larger.
    pub(super) fn room(self) -> &'static str {
        match self {
            Dialect::Flags => "--extra-size 1GiB, or more, to give the image that much room",
            Dialect::Variables => "--image-extra-size 1024, or more, to give the image that many MB of room",
        }
    }

    /// What shows more of the same call.
    pub(super) fn more(self) -> &'static str {
        match self {
            Dialect::Flags => "again with -v: it shows what every hook prints, and each command as it is run",
            Dialect::Variables => "again with DIB_QUIET=0: it shows what every hook prints",
        }
    }

    /// What shows parameters and grants.
    pub(super) fn plan(self) -> &'static str {
        match self {
            Dialect::Flags => "`slate plan` with the same arguments",
            Dialect::Variables => "`slate plan` with the same elements",
        }
    }
}
