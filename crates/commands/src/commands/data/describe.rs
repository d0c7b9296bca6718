//! `wengert data describe`: what is in a table, column by column.

use crate::error::CliError;
use crate::output::{json_document, number, print_line, table};
use crate::source::{ReadingOptions, Source, open};
use clap::Args;
use serde_json::{Value, json};
use std::collections::HashMap;
use wengert::data::{Column, ColumnKind, ColumnValues, Dataset, MISSING, Split, Table, Targets};
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
    let columns: Vec<Description> = table.columns().iter().map(Description::of).collect();
    print_line(if arguments.json { as_json(&table, &columns) } else { as_text(&table, &columns) })
}

/// What is in a column.
struct Description {
    name: String,
    kind: ColumnKind,
    missing: usize,
    different: usize,
    /// The smallest value, the mean and the largest value of numbers and dates.
    range: Option<[f64; 3]>,
    /// The most frequent values with their counts, the most frequent first.
    frequent: Vec<(String, usize)>,
}

impl Description {
    fn of(column: &Column) -> Self {
        let (range, counts) = match &column.values {
            ColumnValues::Numbers(values) | ColumnValues::Dates(values) => {
                (range(values), number_counts(values))
            }
            ColumnValues::Texts { codes, words } => (None, word_counts(codes, words)),
        };
        let different = counts.len();
        let mut frequent = counts;
        frequent.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        frequent.truncate(FREQUENT);
        let (name, kind, missing) = (column.name.clone(), column.values.kind(), column.values.missing());
        Self { name, kind, missing, different, range, frequent }
    }

    /// The most frequent values, if some occur more than once.
    fn frequent_text(&self) -> String {
        if self.frequent.first().is_none_or(|(_, count)| *count < 2) || self.different > 50 {
            return String::new();
        }
        let shown = self.frequent.iter().map(|(value, count)| format!("{} ({count})", excerpt(value)));
        let more = if self.different > self.frequent.len() { ", ..." } else { "" };
        shown.collect::<Vec<_>>().join(", ") + more
    }
}

fn range(values: &[f64]) -> Option<[f64; 3]> {
    let present = || values.iter().copied().filter(|x| !x.is_nan());
    let count = present().count();
    let mean = present().map(|x| x / count as f64).sum();
    let ends = present().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)]);
    (count > 0).then_some([ends[0], mean, ends[1]])
}

fn number_counts(values: &[f64]) -> Vec<(String, usize)> {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    // Minus zero is zero.
    values.iter().filter(|x| !x.is_nan()).for_each(|x| *counts.entry((x + 0.0).to_bits()).or_default() += 1);
    counts.into_iter().map(|(bits, count)| (f64::from_bits(bits).to_string(), count)).collect()
}

fn word_counts(codes: &[u32], words: &[String]) -> Vec<(String, usize)> {
    let mut counts = vec![0; words.len()];
    codes.iter().filter(|&&code| code != MISSING).for_each(|&code| counts[code as usize] += 1);
    words.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect()
}

fn as_text(data: &Table, columns: &[Description]) -> String {
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
        shown.add_row([start, range, vec![column.frequent_text()]].concat());
    }
    let notes: String = data.notes().iter().map(|note| format!("\nnote: {note}")).collect();
    format!("{} rows, {} columns\n{shown}{notes}", data.rows(), columns.len())
}

fn as_json(data: &Table, columns: &[Description]) -> String {
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
