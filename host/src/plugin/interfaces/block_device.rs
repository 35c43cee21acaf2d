//! `block-device`: the image's disk.

use std::path::{Path, PathBuf};

use crate::element::Phase;
use crate::element::capability::Grant;
use crate::plan::layout::{DiskContent, FileSystem, TableLabel};
use crate::plugin::bindings::wit::block_device::{Disk, Error, Host, Table, Volume};
use crate::plugin::state::State;

impl Host for State {
    fn describe(&mut self) -> Result<Disk, Error> {
        self.require(&Grant::BlockDevice).map_err(Error::Denied)?;
        let (layout, devices) = (&self.shared.plan.layout, &self.context.devices);
        let device = devices.disk.as_deref().map(text);
        let (table, mut volumes): (_, Vec<_>) = match &layout.content {
            DiskContent::FileSystem(root) => {
                let whole = Volume { device: device.clone(), ..volume(&layout.name, Some(root)) };
                (Table::None, vec![whole])
            }
            DiskContent::Partitions(table) => {
                let numbered = (1..).zip(&table.partitions).map(|(number, partition)| Volume {
                    number: Some(number),
                    partition_type: partition.kind.to_string(),
                    device: devices.partitions.get(number as usize - 1).map(|path| text(path)),
                    ..volume(&partition.name, partition.content.as_ref())
                });
                let label = match table.label {
                    TableLabel::Mbr => Table::Mbr,
                    TableLabel::Gpt => Table::Gpt,
                };
                (label, numbered.collect())
            }
        };
        volumes.extend(layout.volumes().enumerate().map(|(index, (_, logical))| Volume {
            device: devices.logical.get(index).map(|path| text(path)),
            ..volume(&logical.name, logical.content.as_ref())
        }));
        let size = devices.size.or(layout.size);
        Ok(Disk { name: layout.name.clone(), size, table, volumes, device })
    }

    fn provide(&mut self, device: String) -> Result<(), Error> {
        self.require(&Grant::BlockDevice).map_err(Error::Denied)?;
        if self.context.phase != Phase::BlockDevice {
            let text = format!(
                "a block device can be provided in phase block-device, not in {}",
                self.context.phase
            );
            return Err(Error::WrongPhase(text));
        }
        if self.context.rehearsal.is_none() && !is_block_device(Path::new(&device)) {
            return Err(Error::Invalid(format!("'{device}' is no block device of the build host")));
        }
        self.contribute(device.len(), |all| all.block_device = Some(PathBuf::from(device)))
            .map_err(Error::Invalid)
    }
}

fn volume(name: &str, file_system: Option<&FileSystem>) -> Volume {
    let mount = file_system.and_then(|found| found.mount.as_ref());
    Volume {
        name: name.to_owned(),
        number: None,
        partition_type: String::new(),
        file_system: file_system.map(|found| found.kind.to_string()),
        label: file_system.map_or_else(String::new, |found| found.label.clone()),
        mount_point: mount.map(|mount| text(&mount.point)),
        device: None,
    }
}

fn is_block_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.is_absolute() && path.metadata().is_ok_and(|found| found.file_type().is_block_device())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
