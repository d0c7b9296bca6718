//! What `wengert train` does instead of a long run: shows it, tries a batch or learning rates,
//! cross-validates.

use crate::program::{assert_failed, assert_rejected, json_of, output_of, wengert};
use crate::source::packages::root;
use std::fs;

#[test]
fn a_dry_run_shows_data_network_steps_and_settings_and_trains_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.safetensors");
    let arguments = ["train", "iris", "--hidden", "8", "--batch-size", "10", "--epochs", "7", "--dry-run"];
    let shown = output_of(&[&arguments[..], &["--save", model.to_str().unwrap()]].concat());
    for part in [
        "iris: classification, features: 4",
        "135 train, 15 validation, 0 test",
        "4-8-3, 67 parameters",
        "98, 14 per epoch",
        "hidden = 8",
        "optimizer = ",
    ] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    assert!(!model.exists());
    let json = json_of(&[&arguments[..], &["--json"]].concat());
    assert_eq!(
        (&json["steps"], &json["parameters"], &json["train_examples"]),
        (&98.into(), &67.into(), &135.into())
    );
    // What it shows as settings are those of a run.
    let file = folder.path().join("run.toml");
    fs::write(&file, json["settings_file"].as_str().unwrap()).unwrap();
    let hash = |arguments: &[&str]| json_of(&[arguments, &["--json"]].concat())["params_sha256"].clone();
    assert_eq!(hash(&["train", "--config", file.to_str().unwrap()]), hash(&arguments[..8]));
}

#[test]
fn one_batch_is_learnt_by_heart_or_the_command_fails() {
    let train = ["train", "iris", "--hidden", "16", "--overfit-batch"];
    let shown = output_of(&train);
    assert!(shown.contains("one batch of 16 examples") && shown.contains("accuracy 100.00 %"), "{shown}");
    let json = json_of(&[&train[..], &["--dropout", "0.5", "--weight-decay", "5", "--json"]].concat());
    assert_eq!((&json["is_learnt"], &json["batch_examples"]), (&true.into(), &16.into()), "{json}");
    assert_eq!(json["losses"].as_array().unwrap().len(), 1000);
    let run = wengert(&[&train[..], &["--lr", "1e-9"]].concat());
    let message = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(message.contains("did not learn one batch by heart") && message.contains("--lr"), "{message}");
    assert_rejected(2, &[&train[..], &["--checkpoint", "x.ckpt"]].concat(), &["cannot be used with"]);
}

#[test]
fn the_rate_finder_suggests_a_rate_that_trains_and_draws_its_losses() {
    let folder = tempfile::tempdir().unwrap();
    let plots = folder.path().join("plots");
    let find = ["train", "moons", "--optimizer", "sgd", "--batch-size", "32", "--find-lr"];
    let json = json_of(&[&find[..], &["--json", "--plot", plots.to_str().unwrap()]].concat());
    let rate = json["suggestion"].as_f64().unwrap();
    assert!((1e-3..10.0).contains(&rate), "{json}");
    let count = json["rates"].as_array().unwrap().len();
    assert!(count > 50 && json["losses"].as_array().unwrap().len() == count);
    let picture = fs::read_to_string(plots.join("learning-rate.svg")).unwrap();
    assert!(picture.contains("learning rate") && picture.contains("suggestion"));
    let shown = output_of(&find);
    assert!(shown.contains("the loss falls fastest at") && shown.contains("begin with --lr"), "{shown}");
    // The book shows the one of the digits.
    let digits = ["train", "digits", "--optimizer", "sgd", "--find-lr", "--plot", plots.to_str().unwrap()];
    output_of(&digits);
    let drawn = fs::read_to_string(plots.join("learning-rate.svg")).unwrap();
    let shown = fs::read_to_string(root().join("docs/figures/learning-rate.svg")).unwrap();
    let ratio = shown.len() as f64 / drawn.len() as f64;
    assert!((0.7..1.4).contains(&ratio) && shown.contains("suggestion"), "draw the figure again");
    let loss = |rate: &str| {
        let run = ["train", "moons", "--optimizer", "sgd", "--epochs", "30", "--lr", rate, "--json"];
        json_of(&run)["train_loss"].as_f64().unwrap()
    };
    assert!(loss(&rate.to_string()) < 0.8 * loss(&(1e-3 * rate).to_string()));
}

#[test]
fn cross_validation_holds_out_every_example_once() {
    let train = ["train", "iris", "--epochs", "20", "--cv", "5"];
    let json = json_of(&[&train[..], &["--json"]].concat());
    let folds = json["folds"].as_array().unwrap();
    let sizes: u64 = folds.iter().map(|fold| fold["validation_examples"].as_u64().unwrap()).sum();
    assert_eq!((folds.len(), sizes), (5, 150));
    let accuracy = json["mean_accuracy"].as_f64().unwrap();
    assert!(accuracy > 0.9, "{json}");
    let of_folds = folds.iter().map(|fold| fold["validation_accuracy"].as_f64().unwrap());
    assert!((of_folds.sum::<f64>() / 5.0 - accuracy).abs() < 1e-12);
    let shown = output_of(&train);
    assert!(
        shown.contains("mean and standard error over the folds: loss") && shown.lines().count() > 8,
        "{shown}"
    );
    // With a test part, that is left alone.
    let tested = json_of(&["train", "diabetes", "--epochs", "3", "--test", "0.2", "--cv", "3", "--json"]);
    let sizes =
        tested["folds"].as_array().unwrap().iter().map(|fold| fold["validation_examples"].as_u64().unwrap());
    assert!((350..=357).contains(&sizes.sum::<u64>()) && tested["mean_accuracy"].is_null(), "{tested}");
    assert_failed(&wengert(&["train", "iris", "--cv", "1"]), 2);
}

#[test]
fn sharpness_aware_minimisation_changes_a_run() {
    let hash = |more: &[&str]| {
        json_of(&[&["train", "moons", "--epochs", "2", "--json"], more].concat())["params_sha256"].clone()
    };
    assert_ne!(hash(&[]), hash(&["--sam", "0.05"]));
    assert_rejected(2, &["train", "moons", "--sam", "0"], &["--sam"]);
}
