//! `wengert train` and `wengert predict`.

use crate::program::{assert_rejected, json_of, output_of, written};
use std::fs;
use std::process::Command;

#[test]
fn digits_are_classified_with_an_accuracy_of_97_percent() {
    let report = json_of(&["train", "digits", "--test", "0.1", "--json"]);
    assert!(report["test_accuracy"].as_f64().unwrap() >= 0.97, "{report}");
    assert!(report["train_accuracy"].as_f64().unwrap() >= 0.99, "{report}");
    assert!(report["seconds"].as_f64().unwrap() > 0.0);
    assert!(report["parameters"].as_u64().unwrap() > 64 * 10, "{report}");
}

#[test]
fn the_hash_of_the_parameters_does_not_depend_on_the_number_of_threads() {
    let hash = |threads: &str| {
        json_of(&["train", "digits", "--epochs", "3", "--seed", "5", "--threads", threads, "--json"])
            ["params_sha256"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let one = hash("1");
    assert_eq!(one.len(), 64);
    assert_eq!(one, hash("2"));
    assert_eq!(one, hash("4"));
    assert_ne!(one, json_of(&["train", "digits", "--epochs", "3", "--seed", "6", "--json"])["params_sha256"]);
}

#[test]
fn the_table_shows_training_and_validation_metrics_and_those_of_the_test_part_on_request() {
    let arguments = ["train", "moons", "--epochs", "2", "--optimizer", "sgd", "--test", "0.2"];
    let (with_test, without) = (output_of(&arguments), output_of(&arguments[..6]));
    for part in ["train", "loss", "accuracy", "epochs"] {
        assert!(with_test.contains(part) && without.contains(part), "{with_test}");
    }
    assert!(with_test.contains("test") && !without.contains("test"), "{without}");
    // With a test part, nothing is left to choose.
    assert!(!with_test.contains("validation") && without.contains("validation"), "{with_test}");
    for needs_validation in [["--best-by", "loss"], ["--early-stopping", "1"], ["--validation", "0.1"]] {
        let table = output_of(&[&arguments[..], &needs_validation].concat());
        assert!(table.contains("validation"), "{needs_validation:?}: {table}");
    }
}

#[test]
fn a_saved_model_predicts_what_it_learned() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.safetensors");
    let model = model.to_str().unwrap();
    output_of(&["train", "iris", "--epochs", "60", "--hidden", "16", "--save", model]);
    let flowers = written(folder.path(), "flowers.csv", "5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n");
    let predicted = output_of(&["predict", model, &flowers]);
    let classes: Vec<&str> = predicted.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(classes, ["setosa", "virginica"], "{predicted}");
    let rows = "5.1,3.5,1.4,0.2,setosa\n6.7,3.0,5.2,2.3,versicolor\n";
    let labelled = written(folder.path(), "labelled.csv", rows);
    let report = json_of(&["evaluate", model, &labelled, "--json"]);
    assert_eq!(report["metrics"]["accuracy"], 0.5);
    assert_rejected(
        1,
        &["predict", model, &written(folder.path(), "wide.csv", "1,2\n")],
        &["wide.csv", "2 columns", "4"],
    );
}

/// A folder in the format of MNIST with images of two pixels: class 0 is bright on the left, class
/// 1 on the right.
fn mnist_like() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let images = |count: u8| -> Vec<u8> {
        let pixels = (0..count).flat_map(|i| if i % 2 == 0 { [200 + i, i] } else { [i, 200 + i] });
        [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 2].into_iter().chain(pixels).collect()
    };
    let labels = |count: u8| -> Vec<u8> {
        [0, 0, 8, 1, 0, 0, 0, count].into_iter().chain((0..count).map(|i| i % 2)).collect()
    };
    for (part, count) in [("train", 40), ("t10k", 10)] {
        fs::write(folder.path().join(format!("{part}-images-idx3-ubyte")), images(count)).unwrap();
        fs::write(folder.path().join(format!("{part}-labels-idx1-ubyte")), labels(count)).unwrap();
    }
    folder
}

#[test]
fn a_folder_of_images_keeps_its_split_into_training_and_test_images() {
    let folder = mnist_like();
    let path = folder.path().to_str().unwrap();
    let train = ["train", path, "--hidden", "8", "--epochs", "30", "--batch-size", "8", "--json"];
    assert!(json_of(&train)["test_accuracy"].is_null());
    let with_test = [&train[..], &["--test", "own"]].concat();
    let report = json_of(&with_test);
    assert_eq!(report["data"], folder.path().file_name().unwrap().to_str().unwrap());
    assert_eq!((&report["examples"], &report["test_accuracy"]), (&50.into(), &1.0.into()), "{report}");
    assert!(report["validation_loss"].is_null(), "{report}");
    let validated = json_of(&[&with_test[..], &["--validation", "0.25"]].concat());
    assert!(validated["validation_loss"].is_number(), "{validated}");
    let table = output_of(&[&train[..8], &["--test", "own", "--validation", "0.25"]].concat());
    let has_row = |name, examples| table.lines().any(|row| row.contains(name) && row.contains(examples));
    assert!(has_row("train", " 30 ") && has_row("validation", " 10 ") && has_row("test", " 10 "), "{table}");
    let pieces = json_of(&[&with_test[..], &["--validation", "0.25", "--stream"]].concat());
    for same in ["data", "examples", "train_examples", "validation_examples", "test_accuracy"] {
        assert_eq!(pieces[same], validated[same], "{same}");
    }
    assert_rejected(1, &["train", path, "--stream", "--scaling", "min-max"], &["leave out --scaling"]);
}

#[test]
fn a_model_of_images_predicts_from_pixels() {
    let folder = mnist_like();
    let model = folder.path().join("model.safetensors");
    let model = model.to_str().unwrap();
    let path = folder.path().to_str().unwrap();
    let train = [
        "train",
        path,
        "--hidden",
        "8",
        "--lr",
        "0.01",
        "--batch-size",
        "8",
        "--json",
        "--save",
        model,
        "--test",
        "own",
    ];
    let trained = json_of(&train);
    // The test images of the folder.
    let rows = (0..10)
        .map(|i| if i % 2 == 0 { format!("{},{i},0\n", 200 + i) } else { format!("{i},{},1\n", 200 + i) });
    let pixels = written(folder.path(), "pixels.csv", &rows.collect::<String>());
    for data in [&*pixels, path] {
        let evaluated = json_of(&["evaluate", model, data, "--json"]);
        let metrics = &evaluated["metrics"];
        assert_eq!(
            (&metrics["accuracy"], &trained["test_accuracy"]),
            (&1.0.into(), &1.0.into()),
            "{trained}"
        );
        let (loss, test) = (metrics["log_loss"].as_f64().unwrap(), trained["test_loss"].as_f64().unwrap());
        // Both are means of ten logarithms in single precision.
        assert!((loss - test).abs() < 1e-6, "{loss} {test}");
    }
    let predictions = output_of(&["predict", model, path]);
    let classes: Vec<&str> = predictions.lines().skip(1).map(|line| &line[..1]).collect();
    assert_eq!(classes.concat(), "0101010101");
}

#[test]
fn the_share_of_validation_examples_can_be_set() {
    for (share, sizes) in
        [("0", ["135", "0", "15"]), ("0.1", ["120", "15", "15"]), ("0.4", ["75", "60", "15"])]
    {
        let table = output_of(&["train", "iris", "--epochs", "1", "--validation", share, "--test", "0.1"]);
        for (part, size) in ["train", "validation", "test"].iter().zip(sizes) {
            let row = table.lines().find(|row| row.contains(part)).unwrap_or(" 0 ");
            assert!(row.contains(&format!(" {size} ")), "{share}: no {size} in {row}");
        }
    }
}

#[test]
fn the_name_of_a_data_set_takes_precedence_over_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("iris")).unwrap();
    let run = |data| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        command.current_dir(folder.path()).args(["train", data, "--epochs", "1"]).output().unwrap()
    };
    assert!(run("iris").status.success());
    let message = String::from_utf8(run("./iris").stderr).unwrap();
    assert!(message.contains("./iris: there is no train-images-idx3-ubyte"), "{message}");
}

#[test]
fn an_invalid_folder_is_rejected_with_the_name_of_the_file() {
    let folder = mnist_like();
    let path = folder.path().to_str().unwrap();
    let images = folder.path().join("t10k-images-idx3-ubyte");
    fs::write(&images, &fs::read(&images).unwrap()[..30]).unwrap();
    assert_rejected(1, &["train", path], &["t10k-images-idx3-ubyte", "ends after 14 of 10 x 1 x 2 elements"]);
    fs::remove_file(&images).unwrap();
    assert_rejected(1, &["train", path], &[path, "no t10k-images-idx3-ubyte", ".gz"]);
}

#[test]
fn invalid_data_is_rejected_with_file_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let rejected = |name: &str, text: &str, parts: &[&str]| {
        assert_rejected(1, &["train", &written(folder.path(), name, text)], &[&[name], parts].concat());
    };
    assert_rejected(1, &["train", "digitz"], &["digitz", "did you mean \"digits\"", "moons"]);
    assert_rejected(1, &["train", "absent.csv"], &["absent.csv", "No such file"]);
    rejected("empty.csv", "", &["no examples"]);
    rejected("header.csv", "length,width,class\n", &["no examples"]);
    rejected("nan.csv", "1,2,0\n3,NaN,1\n", &["line 2", "column 2", "missing"]);
    rejected("ragged.csv", "1,2,0\n3,1\n", &["line 2", "2", "3"]);
    assert_rejected(1, &["predict", "absent.safetensors", "x.csv"], &["absent.safetensors", "No such file"]);
    let text = written(folder.path(), "text.safetensors", "not a model");
    assert_rejected(1, &["predict", &text, "x.csv"], &["text.safetensors", "not a safetensors file"]);
}

#[test]
fn settings_out_of_range_are_rejected_with_their_name() {
    assert_rejected(2, &["train", "moons", "--lr", "-1"], &["--lr", "positive"]);
    assert_rejected(2, &["train", "moons", "--hidden", "8,x"], &["--hidden", "positive widths"]);
    assert_rejected(2, &["train", "moons", "--epochs", "0"], &["--epochs", "at least 1"]);
    assert_rejected(2, &["train", "moons", "--batch-size", "0"], &["--batch-size", "at least 1"]);
    assert_rejected(2, &["train", "moons", "--optimizer", "magic"], &["magic", "adam", "sgd"]);
    for share in ["-0.1", "0.9"] {
        assert_rejected(2, &["train", "moons", "--validation", share], &["--validation", "below 0.9"]);
    }
    assert_rejected(2, &["train", "moons", "--validation", "own"], &["--validation", "only --test"]);
    let unwritable = "no/such/folder/model.safetensors";
    assert_rejected(1, &["train", "moons", "--epochs", "1", "--save", unwritable], &[unwritable]);
}

#[test]
fn a_training_run_that_diverges_fails_with_its_cause_and_saves_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.safetensors");
    let train = ["train", "moons", "--save", model.to_str().unwrap()];
    let diverges = |options: &[&str], parts: &[&str]| {
        assert_rejected(1, &[&train, options].concat(), parts);
        assert!(!model.exists(), "{options:?}");
    };
    let rate = "the learning rate was 1e30; use a smaller one with --lr";
    diverges(&["--lr", "1e30"], &["training diverged", "not finite in epoch 1", rate]);
    let decay = "enlarges the parameters in each step; use a weight decay below";
    diverges(&["--weight-decay", "1e6"], &["training diverged", decay, "with --weight-decay"]);
}

#[test]
fn a_method_with_an_average_has_a_constant_rate_and_continues_after_an_interruption() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = folder.path().join("run.ckpt");
    let file = checkpoint.to_str().unwrap();
    for optimizer in ["asgd:start=20", "schedule_free_sgd", "schedule_free_adamw:warm_up=5"] {
        let run = ["train", "moons", "--optimizer", optimizer, "--test", "0.3"];
        let shown = output_of(&[&run[..], &["--dry-run"]].concat());
        assert!(shown.contains("schedule = \"constant\""), "{shown}");
        let asked = output_of(&[&run[..], &["--dry-run", "--schedule", "cosine"]].concat());
        assert!(asked.contains("schedule = \"cosine\""), "{asked}");
        let report = json_of(&[&run[..], &["--epochs", "4", "--json"]].concat());
        output_of(&[&run[..], &["--epochs", "2", "--checkpoint", file]].concat());
        let resumed = json_of(&["train", "--resume", file, "--epochs", "4", "--json"]);
        for field in ["params_sha256", "test_loss", "test_accuracy"] {
            assert_eq!(resumed[field], report[field], "{optimizer}: {field}");
        }
        fs::remove_file(&checkpoint).unwrap();
        assert_rejected(1, &[&run[..], &["--norm", "batch"]].concat(), &["average", "batch normalisation"]);
    }
}
