//! `wengert lab`: the experiments as commands.

use crate::program::{assert_rejected, json_of, output_of};
use std::fs;
use wengert_lab::{TOPICS, experiments};

#[test]
fn the_list_shows_every_experiment_in_one_line_under_its_topic() {
    let list = output_of(&["lab", "list"]);
    for topic in TOPICS {
        let lines = list.split(&format!("{}:\n", topic.title)).nth(1).unwrap();
        for experiment in topic.experiments {
            let line = lines.lines().find(|line| line.trim_start().starts_with(experiment.name));
            assert!(line.unwrap().ends_with(experiment.about), "{}", experiment.name);
        }
    }
    assert!(list.lines().all(|line| line.chars().count() <= 110), "{list}");
    let json = json_of(&["lab", "list", "--json"]);
    let listed = json["topics"].as_array().unwrap().iter().map(|topic| topic["experiments"].as_array());
    assert_eq!(listed.map(|topic| topic.unwrap().len()).sum::<usize>(), experiments().count());
}

#[test]
fn the_help_of_every_experiment_describes_its_settings_and_ends_with_its_example() {
    for experiment in experiments() {
        let help = output_of(&["lab", experiment.name, "--help"]);
        assert!(help.starts_with(experiment.about), "{help}");
        let example = format!("wengert lab {} {}", experiment.name, experiment.example);
        assert!(help.trim_end().ends_with(&example), "{help}");
        for argument in experiment.command().get_arguments() {
            assert!(
                argument.get_help().is_some(),
                "{}: --{} has no help",
                experiment.name,
                argument.get_id()
            );
        }
    }
}

#[test]
fn an_experiment_prints_numbers_and_writes_figures_and_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let [figures, page] = ["figures", "page.html"].map(|name| folder.path().join(name));
    let (figures, page) = (figures.to_str().unwrap(), page.to_str().unwrap());
    let arguments = ["lab", "condition-number", "--condition", "4"];
    let text = output_of(&[&arguments[..], &["--plot", figures, "--report", page]].concat());
    assert!(text.contains("shrinking of x in the first step ┆   0.6 ┆      0.6 ┆ ✓"), "{text}");
    assert!(text.starts_with("Gradient descent zigzags in a narrow valley\n"), "{text}");
    let numbers = output_of(&[&arguments[..], &["--numbers"]].concat());
    assert!(text.contains(numbers.trim_end()) && numbers.len() < text.len(), "{numbers}");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("<h2>Numbers</h2>") && page.contains("<svg"), "{page}");
    let json = json_of(&[&arguments[..], &["--json"]].concat());
    assert_eq!(json["settings"]["condition"], "4");
    for name in json["figures"].as_array().unwrap() {
        let file = format!("{figures}/condition-number-{}.svg", name.as_str().unwrap());
        assert!(fs::read_to_string(&file).unwrap().starts_with("<svg"), "{file}");
    }
}

#[test]
fn settings_of_an_experiment_that_are_not_valid_are_named() {
    assert_rejected(2, &["lab", "condition-number", "--condition", "0.5"], &["--condition", "from 1 to 1e8"]);
    assert_rejected(2, &["lab", "condition-nomber"], &["condition-number"]);
}
