//! `train --stream`: tables that are read in pieces in each epoch.

use crate::program::{assert_rejected, json_of, output_of, written};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// Points whose class says on which side of a line they are, and a value; with a missing number and a rare
/// category. Comments after each row make the file longer.
fn points(rows: usize, comment: usize) -> String {
    let (mut text, rest) = ("x,colour,y,side,value\n".to_owned(), "x".repeat(comment));
    for i in 0..rows {
        let (x, y) = (i * 7919 % 1000, i * 104_729 % 997);
        let colour = if i == rows / 2 { "rare" } else { ["red", "blue"][i % 2] };
        let y_text = if i % 100 == 99 { String::new() } else { y.to_string() };
        let side = if x > y { "above" } else { "below" };
        writeln!(text, "{x},{colour},{y_text},{side},{}", 3 * x + 1000 * (i % 2)).unwrap();
        if comment > 0 {
            writeln!(text, "#{rest}").unwrap();
        }
    }
    text
}

fn model(folder: &Path) -> String {
    folder.join("model.safetensors").to_str().unwrap().to_owned()
}

#[test]
fn a_table_in_pieces_is_trained_evaluated_and_saved_as_one_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (data, model) = (written(folder.path(), "points.csv", &points(2000, 3000)), model(folder.path()));
    let plot = folder.path().join("charts");
    let train = |options: &[&str]| {
        let common = ["train", &data, "--json", "--missing", "mean", "--epochs", "20", "--save", &model];
        json_of(&[&common, options].concat())
    };
    let parts = ["--validation", "0.1", "--test", "0.2"];
    let classes = ["--target", "side", "--drop", "value", "--plot", plot.to_str().unwrap()];
    let classes = [&classes[..], &parts].concat();
    let (whole, pieces) = (train(&classes), train(&[&classes[..], &["--stream"]].concat()));
    let keys = |json: &serde_json::Value| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&whole), keys(&pieces));
    assert_eq!((&whole["examples"], &whole["parameters"]), (&pieces["examples"], &pieces["parameters"]));
    for part in ["train", "validation", "test"] {
        let accuracy = pieces[format!("{part}_accuracy")].as_f64().unwrap();
        assert!(accuracy > 0.95, "{part}: {accuracy}");
        let count = |json: &serde_json::Value| json[format!("{part}_examples")].as_f64().unwrap();
        assert!((count(&whole) / count(&pieces)).ln().abs() < 0.3, "{part}");
    }
    assert_eq!(whole["evaluation"]["part"], pieces["evaluation"]["part"]);
    assert!(plot.join("confusion.svg").exists());
    // The model takes raw tables with any of the categories, as any other model.
    let evaluated = json_of(&["evaluate", &model, &data, "--json"]);
    assert!(evaluated["metrics"]["accuracy"].as_f64().unwrap() > 0.95, "{evaluated}");
    let values = ["--target", "value", "--drop", "side"];
    let (whole, pieces) = (train(&values), train(&[&values[..], &["--stream"]].concat()));
    for part in ["train", "validation"] {
        let metric = |json: &serde_json::Value, name: &str| json[format!("{part}_{name}")].as_f64().unwrap();
        assert!(metric(&pieces, "r_squared") > 0.98 && metric(&whole, "r_squared") > 0.98, "{pieces}");
        let error = metric(&pieces, "root_mean_squared_error");
        assert!(error > 0.0 && error < 130.0, "{part}: {error}");
    }
    assert!(output_of(&["predict", &model, &data]).lines().count() == 2001);
}

#[test]
fn the_bits_are_the_same_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let data = written(folder.path(), "points.csv", &points(1000, 6000));
    let hash = |threads| {
        let options = ["--stream", "--missing", "drop", "--epochs", "2", "--threads", threads, "--json"];
        json_of(&[&["train", &data, "--target", "side"], &options[..]].concat())["params_sha256"].clone()
    };
    assert_eq!(hash("1"), hash("3"));
}

#[test]
fn what_cannot_be_read_in_pieces_is_refused_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = written(folder.path(), "points.csv", &points(300, 0));
    for (options, parts) in [
        (
            &["iris"][..],
            &["only tables in files and folders of images can be read in pieces", "--stream"][..],
        ),
        (&["-"], &["only tables in files and folders of images can be read in pieces"]),
        (&[&data, "--target", "side", "--missing", "median"], &["median of a column", "--missing mean"]),
        (
            &[&data, "--target", "side", "--missing", "mean", "--scaling", "robust"],
            &["robust scaling", "standardise"],
        ),
        (&[&data, "--missing", "mean", "--target", "side", "--sampling", "replacement"], &["in memory"]),
        (&[&data, "--target", "side"], &["line 101", "(\"y\")", "the value is missing"]),
        (&[&data, "--target", "side", "--test", "own"], &["no test part of their own"]),
    ] {
        assert_rejected(1, &[&["train", "--stream"], options].concat(), parts);
    }
}

#[test]
fn a_file_four_times_larger_than_the_memory_can_be_trained_on() {
    let folder = tempfile::tempdir().unwrap();
    // Long texts are read faster than numbers.
    let rest = "x".repeat(2000);
    let row = |i: usize| {
        let (x, y) = (i * 7919 % 1000, i * 104_729 % 997);
        format!("{x},{y},{i}{rest},{}\n", if x > y { "above" } else { "below" })
    };
    let text = format!("x,y,note,side\n{}", (0..70_000).map(row).collect::<String>());
    let data = written(folder.path(), "points.csv", &text);
    // The limit, in KiB, is on the data of the process: its heap and the stacks of its threads.
    let limit = text.len() / 4 / 1024;
    let run = |option: &str| {
        let (program, one) = (env!("CARGO_BIN_EXE_wengert"), "--threads 1 --hidden 8 --epochs 1");
        let arguments = format!("{data} --target side --drop note {one} {option}");
        let command = format!("ulimit -d {limit} && exec {program} train {arguments}");
        Command::new("sh").args(["-c", &command]).env("RAYON_NUM_THREADS", "1").output().unwrap()
    };
    let trained = run("--stream");
    let message = String::from_utf8_lossy(&trained.stderr);
    assert!(trained.status.success(), "{} bytes in {limit} KiB: {message}", text.len());
    assert!(message.contains("the 70000 rows of the table are read in pieces in each epoch"), "{message}");
    assert!(
        !run("").status.success(),
        "the whole table fits in {limit} KiB, so that the limit tests nothing"
    );
}
