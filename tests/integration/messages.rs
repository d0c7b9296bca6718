//! Messages that name the mistake, and are short whatever the input is.

use crate::program::{assert_failed, assert_rejected, output_of, wengert, written};
use std::fs;
use std::process::Command;

#[test]
fn a_file_is_read_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..40).map(|i| format!("{},{},{}\n", i % 7, i % 2, i % 2)).collect();
    for name in ["points", "points.txt", "points.data"] {
        written(folder.path(), name, &rows);
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        let run = command.current_dir(folder.path()).args(["train", name, "--epochs", "1"]).output().unwrap();
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn the_mistake_in_a_csv_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (content, parts) in [
        ("NA,?,?\n1,2,0\n3,4,1\n", &["line 1", "column", "missing"][..]),
        ("1,2,0\n1,\"2,0\n3,4,1\n", &["line 2", "quotation mark"]),
    ] {
        assert_rejected(1, &["train", &written(folder.path(), "wrong.csv", content)], parts);
    }
    let wide: Vec<u8> = "1,2,0\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = folder.path().join("wide.csv");
    fs::write(&path, [b"\xff\xfe", &wide[..]].concat()).unwrap();
    assert_rejected(1, &["train", path.to_str().unwrap()], &["UTF-16", "save it in UTF-8"]);
}

#[test]
fn a_quotation_mark_that_is_not_closed_gives_a_short_message() {
    let folder = tempfile::tempdir().unwrap();
    let rows = format!("1,2,0\n1,\"2,0\n{}", "3,4,1\n".repeat(110_000));
    let data = written(folder.path(), "quote.csv", &rows);
    let message = assert_failed(&wengert(&["train", &data]), 1);
    assert!(message.len() < 500, "{} bytes", message.len());
}

#[test]
fn a_message_is_short_however_long_the_argument_is() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(100_000);
    let (number, list) = ("9".repeat(100_000), "x,".repeat(50_000));
    let named = written(folder.path(), "value", &long);
    let (formula, option) = (format!("@{named}"), format!("--{long}"));
    let (call, sum, value) = (format!("{long}(x)"), format!("x {long}"), format!("x={long}"));
    let other = format!("{long}=1");
    for arguments in [
        &[&*long][..],
        &["train", &long],
        &["train", &list],
        &["train", "moons", &long],
        &["train", "moons", &option],
        &["train", "moons", "--epochs", &number],
        &["train", "moons", "--hidden", &list],
        &["train", "moons", "--lr", &long],
        &["train", "moons", "--optimizer", &long],
        &["train", "moons", "--save", &long],
        &["predict", &long, "x.csv"],
        &["predict", &named, "x.csv"],
        &["train", "moons", "--target", &long],
        &["train", "moons", "--drop", &list],
        &["train", "moons", "--schedule", &long],
        &["train", "moons", "--test", &long],
        &["evaluate", &long, "x.csv"],
        &["inspect", &long],
        &["data", "describe", &long],
        &["data", "write", &long],
        &["graph", &long],
        &["graph", &call, "--at", "x=1"],
        &["graph", &sum, "--at", "x=1"],
        &["graph", &format!("1e{number}")],
        &["graph", "x", "--at", &long],
        &["graph", "x", "--at", &value],
        &["graph", "x", "--at", &other],
        &["graph", "x", "--at", "x=1", "--format", &long],
        &["graph", &formula],
        &["graph", &format!("@{long}")],
        &["gradcheck", &call, "--at", "x=1"],
    ] {
        let run = wengert(arguments);
        let message = String::from_utf8(run.stderr).unwrap();
        let start: Vec<String> = arguments.iter().map(|text| text.chars().take(20).collect()).collect();
        assert!(!run.status.success() && !message.contains("panicked"), "{start:?}: {message}");
        assert!(message.len() < 2500, "{start:?}: {} bytes", message.len());
    }
}

#[test]
fn a_name_that_is_nearly_right_gets_a_suggestion() {
    for (arguments, suggestion) in [
        (&["train", "digits", "--epoch", "3"][..], "'--epochs'"),
        (&["train", "digits", "--optimiser", "adam"], "'--optimizer'"),
        (&["train", "digits", "--optimizer", "adams"], "\"adam\""),
        (&["trian", "digits"], "'train'"),
        (&["graph", "x", "--at", "x=1", "--format", "svgs"], "'svg'"),
        (&["graph", "sine(x)", "--at", "x=1"], "sin"),
        (&["gradcheck", "sqr(x)", "--at", "x=1"], "sqrt"),
        (&["graph", "x + y", "--at", "x=1,Y=2"], "`x`, `y`"),
        (&["train", "digit"], "\"digits\""),
    ] {
        let message = String::from_utf8(wengert(arguments).stderr).unwrap();
        assert!(message.contains(suggestion), "{arguments:?}: {message}");
    }
}

#[test]
fn a_training_tells_its_progress_where_there_is_no_terminal() {
    let arguments = ["train", "digits", "--epochs", "8", "--progress", "0.01", "--json"];
    let run = wengert(&arguments);
    let lines = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success() && lines.lines().count() >= 2, "{lines}");
    for line in lines.lines() {
        assert!(line.starts_with("epoch ") && line.contains("/8 after "), "{line}");
    }
    assert!(lines.contains("train loss "), "{lines}");
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(report["epochs"], 8);
    // A short training is silent.
    assert!(wengert(&["train", "xor", "--epochs", "1"]).stderr.is_empty());
    assert!(output_of(&["train", "--help"]).contains("--progress <SECONDS>"));
}
