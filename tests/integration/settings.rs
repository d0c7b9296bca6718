//! Settings files: `--config` and `--write-config`.

use crate::program::{assert_rejected, json_of, output_of, written};
use std::fs;

/// The parts of a report that do not depend on the time.
fn result(arguments: &[&str]) -> (String, serde_json::Value) {
    let report = json_of(&[arguments, &["--json"]].concat());
    (report["params_sha256"].to_string(), report["test_loss"].clone())
}

#[test]
fn a_run_that_wrote_its_settings_is_repeated_by_reading_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.toml");
    let file = file.to_str().unwrap();
    let options = ["train", "moons", "--hidden", "8,4", "--epochs", "3", "--norm", "batch", "--seed", "9"];
    let first = result(&[&options[..], &["--test", "0.2", "--write-config", file]].concat());
    assert_eq!(first, result(&["train", "--config", file]));
    // What was chosen for the data is written too, and the same settings give the same file.
    let text = fs::read_to_string(file).unwrap();
    for line in ["data = \"moons\"", "hidden = \"8,4\"", "epochs = 3", "test = 0.2", "\nlr = ", "# Network"] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    let again = folder.path().join("again.toml");
    output_of(&["train", "--config", file, "--write-config", again.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(again).unwrap(), text);
}

#[test]
fn options_on_the_command_line_take_precedence_over_those_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file =
        written(folder.path(), "run.toml", "data = \"iris\"\nhidden = [8, 4]\nepochs = 2\njson = true\n");
    let report = json_of(&["train", "--config", &file]);
    assert_eq!((&report["data"], &report["epochs"]), (&"iris".into(), &2.into()));
    assert_eq!(report["parameters"], 4 * 8 + 8 + 8 * 4 + 4 + 4 * 3 + 3);
    let report = json_of(&["train", "moons", "--config", &file, "--epochs", "3"]);
    assert_eq!((&report["data"], &report["epochs"]), (&"moons".into(), &3.into()));
}

#[test]
fn a_mistake_in_a_settings_file_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (text, parts) in [
        ("epochs = 2\nepoch = 3\n", &["line 2, column 1", "\"epoch\"", "did you mean \"epochs\""][..]),
        ("xyzzy = 3\n", &["line 1, column 1", "\"xyzzy\" is not an option of train"]),
        ("epochs = 2\n  lr = -1\n", &["line 2, column 8", "'-1'", "--lr", "positive"]),
        ("optimizer = \"adams\"\n", &["line 1, column 13", "'adams'", "adam", "sgd"]),
        ("json = 1\n", &["line 1, column 8", "json must be true or false"]),
        ("epochs = true\n", &["line 1, column 10", "epochs must be a number, a string"]),
        ("[network]\nhidden = 3\n", &["line 1", "\"network\""]),
        ("epochs = 2\nepochs = 3\n", &["line 2, column 1", "duplicate"]),
        ("epochs = = 2\n", &["line 1, column 10"]),
        ("config = \"other.toml\"\n", &["line 1, column 1", "\"config\""]),
        ("write-config = \"other.toml\"\n", &["line 1, column 1", "\"write-config\""]),
    ] {
        let file = written(folder.path(), "wrong.toml", text);
        assert_rejected(2, &["train", "moons", "--config", &file], &[&["wrong.toml"], parts].concat());
    }
    assert_rejected(1, &["train", "--config", "absent.toml"], &["absent.toml", "No such file"]);
    let empty = written(folder.path(), "empty.toml", "");
    assert_rejected(2, &["train", "--config", &empty], &["DATA"]);
    // A message is short however long the file is.
    let lines = format!("hidden = \"{}\\n \\n{}\"", "none".repeat(1000), "x".repeat(1000));
    for text in ["x".repeat(100_000), format!("lr = \"{}\"", "9".repeat(10_000)), "[".repeat(10_000), lines] {
        let file = written(folder.path(), "long.toml", &text);
        let run = crate::program::wengert(&["train", "moons", "--config", &file]);
        let message = crate::program::assert_failed(&run, 2);
        assert!(message.len() < 1000, "{} bytes", message.len());
    }
}

#[test]
fn settings_are_not_written_onto_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "run.toml", "data = \"moons\"\nepochs = 1\n");
    assert_rejected(1, &["train", "--config", &file, "--write-config", &file], &["is the input"]);
}
