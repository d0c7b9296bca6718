//! `wengert train` and `wengert predict` on data in the units of the user.

use crate::program::{assert_rejected, json_of, output_of, wengert, written};
use std::path::Path;
use tempfile::TempDir;
use wengert::nn::{Architecture, MeanSquared};
use wengert::prelude::*;
use wengert::train::Outputs;

/// A CSV file with these rows, and the path of a model that was trained on it with these options.
fn trained(folder: &Path, rows: &str, options: &[&str]) -> (serde_json::Value, String) {
    let (data, model) = (written(folder, "data.csv", rows), folder.join("model.safetensors"));
    let model = model.to_str().unwrap().to_owned();
    let arguments =
        [&["train", &data, "--hidden", "8", "--test", "0.1", "--json", "--save", &model], options].concat();
    (json_of(&arguments), model)
}

/// The predicted classes of a table.
fn classes(model: &str, data: &str) -> Vec<String> {
    let report = json_of(&["predict", model, data, "--json"]);
    let rows = report["rows"].as_array().unwrap();
    rows.iter().map(|row| row["class"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn times_in_seconds_are_learnt_and_predicted() {
    let folder = tempfile::tempdir().unwrap();
    let row = |i: u64| format!("{},{}\n", 1_700_000_000 + i % 60, u64::from(i % 60 >= 30));
    let rows: String = (0..600).map(row).collect();
    let (report, model) = trained(folder.path(), &rows, &["--epochs", "50"]);
    assert!(report["test_accuracy"].as_f64().unwrap() > 0.9, "{report}");
    let asked = written(folder.path(), "asked.csv", "1700000010\n1700000050\n");
    assert_eq!(classes(&model, &asked), ["0", "1"]);
}

#[test]
fn features_near_the_end_of_single_precision_are_learnt() {
    let folder = tempfile::tempdir().unwrap();
    for size in ["3e38", "1e300"] {
        let row = |i: usize| format!("{}{size},{},{}\n", ["", "-"][i % 2], (i * 7) % 5, i % 2);
        let rows: String = (0..200).map(row).collect();
        let (report, model) = trained(folder.path(), &rows, &["--epochs", "20"]);
        assert_eq!(report["test_accuracy"], 1.0, "{report}");
        let asked = written(folder.path(), "asked.csv", &format!("{size},2\n-{size},2\n"));
        assert_eq!(classes(&model, &asked), ["0", "1"]);
    }
}

#[test]
fn a_constant_feature_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |constant: &str| -> String {
        let row = |x: u64| format!("{constant},{x},{}\n", u64::from(x > 50));
        (0..200).map(|i| row((i * 37) % 100)).collect()
    };
    let options = ["--epochs", "20"];
    let (with_decimals, _) = trained(folder.path(), &rows("14.62"), &options);
    let (with_zero, _) = trained(folder.path(), &rows("0"), &options);
    assert_eq!(with_decimals["params_sha256"], with_zero["params_sha256"]);
}

#[test]
fn examples_of_one_class_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..100).map(|i| format!("{i},{},0\n", i * i % 7)).collect();
    for optimizer in ["adam", "sgd"] {
        let data = written(folder.path(), "data.csv", &rows);
        assert_rejected(1, &["train", &data, "--optimizer", optimizer], &["one class", "at least two"]);
    }
}

fn iris_model(folder: &TempDir) -> String {
    let model = folder.path().join("iris.safetensors").to_str().unwrap().to_owned();
    output_of(&["train", "iris", "--epochs", "60", "--hidden", "16", "--save", &model]);
    model
}

#[test]
fn labels_that_the_model_does_not_know_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let model = iris_model(&folder);
    let rows = "5.1,3.5,1.4,0.2,setosa\n6.7,3.0,5.2,2.3,tulip\n";
    let labelled = written(folder.path(), "labelled.csv", rows);
    assert_rejected(1, &["evaluate", &model, &labelled], &["labelled.csv, line 2", "tulip", "setosa"]);
    // Predictions do not need the labels.
    assert_eq!(classes(&model, &labelled), ["setosa", "virginica"]);
}

#[test]
fn a_row_without_a_prediction_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let model = iris_model(&folder);
    let far = written(folder.path(), "far.csv", "5.1,3.5,1.4,0.2\n1e300,-1e300,1e300,1e300\n");
    for arguments in [&["predict", &model, &far][..], &["predict", &model, &far, "--json"]] {
        let run = wengert(arguments);
        let message = String::from_utf8(run.stderr).unwrap();
        let parts = ["far.csv, line 2", "not finite"];
        assert!(run.status.code() == Some(1) && parts.iter().all(|part| message.contains(part)), "{message}");
    }
}

/// The path of a saved regression on rows `(1000 + i, i mod 3)` with the target `1e6 + 500 i`.
fn regression(folder: &TempDir) -> String {
    let features = (0..60).flat_map(|i| [1000.0 + i as f32, (i % 3) as f32]).collect();
    let values = (0..60).map(|i| 1e6 + 500.0 * i as f32).collect();
    let data = Dataset::new("houses", features, 2, Targets::Values { values, width: 1 }).unwrap();
    let data = data.split(1.0, 0.0, 0.0, 3).unwrap().standardised().standardised_targets();
    let trainer = Trainer::new(Mlp::new([2, 1]), MeanSquared, Adam::new(0.05)).epochs(300).seed(3);
    let path = folder.path().join("houses.safetensors").to_str().unwrap().to_owned();
    trainer.fit(&data).unwrap().model.save(&path).unwrap();
    path
}

#[test]
fn a_regression_answers_in_the_units_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let model = regression(&folder);
    let asked = written(folder.path(), "asked.csv", "1010,1\n1050,2\n");
    let report = json_of(&["predict", &model, &asked, "--json"]);
    for (row, price) in [(0, 1.005e6), (1, 1.025e6)] {
        assert!((value(&report, row) - price).abs() < 20.0, "{report}");
    }
    let table = output_of(&["predict", &model, &asked]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0] == "value" && (lines[1].parse::<f64>().unwrap() - 1.005e6).abs() < 20.0, "{table}");
    // The errors are 3 and -4 and those of the model, of which the mean square is 12.5.
    let values = [0, 1].map(|row| value(&report, row));
    let rows = format!("1010,1,{}\n1050,2,{}\n", values[0] + 3.0, values[1] - 4.0);
    let compared = written(folder.path(), "compared.csv", &rows);
    let compared = json_of(&["evaluate", &model, &compared, "--json"]);
    let error = compared["metrics"]["root_mean_squared_error"].as_f64().unwrap();
    assert!((error - 12.5_f64.sqrt()).abs() < 1e-6, "{compared}");
}

/// The predicted value of a row.
fn value(report: &serde_json::Value, row: usize) -> f64 {
    report["rows"][row]["values"][0].as_f64().unwrap()
}

#[test]
fn a_network_with_one_logit_gives_the_probabilities_of_two_classes() {
    let folder = tempfile::tempdir().unwrap();
    let model = Mlp::new([1, 1]).into_model();
    let mut params = model.layout().initialise::<f32>(1);
    params.values_mut().copy_from_slice(&[1.0, 0.0]);
    let path = folder.path().join("one.safetensors").to_str().unwrap().to_owned();
    let mut saved = TrainedModel::new(model, params, Outputs::Logits);
    saved.save(&path).unwrap();
    // 1 / (1 + e^-2) for class 1, and for class 0 at -2.
    let asked = written(folder.path(), "asked.csv", "2\n-2\n");
    let report = json_of(&["predict", &path, &asked, "--json"]);
    for (row, class) in [(0, 1), (1, 0)] {
        assert_eq!(report["rows"][row]["class"], class.to_string());
        let probability = report["rows"][row]["probabilities"][class].as_f64().unwrap();
        assert!((probability - 1.0 / (1.0 + (-2.0_f64).exp())).abs() < 1e-12, "{report}");
    }
    assert!(output_of(&["predict", &path, &asked]).starts_with("class,p(0),p(1)\n1,0.119"));
    saved.outputs = Outputs::Scores;
    saved.save(&path).unwrap();
    assert_eq!(output_of(&["predict", &path, &asked]), "class\n1\n0\n");
}

#[test]
fn sgd_has_no_momentum_and_momentum_is_nine_tenths() {
    let loss = |optimizer| {
        let options = [
            "--epochs",
            "3",
            "--lr",
            "0.05",
            "--weight-decay",
            "0",
            "--hidden",
            "none",
            "--test",
            "0.1",
            "--schedule",
            "constant",
            "--batch-size",
            "64",
            "--json",
        ];
        json_of(&[&["train", "iris", "--optimizer", optimizer], &options[..]].concat())["train_loss"].as_f64()
    };
    let data = iris().unscaled().split_stratified(0.9, 0.0, 0.1, 0).unwrap().standardised().cast::<f32>();
    let expected = |sgd: Sgd| {
        let trainer = Trainer::new(Mlp::new([4, 3]), CrossEntropy, sgd).epochs(3);
        Some(trainer.fit(&data).unwrap().train.loss)
    };
    for (name, sgd) in [("sgd", Sgd::new(0.05)), ("momentum", Sgd::new(0.05).momentum(0.9))] {
        let (found, expected) = (loss(name).unwrap(), expected(sgd).unwrap());
        // The program reads 5.1 in double precision, and the set has it in single precision.
        assert!((found - expected).abs() < 1e-6 * expected, "{name}: {found} {expected}");
    }
}
