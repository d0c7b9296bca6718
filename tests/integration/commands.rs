//! The contract of every command: its help ends with an example that runs, and errors have a
//! non-zero exit code.
//!
//! The commands are read from `wengert --help`, so that a new one is tested without being named here.

use crate::program::{assert_failed, output_of, wengert};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The names of all commands.
fn commands() -> Vec<String> {
    let help = output_of(&["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    let names = names.map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

/// The lines of the example at the end of the help text of a command.
fn example(command: &str) -> Vec<String> {
    for flag in ["-h", "--help"] {
        let help = output_of(&[command, flag]);
        let last = help.trim_end().rsplit("\n\n").next().unwrap();
        let lines: Vec<String> =
            last.lines().skip(1).map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned()).collect();
        let calls = lines.last().is_some_and(|line| line.starts_with(&format!("wengert {command} ")));
        assert!(
            (last.starts_with("Example:\n") || last.starts_with("Examples:\n")) && calls,
            "`wengert {command} {flag}` does not end with an example:\n{help}"
        );
        if flag == "--help" {
            return lines;
        }
    }
    unreachable!("the loop returns")
}

/// Runs lines in a shell that finds this build of the program, in a folder of their own.
fn run(lines: &[String], folder: &Path, output: Stdio) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_wengert")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &lines.join("\n")]).env("PATH", path).current_dir(folder).stdout(output);
    shell.stderr(Stdio::piped()).output().unwrap()
}

#[test]
fn there_are_commands() {
    assert!(commands().len() >= 4, "{:?}", commands());
}

#[cfg(unix)]
#[test]
fn the_help_of_every_command_ends_with_an_example_that_runs() {
    for command in commands() {
        let (lines, folder) = (example(&command), tempfile::tempdir().unwrap());
        let run = run(&lines, folder.path(), Stdio::piped());
        assert!(run.status.success(), "{command}: {}", String::from_utf8_lossy(&run.stderr));
        assert!(!run.stdout.is_empty(), "the example of {command} prints nothing");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn every_command_fails_if_its_output_cannot_be_written() {
    for command in commands() {
        let (lines, folder) = (example(&command), tempfile::tempdir().unwrap());
        let (last, preparation) = lines.split_last().unwrap();
        assert!(run(preparation, folder.path(), Stdio::null()).status.success(), "{command}");
        let full = File::options().write(true).open("/dev/full").unwrap();
        let run = run(std::slice::from_ref(last), folder.path(), full.into());
        let message = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success() && message.contains("standard output"), "{command}: {message}");
    }
}

#[test]
fn every_command_rejects_arguments_that_make_no_sense() {
    for command in commands() {
        for arguments in [&[&*command, "--no-such-option"][..], &[&command], &[&command, "?", "?", "?"]] {
            // Without arguments, the playground serves its page until it is interrupted.
            if arguments != ["playground"] {
                assert_failed(&wengert(arguments), 2);
            }
        }
        let one = wengert(&[&command, "?"]);
        assert!(matches!(one.status.code(), Some(1 | 2)), "wengert {command} ?: {}", one.status);
    }
    assert_failed(&wengert(&["no-such-command"]), 2);
}
