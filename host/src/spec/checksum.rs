//! The digests that stand beside outputs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::UnknownName;

/// A digest that is written into a file beside an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    /// MD5, which old consumers expect.
    Md5,
    /// SHA-256.
    Sha256,
}

impl Checksum {
    /// What the contract calls the choice of them.
    pub const VARIABLE: &str = "DIB_CHECKSUM";

    /// All of them, in the order shown to people.
    pub const ALL: [Checksum; 2] = [Checksum::Md5, Checksum::Sha256];

    /// The name, which is the file's extension too.
    pub fn as_str(self) -> &'static str {
        match self {
            Checksum::Md5 => "md5",
            Checksum::Sha256 => "sha256",
        }
    }

    /// Those that the contract's variable chooses: none, all by `1`, or some
    /// by their names, separated by commas.
    ///
    /// # Errors
    ///
    /// Fails if a name is none of theirs.
    pub fn chosen(text: &str) -> Result<Vec<Checksum>, UnknownName> {
        match text.trim() {
            "" | "0" => Ok(Vec::new()),
            "1" => Ok(Checksum::ALL.to_vec()),
            names => {
                let named =
                    names.split(',').map(|name| name.trim().parse()).collect::<Result<Vec<_>, _>>()?;
                Ok(Checksum::ALL.into_iter().filter(|checksum| named.contains(checksum)).collect())
            }
        }
    }

    /// The variable's value that chooses these.
    pub fn choice(checksums: &[Checksum]) -> &'static str {
        match checksums {
            [] => "0",
            [only] => only.as_str(),
            _ => "1",
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Checksum {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let known = Checksum::ALL.into_iter().find(|checksum| checksum.as_str() == name);
        known.ok_or_else(|| UnknownName::new("checksum", name, &Checksum::ALL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_chooses_none_some_or_all() {
        let table = [
            ("", "", "0"),
            ("0", "", "0"),
            ("1", "md5 sha256", "1"),
            ("sha256", "sha256", "sha256"),
            ("md5", "md5", "md5"),
            ("sha256, md5", "md5 sha256", "1"),
        ];
        for (text, names, choice) in table {
            let chosen = Checksum::chosen(text).unwrap();
            let shown: Vec<&str> = chosen.iter().map(|checksum| checksum.as_str()).collect();
            assert_eq!((shown.join(" ").as_str(), Checksum::choice(&chosen)), (names, choice), "{text:?}");
        }
        for text in ["yes", "2", "md5,sha1", "md5,"] {
            assert!(Checksum::chosen(text).is_err(), "{text}");
        }
        let message = Checksum::chosen("sha512").unwrap_err().to_string();
        assert_eq!(message, "unknown checksum 'sha512' (known: md5, sha256)");
    }
}
