//! What shell hooks ask of the build host: the command lines of the programs
//! that diskimage-builder's elements call.

/// The programs by whose names the chroot asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `install-packages`: the distribution's package manager.
    InstallPackages,
    /// `pkg-map`: the distribution's names of packages.
    PackageMap,
    /// `svc-map`: the distribution's names of services.
    ServiceMap,
}

impl Program {
    /// All of them.
    pub const ALL: [Program; 3] = [Program::InstallPackages, Program::PackageMap, Program::ServiceMap];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Program::InstallPackages => "install-packages",
            Program::PackageMap => "pkg-map",
            Program::ServiceMap => "svc-map",
        }
    }
}

/// What a shell hook asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `install-packages [-m element] name ...`
    Install {
        /// Whose `pkg-map` translates the names.
        element: Option<String>,
        /// Packages, by generic names if an element is given.
        names: Vec<String>,
    },
    /// `install-packages -e [-m element] name ...`
    Remove {
        /// Whose `pkg-map` translates the names.
        element: Option<String>,
        /// Packages, by generic names if an element is given.
        names: Vec<String>,
    },
    /// `install-packages -u`
    Upgrade,
    /// `pkg-map --element element [--missing-ok] [--prefix text] name ...`
    MapPackages {
        /// Whose `pkg-map` translates the names.
        element: String,
        /// For another distribution than the image's.
        distro: Option<String>,
        /// For another release than the image's.
        release: Option<String>,
        /// Keep names that the map does not mention.
        missing_ok: bool,
        /// What to print before each.
        prefix: String,
        /// Packages, by generic names.
        names: Vec<String>,
    },
    /// `svc-map name ...`
    MapServices {
        /// Services, by generic names.
        names: Vec<String>,
    },
}

/// Reads a command line, the program's name first.
///
/// # Errors
///
/// Returns what is wrong with it.
pub fn parse(words: &[String]) -> Result<Request, String> {
    let (name, arguments) = words.split_first().ok_or("nothing is asked for")?;
    match Program::ALL.into_iter().find(|program| program.name() == name) {
        Some(Program::InstallPackages) => install_packages(arguments),
        Some(Program::PackageMap) => package_map(arguments),
        Some(Program::ServiceMap) => Ok(Request::MapServices { names: arguments.to_vec() }),
        None => Err(format!("no program is called {name}")),
    }
}

fn install_packages(arguments: &[String]) -> Result<Request, String> {
    let (mut element, mut remove, mut upgrade, mut names) = (None, false, false, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "-e" => remove = true,
            "-u" => upgrade = true,
            "-m" => element = Some(rest.next().ok_or("-m needs the name of an element")?.clone()),
            option if option.starts_with('-') => return Err(unknown(option)),
            name => names.push(name.to_owned()),
        }
    }
    Ok(match (upgrade, remove) {
        (true, _) => Request::Upgrade,
        (false, true) => Request::Remove { element, names },
        (false, false) => Request::Install { element, names },
    })
}

fn package_map(arguments: &[String]) -> Result<Request, String> {
    let (mut element, mut distro, mut release) = (None, None, None);
    let (mut missing_ok, mut prefix, mut names) = (false, String::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (option, attached) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        let mut value = || {
            let value = attached.clone().or_else(|| rest.next().cloned());
            value.ok_or_else(|| format!("{option} needs a value"))
        };
        match option {
            "--missing-ok" => missing_ok = true,
            "--debug" => {}
            "--element" => element = Some(value()?),
            "--distro" => distro = Some(value()?),
            "--release" => release = Some(value()?),
            "--prefix" => prefix = value()?,
            option if option.starts_with('-') => return Err(unknown(option)),
            name => names.push(name.to_owned()),
        }
    }
    let element = element.ok_or("name an element: pkg-map --element ELEMENT PACKAGE...")?;
    Ok(Request::MapPackages { element, distro, release, missing_ok, prefix, names })
}

fn unknown(option: &str) -> String {
    format!("unknown option {option}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn command_lines_of_hooks() {
        let element = || Some("vm".to_owned());
        let map = |missing_ok, prefix: &str, names| Request::MapPackages {
            element: "vm".to_owned(),
            distro: None,
            release: None,
            missing_ok,
            prefix: prefix.to_owned(),
            names: words(names),
        };
        let of_fedora = Request::MapPackages {
            element: "vm".to_owned(),
            distro: Some("fedora".to_owned()),
            release: Some("41".to_owned()),
            missing_ok: false,
            prefix: String::new(),
            names: words("a"),
        };
        let cases = [
            ("install-packages a b", Ok(Request::Install { element: None, names: words("a b") })),
            ("install-packages -m vm a", Ok(Request::Install { element: element(), names: words("a") })),
            ("install-packages -e -m vm a", Ok(Request::Remove { element: element(), names: words("a") })),
            ("install-packages -u", Ok(Request::Upgrade)),
            ("install-packages -m", Err("-m needs the name of an element")),
            ("install-packages -z a", Err("unknown option -z")),
            ("pkg-map --element vm a", Ok(map(false, "", "a"))),
            ("pkg-map --prefix - --missing-ok --element=vm --debug a b", Ok(map(true, "-", "a b"))),
            ("pkg-map a", Err("name an element: pkg-map --element ELEMENT PACKAGE...")),
            ("pkg-map --pkg-map x a", Err("unknown option --pkg-map")),
            ("pkg-map --distro fedora --release=41 --element vm a", Ok(of_fedora)),
            ("svc-map a b", Ok(Request::MapServices { names: words("a b") })),
            ("halt now", Err("no program is called halt")),
            ("", Err("nothing is asked for")),
        ];
        for (given, expected) in cases {
            assert_eq!(parse(&words(given)), expected.map_err(str::to_owned), "{given}");
        }
    }
}
