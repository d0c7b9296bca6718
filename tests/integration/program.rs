//! Runs of the program: arguments in; text, files and exit codes out.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

pub(crate) fn wengert(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wengert")).args(arguments).output().unwrap()
}

/// The standard output of a run that must succeed.
pub(crate) fn output_of(arguments: &[&str]) -> String {
    let run = wengert(arguments);
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

pub(crate) fn json_of(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&output_of(arguments)).unwrap()
}

/// Asserts that a run failed with this exit code, without a panic and without standard output.
/// Returns its message.
#[track_caller]
pub(crate) fn assert_failed(run: &Output, code: i32) -> String {
    let message = String::from_utf8(run.stderr.clone()).unwrap();
    assert_eq!(run.status.code(), Some(code), "{message}");
    assert!(run.stdout.is_empty(), "standard output is not empty");
    assert!(!message.contains("panicked"), "{message}");
    message
}

/// Asserts that a run fails with this exit code, and that its message contains all parts.
#[track_caller]
pub(crate) fn assert_rejected(code: i32, arguments: &[&str], parts: &[&str]) {
    let message = assert_failed(&wengert(arguments), code);
    for part in parts {
        assert!(message.contains(part), "{arguments:?}: no {part:?} in {message}");
    }
}

/// Writes a file and returns its path.
pub(crate) fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}
