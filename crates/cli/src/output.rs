//! Output to the terminal.

use crate::error::CliError;
use comfy_table::{CellAlignment, Table, presets};
use std::io::{self, Write};

/// Writes `text` and a newline to standard output. A closed pipe is not an error: `head` closes it
/// after ten lines.
pub(crate) fn print_line(text: impl std::fmt::Display) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Output(error)),
        _ => Ok(()),
    }
}

/// An empty table in the style of this program. Columns of numbers are right-aligned; `left` lists
/// the other columns.
pub(crate) fn table(header: Vec<String>, left: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    for (index, column) in table.column_iter_mut().enumerate() {
        let alignment = if left.contains(&index) { CellAlignment::Left } else { CellAlignment::Right };
        column.set_cell_alignment(alignment);
    }
    table
}

/// A number as JSON; infinities and NaN, which JSON does not have, as the strings `"inf"`, `"-inf"`
/// and `"NaN"`.
pub(crate) fn json_number(x: f64) -> serde_json::Value {
    serde_json::Number::from_f64(x).map_or_else(|| x.to_string().into(), Into::into)
}
