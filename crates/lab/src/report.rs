//! Reports of experiments: numbers with their exact values, tables, figures, and what to see in them.

use crate::number::Number;
use wengert_figures::{Chart, Figure};

/// The result of an experiment.
#[derive(Clone, Debug)]
pub struct Report {
    /// What to see in the numbers and the figures, a paragraph each.
    pub texts: Vec<String>,
    /// The numbers, in the order of the story.
    pub numbers: Vec<Number>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The figures with their names, which are also names of files: `"path"`.
    pub figures: Vec<(String, Figure)>,
    /// Other pictures with their names, as texts of SVG files: graphs, and pictures that move.
    pub pictures: Vec<(String, String)>,
}

/// A table of texts.
#[derive(Clone, Debug)]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// The names of the columns, with units.
    pub header: Vec<String>,
    /// The rows, each with one cell per column.
    pub rows: Vec<Vec<String>>,
}

impl Report {
    /// A report that says what to see.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let texts = vec![text.into()];
        Self { texts, numbers: Vec::new(), tables: Vec::new(), figures: Vec::new(), pictures: Vec::new() }
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.texts.push(text.into());
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn number(mut self, number: Number) -> Self {
        self.numbers.push(number);
        self
    }

    /// Adds numbers.
    #[must_use]
    pub fn numbers(mut self, numbers: impl IntoIterator<Item = Number>) -> Self {
        self.numbers.extend(numbers);
        self
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// Adds a figure. Its name is also the name of its file, without ending.
    #[must_use]
    pub fn figure(mut self, name: &str, chart: &impl Chart) -> Self {
        self.figures.push((name.to_owned(), chart.figure()));
        self
    }

    /// Adds a picture that is no chart: the text of an SVG file.
    #[must_use]
    pub fn picture(mut self, name: &str, svg: String) -> Self {
        self.pictures.push((name.to_owned(), svg));
        self
    }

    /// The first number of this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<f64> {
        self.numbers.iter().find(|number| number.name == name).map(|number| number.value)
    }

    /// The numbers that are not what they should be.
    pub fn wrong(&self) -> impl Iterator<Item = &Number> {
        self.numbers.iter().filter(|number| !number.holds())
    }
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(caption: &str, header: &[&str]) -> Self {
        let header = header.iter().map(|&name| name.to_owned()).collect();
        Self { caption: caption.to_owned(), header, rows: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If it does not have one cell per column.
    #[must_use]
    #[track_caller]
    pub fn row<C: Into<String>>(mut self, cells: impl IntoIterator<Item = C>) -> Self {
        let row: Vec<String> = cells.into_iter().map(Into::into).collect();
        let columns = self.header.len();
        assert!(row.len() == columns, "a row of {} cells in a table of {columns} columns", row.len());
        self.rows.push(row);
        self
    }
}
