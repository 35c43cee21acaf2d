//! What the author of an element is told of a mistake in its code, in the words of its language.

use crate::element::{make, tests};
use crate::image::build;
use crate::tooling::Scratch;

/// What each language says of the mistake, from the innermost place to the hook.
const TOLD: [(&str, &[&str]); 4] = [
    (
        "c",
        &[
            "wasm `unreachable` instruction executed\n        at deep_inside (/",
            "/c/faults.c:8)\n        at set_port (/",
            "/c/faults.c:12)\n        at fault (/",
            "/c/faults.c:16)\n",
        ],
    ),
    (
        "go",
        &[
            "panic: runtime error: index out of range [7] with length 0 (wasm trap: ",
            "executed)\n        at main.fault\n",
            "    | main.deepInside(...)\n",
            "/go/faults.go:21\n    | main.setPort(...)\n",
            "/go/faults.go:17\n    | main.fault()\n",
            "/go/faults.go:13 ",
        ],
    ),
    (
        "js",
        &["running 'fault': TypeError: cannot read property 'trim' of undefined: \
           at deepInside (/faults.js:6:10): at setPort (/faults.js:10:33): at fault (/faults.js:15:5): "],
    ),
    (
        "python",
        &["running 'fault': IndexError: list index out of range: \
           at deep_inside (/faults.py:9): at set_port (/faults.py:13): at fault (/faults.py:18)\n"],
    ),
];

#[test]
fn a_mistake_in_the_code_is_told_with_its_place() {
    let scratch = Scratch::new();
    for (language, told) in TOLD {
        let element = make("faults", language, &tests().join("faults").join(language));
        let run = build(&element, &[], scratch.path(), language);
        assert_eq!(run.status, Some(1), "{language}:\n{}", run.stderr);
        let mut rest = run.stderr.as_str();
        for words in told {
            let found = rest.split_once(words);
            rest = found.unwrap_or_else(|| panic!("no '{words}' of {language} in\n{}", run.stderr)).1;
        }
    }
}
