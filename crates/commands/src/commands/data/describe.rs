//! `wengert data describe`: what is in a table, column by column.

use crate::error::CliError;
use crate::output::{json_document, number, print_line, table};
use crate::source::{ReadingOptions, Source, open};
use clap::Args;
use serde_json::{Value, json};
use wengert::data::{ColumnSummary, Dataset, Split, Table, Targets};
use wengert_files::excerpt;

/// Describe a table: the kind of each column, missing values, ranges, and the most frequent values.
#[derive(Args)]
#[command(after_help = "Example:\n  wengert data describe iris")]
pub(super) struct Arguments {
    /// Named data set, file, folder of images, or - for standard input.
    data: String,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// The number of values that are listed by their frequency.
const FREQUENT: usize = 5;

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let table = match open(&arguments.data, 0, &arguments.reading.or(Default::default()))? {
        Source::Table(table) => table,
        Source::Images(images) => return print_line(of_images(&images, arguments.json)),
    };
    let columns: Vec<ColumnSummary> =
        table.columns().iter().map(|column| ColumnSummary::of(column, FREQUENT)).collect();
    print_line(if arguments.json { as_json(&table, &columns) } else { as_text(&table, &columns) })
}

/// The most frequent values, if some occur more than once.
fn frequent_text(column: &ColumnSummary) -> String {
    if column.frequent.first().is_none_or(|(_, count)| *count < 2) || column.different > 50 {
        return String::new();
    }
    let shown = column.frequent.iter().map(|(value, count)| format!("{} ({count})", excerpt(value)));
    let more = if column.different > column.frequent.len() { ", ..." } else { "" };
    shown.collect::<Vec<_>>().join(", ") + more
}

fn as_text(data: &Table, columns: &[ColumnSummary]) -> String {
    let header =
        ["", "column", "kind", "missing", "different", "smallest", "mean", "largest", "most frequent"];
    let mut shown = table(header.map(str::to_owned).into(), &[1, 2, 8]);
    for (i, column) in columns.iter().enumerate() {
        let range = column.range.map_or_else(|| vec!["-".to_owned(); 3], |range| range.map(number).into());
        let start = vec![
            (i + 1).to_string(),
            excerpt(&column.name),
            column.kind.name().to_owned(),
            column.missing.to_string(),
            column.different.to_string(),
        ];
        shown.add_row([start, range, vec![frequent_text(column)]].concat());
    }
    let notes: String = data.notes().iter().map(|note| format!("\nnote: {note}")).collect();
    format!("{} rows, {} columns\n{shown}{notes}", data.rows(), columns.len())
}

fn as_json(data: &Table, columns: &[ColumnSummary]) -> String {
    let columns: Vec<Value> = columns
        .iter()
        .map(|column| {
            let frequent: Vec<Value> = column
                .frequent
                .iter()
                .map(|(value, count)| json!({ "value": value, "count": count }))
                .collect();
            json!({
                "name": column.name,
                "kind": column.kind.name(),
                "missing": column.missing,
                "different": column.different,
                "smallest": column.range.map(|range| range[0]),
                "mean": column.range.map(|range| range[1]),
                "largest": column.range.map(|range| range[2]),
                "most_frequent": frequent,
            })
        })
        .collect();
    json_document(json!({ "rows": data.rows(), "columns": columns, "notes": data.notes() }))
}

/// The number of images of each class.
fn of_images(images: &Split, as_json: bool) -> String {
    let counts = [&images.train, &images.test].map(|part| {
        let Targets::Classes { labels, classes } = part.targets() else { unreachable!("images have labels") };
        let mut counts = vec![0_usize; *classes];
        labels.iter().for_each(|&label| counts[label as usize] += 1);
        counts
    });
    let [train, test] = [&images.train, &images.test].map(Dataset::examples);
    if as_json {
        let classes = json!({ "train": counts[0], "test": counts[1] });
        return json_document(json!({
            "train": train, "test": test, "pixels": images.train.width(), "images_per_class": classes,
        }));
    }
    let mut shown = table(["class", "train", "test"].map(str::to_owned).into(), &[]);
    for class in 0..counts[0].len().max(counts[1].len()) {
        let count = |counts: &[usize]| counts.get(class).copied().unwrap_or(0).to_string();
        shown.add_row([class.to_string(), count(&counts[0]), count(&counts[1])]);
    }
    format!("{train} training and {test} test images of {} pixels\n{shown}", images.train.width())
}
