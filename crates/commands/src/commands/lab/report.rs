//! Reports of experiments as text, JSON and HTML.

use crate::output::{Tabular, json_number};
use clap::ArgMatches;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use wengert::figures::{self, Chart};
use wengert_lab::{Entry, Expected, Number, Report, digits};

/// The report on a terminal.
pub(super) fn as_text(experiment: &Entry, report: &Report) -> String {
    let mut parts = vec![experiment.about.to_owned()];
    parts.extend(report.texts.iter().map(|text| wrapped(text, 100)));
    parts.push(numbers_text(report));
    for table in &report.tables {
        let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
        let mut shown = Tabular::new(&table.caption, &header);
        shown.rows.clone_from(&table.rows);
        parts.push(shown.text());
    }
    let names: Vec<&str> = drawings(report).map(|(name, _)| name).collect();
    parts.push(format!("Figures (--plot FOLDER writes them): {}", names.join(", ")));
    parts.join("\n\n")
}

/// The table of the numbers.
pub(super) fn numbers_text(report: &Report) -> String {
    let mut shown = Tabular::new("", &NUMBERS);
    shown.rows = numbers(report);
    shown.text()
}

/// The report as a page with all figures.
pub(super) fn as_html(experiment: &Entry, report: &Report) -> figures::Report {
    let page = figures::Report::new(experiment.about).code(&format!("wengert lab {}", experiment.name));
    let page = report.texts.iter().fold(page, |page, text| page.text(text));
    let page = report.figures.iter().fold(page, |page, (_, figure)| page.figure(figure));
    let page = report.pictures.iter().fold(page, |page, (_, svg)| page.svg(svg));
    let page = page.section("Numbers").table(&NUMBERS, &numbers(report));
    report
        .tables
        .iter()
        .fold(page, |page, table| page.captioned_table(&table.caption, &table.header, &table.rows))
}

/// The report as an object.
pub(super) fn as_json(experiment: &Entry, settings: &ArgMatches, report: &Report) -> Value {
    let tables = report
        .tables
        .iter()
        .map(|table| json!({ "caption": table.caption, "header": table.header, "rows": table.rows }));
    json!({
        "experiment": experiment.name,
        "settings": settings_of(experiment, settings),
        "numbers": report.numbers.iter().map(number_as_json).collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
        "texts": report.texts,
        "figures": drawings(report).map(|(name, _)| name).collect::<Vec<_>>(),
    })
}

/// The figures and pictures with their names, as SVG.
pub(super) fn drawings(report: &Report) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let figures = report.figures.iter().map(|(name, figure)| (name.as_str(), Cow::Owned(figure.svg())));
    figures.chain(report.pictures.iter().map(|(name, svg)| (name.as_str(), Cow::Borrowed(svg.as_str()))))
}

const NUMBERS: [&str; 4] = ["number", "value", "expected", ""];

fn numbers(report: &Report) -> Vec<Vec<String>> {
    let row = |number: &Number| {
        let expected = number.expected.map(|expected| expected.to_string()).unwrap_or_default();
        let verdict = match (number.expected, number.holds()) {
            (None, _) => "",
            (Some(_), true) => "✓",
            (Some(_), false) => "✗",
        };
        vec![number.name.clone(), digits(number.value), expected, verdict.to_owned()]
    };
    report.numbers.iter().map(row).collect()
}

fn number_as_json(number: &Number) -> Value {
    let expected = number.expected.map(|expected| match expected {
        Expected::Exactly { value, tolerance } => {
            json!({ "value": json_number(value), "tolerance": json_number(tolerance) })
        }
        Expected::Estimate { mean, standard_error } => {
            json!({ "mean": json_number(mean), "standard_error": json_number(standard_error) })
        }
        Expected::Between { low, high } => json!({ "low": json_number(low), "high": json_number(high) }),
    });
    json!({
        "shows": number.shows,
        "name": number.name,
        "value": json_number(number.value),
        "expected": expected,
        "holds": number.holds(),
    })
}

/// The settings of an experiment by name, as texts; a list for a setting with several values.
fn settings_of(experiment: &Entry, matches: &ArgMatches) -> Value {
    let command = experiment.command();
    let names = command.get_arguments().map(|argument| argument.get_id().as_str());
    let values = names.filter_map(|name| {
        let values = matches.get_raw(name)?.map(|value| value.to_string_lossy().into_owned());
        let mut values: Vec<String> = values.collect();
        let value = if values.len() == 1 { values.remove(0).into() } else { values.into() };
        Some((name.to_owned(), value))
    });
    Value::Object(values.collect::<Map<_, _>>())
}

/// A paragraph in lines of at most `width` characters, if its words fit.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a first line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}
