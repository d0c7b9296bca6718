//! How a table is read.

use super::columns::ColumnKind;

/// How a table is read from a file. The default detects everything.
///
/// ```
/// use wengert_data::TableOptions;
///
/// let options = TableOptions { delimiter: Some(b';'), header: Some(true), ..TableOptions::default() };
/// assert_eq!(options.decimal, None); // detected
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// The byte between two cells; by default a comma, a tab, a semicolon or a vertical bar is detected.
    pub delimiter: Option<u8>,
    /// Whether the first row has the names of the columns; detected by default.
    pub header: Option<bool>,
    /// The byte before the decimals of a number, a point or a comma. By default a point; a comma if the
    /// delimiter is another one and numbers with a comma occur, and none with a point.
    pub decimal: Option<u8>,
    /// The byte at the start of lines that are skipped; `#` by default.
    pub comment: Option<u8>,
    /// Further texts for a missing value, such as `-999`. Empty cells and the usual texts (`NA`, `N/A`,
    /// `NaN`, `null`, `None`, `?`) always mean that a value is missing.
    pub missing: Vec<String>,
    /// The kinds of some columns, by name; the others are detected. A cell of another kind is an error.
    pub kinds: Vec<(String, ColumnKind)>,
    /// Names that a header would have. A first row with all of them is a header, even if they are numbers.
    pub names: Vec<String>,
}
