//! From text to a checked [`Manifest`].

use serde::Deserialize;

use super::{Manifest, ManifestError, api, printable};

/// The part that is read first: a manifest of another API version may hold
/// keys that this one does not know, and the version is the better answer then.
#[derive(Deserialize)]
struct Preamble {
    name: Option<String>,
    api: Option<String>,
}

impl Manifest {
    /// Parses and checks a manifest.
    ///
    /// # Errors
    ///
    /// Says which key is wrong and what it may be. An element API version
    /// that this host does not run is reported before anything else.
    pub fn parse(text: &str) -> Result<Manifest, ManifestError> {
        let syntax = |error| syntax_error(text, &error);
        printable::check(&toml::from_str(text).map_err(syntax)?)?;
        let preamble: Preamble = toml::from_str(text).map_err(syntax)?;
        let series = series(preamble)?;
        let mut manifest: Manifest = toml::from_str(text).map_err(syntax)?;
        series.clone_into(&mut manifest.api);
        manifest.validate()?;
        Ok(manifest)
    }
}

/// The series of the API that runs the element; nothing for a manifest without a version,
/// which is not one.
fn series(preamble: Preamble) -> Result<&'static str, ManifestError> {
    let Some(version) = preamble.api else { return Ok("") };
    api::series_of(&version).ok_or_else(|| ManifestError::ApiVersion {
        element: preamble.name.unwrap_or_else(|| "(no name)".to_owned()),
        built_for: version,
    })
}

fn syntax_error(text: &str, error: &toml::de::Error) -> ManifestError {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.get(..start).unwrap_or(text).matches('\n').count() + 1;
    ManifestError::Syntax { line, problem: error.message().replace('\n', "; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
name = "hello"
version = "0.1.0"
summary = "Greets whoever logs in"
api = "0.1"
dependencies = ["openssh-server"]

[[hooks]]
phase = "install"
order = 5
name = "greet"

[parameters.greeting]
type = "string"
default = "hello"
environment = "DIB_HELLO_GREETING"

[parameters.times]
type = "integer"
default = 1
min = 1
max = 10

[capabilities]
environment = ["HOME"]
host-files = ["~/.ssh/authorized_keys"]
host-programs = [{ program = "mmdebstrap", alternative = "debootstrap" }]
urls = ["https://example.org/"]
chroot = true

[[caches]]
name = "apt"
path = "/var/cache/apt/archives"
"#;

    #[test]
    fn reads_a_whole_manifest() {
        let manifest = Manifest::parse(WHOLE).unwrap();
        assert_eq!(manifest.hooks[0].full_name(), "05-greet");
        let grants: Vec<_> = manifest.capabilities.grants().iter().map(ToString::to_string).collect();
        assert_eq!(
            grants,
            [
                "environment=HOME",
                "host-file=~/.ssh/authorized_keys",
                "host-program=mmdebstrap",
                "host-program=debootstrap",
                "url=https://example.org/",
                "chroot",
            ]
        );
    }

    #[test]
    fn survives_its_own_serialisation() {
        let manifest = Manifest::parse(WHOLE).unwrap();
        assert_eq!(Manifest::parse(&toml::to_string(&manifest).unwrap()).unwrap(), manifest);
    }

    #[test]
    fn says_which_key_is_wrong() {
        let head = "name = \"x\"\nversion = \"1\"\napi = \"0.1\"\n";
        let table = [
            (
                "[[hooks]]\nphase = \"instal\"\norder = 1\nname = \"a\"",
                "line 5: unknown variant `instal`, expected one of `root`, `extra-data`, `pre-install`, `install`, `post-install`, `post-root`, `block-device`, `pre-finalise`, `finalise`, `cleanup`",
            ),
            (
                "[[hooks]]\nphase = \"install\"\norder = 100000\nname = \"a\"",
                "hooks[0].order: 100000 is out of range (0 to 99999)",
            ),
            (
                "[[hooks]]\nphase = \"install\"\norder = 1\nname = \"a b\"",
                "hooks[0].name: 'a b' is not a hook name (letters, digits, '-' and '_')",
            ),
            (
                "[[hooks]]\nphase = \"install\"\norder = 1\nname = \"a\"\n[[hooks]]\nphase = \"install\"\norder = 1\nname = \"a\"",
                "hooks[1]: phase install already has a hook '01-a'",
            ),
            (
                "dependencies = [\"../x\"]",
                "dependencies[0]: '../x' is not an element name (letters, digits, '.', '-', '_' and '+', a letter or digit first)",
            ),
            (
                "provides = [\"\"]",
                "provides[0]: '' is not an element name (letters, digits, '.', '-', '_' and '+', a letter or digit first)",
            ),
            (
                "component = \"../x.wasm\"",
                "component: '../x.wasm' is not the name of a file beside the manifest",
            ),
            (
                "[parameters.Greeting]\ntype = \"string\"",
                "parameters.Greeting: 'Greeting' is not a parameter name (small letters, digits and '-', a letter first)",
            ),
            (
                "[parameters.a]\ntype = \"text\"",
                "line 5: unknown variant `text`, expected one of `string`, `integer`, `boolean`, `list`",
            ),
            (
                "[parameters.a]\ntype = \"integer\"\ndefault = \"1\"",
                "parameters.a.default: \"1\" is a string, not an integer",
            ),
            (
                "[parameters.a]\ntype = \"string\"\ndefault = \"c\"\nchoices = [\"a\", \"b\"]",
                "parameters.a.default: 'c' is none of the choices (a, b)",
            ),
            (
                "[parameters.a]\ntype = \"boolean\"\nchoices = [\"a\"]",
                "parameters.a.choices: only a string or a list has choices",
            ),
            (
                "[parameters.a]\ntype = \"integer\"\ndefault = 0\nmin = 1",
                "parameters.a.default: 0 is out of range (at least 1)",
            ),
            (
                "[parameters.a]\ntype = \"integer\"\nmin = 2\nmax = 1",
                "parameters.a.min: 2 is more than max, which is 1",
            ),
            ("[parameters.a]\ntype = \"string\"\nmax = 1", "parameters.a.max: only an integer has a range"),
            (
                "[parameters.a]\ntype = \"string\"\nenvironment = \"A-B\"",
                "parameters.a.environment: 'A-B' is not the name of an environment variable",
            ),
            (
                "[capabilities]\nenvironment = [\"1A\"]",
                "capabilities.environment[0]: '1A' is not the name of an environment variable",
            ),
            (
                "[capabilities]\nhost-files = [\"etc\"]",
                "capabilities.host-files[0]: 'etc' is neither absolute nor below '~/'",
            ),
            (
                "[capabilities]\nhost-files = [\"/etc/../root\"]",
                "capabilities.host-files[0]: '/etc/../root' goes up with '..'",
            ),
            (
                "[capabilities]\nhost-programs = [{ program = \"/bin/sh\" }]",
                "capabilities.host-programs[0].program: '/bin/sh' is not the name of a program (letters, digits, '.', '-', '_' and '+', a letter or digit first)",
            ),
            (
                "[capabilities]\nurls = [\"example.org\"]",
                "capabilities.urls[0]: 'example.org' does not start with http:// or https:// and a host",
            ),
            (
                "[[caches]]\nname = \"a/b\"\npath = \"/x\"",
                "caches[0].name: 'a/b' is not a cache name (letters, digits, '.', '-', '_' and '+', a letter or digit first)",
            ),
            ("[[caches]]\nname = \"a\"\npath = \"x\"", "caches[0].path: 'x' is not absolute"),
            (
                "[[caches]]\nname = \"a\"\npath = \"/\"",
                "caches[0].path: '/' is a directory of the system; take one such as /var/cache/mine",
            ),
            (
                "[[caches]]\nname = \"a\"\npath = \"/var/.\"",
                "caches[0].path: '/var/.' is a directory of the system; take one such as /var/cache/mine",
            ),
            (
                "[[caches]]\nname = \"a\"\npath = \"//usr/lib/mine\"",
                "caches[0].path: '//usr/lib/mine' is a directory of the system; take one such as /var/cache/mine",
            ),
            (
                "[[caches]]\nname = \"a\"\npath = \"/usr/local\"",
                "caches[0].path: '/usr/local' is a directory of the system; take one such as /var/cache/mine",
            ),
            (
                "surprise = 1",
                "line 4: unknown field `surprise`, expected one of `name`, `version`, `summary`, `api`, `component`, `dependencies`, `provides`, `hooks`, `parameters`, `capabilities`, `caches`",
            ),
        ];
        for (rest, message) in table {
            let error = Manifest::parse(&format!("{head}{rest}\n")).unwrap_err();
            assert_eq!(error.to_string(), message, "{rest}");
        }
        assert_eq!(
            Manifest::parse("name = \"x\"\n").unwrap_err().to_string(),
            "line 1: missing field `version`"
        );
    }

    #[test]
    fn a_release_of_the_api_stands_for_its_series() {
        let parse = |api: &str| Manifest::parse(&format!("name = 'x'\nversion = '1'\napi = '{api}'\n"));
        assert_eq!(parse("0.1.0").unwrap(), parse("0.1").unwrap());
        assert_eq!(
            parse("0.1.9").unwrap_err().to_string(),
            "element 'x' was built for version 0.1.9 of the element API, and this slate runs version 0.1.0"
        );
    }

    #[test]
    fn another_api_version_is_reported_before_unknown_keys() {
        let error =
            Manifest::parse("name = \"x\"\nversion = \"1\"\napi = \"7.3\"\nshiny = true\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "element 'x' was built for version 7.3 of the element API, and this slate runs version 0.1"
        );
    }
}
