//! `wengert search`.

use crate::program::{assert_failed, assert_rejected, json_of, output_of, wengert, written};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SPACE: &str =
    "lr = { from = 1e-3, to = 1e-1, scale = \"log\" }\nhidden = [\"none\", 8, [8, 4]]\nepochs = 4\n";

/// A space in a folder.
fn space(folder: &Path, text: &str) -> String {
    written(folder, "space.toml", text)
}

/// A report without the times.
fn timeless(mut report: Value) -> Value {
    for trial in report["trials"].as_array_mut().unwrap() {
        assert!(trial["seconds"].take().as_f64().unwrap() >= 0.0);
    }
    report
}

#[test]
fn the_command_of_the_best_trial_trains_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let space = space(folder.path(), SPACE);
    for more in [&["--trials", "6"][..], &["--trials", "6", "--method", "halving"], &["--by", "surrogate"]] {
        let search =
            [&["search", "iris", "--space", &space, "--scaling", "min-max", "--json"], more].concat();
        let report = json_of(&search);
        let best = &report["trials"][report["best"].as_u64().unwrap() as usize - 1];
        let command = report["command"].as_str().unwrap();
        assert!(command.starts_with("wengert train iris --scaling=min-max --epochs=4 --lr="), "{command}");
        let arguments: Vec<&str> = command.split(' ').skip(1).chain(["--json"]).collect();
        let trained = json_of(&arguments);
        for field in ["train_loss", "validation_loss", "validation_accuracy"] {
            assert_eq!(trained[field], best[field], "{field} of {command}");
        }
        assert_eq!((&trained["epochs"], &best["epochs_trained"]), (&4.into(), &4.into()));
        let one = [&search[..], &["--threads", "1"]].concat();
        assert_eq!(timeless(json_of(&one)), timeless(report));
    }
}

#[test]
fn a_grid_has_all_combinations_in_table_and_csv() {
    let folder = tempfile::tempdir().unwrap();
    let text = "lr = { from = 1e-3, to = 1e-1, scale = \"log\", steps = 3 }\n\
                norm = [\"none\", \"layer\"]\nepochs = 1\n";
    let (space, csv) = (space(folder.path(), text), folder.path().join("all.csv"));
    let plots = folder.path().join("plots");
    let search = ["search", "moons", "--space", &space, "--method", "grid", "--csv", csv.to_str().unwrap()];
    let shown = output_of(&[&search[..], &["--plot", plots.to_str().unwrap()]].concat());
    assert!(shown.lines().count() == 3 + 6 + 1 + 2 && shown.contains("train the best with:"), "{shown}");
    let rows = fs::read_to_string(csv).unwrap();
    let rows: Vec<Vec<&str>> = rows.lines().map(|line| line.split(',').collect()).collect();
    let header = "trial,lr,norm,epochs_trained,train_loss,train_accuracy,\
                  validation_loss,validation_accuracy,status,seconds";
    assert_eq!(rows[0].join(","), header);
    let settings: Vec<[&str; 3]> = rows[1..].iter().map(|row| [row[0], row[1], row[2]]).collect();
    assert_eq!(
        (settings[0], settings[3], settings[5]),
        (["1", "0.001", "none"], ["4", "0.01", "layer"], ["6", "0.1", "layer"])
    );
    assert!(rows[1..].iter().all(|row| row[3] == "1" && row[8] == "finished"));
    for name in ["lr", "norm"] {
        let picture = fs::read_to_string(plots.join(format!("{name}.svg"))).unwrap();
        assert!(picture.contains("validation mistakes") && picture.contains(name));
    }
}

#[test]
fn a_search_of_values_compares_losses_and_has_no_accuracy() {
    let folder = tempfile::tempdir().unwrap();
    let space = space(folder.path(), SPACE);
    let search = ["search", "sine", "--space", &space, "--trials", "5"];
    assert!(!output_of(&search).contains("accuracy"));
    let report = json_of(&[&search[..], &["--json"]].concat());
    let losses: Vec<f64> = report["trials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|trial| trial["validation_loss"].as_f64().unwrap())
        .collect();
    let best = report["best"].as_u64().unwrap() as usize - 1;
    assert!(losses.len() == 5 && losses.iter().all(|&loss| losses[best] <= loss), "{losses:?}");
    assert!(report["trials"][0]["validation_accuracy"].is_null());
}

#[test]
fn results_that_were_kept_are_not_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    let (space, file) = (space(folder.path(), SPACE), folder.path().join("results.jsonl"));
    let search = ["search", "iris", "--space", &space, "--trials", "6", "--results", file.to_str().unwrap()];
    let resume = [&search[..], &["--resume"]].concat();
    let whole = output_of(&resume);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 7);
    let half = text.lines().take(4).map(|line| format!("{line}\n")).collect::<String>();
    fs::write(&file, half.replacen("\"seconds\":", "\"seconds\":12345", 1)).unwrap();
    assert_rejected(1, &search, &["results.jsonl exists", "--resume"]);
    assert_eq!(output_of(&resume), whole);
    // The result that was there was kept, with its time.
    let again = fs::read_to_string(&file).unwrap();
    assert!(again.lines().count() == 7 && again.contains("\"seconds\":12345"));
    for (other, part) in [
        (["--lr", "1"], "several values"),
        (["--scaling", "none"], "--scaling=none"),
        (["--seed", "5"], "seed 5"),
    ] {
        let run = wengert(&[&resume[..], &other].concat());
        let code = run.status.code().unwrap();
        let message = assert_failed(&run, code);
        assert!(message.contains(part), "{message}");
    }
    assert_rejected(2, &["search", "iris", "--space", &space, "--resume"], &["--results"]);
}

#[test]
fn a_search_in_which_all_trials_diverge_fails_after_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let space = space(folder.path(), "lr = [1e30, 1e35]\nepochs = 2\noptimizer = \"sgd\"\n");
    let run = wengert(&["search", "iris", "--space", &space]);
    let (shown, message) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
    assert_eq!(run.status.code(), Some(1));
    assert!(shown.matches("diverged").count() == 2 && !shown.contains("wengert train"), "{shown}");
    assert!(message.contains("no setting has a finite validation loss"), "{message}");
}

#[test]
fn a_mistake_in_a_space_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (text, parts) in [
        ("lr = [0.1", &["line 1, column 10"][..]),
        ("epochs = 2\nlrr = [0.1]", &["line 2, column 1", "\"lrr\"", "did you mean \"lr\""]),
        ("lr = [0.1, -1]", &["line 1, column 12", "'-1'", "--lr", "positive"]),
        ("norm = [\"none\", \"batchy\"]", &["line 1, column 17", "batchy", "layer"]),
        ("lr = { from = 1, to = 0.1 }", &["line 1, column 6", "from must be below to"]),
        ("lr = { from = 0.0, to = 0.1, scale = \"log\" }", &["line 1, column 6", "positive"]),
        ("lr = { from = 1e-3 }", &["line 1, column 6", "two ends"]),
        ("lr = { from = 1e-3, to = 1, step = 3 }", &["line 1, column 36", "\"step\"", "steps"]),
        ("lr = { from = 1e-3, to = 1, steps = 1 }", &["line 1, column 37", "from 2 to"]),
        ("lr = { from = 1e-3, to = 1, scale = \"exp\" }", &["column 37", "\"linear\" or \"log\""]),
        ("lr = { from = \"a\", to = 1 }", &["column 15", "from of lr must be a number"]),
        ("lr = { from = nan, to = 1.0 }", &["column 15", "from of lr must be a number"]),
        ("batch-size = { from = 8.0, to = 64.0 }", &["line 1, column 14", "'8.0'", "whole number"]),
        ("dropout = { from = 0.0, to = 5.0 }", &["line 1, column 11", "'5.0'", "0.9"]),
        ("epochs = [2, 3, 2]", &["line 1, column 17", "2 is twice"]),
        ("lr = []", &["line 1, column 6", "no values"]),
        ("lr = [[[1]]]", &["line 1, column 7", "a value of lr must be"]),
        ("loss = [\"cross_entropy\"]", &["line 1, column 1", "different losses"]),
        ("seed = { from = 1, to = 9 }", &["line 1, column 1", "splits the data"]),
        ("target = [\"a\", \"b\"]", &["line 1, column 1", "one value"]),
        ("threads = 2", &["line 1, column 1", "no setting of a network"]),
        ("data = \"iris\"", &["line 1, column 1", "no setting of a network"]),
        ("json = true", &["line 1, column 1", "no setting of a network"]),
        ("lr = [0.1]\nlr = [0.2]", &["line 2, column 1", "duplicate"]),
    ] {
        let space = space(folder.path(), text);
        assert_rejected(2, &["search", "iris", "--space", &space], &[&["space.toml"], parts].concat());
    }
    for text in ["x".repeat(100_000), format!("lr = [\"{}\"]", "9".repeat(100_000)), "[".repeat(100_000)] {
        let space = space(folder.path(), &text);
        let message = assert_failed(&wengert(&["search", "iris", "--space", &space]), 2);
        assert!(message.len() < 1000, "{} bytes", message.len());
    }
}

#[test]
fn a_search_that_cannot_be_done_says_what_to_change() {
    let folder = tempfile::tempdir().unwrap();
    let search = |text: &str, code: i32, more: &[&str], parts: &[&str]| {
        let space = space(folder.path(), text);
        assert_rejected(code, &[&["search", "iris", "--space", &space], more].concat(), parts);
    };
    let range = "lr = { from = 1e-3, to = 1, scale = \"log\" }";
    search(range, 1, &["--method", "grid"], &["lr is a range", "steps"]);
    search(range, 2, &["--method", "grid", "--trials", "3"], &["--trials", "leave it out"]);
    search("epochs = [2, 3]", 2, &["--method", "halving"], &["halving", "last round"]);
    search("epochs = 3", 1, &[], &["no settings"]);
    search(range, 1, &["--validation", "0"], &["validation part"]);
    search(range, 1, &["--csv", folder.path().join("space.toml").to_str().unwrap()], &["is the input"]);
    // A combination that is impossible is found before anything is trained.
    search(
        "hidden = [8, [1000000, 1000000]]",
        1,
        &["--method", "grid"],
        &["trial 2 (hidden=1000000,1000000)", "too many"],
    );
}
