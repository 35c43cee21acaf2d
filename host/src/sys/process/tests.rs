use std::fs;
use std::time::{Duration, Instant};

use super::*;

/// Runs a shell script and collects its lines.
fn lines_of(program: &Program) -> (Exit, Vec<(Stream, String)>) {
    let mut lines = Vec::new();
    let exit = program.run(&mut |stream, line| lines.push((stream, String::from_utf8_lossy(line).into())));
    (exit.unwrap(), lines)
}

fn shell(script: &str) -> Program {
    Program::new("sh").args(["-c", script])
}

#[test]
fn both_outputs_arrive_line_by_line() {
    let (exit, lines) = lines_of(&shell("echo one; echo two >&2; printf 'no newline'"));
    assert!(exit.success());
    let of =
        |wanted| -> Vec<_> { lines.iter().filter(|(s, _)| *s == wanted).map(|(_, l)| l.as_str()).collect() };
    assert_eq!(of(Stream::Stdout), ["one", "no newline"]);
    assert_eq!(of(Stream::Stderr), ["two"]);
}

#[test]
fn a_return_ends_a_line_as_progress_bars_mean_it() {
    let (_, lines) = lines_of(&shell(r"printf 'a 10%%\ra 100%%\r\nnext\r\n\nlast'"));
    let lines: Vec<_> = lines.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(lines, ["a 10%", "a 100%", "next", "", "last"]);
}

#[test]
fn a_line_without_end_comes_in_pieces() {
    let (_, lines) = lines_of(&shell("head -c 200000 /dev/zero"));
    assert!(lines.len() > 1);
    assert_eq!(lines.iter().map(|(_, line)| line.len()).sum::<usize>(), 200_000);
}

#[test]
fn exit_status_and_signal_are_told_apart() {
    assert_eq!(lines_of(&shell("exit 3")).0.ended, Ended::Code(3));
    assert_eq!(lines_of(&shell("kill -KILL $$")).0.ended, Ended::Signal(9));
}

#[test]
fn the_last_lines_are_remembered() {
    let (exit, _) = lines_of(&shell("seq 100").tail_lines(2));
    assert_eq!(exit.tail, ["99", "100"]);
    assert_eq!(lines_of(&shell("seq 100").tail_lines(0)).0.tail, [""; 0]);
    let passing = shell("echo first; seq 100; echo last >&2").passing(|line| line[0].is_ascii_digit());
    let (exit, lines) = lines_of(&passing.tail_lines(2));
    assert_eq!((exit.tail.len(), lines.len()), (2, 102), "what passes is seen, and not remembered");
    assert!(exit.tail.contains(&"first".to_owned()) && exit.tail.contains(&"last".to_owned()));
}

#[test]
fn a_script_is_told_by_its_first_line() {
    assert_eq!(shell("exit 3").in_a_line(), "sh -c 'exit 3'");
    let script = shell("set -e\nexit 3\n");
    assert_eq!(script.in_a_line(), "sh -c 'set -e ...");
    assert_eq!(lines_of(&script).0.command, "sh -c 'set -e ...");
}

#[test]
fn only_the_given_environment_is_seen() {
    let program = Program::new("/usr/bin/env").env("B", "2").env_clear().envs([("A", "1")]);
    assert_eq!(program.output().unwrap(), b"A=1\nB=2\n");
}

#[test]
fn input_is_passed_on_and_may_be_left_unread() {
    let input = vec![b'x'; 300_000];
    let count = Program::new("wc").arg("-c").stdin(Stdin::Bytes(input.clone()));
    assert_eq!(String::from_utf8(count.output().unwrap()).unwrap().trim(), "300000");
    Program::new("true").stdin(Stdin::Bytes(input)).execute().unwrap();
    assert_eq!(Program::new("cat").output().unwrap(), b"");
}

#[test]
fn a_program_has_its_own_session_umask_and_no_other_files() {
    let open = fs::File::open("/").unwrap();
    nix::fcntl::fcntl(&open, nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::empty())).unwrap();
    // A shell that makes a pipe has more files open for a moment, and bash keeps number 255.
    let script =
        "umask; ls /proc/$$/fd; session=$(cut -d' ' -f6 /proc/$$/stat); [ \"$session\" = $$ ] && echo own";
    let output = String::from_utf8(shell(script).output().unwrap()).unwrap();
    let lines: Vec<&str> = output.lines().filter(|line| *line != "255").collect();
    assert_eq!(lines, ["0022", "0", "1", "2", "own"]);
}

#[test]
fn the_working_directory_is_set() {
    assert_eq!(Program::new("pwd").cwd("/usr").output().unwrap(), b"/usr\n");
}

#[test]
fn a_program_that_takes_too_long_is_ended_with_its_group() {
    let started = Instant::now();
    let script = shell("sleep 1000 & sleep 1000").timeout(Duration::from_millis(100));
    let (exit, _) = lines_of(&script);
    assert_eq!(exit.ended, Ended::TimedOut(Duration::from_millis(100)));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_program_may_have_all_the_time_there_is() {
    assert!(lines_of(&shell("true").timeout(Duration::MAX)).0.success());
}

#[test]
fn a_program_that_ignores_the_request_to_end_is_killed() {
    let script = shell("trap '' TERM; sleep 1000; sleep 1000").timeout(Duration::from_millis(100));
    assert_eq!(lines_of(&script).0.status(), 124);
}

#[test]
fn a_daemon_that_keeps_the_output_open_does_not_hold_up_its_parent() {
    let started = Instant::now();
    let (exit, lines) = lines_of(&shell("sleep 5 & echo parent"));
    assert!(exit.success());
    assert_eq!(lines, [(Stream::Stdout, "parent".to_owned())]);
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_missing_program_is_an_error_that_names_it_and_its_place() {
    let error = Program::new("no-such-program").arg("a b").cwd("/usr").execute().unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "starting `no-such-program 'a b'` with working directory /usr (is it installed, and are its \
         interpreter and directory there?): No such file or directory (os error 2)"
    );
}

#[test]
fn a_failure_carries_the_command_and_its_last_words() {
    let error = shell("echo going down >&2; exit 4").execute().unwrap_err();
    let failed: &CommandFailed = error.downcast_ref().unwrap();
    assert_eq!(failed.0.status(), 4);
    assert_eq!(
        error.to_string(),
        "`sh -c 'echo going down >&2; exit 4'` exited with status 4; it last wrote:\n    going down"
    );
}
