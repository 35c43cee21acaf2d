//! Where Debian's packages come from: wherever the build host's apt has them from.

use std::process::Command;

/// The archive of a suite, `bookworm-security` for instance.
pub(crate) fn mirror(suite: &str) -> String {
    let format = ["indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"];
    let output = Command::new("apt-get").args(format).output().expect("asking apt for its sources");
    let text = String::from_utf8_lossy(&output.stdout);
    let uri = text.lines().filter_map(|line| line.split_once(' ')).find(|(release, _)| *release == suite);
    let (_, uri) = uri.unwrap_or_else(|| panic!("the build host's apt has no source of {suite}: add one"));
    uri.trim_end_matches('/').to_owned()
}
