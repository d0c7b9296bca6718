//! The parameters of a model as a table.

use crate::layout::{Layout, Parameter};
use std::fmt;

/// The parameters and statistics of a layout with their totals; its `Display` is a table.
///
/// ```
/// use wengert_nn::{Architecture, Mlp};
///
/// let summary = Mlp::new([4, 3, 2]).into_model().freeze("hidden.*").layout().summary();
/// assert_eq!((summary.trainable, summary.frozen), (8, 15));
/// assert!(summary.to_string().contains("hidden.0.weight  4 x 3       12  LeCun, N(0, 1/f_in)  frozen"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The arrays: first the parameters, then the running statistics.
    pub entries: Vec<Parameter>,
    /// The number of entries that are parameters.
    pub parameters: usize,
    /// The total number of elements of the trainable parameters.
    pub trainable: usize,
    /// The total number of elements of the frozen parameters.
    pub frozen: usize,
    /// The total number of elements of the running statistics.
    pub statistics: usize,
}

impl Layout {
    /// A table of the parameters: name, shape, number of elements, initialiser, and whether training changes
    /// it.
    pub fn summary(&self) -> Summary {
        let count = |trainable: bool| {
            let found = self.parameters().iter().filter(move |entry| entry.trainable == trainable);
            found.map(|entry| entry.range.len()).sum()
        };
        Summary {
            entries: [self.parameters(), self.statistics()].concat(),
            parameters: self.parameters().len(),
            trainable: count(true),
            frozen: count(false),
            statistics: self.statistics().iter().map(|entry| entry.range.len()).sum(),
        }
    }
}

impl Summary {
    fn row(&self, i: usize) -> [String; 5] {
        let Parameter { name, shape, range, init, trainable } = &self.entries[i];
        let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
        let state = match (i < self.parameters, trainable) {
            (true, true) => "trainable",
            (false, true) => "running",
            (_, false) => "frozen",
        };
        [name.clone(), shape.join(" x "), range.len().to_string(), init.to_string(), state.to_owned()]
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = ["name", "shape", "numbers", "initialiser", ""].map(str::to_owned);
        let rows: Vec<[String; 5]> =
            std::iter::once(heading).chain((0..self.entries.len()).map(|i| self.row(i))).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let [name_width, shape_width, count_width, init_width] = [0, 1, 2, 3].map(width);
        for [name, shape, count, init, state] in &rows {
            let line = format!(
                "{name:name_width$}  {shape:shape_width$}  {count:>count_width$}  {init:init_width$}  {state}"
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        let Self { trainable, frozen, statistics, .. } = self;
        let all = trainable + frozen;
        write!(f, "{all} parameters: {trainable} trainable, {frozen} frozen")?;
        if *statistics > 0 { write!(f, "; {statistics} running statistics") } else { Ok(()) }
    }
}
