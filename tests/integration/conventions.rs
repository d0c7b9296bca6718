//! What all commands have in common: exit codes, versions of JSON, colours, completions and manual pages.

use crate::program::{assert_rejected, json_of, output_of, written};
use crate::source::packages::root;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// The names of the fields of an object and of the objects in its lists.
fn fields(object: &Value) -> BTreeSet<String> {
    let object = object.as_object().unwrap();
    let lists = object.values().filter_map(Value::as_array).flatten();
    let nested = lists.filter_map(Value::as_object).flat_map(|entry| entry.keys());
    object.keys().chain(nested).cloned().collect()
}

#[test]
fn every_json_object_has_a_version_and_documented_fields() {
    let folder = tempfile::tempdir().unwrap();
    let [classes, values] = ["iris", "sine"].map(|data| {
        let model = folder.path().join(format!("{data}.safetensors")).to_str().unwrap().to_owned();
        output_of(&["train", data, "--epochs", "1", "--save", &model]);
        model
    });
    let [other, back] =
        ["other.onnx", "back"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    output_of(&["export", &classes, "--to", "onnx", "--output", &other]);
    let space = written(folder.path(), "space.toml", "lr = [0.1, 0.2]\nepochs = 1\n");
    let page = fs::read_to_string(root().join("docs/command-line.md")).unwrap();
    for arguments in [
        &["train", "iris", "--epochs", "1"][..],
        &["train", "sine", "--epochs", "1"],
        &["train", "iris", "--dry-run"],
        &["train", "iris", "--overfit-batch"],
        &["train", "iris", "--find-lr"],
        &["train", "iris", "--epochs", "1", "--cv", "2"],
        &["search", "iris", "--space", &space, "--trials", "2"],
        &["evaluate", &classes, "iris"],
        &["evaluate", &values, "sine"],
        &["predict", &classes, "iris"],
        &["predict", &values, "sine"],
        &["inspect", &classes],
        &["import", &other, "--save", &back],
        &["data", "list"],
        &["data", "describe", "iris"],
        &["graph", "x^2", "--at", "x=3"],
        &["gradcheck", "x^2", "--at", "x=3"],
        &["lab", "list"],
        &["lab", "condition-number"],
    ] {
        let report = json_of(&[arguments, &["--json"]].concat());
        assert_eq!(report["version"], 1, "{arguments:?}");
        // What is in the nodes of a graph and in a derivative is named as in the tables.
        let nested_too = !["graph", "gradcheck"].contains(&arguments[0]);
        let names =
            if nested_too { fields(&report) } else { report.as_object().unwrap().keys().cloned().collect() };
        for name in names {
            assert!(
                page.contains(&format!("`{name}`")),
                "{arguments:?}: the field {name:?} is not documented"
            );
        }
    }
}

#[test]
fn no_color_takes_the_colours_away() {
    let help = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        let run = command.args(["train", "--help"]).env("CLICOLOR_FORCE", "1").env(name, value).output();
        String::from_utf8(run.unwrap().stdout).unwrap()
    };
    assert!(help("OTHER", "1").contains("\u{1b}["), "the help has colours to be taken away");
    assert!(!help("NO_COLOR", "1").contains("\u{1b}["));
}

#[test]
fn the_help_says_what_the_exit_codes_mean() {
    let help = output_of(&["--help"]);
    assert!(help.contains("Exit codes: 0 success, 1 failure or failed check, 2 invalid arguments"), "{help}");
}

#[test]
fn commands_and_options_are_completed_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = output_of(&["completions", shell]);
        for word in ["train", "early-stopping", "gradcheck"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
    }
    assert_rejected(2, &["completions", "tcsh"], &["tcsh", "bash"]);
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    output_of(&["man", "--output", folder.path().to_str().unwrap()]);
    for name in ["wengert", "wengert-train", "wengert-data", "wengert-graph"] {
        let page = fs::read_to_string(folder.path().join(format!("{name}.1"))).unwrap();
        assert!(page.contains(&format!(".TH {name} 1")) && page.contains(".SH SYNOPSIS"), "{name}: {page}");
    }
    assert!(output_of(&["man"]).contains(".SH SUBCOMMANDS"));
    assert_rejected(1, &["man", "--output", "absent/folder"], &["absent/folder"]);
}

#[test]
fn the_help_of_training_is_grouped_and_short() {
    let help = output_of(&["train", "--help"]);
    for heading in ["Data:", "Network:", "Training:", "Output:", "Examples:"] {
        assert!(help.contains(&format!("\n{heading}\n")), "no {heading} in\n{help}");
    }
    let examples = help.rsplit("Examples:").next().unwrap();
    assert_eq!(examples.matches("wengert train ").count(), 3, "{examples}");
    assert!(help.lines().count() <= 80, "{} lines", help.lines().count());
    let long: Vec<&str> = help.lines().filter(|line| line.chars().count() > 140).collect();
    assert!(long.is_empty(), "{long:#?}");
}
