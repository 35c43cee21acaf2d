//! (to be written)
#[derive(Debug)]
pub struct RawImage;
pub fn assemble(_t: crate::build::BuiltTree, _s: &crate::build::Site) -> anyhow::Result<RawImage> {
    Ok(RawImage)
}
