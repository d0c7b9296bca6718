//! The outputs and the figures that the book shows are those of the program.
//!
//! With the environment variable `WENGERT_UPDATE_BOOK`, they are written to the pages instead.

use crate::book::{links, pages};
use crate::program::output_of;
use crate::shown::assert_shown;
use crate::source::packages::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use wengert_lab::{TOPICS, experiments};

const BLOCK: &str = "```console\n$ wengert ";

/// The arguments of a command line, without quotes.
fn words(command: &str) -> Vec<&str> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(i, part)| if i % 2 == 1 { vec![part] } else { part.split_whitespace().collect() })
        .collect()
}

fn updates() -> bool {
    std::env::var_os("WENGERT_UPDATE_BOOK").is_some()
}

#[test]
fn the_program_prints_what_the_book_shows() {
    let mut count = 0;
    for (page, text) in pages() {
        let mut parts = text.split(BLOCK);
        let mut current = parts.next().unwrap().to_owned();
        for block in parts {
            let (command, rest) = block.split_once('\n').unwrap();
            let (shown, after) = rest.split_once("\n```").unwrap();
            let found = output_of(&words(command));
            let found = found.trim_end();
            current += &format!("{BLOCK}{command}\n{found}\n```{after}");
            count += 1;
            if updates() {
                continue;
            }
            if command.starts_with("lab ") {
                assert_shown(command, shown, found);
            } else {
                assert_eq!(shown, found, "docs/{page}: wengert {command}");
            }
        }
        if updates() {
            fs::write(root().join("docs").join(page), current).unwrap();
        }
    }
    assert!(count >= 4, "only {count} commands");
}

/// The figures of experiments that the pages show: for each experiment the names of the files.
fn shown_figures() -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut figures: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (page, text) in pages() {
        for file in links(&text).into_iter().filter_map(|link| link.split("figures/lab/").nth(1)) {
            let drawn_by =
                experiments().filter(|experiment| file.starts_with(&format!("{}-", experiment.name)));
            let experiment = drawn_by.max_by_key(|experiment| experiment.name.len());
            let experiment = experiment.unwrap_or_else(|| panic!("docs/{page}: no experiment draws {file}"));
            figures.entry(experiment.name).or_default().insert(file.to_owned());
        }
    }
    figures
}

/// The texts of a picture, one per line.
fn texts(svg: &str) -> String {
    let parts =
        svg.split("<text").skip(1).map(|rest| rest.split_once('>').unwrap().1.split('<').next().unwrap());
    parts.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_figures_of_the_book_are_those_that_the_experiments_draw() {
    let stored = root().join("docs/figures/lab");
    let mut all = BTreeSet::new();
    for (experiment, files) in shown_figures() {
        let folder = tempfile::tempdir().unwrap();
        output_of(&["lab", experiment, "--numbers", "--plot", folder.path().to_str().unwrap()]);
        for file in files {
            let drawn = fs::read_to_string(folder.path().join(&file)).unwrap();
            assert!(drawn.len() < 100_000, "{file} has {} bytes", drawn.len());
            if updates() {
                fs::write(stored.join(&file), drawn).unwrap();
            } else {
                let shown = fs::read_to_string(stored.join(&file)).unwrap();
                assert_shown(&file, &texts(&shown), &texts(&drawn));
                let ratio = shown.len() as f64 / drawn.len() as f64;
                assert!((0.7..1.4).contains(&ratio), "{file} is not what `wengert lab {experiment}` draws");
            }
            all.insert(file);
        }
    }
    let files = fs::read_dir(stored).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let unused: Vec<String> = files.filter(|file| !all.contains(file)).collect();
    assert!(unused.is_empty(), "no page shows {unused:?}");
}

/// The page of an experiment: its path relative to `docs/`, and its text.
fn page_of<'a>(pages: &'a [(String, String)], experiment: &str) -> &'a (String, String) {
    let file = format!("/{experiment}.md");
    let page = pages.iter().find(|(page, _)| page.ends_with(&file));
    page.unwrap_or_else(|| panic!("the book has no page {experiment}.md"))
}

#[test]
fn every_experiment_has_a_page_with_a_figure_a_command_and_exercises() {
    let (pages, figures) = (pages(), shown_figures());
    for experiment in experiments() {
        let (page, text) = page_of(&pages, experiment.name);
        assert!(figures.contains_key(experiment.name), "docs/{page} shows no figure of its experiment");
        let command = format!("wengert lab {}", experiment.name);
        assert!(text.contains(&command), "docs/{page} does not say how to run its experiment");
        let exercises = text.split("\n## Exercises\n").nth(1);
        let exercises = exercises.unwrap_or_else(|| panic!("docs/{page} has no exercises"));
        let answers = exercises.matches("<summary>Answer</summary>").count();
        assert!((3..=5).contains(&answers), "docs/{page} has {answers} exercises with answers");
        let checked = exercises.split("```rust").skip(1).any(|code| code.contains("assert"));
        assert!(checked, "docs/{page}: no code checks the answers");
    }
}

#[test]
fn the_list_of_experiments_is_complete() {
    let path = root().join("docs/experiments.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- experiments -->\n").unwrap();
    let pages = pages();
    let topics = TOPICS.iter().map(|topic| {
        let lines = topic.experiments.iter().map(|experiment| {
            let (page, _) = page_of(&pages, experiment.name);
            format!("| [`{}`]({page}) | {} |\n", experiment.name, experiment.about)
        });
        let rows = lines.collect::<String>();
        format!("\n**{}**\n\n| experiment | what one sees |\n|---|---|\n{rows}", topic.title)
    });
    let list = topics.collect::<String>();
    if updates() {
        fs::write(path, format!("{before}<!-- experiments -->\n{list}")).unwrap();
    } else {
        assert!(rest == list, "docs/experiments.md is not current: run the tests with WENGERT_UPDATE_BOOK=1");
    }
}
