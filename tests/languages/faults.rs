//! What the author of an element is told of a mistake in its code, in the words of its language.

use crate::element::{make, tests};
use crate::image::build;
use crate::tooling::Scratch;

/// What a language says of a mistake, from the innermost place to the hook.
struct Told {
    language: &'static str,
    mistake: &'static str,
    words: &'static [&'static str],
}

const PLACE: [Told; 4] = [
    Told {
        language: "c",
        mistake: "place",
        words: &["wasm `unreachable` instruction executed\n        at deep_inside (./faults.c:9)\n        \
             at set_port (./faults.c:13)\n        at fault (./faults.c:27)\n"],
    },
    Told {
        language: "go",
        mistake: "place",
        words: &[
            "panic: runtime error: index out of range [7] with length 0 (wasm trap: ",
            "executed)\n        at main.fault\n",
            "    | main.deepInside(...)\n",
            "faults/faults.go:40\n    | main.setPort(...)\n",
            "faults/faults.go:36\n    | main.fault()\n",
            "faults/faults.go:28 ",
        ],
    },
    Told {
        language: "js",
        mistake: "place",
        words: &["running 'fault': TypeError: cannot read property 'trim' of undefined: \
             at deepInside (/faults.js:6:10): at setPort (/faults.js:10:33): at fault (/faults.js:22:5): "],
    },
    Told {
        language: "python",
        mistake: "place",
        words: &["running 'fault': IndexError: list index out of range: \
             at deep_inside (/faults.py:11): at set_port (/faults.py:15): at fault (/faults.py:29)\n"],
    },
];

/// The limit that ends all but Python, which has one of its own.
const STACK: &str =
    "more than the limit of 512 KiB of call stack; raise it with --limit stack=1MiB\n        ";

const RECURSION: [Told; 4] = [
    Told { language: "c", mistake: "recursion", words: &[STACK, "at count (./faults.c:19), ", " times\n"] },
    Told {
        language: "go",
        mistake: "recursion",
        words: &[STACK, "at main.count, 12 times\n        and 8 more\n"],
    },
    Told {
        language: "js",
        mistake: "recursion",
        words: &[STACK, "at a function without a name, 12 times\n        and 8 more\n"],
    },
    Told {
        language: "python",
        mistake: "recursion",
        words: &[
            "running 'fault': RecursionError: maximum recursion depth exceeded: at count (/faults.py:19), ",
            " times: at fault (/faults.py:26)\n",
        ],
    },
];

/// What is said of the end of a program, the places behind it.
const ENDED: &str = "its code ended the program, as exit() does, \
    where a hook returns or returns an error\n        ";

/// JavaScript has no function that ends the program.
const EXIT: [Told; 3] = [
    Told { language: "c", mistake: "exit", words: &[ENDED, "at fault (./faults.c:26)\n"] },
    Told { language: "go", mistake: "exit", words: &[ENDED, "at main.fault\n"] },
    Told {
        language: "python",
        mistake: "exit",
        words: &["running 'fault': SystemExit: 3: a hook returns, or raises Failed, \
             rather than to end the program: at fault (/faults.py:28)\n"],
    },
];

#[test]
fn a_mistake_in_the_code_is_told_with_its_place() {
    PLACE.iter().for_each(is_told);
}

#[test]
fn endless_recursion_is_told_in_few_lines() {
    RECURSION.iter().for_each(is_told);
}

#[test]
fn the_end_of_the_program_is_told_as_such() {
    EXIT.iter().for_each(is_told);
}

fn is_told(told: &Told) {
    let scratch = Scratch::new();
    let Told { language, mistake, words } = told;
    let element = make("faults", language, &tests().join("faults").join(language));
    let run = build(&element, &["--set", &format!("faults.mistake={mistake}")], scratch.path(), language);
    assert_eq!(run.status, Some(1), "{language}:\n{}", run.stderr);
    let mut rest = run.stderr.as_str();
    for words in *words {
        let found = rest.split_once(words);
        rest = found.unwrap_or_else(|| panic!("no '{words}' of {language} in\n{}", run.stderr)).1;
    }
}
