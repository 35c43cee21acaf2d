//! Finds the disk's layout and checks it.
//!
//! The caller's configuration wins; then that of the first element with one,
//! for this architecture before the default one; else the whole disk is one
//! file system.

use crate::element::capability::Grant;
use crate::element::{Element, Origin, Phase};
use crate::spec::ImageSpec;

use super::layout::{FsKind, Layout, ROOT_NODE, RootDefaults};
use super::{GrantOrigin, LayoutError, PlanError, PlannedGrant};

/// The caller's word on the size of sectors, above that of the layout.
const BLOCK_SIZE: &str = "DIB_BLOCK_SIZE";

/// Whether a component may change the disk, and has a hook in the one phase in
/// which a boot loader is installed.
pub(super) fn gets_boot_loader(elements: &[Element], grants: &[PlannedGrant]) -> bool {
    let may = |element: &Element| {
        let of_disk = |it: &&PlannedGrant| it.element == element.name && it.grant == Grant::BlockDevice;
        grants.iter().find(of_disk).is_some_and(|it| it.origin != GrantOrigin::Denied)
    };
    elements.iter().any(|element| {
        let component = element.component.as_ref();
        component.is_some_and(|it| it.manifest.hooks.iter().any(|hook| hook.phase == Phase::Finalise))
            && may(element)
    })
}

/// The layout, checked against the sizes asked for and, where the disk gets a
/// boot loader, against what starts it.
pub(super) fn layout(spec: &ImageSpec, elements: &[Element], boots: bool) -> Result<Layout, PlanError> {
    let source = source(spec, elements)?;
    let from = source.as_ref().map_or_else(|| "the disk".to_owned(), |source| source.name.clone());
    let wrong = |error: LayoutError| PlanError::Layout { from: from.clone(), error };
    let root = root_defaults(spec).map_err(wrong)?;
    let layout = match &source {
        Some(source) => Layout::parse(&source.text, &root).map_err(wrong)?,
        None => Layout::whole_disk(&root),
    };
    let layout = match spec.environment.get(BLOCK_SIZE).filter(|given| !given.is_empty()) {
        Some(given) => {
            let wrong = |error| PlanError::Layout { from: BLOCK_SIZE.to_owned(), error };
            layout.with_block_size(given).map_err(wrong)?
        }
        None => layout,
    };
    layout.check(&spec.disk).map_err(wrong)?;
    if boots {
        layout.check_boot(&spec.disk, spec.arch).map_err(wrong)?;
    }
    Ok(layout)
}

fn root_defaults(spec: &ImageSpec) -> Result<RootDefaults, LayoutError> {
    let kind = match &spec.disk.root_file_system {
        Some(name) => name.parse::<FsKind>().map_err(|error| LayoutError::UnknownFileSystem {
            node: ROOT_NODE.to_owned(),
            given: error.given,
            known: error.known,
        })?,
        None => FsKind::default(),
    };
    Ok(RootDefaults::new(kind, &spec.disk))
}

/// A configuration and what messages call it.
struct Source {
    name: String,
    text: String,
}

fn source(spec: &ImageSpec, elements: &[Element]) -> Result<Option<Source>, PlanError> {
    if let Some(text) = &spec.block_device {
        return Ok(Some(Source { name: "DIB_BLOCK_DEVICE_CONFIG".to_owned(), text: text.clone() }));
    }
    let names = [format!("block-device-{}.yaml", spec.arch), "block-device-default.yaml".to_owned()];
    let mut found = elements.iter().filter_map(|element| {
        let file = names.iter().find_map(|name| element.file(name))?;
        Some((element, file))
    });
    let Some((element, file)) = found.next() else { return Ok(None) };
    let (name, text) = (element.shown(&file.path), element.text(file)?);
    let wrong = |error| PlanError::Layout { from: name.clone(), error };
    if matches!(element.origin, Origin::Wasm(_)) && Layout::has_options(&text).map_err(wrong)? {
        return Err(wrong(LayoutError::CarriedOptions));
    }
    Ok(Some(Source { name, text }))
}
