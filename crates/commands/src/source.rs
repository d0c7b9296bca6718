//! Where the data of a command come from: a named data set, a file, standard input, or a folder of images.

use crate::bounds;
use crate::error::CliError;
use clap::Args;
use std::path::{MAIN_SEPARATOR, Path};
use wengert::data::{
    NamedDataSet, Split, Table, TableOptions, Task, data_set, data_set_names, data_sets, read_idx_folder,
    read_table,
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
        return Ok(Source::Table(Box::new(data_set(source, seed)?.to_table()?)));
    }
    if path.is_dir() {
        return Ok(Source::Images(Box::new(read_idx_folder(path)?)));
    }
    let can_only_be_a_path = source == "-" || source.contains(MAIN_SEPARATOR) || path.extension().is_some();
    if can_only_be_a_path || path.exists() {
        return Ok(Source::Table(Box::new(read_table(path, options)?)));
    }
    // Neither a name nor a file: the message suggests a name.
    Ok(Source::Table(Box::new(data_set(source, seed)?.to_table()?)))
}

/// Whether this is the name of a data set.
pub(crate) fn is_named(source: &str) -> bool {
    data_set_names().any(|name| name == source)
}

/// The task of a named data set.
pub(crate) fn task_of(source: &str) -> Option<Task> {
    data_sets().iter().find(|set| set.name() == source).map(NamedDataSet::task)
}
