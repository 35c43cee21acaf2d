//! Identifiers that follow from the plan, so that the same plan gives the same bytes.

use uuid::{Uuid, uuid};

/// The namespace of all identifiers that blankslate derives.
const NAMESPACE: Uuid = uuid!("9f0a4c52-6d4b-5d0c-9a55-2f6f3c1b7e11");

/// The source of an image's identifiers.
///
/// They are derived from what the image is made of. Two images of different
/// content differ in them, so their disks can be attached to one machine; two
/// builds of one plan do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    seed: Uuid,
}

impl Identity {
    /// Derives an identity from whatever tells images apart.
    pub fn new(content: &[u8]) -> Identity {
        Identity { seed: Uuid::new_v5(&NAMESPACE, content) }
    }

    /// The identifier of one part, such as `file system mkfs_root`.
    pub fn uuid(&self, part: &str) -> Uuid {
        Uuid::new_v5(&self.seed, part.as_bytes())
    }

    /// MBR's disk signature; never zero, which some systems take for unset.
    pub fn disk_signature(&self) -> [u8; 4] {
        let bytes = self.uuid("disk signature").into_bytes();
        [bytes[0] | 1, bytes[1], bytes[2], bytes[3]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_from_the_content_alone() {
        let identity = Identity::new(b"plan");
        assert_eq!(identity, Identity::new(b"plan"));
        assert_eq!(identity.uuid("disk").to_string(), Identity::new(b"plan").uuid("disk").to_string());
        assert_ne!(identity.uuid("disk"), identity.uuid("file system mkfs_root"));
        assert_ne!(identity.uuid("disk"), Identity::new(b"another").uuid("disk"));
        assert_ne!(identity.disk_signature(), [0; 4]);
        assert_eq!(identity.uuid("disk").get_version_num(), 5);
    }
}
