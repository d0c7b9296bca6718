//! Writing results to standard output.

use comfy_table::{CellAlignment, Table, presets};
use std::io::{self, Write};

/// Writes `text` and a line end. A reader that stopped reading, as `head` does, is no error.
pub(crate) fn print_line(text: impl std::fmt::Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// An empty table in the look of this program: columns are aligned to the right, as numbers are, but for those of words.
pub(crate) fn table(header: Vec<String>, words: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    for (index, column) in table.column_iter_mut().enumerate() {
        let alignment = if words.contains(&index) { CellAlignment::Left } else { CellAlignment::Right };
        column.set_cell_alignment(alignment);
    }
    table
}
