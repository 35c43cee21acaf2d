//! Versions of the element API.

/// The releases of `blankslate:element` that this host runs, oldest first. Each has a
/// component in `tests/released`, which shows that it is run as it was.
pub const RELEASES: [&str; 1] = ["0.1.0"];

/// The series of these releases, as manifests name them: `major.minor`.
pub const API_VERSIONS: [&str; 1] = ["0.1"];

/// The series that runs what was written for a version: `0.1`, or a release
/// such as `0.1.0` that is no newer than the newest known. Absent if none does.
pub fn series_of(version: &str) -> Option<&'static str> {
    let wanted = Version::parse(version)?;
    let runs = |release: &&str| Version::parse(release).is_some_and(|known| known.runs(&wanted));
    RELEASES.into_iter().find(runs)?;
    API_VERSIONS.into_iter().find(|series| Version::parse(series).is_some_and(|it| it.is_series_of(&wanted)))
}

/// The versions that this host runs, in the form of one that it does not.
pub(super) fn known_beside(version: &str) -> String {
    let is_release = version.matches('.').count() > 1;
    if is_release { RELEASES.join(", ") } else { API_VERSIONS.join(", ") }
}

struct Version {
    series: (u64, u64),
    /// Absent in the name of a series.
    patch: Option<u64>,
}

impl Version {
    fn parse(text: &str) -> Option<Version> {
        let number = |part: &str| match part.bytes().all(|byte| byte.is_ascii_digit()) {
            true => part.parse::<u64>().ok(),
            false => None,
        };
        let numbers = text.split('.').map(number).collect::<Option<Vec<_>>>()?;
        match *numbers.as_slice() {
            [major, minor] => Some(Version { series: (major, minor), patch: None }),
            [major, minor, patch] => Some(Version { series: (major, minor), patch: Some(patch) }),
            _ => None,
        }
    }

    fn is_series_of(&self, other: &Version) -> bool {
        self.series == other.series
    }

    fn runs(&self, wanted: &Version) -> bool {
        self.is_series_of(wanted)
            && wanted.patch.is_none_or(|patch| self.patch.is_some_and(|own| patch <= own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_runs_what_is_not_newer() {
        let table = [
            ("0.1", Some("0.1")),
            ("0.1.0", Some("0.1")),
            ("0.1.1", None),
            ("0.2", None),
            ("0.2.0", None),
            ("1.1.0", None),
            ("0", None),
            ("0.1.", None),
            ("0.+1", None),
            ("0.1.0.0", None),
            ("x", None),
        ];
        for (version, expected) in table {
            assert_eq!(series_of(version), expected, "{version}");
        }
    }

    #[test]
    fn every_release_is_of_a_series() {
        let series: Vec<_> = RELEASES.iter().map(|release| series_of(release).unwrap()).collect();
        assert!(API_VERSIONS.iter().all(|known| series.contains(known)));
    }
}
