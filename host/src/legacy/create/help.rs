//! What `--help` prints.

use crate::legacy::Creator;

const OPTIONS: &str = "\
Options:
  -o NAME                    write NAME.<type> for each type (default image)
  -t TYPE,...                types: qcow2, raw, tar, tgz, squashfs, vhd, docker, aci, vhdx, vmdk, vdi, qcow,
                             qed, parallels (default qcow2)
  -a ARCH                    architecture: amd64, arm64, armhf, i386, ... (default this machine's)
  -x                         trace hooks (DIB_DEBUG_TRACE=1); -x -x tells what slate itself does, too
  -u                         do not compress
  -c                         start with an empty environment
  --logfile FILE             write the messages to FILE, and nothing to the terminal unless DIB_QUIET=0
  --checksum                 write .md5 and .sha256 files too
  --image-size GB            size of the image (default just large enough)
  --image-extra-size MB      room to add to what the tree needs
  --image-cache DIR          where downloads are kept (default ~/.cache/image-create)
  --max-online-resize N      let the root file system grow online to N blocks of 4 KiB
  --min-tmpfs GB             build in memory where a tmpfs of this size fits
  --mkfs-journal-size MB     journal of the root file system
  --mkfs-options OPTIONS     options for mkfs of the root file system
  --no-tmpfs                 build on disk even where memory would do
  --offline                  use cached downloads as they are
  --qemu-img-options LIST    key=value,... for qemu-img convert
  --root-label LABEL         label of the root file system (default cloudimg-rootfs)
  --ramdisk-element NAME     what makes the ramdisk (default ramdisk)
  --install-type TYPE        source or package (default source)
  --docker-target NAME       call the docker image NAME, repository:tag, and load it where there is a docker;
                             NAME.docker of -o is an archive for docker load and podman load in any case
";

const FOR_DISKS: &str = "  -n                         do not add the element base
  -p PACKAGE,...             install these packages too; may be given several times
";

const REST: &str = "  -h, --help                 print this
  --version                  print diskimage-builder's version that this follows, and slate's

Environment: ELEMENTS_PATH (directories of elements, separated by ':'), OVERWRITE_OLD_IMAGE=1 (replace
outputs of earlier builds instead of renaming them), TMP_DIR (where to work: a directory that there is), DIB_QUIET, DIB_NO_TIMESTAMP=1, FS_TYPE,
ACI_MANIFEST (the manifest of an aci), DIB_CHECKSUM=md5 or sha256 (write that file only), DIB_GZIP_BIN (what
compresses a tgz), DIB_SHOW_IMAGE_USAGE=1 (tell what is large in the image; all of it with
DIB_SHOW_IMAGE_USAGE_FULL=1), break=before-PHASE|after-PHASE|after-error,... (stop for a shell, or for what
break_cmd says), SLATE_PARAMETERS=ELEMENT.PARAMETER=VALUE and SLATE_GRANTS=ELEMENT:CAPABILITY (a line
each) and SLATE_LIMITS=NAME=VALUE,... (for components: see --set, --grant and --limit in
`slate build --help`), SLATE_PASS_ENVIRONMENT=NAME,... (further variables that hooks see), and what the
elements read.

One of the elements must be a distribution.
";

/// The help of a command.
pub(super) fn text(creator: Creator) -> String {
    let (packages, example) = match creator {
        Creator::Disk => (FOR_DISKS, "-o debian vm debian"),
        Creator::Ramdisk => ("", "-o deploy debian"),
    };
    let name = creator.name();
    format!(
        "Usage: {name} [OPTION]... ELEMENT...\n\n{OPTIONS}{packages}{REST}\nExample: {name} -a amd64 {example}\n"
    )
}
