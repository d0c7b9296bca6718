//! The program as its users meet it: arguments in, text, files and exit codes out.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn wengert(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wengert")).args(arguments).output().unwrap()
}

/// What a run that must succeed wrote to standard output.
fn output_of(arguments: &[&str]) -> String {
    let run = wengert(arguments);
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

fn json_of(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&output_of(arguments)).unwrap()
}

/// The message of a run that must fail, without a panic and with nothing on standard output.
fn error_of(arguments: &[&str]) -> String {
    let run = wengert(arguments);
    assert!(!run.status.success(), "{arguments:?} succeeded");
    assert!(run.stdout.is_empty(), "{arguments:?} wrote to standard output");
    let message = String::from_utf8(run.stderr).unwrap();
    assert!(!message.contains("panicked"), "{arguments:?}: {message}");
    message
}

/// Asserts that a run fails with a message that has all of the parts.
fn assert_refused(arguments: &[&str], parts: &[&str]) {
    let message = error_of(arguments);
    for part in parts {
        assert!(message.contains(part), "{arguments:?}: no {part:?} in {message}");
    }
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn digits_are_learned_to_97_percent() {
    let report = json_of(&["train", "digits", "--json"]);
    assert!(report["test_accuracy"].as_f64().unwrap() >= 0.97, "{report}");
    assert!(report["validation_accuracy"].as_f64().unwrap() >= 0.95, "{report}");
    assert!(report["train_accuracy"].as_f64().unwrap() >= 0.99, "{report}");
    assert!(report["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(report["parameters"], 64 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10);
}

#[test]
fn the_parameters_hash_the_same_on_one_two_and_four_threads() {
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
fn the_table_shows_all_three_parts() {
    let table = output_of(&["train", "moons", "--epochs", "2", "--optimizer", "sgd"]);
    for part in ["train", "validation", "test", "loss", "accuracy", "epochs"] {
        assert!(table.contains(part), "{table}");
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
    assert_eq!(classes, ["0", "2"], "{predicted}");
    let labelled = written(folder.path(), "labelled.csv", "5.1,3.5,1.4,0.2,0\n6.7,3.0,5.2,2.3,1\n");
    let report = json_of(&["predict", model, &labelled, "--json"]);
    assert_eq!(report["accuracy"], 0.5);
    assert_refused(
        &["predict", model, &written(folder.path(), "wide.csv", "1,2\n")],
        &["wide.csv", "line 1", "2", "4"],
    );
}

/// A folder in the form of MNIST, of images of two pixels: class 0 is bright on the left, class 1 on the right.
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
fn a_folder_of_images_is_trained_and_tested_on_as_it_is_split() {
    let folder = mnist_like();
    let path = folder.path().to_str().unwrap();
    let train = ["train", path, "--hidden", "8", "--epochs", "30", "--batch-size", "8", "--json"];
    let report = json_of(&train);
    assert_eq!(report["data"], folder.path().file_name().unwrap().to_str().unwrap());
    assert_eq!((&report["examples"], &report["test_accuracy"]), (&50.into(), &1.0.into()), "{report}");
    assert!(report["validation_loss"].is_null(), "{report}");
    let validated = json_of(&[&train[..], &["--validation", "0.25"]].concat());
    assert!(validated["validation_loss"].is_number(), "{validated}");
    let table = output_of(&[&train[..8], &["--validation", "0.25"]].concat());
    let has_row = |name, examples| table.lines().any(|row| row.contains(name) && row.contains(examples));
    assert!(has_row("train", " 30 ") && has_row("validation", " 10 ") && has_row("test", " 10 "), "{table}");
}

#[test]
fn a_model_of_images_predicts_from_pixels() {
    let folder = mnist_like();
    let model = folder.path().join("model.safetensors");
    let model = model.to_str().unwrap();
    let path = folder.path().to_str().unwrap();
    let train =
        ["train", path, "--hidden", "8", "--lr", "0.01", "--batch-size", "8", "--json", "--save", model];
    let trained = json_of(&train);
    // The images to test with, as the folder has them.
    let rows = (0..10)
        .map(|i| if i % 2 == 0 { format!("{},{i},0\n", 200 + i) } else { format!("{i},{},1\n", 200 + i) });
    let pixels = written(folder.path(), "pixels.csv", &rows.collect::<String>());
    let predicted = json_of(&["predict", model, &pixels, "--json"]);
    assert_eq!((&predicted["accuracy"], &trained["test_accuracy"]), (&1.0.into(), &1.0.into()), "{trained}");
    let probabilities = predicted["probabilities"].as_array().unwrap();
    let loss = -probabilities.iter().map(|p| p.as_f64().unwrap().ln()).sum::<f64>() / 10.0;
    // Both sums are of ten logarithms in single precision.
    assert!((loss - trained["test_loss"].as_f64().unwrap()).abs() < 1e-5, "{loss} {trained}");
}

#[test]
fn the_share_to_validate_on_is_a_setting() {
    for (share, sizes) in
        [("0", ["135", "0", "15"]), ("0.1", ["120", "15", "15"]), ("0.4", ["75", "60", "15"])]
    {
        let table = output_of(&["train", "iris", "--epochs", "1", "--validation", share]);
        for (part, size) in ["train", "validation", "test"].iter().zip(sizes) {
            let row = table.lines().find(|row| row.contains(part)).unwrap();
            assert!(row.contains(&format!(" {size} ")), "{share}: no {size} in {row}");
        }
    }
}

#[test]
fn a_folder_that_is_called_as_a_named_set_does_not_hide_it() {
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
fn a_folder_that_cannot_be_trained_on_is_refused_with_its_file() {
    let folder = mnist_like();
    let path = folder.path().to_str().unwrap();
    let images = folder.path().join("t10k-images-idx3-ubyte");
    fs::write(&images, &fs::read(&images).unwrap()[..30]).unwrap();
    assert_refused(&["train", path], &["t10k-images-idx3-ubyte", "ends after 14 elements", "10 x 1 x 2"]);
    fs::remove_file(&images).unwrap();
    assert_refused(&["train", path], &[path, "no t10k-images-idx3-ubyte", ".gz"]);
}

#[test]
fn what_cannot_be_trained_on_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, text: &str, parts: &[&str]| {
        assert_refused(&["train", &written(folder.path(), name, text)], &[&[name], parts].concat());
    };
    assert_refused(&["train", "digitz"], &["digitz", "did you mean \"digits\"", "moons"]);
    assert_refused(&["train", "absent.csv"], &["absent.csv", "No such file"]);
    refused("empty.csv", "", &["empty"]);
    refused("header.csv", "length,width,class\n", &["header"]);
    refused("nan.csv", "1,2,0\n3,NaN,1\n", &["line 2", "column 2", "NaN"]);
    refused("word.csv", "1,2,0\n3,wide,1\n", &["line 2", "column 2", "wide"]);
    refused("ragged.csv", "1,2,0\n3,1\n", &["line 2", "2", "3"]);
    refused("label.csv", "1,2,0\n3,1,0.5\n", &["line 2", "column 3", "0.5"]);
    assert_refused(&["predict", "absent.safetensors", "x.csv"], &["absent.safetensors", "No such file"]);
    let text = written(folder.path(), "text.safetensors", "this is no model");
    assert_refused(&["predict", &text, "x.csv"], &["text.safetensors", "not a safetensors file"]);
}

#[test]
fn settings_out_of_range_are_refused_with_their_name() {
    assert_refused(&["train", "moons", "--lr", "-1"], &["--lr", "positive"]);
    assert_refused(&["train", "moons", "--hidden", "8,x"], &["--hidden", "positive widths"]);
    assert_refused(&["train", "moons", "--epochs", "0"], &["--epochs", "at least 1"]);
    assert_refused(&["train", "moons", "--batch-size", "0"], &["--batch-size", "at least 1"]);
    assert_refused(&["train", "moons", "--optimizer", "magic"], &["magic", "adam", "sgd"]);
    for share in ["-0.1", "0.9", "half"] {
        assert_refused(&["train", "moons", "--validation", share], &["--validation", "below 0.9"]);
    }
    assert_refused(&["train", "moons", "--lr", "1e30"], &["not finite", "epoch 1", "--lr"]);
    let unwritable = "no/such/folder/model.safetensors";
    assert_refused(&["train", "moons", "--epochs", "1", "--save", unwritable], &[unwritable]);
}

#[test]
fn the_graph_of_the_lecture_has_its_values_and_both_sweeps() {
    let report = json_of(&["graph", "x^3*(x+3*y)", "--at", "x=2,y=3", "--json"]);
    assert_eq!(report["value"], 88.0);
    assert_eq!(report["gradient"], serde_json::json!({ "x": 140.0, "y": 24.0 }));
    assert_eq!(report["forward_gradient"], report["gradient"]);
    assert_eq!(report["nodes"].as_array().unwrap().len(), 6);
    let table = output_of(&["graph", "x^3*(x+3*y)", "--at", "x=2,y=3"]);
    for part in ["v2 * v4", "140", "24", "forward sweep of x", "forward sweep of y", "reverse sweep"] {
        assert!(table.contains(part), "no {part:?} in\n{table}");
    }
}

#[test]
fn a_picture_goes_to_a_file_and_an_unwritable_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.svg");
    let written = path.to_str().unwrap();
    let shown =
        output_of(&["graph", "x^3*(x+3*y)", "--at", "x=2,y=3", "--format", "svg", "--output", written]);
    assert_eq!(shown, "");
    let picture = fs::read_to_string(&path).unwrap();
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"), "{picture}");
    let absent = folder.path().join("absent/graph.svg");
    let absent = absent.to_str().unwrap();
    assert_refused(&["graph", "x", "--at", "x=1", "--output", absent], &["cannot write", absent]);
}

#[test]
fn a_gradient_check_says_so_in_text_json_and_exit_code() {
    let text = output_of(&["gradcheck", "x^3*(x+3*y)", "--at", "x=2,y=3"]);
    for part in ["d/dx", "140", "first derivatives passed", "second derivatives passed"] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let report = json_of(&["gradcheck", "x^3*(x+3*y)", "--at", "x=2,y=3", "--json"]);
    assert_eq!((&report["passed"], &report["derivatives"][1]["forward"]), (&true.into(), &24.0.into()));
    for (formula, finding) in [
        ("relu(x) * 2", "kink: v1 = relu(x) has slope 0 on the left, 1 on the right; 0 is chosen"),
        ("x * ln(x)", "not finite first: the value v1 = ln(x) of 0e0 is infinite"),
        (
            "sqrt(x)",
            "in the reverse sweep, the derivative of v1 = sqrt(x) of 0e0 with respect to operand 1 is infinite",
        ),
    ] {
        let run = wengert(&["gradcheck", formula, "--at", "x=0"]);
        let (shown, said) = (String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap());
        assert!(!run.status.success() && said.contains("the gradient check failed"), "{formula}: {said}");
        assert!(shown.contains("FAILED") && shown.contains(finding), "{formula}: {shown}");
    }
    assert_refused(&["gradcheck", "x + sine(x)", "--at", "x=1"], &["sine", "column 5"]);
}

#[test]
fn a_formula_that_cannot_be_read_is_refused_with_the_column() {
    assert_refused(&["graph", "x + sine(x)", "--at", "x=1"], &["sine", "column 5", "sin"]);
    assert_refused(&["graph", "x +", "--at", "x=1"], &["column"]);
    assert_refused(&["graph", "x + y", "--at", "x=1"], &["y"]);
    assert_refused(&["graph", "x", "--at", "x=one"], &["x=one"]);
}
