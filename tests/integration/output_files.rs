//! Files that the program writes: what is there before, and what remains if writing fails.
#![cfg(unix)]

use crate::program::{assert_failed, assert_rejected, output_of, wengert, written};
use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

const GRAPH: [&str; 7] = ["graph", "x^3*(x+3*y)", "--at", "x=2,y=3", "--format", "svg", "--output"];

/// The arguments of a short training that saves its model.
fn train(save: &Path) -> Vec<&str> {
    vec!["train", "xor", "--hidden", "4", "--epochs", "1", "--save", save.to_str().unwrap()]
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_model_is_not_saved_onto_the_data_that_it_is_trained_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = written(folder.path(), "points.csv", "1,2,0\n3,4,1\n");
    let link = folder.path().join("link");
    symlink("points.csv", &link).unwrap();
    for save in [&*data, link.to_str().unwrap()] {
        assert_rejected(1, &["train", &data, "--save", save], &["is the input", "choose another file"]);
        assert_rejected(1, &["train", link.to_str().unwrap(), "--save", save], &["is the input"]);
    }
    let images = folder.path().join("mnist");
    fs::create_dir(&images).unwrap();
    let labels = written(&images, "train-labels-idx1-ubyte", "labels");
    assert_rejected(1, &["train", images.to_str().unwrap(), "--save", &labels], &["is the input"]);
    assert_eq!(fs::read_to_string(&data).unwrap(), "1,2,0\n3,4,1\n");
    assert_eq!(fs::read_to_string(&labels).unwrap(), "labels");
}

#[test]
fn a_graph_is_not_written_onto_its_formula_or_its_point() {
    let folder = tempfile::tempdir().unwrap();
    let (formula, point) = (written(folder.path(), "formula", "x^2"), written(folder.path(), "point", "x=1"));
    let arguments = ["graph", &format!("@{formula}"), "--at", &format!("@{point}"), "--output"];
    for output in [&formula, &point] {
        assert_rejected(1, &[&arguments[..], &[output]].concat(), &["is the input", output]);
    }
    let redirected = format!("exec \"$0\" graph - --at x=1 --output '{formula}' < '{formula}'");
    let mut shell = Command::new("sh");
    let run = shell.args(["-c", &redirected, env!("CARGO_BIN_EXE_wengert")]).output().unwrap();
    assert!(assert_failed(&run, 1).contains("standard input is redirected"));
    assert_eq!(
        (fs::read_to_string(&formula).unwrap(), fs::read_to_string(&point).unwrap()),
        ("x^2".into(), "x=1".into())
    );
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_the_data_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let [absent, name] = ["absent/model", ""].map(|end| folder.path().join(end));
    for (save, part) in [(absent, "there is no folder"), (name, "it is a folder")] {
        let save = save.to_str().unwrap();
        assert_rejected(1, &["train", "absent.csv", "--save", save], &["cannot write", save, part]);
        assert_rejected(1, &["graph", "x +", "--at", "x=1", "--output", save], &["cannot write", save, part]);
    }
}

#[test]
fn links_and_permissions_of_a_replaced_file_stay() {
    let folder = tempfile::tempdir().unwrap();
    let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    symlink("file", &link).unwrap();
    for arguments in [train(&link), [&GRAPH[..], &[link.to_str().unwrap()]].concat()] {
        output_of(&arguments);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "{arguments:?}");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{arguments:?}");
        assert_ne!(fs::read(&file).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["file", "link"]);
    }
}

#[test]
fn a_pipe_takes_the_bytes_that_a_file_would_have_and_stays_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let [file, pipe] = ["file", "pipe"].map(|name| folder.path().join(name));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    output_of(&train(&pipe));
    output_of(&train(&file));
    assert_eq!(reader.join().unwrap(), fs::read(&file).unwrap());
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    output_of(&train(Path::new("/dev/null")));
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn a_file_that_standard_output_is_redirected_to_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report");
    for output in [path.to_str().unwrap(), "/dev/stdout"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        command.args(GRAPH).arg(output).stdout(fs::File::create(&path).unwrap());
        let run = command.stderr(Stdio::piped()).output().unwrap();
        let message = String::from_utf8(run.stderr).unwrap();
        assert!(message.contains("standard output is redirected to or from the same file"), "{message}");
        assert_eq!(fs::read(&path).unwrap(), b"");
    }
    let shown = Command::new(env!("CARGO_BIN_EXE_wengert")).args(GRAPH).arg("/dev/stdout").output().unwrap();
    assert!(shown.stdout.starts_with(b"<svg "), "a pipe takes the picture");
}

/// Runs the program with a limit on the size of files, like that of a full disk: writing more is an error if
/// `signal` is "''", and kills the program if it is "-".
fn with_limited_files(signal: &str, output: &Path) -> Output {
    let script = format!("ulimit -f 1; trap {signal} XFSZ; exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_wengert")]).args(GRAPH).arg(output).output().unwrap()
}

#[test]
fn a_write_that_fails_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.svg");
    fs::write(&path, "old").unwrap();
    let message = assert_failed(&with_limited_files("''", &path), 1);
    assert!(message.contains("cannot write") && message.contains("graph.svg"), "{message}");
    assert_eq!(
        (fs::read_to_string(&path).unwrap(), names(folder.path())),
        ("old".into(), vec!["graph.svg".into()])
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_is_killed_while_it_writes_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.svg");
    fs::write(&path, "old").unwrap();
    assert_eq!(with_limited_files("-", &path).status.code(), None, "the program should be killed");
    assert_eq!(
        (fs::read_to_string(&path).unwrap(), names(folder.path())),
        ("old".into(), vec!["graph.svg".into()])
    );
}

#[test]
fn the_same_seed_saves_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |name: &str| {
        let path = folder.path().join(name);
        assert!(wengert(&train(&path)).status.success());
        fs::read(path).unwrap()
    };
    let first = bytes("1");
    assert!(["2", "3", "4"].into_iter().all(|name| bytes(name) == first));
}
