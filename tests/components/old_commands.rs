//! What components get from diskimage-builder's commands, which have no flags for it.

use std::process::Command;

use crate::trial::Trial;

const MANIFEST: &str = "
capabilities.environment = ['GIVEN']
[parameters.text]
type = 'string'
[parameters.number]
type = 'integer'
[parameters.truth]
type = 'boolean'
[parameters.items]
type = 'list'
[parameters.unset]
type = 'string'
";

const PARAMETERS: &str = "params.text=a, b\nnumber=-3\n\nparams.truth=true\nparams.items=x,y\n";

fn create(trial: &Trial) -> Command {
    let mut create = trial.old("disk-image-create", &["-n"]);
    create.env("SLATE_PARAMETERS", PARAMETERS).env("GIVEN", "by the caller");
    create
}

fn trial() -> Trial {
    Trial::beside_a_system().element("params", &["typed", "environment"], MANIFEST)
}

fn refusal(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    text
}

#[test]
fn parameters_and_grants_are_given_by_variables() {
    let trial = trial();
    let output = create(&trial).env("SLATE_GRANTS", "params:environment=GIVEN").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = |name: &str| {
        let tar = Command::new("tar").arg("-xOf").arg(trial.join("image.tar")).arg(name).output().unwrap();
        String::from_utf8(tar.stdout).unwrap()
    };
    assert_eq!(file("./params"), "a, b -3 true [\"x\", \"y\"] None");
    assert_eq!(file("./environment"), "Some(\"by the caller\")");
}

#[test]
fn a_denial_names_the_variable() {
    let text = refusal(&mut create(&trial()));
    for told in [
        "params asks for what it is not granted: environment=GIVEN; grant with SLATE_GRANTS=params:...\n",
        "element 'params' was not granted environment=GIVEN: grant it with SLATE_GRANTS=params:environment=GIVEN\n",
    ] {
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn what_a_variable_says_wrongly_is_named() {
    let trial = trial();
    let begins = |command: &mut Command, words: &str| {
        let text = refusal(command);
        assert!(text.starts_with(words), "{text}");
    };
    begins(create(&trial).env("SLATE_GRANTS", "params"), "error: SLATE_GRANTS: 'params': expected ELEMENT:");
    begins(create(&trial).env("SLATE_GRANTS", "other:chroot"), "error: SLATE_GRANTS: other:chroot: ");
    begins(create(&trial).env("SLATE_PARAMETERS", "params.txt=x"), "error: SLATE_PARAMETERS: params.txt: ");
}
