//! (to be written)
#[derive(Debug)]
pub struct Artifact;
pub fn export(_t: RawImage, _s: &crate::build::Site) -> anyhow::Result<Vec<Artifact>> {
    Ok(vec![])
}
use crate::assemble::RawImage;
