//! Common mistakes in the format of a CSV file, by which a message can name the cause.

use crate::error::CsvProblem;
use csv::ByteRecord;

/// The encoding of a text that is not UTF-8, by its first bytes: a byte order mark, or zero bytes, which
/// Western text has in every second byte of UTF-16.
pub(crate) fn foreign_encoding(start: &[u8]) -> Option<&'static str> {
    match start {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, second, 0, fourth, ..] | [second, 0, fourth, 0, ..] if *second != 0 && *fourth != 0 => {
            Some("UTF-16")
        }
        _ => None,
    }
}

/// Whether a first row is a header: it has no number, at least one name, and no mark of a missing value.
/// Empty cells may be in a header: a column of row numbers has no name. Numbers between other separators are
/// no name.
pub(crate) fn is_header(record: &ByteRecord) -> bool {
    let cells = || record.iter().map(String::from_utf8_lossy);
    let is_name = |cell: &str| cell.parse::<f64>().is_err() && !is_missing(cell);
    cells().any(|cell| is_name(&cell))
        && cells().all(|cell| cell.is_empty() || is_name(&cell))
        && mistaken_separator(record).is_none()
}

/// Whether a cell says that there is no value.
fn is_missing(cell: &str) -> bool {
    let cell = cell.to_lowercase();
    ["", "?", "-", ".", "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "missing"].contains(&&*cell)
}

/// Whether a cell is a number with a comma before its decimals.
pub(crate) fn is_decimal_comma(cell: &str) -> bool {
    cell.matches(',').count() == 1 && is_number(cell)
}

/// The separator that a row has instead of commas.
pub(crate) fn mistaken_separator(record: &ByteRecord) -> Option<CsvProblem> {
    let row: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
    // A number with a comma before its decimals was cut there.
    let row = row.join(",");
    let separators = [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars"), (' ', "spaces")];
    let (separator, found) = separators.into_iter().find(|&(separator, _)| {
        let parts = row.split(separator);
        let numbers = parts.clone().filter(|part| is_number(part)).count();
        let needed = match (separator, record.len()) {
            // Names may have spaces.
            (' ', 1) => parts.count(),
            (' ', _) => usize::MAX,
            (_, 1) => 1,
            _ => 2,
        };
        row.contains(separator) && numbers >= needed
    })?;
    let decimal_commas = row.split(separator).any(is_decimal_comma);
    Some(CsvProblem::Separator { found, decimal_commas })
}

/// Whether a text is a number, with a point or a comma before its decimals.
fn is_number(text: &str) -> bool {
    text.trim().replacen(',', ".", 1).parse::<f64>().is_ok()
}
