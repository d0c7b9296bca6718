//! The contract of every experiment, and the index of what they show.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use wengert_figures::Chart;
use wengert_lab::{Entry, Expected, FACTS, Number, Report, experiment, experiments};

/// All experiments with their reports at the default settings.
static REPORTS: LazyLock<Vec<(&Entry, Report)>> =
    LazyLock::new(|| experiments().map(|entry| (entry, report(entry, []))).collect());

fn report<'a>(entry: &Entry, arguments: impl IntoIterator<Item = &'a str>) -> Report {
    entry.run_with(arguments).unwrap_or_else(|error| panic!("{}: {error}", entry.name))
}

#[test]
fn every_experiment_shows_what_it_says_and_its_numbers_are_right() {
    for (entry, report) in REPORTS.iter() {
        let wrong: Vec<&Number> = report.wrong().collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", entry.name);
        let shown: BTreeSet<&str> = report.numbers.iter().map(|number| number.shows).collect();
        assert_eq!(shown, entry.shows.iter().copied().collect(), "{}", entry.name);
        for &fact in entry.shows {
            let asserted =
                report.numbers.iter().any(|number| number.shows == fact && number.expected.is_some());
            assert!(asserted, "{}: no number of {fact} has an expectation", entry.name);
        }
        assert!(!report.figures.is_empty(), "{} has no figure", entry.name);
    }
}

#[test]
fn the_same_settings_give_the_same_report() {
    let texts = |report: &Report| {
        let figures = report.figures.iter().map(|(name, figure)| format!("{name} {}", figure.svg()));
        (format!("{:?}{:?}{:?}", report.numbers, report.tables, report.texts), figures.collect::<Vec<_>>())
    };
    for (entry, first) in REPORTS.iter().filter(|(entry, _)| !entry.measures_time) {
        assert!(texts(first) == texts(&report(entry, [])), "{}", entry.name);
    }
}

#[test]
fn the_example_of_every_experiment_runs_and_changes_a_figure_or_a_number() {
    for (entry, standard) in REPORTS.iter() {
        let words = entry.example.split_whitespace().map(|word| word.trim_matches('"'));
        let report = report(entry, words);
        let wrong: Vec<&Number> = report.wrong().collect();
        assert!(wrong.is_empty(), "{} {}: {wrong:#?}", entry.name, entry.example);
        let numbers_differ = format!("{:?}", report.numbers) != format!("{:?}", standard.numbers);
        let drawn =
            |report: &Report| report.figures.iter().map(|(_, figure)| figure.svg()).collect::<String>();
        assert!(
            numbers_differ || drawn(&report) != drawn(standard),
            "{}: {} changes nothing",
            entry.name,
            entry.example
        );
    }
}

#[test]
fn the_errors_of_batch_sizes_after_thirty_epochs_are_those_of_the_lectures() {
    let report = report(experiment("batch-size").unwrap(), ["--epochs", "30"]);
    assert!(report.wrong().next().is_none(), "{:#?}", report.wrong().collect::<Vec<_>>());
    let estimates =
        report.numbers.iter().filter(|number| matches!(number.expected, Some(Expected::Estimate { .. })));
    assert_eq!(estimates.count(), 7);
}

#[test]
fn every_fact_is_shown_by_an_experiment() {
    let known: BTreeSet<&str> = FACTS.iter().map(|&(fact, _)| fact).collect();
    assert_eq!(known.len(), FACTS.len(), "a fact is listed twice");
    let shown: BTreeSet<&str> = experiments().flat_map(|entry| entry.shows).copied().collect();
    let unknown: Vec<_> = shown.difference(&known).collect();
    assert!(unknown.is_empty(), "not among the facts: {unknown:?}");
    let missing: Vec<_> = known.difference(&shown).collect();
    assert!(missing.is_empty(), "no experiment shows {missing:?}");
}

#[test]
fn names_are_distinct_and_every_line_of_the_list_is_short() {
    let names: BTreeSet<&str> = experiments().map(|entry| entry.name).collect();
    assert_eq!(names.len(), experiments().count());
    for entry in experiments() {
        let fits = entry.name.len() <= 24 && entry.about.chars().count() <= 78;
        assert!(fits && !entry.about.ends_with('.'), "{}: {}", entry.name, entry.about);
        assert!(!["list", "all", "help"].contains(&entry.name));
    }
}

#[test]
fn numbers_that_are_not_as_expected_do_not_hold() {
    let number = |value: f64| Number::new("6.7", "x", value);
    assert!(number(1.0).holds() && number(1.0).exactly(1.0, 0.0).holds());
    assert!(number(f64::INFINITY).exactly(f64::INFINITY, 0.0).holds());
    assert!(!number(1.1).exactly(1.0, 0.05).holds());
    assert!(!number(f64::NAN).exactly(1.0, f64::INFINITY).holds());
    assert!(number(2.0).estimates(1.0, 0.2).holds() && !number(2.01).estimates(1.0, 0.2).holds());
    assert!(number(2.0).between(1.0, 2.0).holds() && !number(f64::NAN).at_most(1.0).holds());
    assert!(!number(0.9).at_least(1.0).holds());
}
