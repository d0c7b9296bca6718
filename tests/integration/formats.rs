//! Models of the program in the files of other programs.

use crate::program::{assert_rejected, json_of, output_of, written};
use std::fs;
use std::path::Path;

/// A model trained on a data set for an epoch.
fn trained(folder: &Path, data: &str) -> String {
    let model = folder.join("model.safetensors").to_str().unwrap().to_owned();
    output_of(&["train", data, "--epochs", "1", "--seed", "3", "--save", &model]);
    model
}

#[test]
fn a_model_that_goes_through_another_format_predicts_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for data in ["iris", "sine"] {
        let model = trained(folder.path(), data);
        for (format, file) in [("torch", path("other.safetensors")), ("onnx", path("other.onnx"))] {
            output_of(&["export", &model, "--to", format, "--output", &file]);
            let summary = json_of(&["import", &file, "--save", &path("back.safetensors"), "--json"]);
            assert_eq!(summary["parameters"], json_of(&["inspect", &model, "--json"])["parameters"]);
            let [ours, back] =
                [&model, &path("back.safetensors")].map(|model| output_of(&["predict", model, data]));
            assert!(ours == back, "{data} through {format}");
        }
    }
}

#[test]
fn the_meaning_that_a_file_does_not_state_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(folder.path(), "iris");
    let [other, back] = ["other", "back"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    output_of(&["export", &model, "--to", "torch", "--output", &other]);
    // The same file without what only we write into the metadata.
    let content = fs::read(&other).unwrap();
    let from = br#""format":"wengert-torch-1""#;
    let at = content.windows(from.len()).position(|part| part == from).unwrap();
    let mut plain = content.clone();
    plain[at..at + from.len()].copy_from_slice(br#""format":"another program""#);
    fs::write(&other, plain).unwrap();
    let import = ["import", &other, "--save", &back];
    assert_rejected(1, &import, &["which activation is between the layers"]);
    let import = [&import[..], &["--activation", "relu"]].concat();
    assert_rejected(1, &import, &["what the outputs mean", "logits, scores or values"]);
    output_of(&[&import[..], &["--outputs", "logits"]].concat());
    assert_rejected(2, &[&import[..], &["--outputs", "labels"]].concat(), &["logits, scores, values"]);
}

#[test]
fn files_of_the_other_layout_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(folder.path(), "iris");
    let [other, back] = ["other", "back"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    output_of(&["export", &model, "--to", "torch", "--output", &other]);
    assert_rejected(1, &["predict", &other, "iris"], &["wengert-torch-1", "must be"]);
    assert_rejected(
        1,
        &["import", &model, "--save", &back],
        &["wengert-mlp-3", "another order of dimensions"],
    );
    let text = written(folder.path(), "text.onnx", "not a model");
    assert_rejected(1, &["import", &text, "--save", &back], &["text.onnx", "ONNX"]);
    assert_rejected(1, &["import", &other, "--save", &other], &["is the input"]);
}

#[test]
fn source_code_goes_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(folder.path(), "iris");
    let text = output_of(&["export", &model, "--to", "c", "--name", "iris"]);
    assert!(text.contains("int iris_predict(") && text.contains("\"setosa\""), "{text}");
    assert!(output_of(&["export", &model, "--to", "rust"]).contains("pub fn predict("));
    assert!(output_of(&["export", &model, "--to", "python"]).contains("def predict(rows):"));
    assert_rejected(1, &["export", &model, "--to", "c", "--name", "2x"], &["2x", "lower-case word"]);
}

#[test]
fn a_run_is_written_for_tensorboard_and_is_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs/xor").to_str().unwrap().to_owned();
    let train = ["train", "xor", "--epochs", "2", "--json"];
    let with = json_of(&[&train[..], &["--tensorboard", &runs]].concat());
    assert_eq!(with["params_sha256"], json_of(&train)["params_sha256"]);
    let files: Vec<_> = fs::read_dir(&runs).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let content = fs::read(file).unwrap();
    for text in ["loss/train", "parameters/out.weight", "hidden.0/weight"] {
        assert!(content.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
    }
    let taken = written(folder.path(), "taken", "");
    assert_rejected(1, &[&train[..], &["--tensorboard", &taken]].concat(), &["cannot write", "taken"]);
}
