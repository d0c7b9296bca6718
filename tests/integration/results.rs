//! What a training run writes: history, charts, reports.

use crate::program::{assert_rejected, json_of, output_of};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The charts without those in another format.
fn charts(folder: &Path) -> Vec<String> {
    let names = names(folder).into_iter();
    names.filter_map(|name| name.strip_suffix(".svg").map(str::to_owned)).collect()
}

#[test]
fn the_history_of_a_run_is_a_table_or_lines_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let [table, lines] = ["run.csv", "run.jsonl"].map(|name| folder.path().join(name));
    for path in [&table, &lines] {
        output_of(&["train", "iris", "--epochs", "4", "--history", path.to_str().unwrap()]);
    }
    let table = fs::read_to_string(table).unwrap();
    assert!(table.starts_with("epoch,learning_rate,train_loss,") && table.lines().count() == 5, "{table}");
    let lines: Vec<serde_json::Value> =
        fs::read_to_string(lines).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[3]["epoch"]), (4, &4.into()));
    let cell = table.lines().nth(4).unwrap().split(',').nth(2).unwrap().parse::<f64>().unwrap();
    assert_eq!(lines[3]["train_loss"].as_f64(), Some(cell));
}

#[test]
fn every_kind_of_data_has_its_charts() {
    let folder = tempfile::tempdir().unwrap();
    for (data, expected) in [
        ("moons", &["accuracy", "confusion", "loss", "regions", "reliability"][..]),
        ("sine", &["fit", "loss", "predicted", "residuals"]),
        ("digits", &["accuracy", "confusion", "loss", "reliability", "weights"]),
        ("friedman1", &["loss", "predicted", "residuals"]),
    ] {
        let plots = folder.path().join(data);
        output_of(&["train", data, "--epochs", "2", "--hidden", "8", "--plot", plots.to_str().unwrap()]);
        assert_eq!(charts(&plots), expected, "{data}");
        let loss = fs::read_to_string(plots.join("loss.svg")).unwrap();
        assert!(loss.starts_with("<svg ") && loss.contains("epoch"), "{data}");
    }
    assert_rejected(1, &["train", "moons", "--plot", "absent/folder/plots"], &["absent/folder/plots"]);
}

#[test]
fn a_report_is_one_page_with_the_results_the_charts_and_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let [page, model] = ["run.html", "model.safetensors"].map(|name| folder.path().join(name));
    let [page, model] = [&page, &model].map(|path| path.to_str().unwrap());
    output_of(&["train", "iris", "--epochs", "9", "--test", "0.2", "--report", page, "--save", model]);
    let html = fs::read_to_string(page).unwrap();
    for part in ["<title>Training on iris</title>", "virginica", "Metrics of the test part", "epochs = 9"] {
        assert!(html.contains(part), "no {part:?}");
    }
    assert!(html.matches("<svg").count() >= 4, "{} charts", html.matches("<svg").count());
    assert!(!html.contains("<script") && !html.contains("src=\"http"));
    output_of(&["evaluate", model, "iris", "--report", page]);
    let html = fs::read_to_string(page).unwrap();
    assert!(html.contains("Evaluation on iris") && html.contains("always setosa"), "{html}");
    let plots = folder.path().join("plots");
    output_of(&["evaluate", model, "iris", "--plot", plots.to_str().unwrap()]);
    assert_eq!(charts(&plots), ["confusion", "reliability"]);
}

#[test]
fn an_evaluation_has_the_metrics_beside_the_simplest_predictions() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.safetensors");
    let model = model.to_str().unwrap();
    output_of(&["train", "breast_cancer", "--epochs", "20", "--save", model]);
    let report = json_of(&["evaluate", model, "breast_cancer", "--json"]);
    let metric = |name: &str| report["metrics"][name].as_f64().unwrap();
    assert!(metric("accuracy") > 0.95 && metric("roc_auc") > 0.98, "{report}");
    assert!(metric("expected_calibration_error") < 0.1 && metric("log_loss") < 0.2, "{report}");
    let baseline = report["baseline"]["accuracy"].as_f64().unwrap();
    assert!((baseline - 357.0 / 569.0).abs() < 1e-12 && report["baseline"]["class"] == "benign", "{report}");
    let counts: f64 = report["confusion_matrix"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap().iter().map(|count| count.as_f64().unwrap()))
        .sum();
    assert_eq!(counts, 569.0);
    let text = output_of(&["evaluate", model, "breast_cancer"]);
    for part in ["569 examples", "accuracy", "always benign", "precision", "calibration error", "ROC"] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}
