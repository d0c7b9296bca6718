//! Training runs that are killed, interrupted or stopped by a full disk, and continue. More of the same is in
//! `tests/heavy/interrupt_runs.py`.
#![cfg(unix)]

use crate::program::{assert_failed, assert_rejected, json_of, output_of, wengert, written};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use wengert::train::{CheckpointError, CheckpointSummary};

/// A run of 40 epochs of 25 steps, which saves its state after every fourth step.
const RUN: [&str; 10] =
    ["moons", "--epochs", "40", "--batch-size", "18", "--seed", "5", "--test", "0.1", "--json"];

fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
    command.arg("train").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn new_run(file: &Path) -> Vec<&str> {
    [&RUN[..], &["--every", "4steps", "--checkpoint", file.to_str().unwrap()]].concat()
}

fn hash(run: &serde_json::Value) -> String {
    run["params_sha256"].as_str().unwrap().to_owned()
}

/// What a run without interruptions gives.
fn undisturbed() -> serde_json::Value {
    json_of(&[&["train"], &RUN[..]].concat())
}

/// Waits until the run has saved so many steps.
fn wait_for(file: &Path, steps: u64) {
    let start = Instant::now();
    loop {
        match CheckpointSummary::load(file) {
            Ok(summary) if summary.steps >= steps => return,
            Ok(_) | Err(CheckpointError::Io { .. }) => sleep(Duration::from_millis(2)),
            Err(torn) => panic!("{torn}"),
        }
        assert!(start.elapsed() < Duration::from_secs(120), "there is no checkpoint");
    }
}

fn kill(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// The end of a run, without the time that it took.
fn ended(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    report["seconds"] = 0.into();
    report
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_like_one_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ckpt");
    let resume = ["--resume", file.to_str().unwrap()];
    for (i, steps) in [1, 90, 333, 700, 950].into_iter().enumerate() {
        let mut child = if i == 0 { start(&new_run(&file)) } else { start(&resume) };
        wait_for(&file, steps);
        kill("-KILL", &child);
        assert_eq!(child.wait().unwrap().code(), None);
        // The checkpoint is whole. A run that is killed just before it gives a new file its name leaves it.
        CheckpointSummary::load(&file).unwrap();
        for left in fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
            let name = left.file_name().unwrap().to_string_lossy().into_owned();
            assert!(left == file || name.starts_with('.') && name.ends_with(".part"), "{name}");
            CheckpointSummary::load(&left).unwrap();
        }
    }
    let (mut whole, last) = (undisturbed(), ended(&start(&resume).wait_with_output().unwrap()));
    whole["seconds"] = 0.into();
    assert_eq!(last, whole);
    // The end is saved too: continuing it gives the same again, without a step.
    assert_eq!(ended(&start(&resume).wait_with_output().unwrap()), whole);
}

#[test]
fn a_signal_ends_a_run_after_its_batch_and_the_message_says_how_it_continues() {
    let folder = tempfile::tempdir().unwrap();
    let whole = hash(&undisturbed());
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let file = folder.path().join(format!("a run{signal}.ckpt"));
        let child = start(&new_run(&file));
        wait_for(&file, 30);
        kill(signal, &child);
        let message = assert_failed(&child.wait_with_output().unwrap(), code);
        let command = format!("continue with: wengert train --resume '{}'", file.display());
        assert!(message.contains("interrupted after step") && message.contains(&command), "{message}");
        let resumed = json_of(&["train", "--resume", file.to_str().unwrap()]);
        assert_eq!(hash(&resumed), whole, "{signal}");
    }
}

#[test]
fn a_run_continues_with_more_epochs_and_other_outputs_but_with_its_settings() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, model) = (path("run.ckpt"), path("model.safetensors"));
    let train = ["train", "iris", "--schedule", "constant", "--norm", "batch", "--early-stopping", "50"];
    let run = |epochs| json_of(&[&train[..], &["--epochs", epochs, "--json"]].concat());
    output_of(&[&train[..], &["--epochs", "3", "--checkpoint", &file]].concat());
    let longer = json_of(&["train", "--resume", &file, "--epochs", "7", "--save", &model, "--json"]);
    assert_eq!(hash(&longer), hash(&run("7")));
    assert_eq!(longer["epochs"], 7);
    assert!(output_of(&["inspect", &model]).contains("petal"), "the model has the names of the columns");
    assert_rejected(
        2,
        &["train", "--resume", &file, "--hidden", "3"],
        &["--hidden cannot change", &file, "begin a new run"],
    );
    assert_rejected(2, &["train", "moons", "--resume", &file], &["the data cannot change"]);
    assert_rejected(
        1,
        &[&train[..], &["--checkpoint", &file]].concat(),
        &["run.ckpt exists: continue its run with --resume", "or remove it first"],
    );
    assert_rejected(1, &["train", "--resume", &model], &["model.safetensors", "not a checkpoint"]);
    assert_rejected(1, &["train", "--resume", &path("absent")], &["absent: No such file"]);
}

#[test]
fn a_run_does_not_continue_on_a_table_that_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ckpt");
    let file = file.to_str().unwrap();
    let rows: String =
        (0..60).map(|i| format!("{i},{},{}\n", i % 7, if i < 30 { "a" } else { "b" })).collect();
    let table = written(folder.path(), "table.csv", &format!("size,width,kind\n{rows}"));
    output_of(&["train", &table, "--epochs", "2", "--checkpoint", file]);
    // One number is another one; then a column has another name.
    for (from, to) in [("31,3,b", "31,4,b"), ("size,width", "size,depth")] {
        let text = fs::read_to_string(&table).unwrap();
        fs::write(&table, text.replace(from, to)).unwrap();
        let message = assert_failed(&wengert(&["train", "--resume", file, "--epochs", "3"]), 1);
        let expected = ["other features than those of the run", "the training data are not those before"];
        assert!(expected.iter().any(|part| message.contains(part)), "{message}");
        fs::write(&table, text).unwrap();
    }
    output_of(&["train", "--resume", file, "--epochs", "3"]);
}

#[test]
fn a_run_that_diverges_says_where_and_what_its_checkpoint_has() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ckpt");
    let file = file.to_str().unwrap();
    output_of(&["train", "moons", "--epochs", "2", "--optimizer", "sgd", "--checkpoint", file]);
    let before = fs::read(file).unwrap();
    let run = wengert(&["train", "--resume", file, "--epochs", "6", "--lr", "1e30"]);
    let message = assert_failed(&run, 1);
    let parts = ["training diverged", "in epoch 3, step", "run.ckpt has the run after 2 epochs", "--lr"];
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    assert!(fs::read(file).unwrap() == before);
}

/// Continues a run in a shell that may write this many blocks of 512 bytes into a file, as on a full disk.
fn with_limited_files(blocks: &str, file: &Path) -> Output {
    let script = format!("ulimit -f {blocks}; trap '' XFSZ; exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_wengert"), "train", "--epochs", "4", "--resume"]);
    shell.arg(file).output().unwrap()
}

#[test]
fn a_full_disk_and_a_folder_that_cannot_be_written_keep_the_old_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("run.ckpt");
    output_of(&["train", "iris", "--epochs", "2", "--checkpoint", file.to_str().unwrap()]);
    let before = fs::read(&file).unwrap();
    let message = assert_failed(&with_limited_files("4", &file), 1);
    assert!(message.contains("cannot write") && message.contains("run.ckpt"), "{message}");
    assert!(fs::read(&file).unwrap() == before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(with_limited_files("unlimited", &file).status.success());
    // No user may write here, and the data are not even read.
    let arguments = ["train", "absent.csv", "--checkpoint", "/proc/self/run.ckpt"];
    assert_rejected(1, &arguments, &["cannot write /proc/self/run.ckpt", "a new file cannot be created"]);
}

#[test]
fn two_runs_with_one_checkpoint_never_mix() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.ckpt");
    let path = file.to_str().unwrap();
    let run =
        |seed| start(&["moons", "--epochs", "8", "--every", "1steps", "--seed", seed, "--checkpoint", path]);
    let mut runs = [run("1"), run("2")];
    let mut reads = 0;
    while runs.iter_mut().any(|run| run.try_wait().unwrap().is_none()) {
        match CheckpointSummary::load(&file) {
            Ok(_) => reads += 1,
            Err(CheckpointError::Io { .. }) => {}
            Err(torn) => panic!("{torn}"),
        }
    }
    assert!(reads > 10, "{reads} reads are too few to see a torn file");
    CheckpointSummary::load(&file).unwrap();
}
