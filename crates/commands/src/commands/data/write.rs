//! `wengert data write`: a named data set as CSV.

use crate::bounds;
use crate::error::CliError;
use crate::output::{csv_text, print_text};
use clap::Args;
use std::path::PathBuf;
use wengert::data::{Table, data_set};
use wengert_files::Output;

/// Write a named data set as CSV: a header, then one example per line, with the target in the last column.
#[derive(Args)]
#[command(after_help = "Example:\n  wengert data write iris")]
pub(super) struct Arguments {
    /// Name of a data set; see `wengert data list`.
    name: String,
    /// Seed of a generated data set.
    #[arg(long, default_value_t = 0, value_parser = bounds::seed)]
    seed: u64,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE.csv")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let output = arguments.output.as_ref().map(Output::new).transpose()?;
    let text = csv_of(&data_set(&arguments.name, arguments.seed)?.to_table()?);
    match output {
        Some(output) => Ok(output.write(text.as_bytes())?),
        None => print_text(&text),
    }
}

fn csv_of(table: &Table) -> String {
    let header = table.columns().iter().map(|column| column.name.clone()).collect();
    let cell = |row: usize| {
        let cells = table.columns().iter().map(move |column| column.values.text(row));
        cells.map(|text| text.unwrap_or_default().into_owned()).collect()
    };
    csv_text(std::iter::once(header).chain((0..table.rows()).map(cell)))
}
