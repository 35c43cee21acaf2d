//! The schema that programs rely on.

use super::*;

#[test]
fn a_good_build_as_json() {
    let recorder = Recorder::json(&ReportOptions { timings: true, ..options(Verbosity::Normal) });
    good_build(&recorder);
    let hook = r#""stage":"build","phase":"install","element":"dhcp-all-interfaces","hook":"50-dhcp","kind":"shell""#;
    let expected = [
        r#"{"event":"stage-start","time":"2026-01-02T03:04:05.100Z","elapsed":0.1,"stage":"build"}"#,
        r#"{"event":"phase-start","time":"2026-01-02T03:04:05.100Z","elapsed":0.1,"stage":"build","phase":"install","place":"chroot","hooks":2}"#,
        &format!(
            r#"{{"event":"hook-start","time":"2026-01-02T03:04:05.100Z","elapsed":0.1,{hook},"number":1,"log":null}}"#
        ),
        &format!(
            r#"{{"event":"output","time":"2026-01-02T03:04:05.100Z","elapsed":0.1,{hook},"stream":"stdout","line":"\u001b[32menabled\u001b[0m dhcp"}}"#
        ),
        &format!(
            r#"{{"event":"hook-end","time":"2026-01-02T03:04:08.400Z","elapsed":3.4,{hook},"ok":true,"seconds":3.3}}"#
        ),
    ];
    let text = recorder.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..5], expected);
    let rest = [
        (
            6,
            r#"{"event":"message","time":"2026-01-02T03:04:08.400Z","elapsed":3.4,"stage":"build","phase":"install","element":"local-config","hook":"62-ssh-key","kind":"component","level":"warn","text":"no key found"}"#,
        ),
        (
            7,
            r#"{"event":"progress","time":"2026-01-02T03:04:08.400Z","elapsed":3.4,"stage":"build","phase":"install","element":"local-config","hook":"62-ssh-key","kind":"component","label":"keys","done":1,"total":2,"unit":"items"}"#,
        ),
        (
            9,
            r#"{"event":"phase-end","time":"2026-01-02T03:04:08.500Z","elapsed":3.5,"stage":"build","phase":"install","ok":true,"seconds":3.4}"#,
        ),
        (
            12,
            r#"{"event":"stage-end","time":"2026-01-02T03:04:08.500Z","elapsed":3.5,"stage":"build","ok":true,"seconds":3.4}"#,
        ),
        (
            14,
            r#"{"event":"step-start","time":"2026-01-02T03:04:08.500Z","elapsed":3.5,"stage":"export","step":"converting to qcow2"}"#,
        ),
        (
            16,
            r#"{"event":"step-end","time":"2026-01-02T03:04:17.000Z","elapsed":12.0,"stage":"export","step":"converting to qcow2","ok":true,"seconds":8.5}"#,
        ),
        (
            17,
            r#"{"event":"artifact","time":"2026-01-02T03:04:17.000Z","elapsed":12.0,"stage":"export","format":"qcow2","path":"debian.qcow2","bytes":189400000}"#,
        ),
        (20, r#"{"event":"finish","time":"2026-01-02T03:04:17.000Z","elapsed":12.0,"ok":true}"#),
    ];
    for (number, expected) in rest {
        assert_eq!(lines[number], expected);
    }
    assert_eq!(lines.len(), 21);
    let timings: serde_json::Value = serde_json::from_str(lines[19]).unwrap();
    assert_eq!(timings["timings"][2]["name"], "50-dhcp");
}

#[test]
fn a_failure_as_json() {
    let recorder = Recorder::json(&options(Verbosity::Verbose));
    failed_build(&recorder);
    let text = recorder.text();
    let failure = text.lines().find(|line| line.contains("\"failure\"")).unwrap();
    let expected = r#"{"event":"failure","time":"2026-01-02T03:04:07.000Z","elapsed":2.0,"failure":{"type":"hook","element":"local-config","hook":"62-ssh-key","phase":"install","place":"chroot","cause":{"type":"exit","value":3},"tail":["line 2","line 3","line 4"]},"exit-status":3,"log":null,"logs":null,"try":[]}"#;
    assert_eq!(failure, expected);
    let ends: Vec<&str> = text.lines().filter(|line| line.contains("-end\"")).collect();
    assert_eq!(ends.len(), 3);
    assert!(ends.iter().all(|line| line.contains("\"ok\":false")), "{ends:?}");
    assert!(text.ends_with(
        "\"event\":\"finish\",\"time\":\"2026-01-02T03:04:07.000Z\",\"elapsed\":2.0,\"ok\":false}\n"
    ));
}
