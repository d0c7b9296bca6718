//! Output to the terminal.

use crate::error::CliError;
use comfy_table::{CellAlignment, Table, presets};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use wengert_files::Output;

/// Writes `text` and a newline to standard output. A closed pipe is not an error: `head` closes it
/// after ten lines.
pub(crate) fn print_line(text: impl std::fmt::Display) -> Result<(), CliError> {
    print_text(&format!("{text}\n"))
}

/// Writes lines to standard output, as [`print_line`] does.
pub(crate) fn print_text(lines: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(lines.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if !is_closed(&error) => Err(CliError::Output(error)),
        _ => Ok(()),
    }
}

/// Whether nobody reads the output any longer.
pub(crate) fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// The file that results are written to, if one is asked for: it can be written, and is none of the inputs.
pub(crate) fn checked_file(
    path: Option<&PathBuf>,
    inputs: &[impl AsRef<Path>],
) -> Result<Option<Output>, CliError> {
    let Some(path) = path else { return Ok(None) };
    Ok(Some(inputs.iter().try_fold(Output::new(path)?, Output::not_onto)?))
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

/// A table for the terminal and for reports. The first column has names, the others numbers.
pub(crate) struct Tabular {
    /// What the table is about; may be empty.
    pub(crate) caption: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Tabular {
    pub(crate) fn new(caption: &str, header: &[&str]) -> Self {
        let header = header.iter().map(|&name| name.to_owned()).collect();
        Self { caption: caption.to_owned(), header, rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }

    /// The caption and the table.
    pub(crate) fn text(&self) -> String {
        let mut shown = table(self.header.clone(), &[0]);
        for row in &self.rows {
            shown.add_row(row);
        }
        if self.caption.is_empty() { shown.to_string() } else { format!("{}\n{shown}", self.caption) }
    }
}

/// A number as JSON; infinities and NaN, which JSON does not have, as the strings `"inf"`, `"-inf"`
/// and `"NaN"`.
pub(crate) fn json_number(x: f64) -> serde_json::Value {
    serde_json::Number::from_f64(x).map_or_else(|| x.to_string().into(), Into::into)
}

/// The version of the JSON that the commands print. A field that is removed, or changes its meaning, makes a
/// new version; a new field does not.
pub(crate) const JSON_VERSION: u32 = 1;

/// An object as JSON in lines, with the version of its fields.
pub(crate) fn json_document(mut object: serde_json::Value) -> String {
    object["version"] = JSON_VERSION.into();
    serde_json::to_string_pretty(&object).expect("strings and numbers are valid JSON")
}

/// A number in a table: five significant digits.
pub(crate) fn number(x: f64) -> String {
    let short = format!("{x:.4e}").parse().unwrap_or(x);
    let size = f64::abs(short);
    if short == 0.0 || (1e-4..1e7).contains(&size) { short.to_string() } else { format!("{short:e}") }
}

/// The name of a metric, its label in a table, and how its values are written.
pub(crate) type MetricRow = (&'static str, &'static str, fn(f64) -> String);

/// A score whose largest value is 1, such as R^2, with four decimals; with more where a score below 1 would
/// be rounded to 1.
pub(crate) fn score(x: f64) -> String {
    decimals(x, 4, 1.0)
}

/// A share in per cent with two decimals; with more where less than all would be rounded to 100 %.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", decimals(100.0 * share, 2, 100.0))
}

/// A number with at least this many decimals, that is only shown as `best` if it is.
fn decimals(x: f64, count: usize, best: f64) -> String {
    let text = format!("{x:.count$}");
    match text.parse::<f64>() {
        Ok(shown) if shown == best && x < best => decimals(x, count + 1, best),
        // Without the sign of a small negative number.
        Ok(0.0) => format!("{:.count$}", 0.0),
        _ => text,
    }
}

/// Rows as CSV, with quotation marks where they are needed.
pub(crate) fn csv_text(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("a vector takes all bytes, and every row has the same width");
    }
    let bytes = writer.into_inner().expect("a vector takes all bytes");
    String::from_utf8(bytes).expect("the fields are text")
}

/// An object of numbers; what is undefined or not finite is null.
pub(crate) fn json_metrics(metrics: impl Iterator<Item = (&'static str, Option<f64>)>) -> serde_json::Value {
    serde_json::Value::Object(
        metrics.map(|(name, value)| (name.to_owned(), value.into())).collect::<serde_json::Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_shown_as_1_only_if_it_is_1() {
        let shown = [1.0, 0.99999, 1.0 - f64::EPSILON / 2.0, 0.99994, 0.25, -1e-9, -3.0].map(score);
        assert_eq!(
            shown,
            ["1.0000", "0.99999", "0.9999999999999999", "0.9999", "0.2500", "0.0000", "-3.0000"]
        );
        assert_eq!([1.0, 0.99996, 0.9999, 0.0].map(percent), ["100.00 %", "99.996 %", "99.99 %", "0.00 %"]);
        assert_eq!(score(f64::NAN), "NaN");
    }
}
