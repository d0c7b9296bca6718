//! Where the data of a command come from: a named data set, a file, standard input, or a folder of images.

use crate::bounds;
use crate::error::CliError;
use clap::Args;
use std::path::{MAIN_SEPARATOR, Path};
use wengert::data::{
    Column, ColumnValues, DataError, Dataset, NamedDataSet, Split, Table, TableOptions, Targets, Task,
    data_set, data_set_names, data_sets, read_idx_folder, read_table,
};

/// How a table is read; what is not given is detected.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Data")]
pub(crate) struct ReadingOptions {
    /// Delimiter: comma, tab, semicolon, pipe, or a character [default: detected].
    #[arg(long, value_parser = bounds::delimiter, value_name = "CHAR")]
    pub(crate) delimiter: Option<u8>,
    /// Whether the first row names the columns: yes or no [default: detected].
    #[arg(long, value_parser = bounds::yes_or_no, value_name = "YES|NO")]
    pub(crate) header: Option<bool>,
    /// Decimal mark: point or comma [default: detected].
    #[arg(long, value_parser = bounds::decimal, value_name = "CHAR")]
    pub(crate) decimal: Option<u8>,
}

impl ReadingOptions {
    /// These options, and others where nothing is given.
    pub(crate) fn or(&self, others: TableOptions) -> TableOptions {
        TableOptions {
            delimiter: self.delimiter.or(others.delimiter),
            header: self.header.or(others.header),
            decimal: self.decimal.or(others.decimal),
            ..others
        }
    }
}

/// Data before they are split and encoded.
pub(crate) enum Source {
    Table(Box<Table>),
    /// The training and the test images of a folder in the format of MNIST.
    Images(Box<Split>),
}

/// Opens data by the name of a data set, which takes precedence, by a path, or from standard input for `-`.
/// The seed is that of generated data.
pub(crate) fn open(source: &str, seed: u64, options: &TableOptions) -> Result<Source, CliError> {
    let path = Path::new(source);
    if is_named(source) {
        return Ok(Source::Table(Box::new(named_table(&data_set(source, seed)?)?)));
    }
    if path.is_dir() {
        return Ok(Source::Images(Box::new(read_idx_folder(path)?)));
    }
    let can_only_be_a_path = source == "-" || source.contains(MAIN_SEPARATOR) || path.extension().is_some();
    if can_only_be_a_path || path.exists() {
        return Ok(Source::Table(Box::new(read_table(path, options)?)));
    }
    // Neither a name nor a file: the message suggests a name.
    Ok(Source::Table(Box::new(named_table(&data_set(source, seed)?)?)))
}

/// Whether this is the name of a data set.
pub(crate) fn is_named(source: &str) -> bool {
    data_set_names().any(|name| name == source)
}

/// The task of a named data set.
pub(crate) fn task_of(source: &str) -> Option<Task> {
    data_sets().iter().find(|set| set.name() == source).map(NamedDataSet::task)
}

/// A data set as the table that `data write` writes: the targets are the last columns.
pub(crate) fn named_table(data: &Dataset) -> Result<Table, DataError> {
    let (values, width) = (data.unscaled(), data.width());
    let numbered = |kind: &str, count: usize| (1..=count).map(|i| format!("{kind}{i}")).collect::<Vec<_>>();
    let names = |given: Option<&[String]>, kind, count| {
        given.map_or_else(|| numbered(kind, count), <[String]>::to_vec)
    };
    let column = |values: &[f64], width: usize, j: usize| {
        ColumnValues::Numbers(values.iter().skip(j).step_by(width).map(|&x| decimal(x)).collect())
    };
    let features = names(data.feature_names(), "x", width).into_iter().enumerate();
    let mut columns: Vec<Column> =
        features.map(|(j, name)| Column { name, values: column(values.features(), width, j) }).collect();
    match values.targets() {
        Targets::Classes { labels, .. } => {
            let name = names(data.target_names(), "class", 1).swap_remove(0);
            let name = if data.target_names().is_none() { "class".to_owned() } else { name };
            columns.push(Column { name, values: classes(labels, data.class_names()) });
        }
        Targets::Values { values, width } => {
            let names = names(data.target_names(), "y", *width).into_iter().enumerate();
            columns.extend(names.map(|(j, name)| Column { name, values: column(values, *width, j) }));
        }
    }
    Table::new(data.name(), columns)
}

/// The number that the shortest decimal of a number in single precision stands for, as if it were read from a
/// file: 5.1, not 5.099999904632568.
fn decimal(x: f64) -> f64 {
    let single = x as f32;
    if f64::from(single) == x { single.to_string().parse().unwrap_or(x) } else { x }
}

/// Classes by name; numbers if they have none, or if all names are numbers.
fn classes(labels: &[u32], names: Option<&[String]>) -> ColumnValues {
    let number = |label: u32| match names {
        Some(names) => names[label as usize].parse().ok(),
        None => Some(f64::from(label)),
    };
    let numbers: Option<Vec<f64>> = labels.iter().map(|&label| number(label)).collect();
    match (numbers, names) {
        (None, Some(names)) => ColumnValues::Texts { codes: labels.to_vec(), words: names.to_vec() },
        (numbers, _) => ColumnValues::Numbers(numbers.unwrap_or_default()),
    }
}
