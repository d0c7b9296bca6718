//! What is in a column of a table.

use super::columns::{Column, ColumnKind, ColumnValues, MISSING};
use std::collections::HashMap;

/// What is in a column: its kind, the range of its values, and the most frequent ones.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnSummary {
    /// The name of the column.
    pub name: String,
    /// Numbers, dates or texts.
    pub kind: ColumnKind,
    /// The number of missing values.
    pub missing: usize,
    /// The number of different values.
    pub different: usize,
    /// The smallest value, the mean and the largest value of numbers and dates.
    pub range: Option<[f64; 3]>,
    /// The most frequent values with their counts, the most frequent first.
    pub frequent: Vec<(String, usize)>,
}

impl ColumnSummary {
    /// The summary of a column, with at most `frequent` of its most frequent values.
    #[must_use]
    pub fn of(column: &Column, frequent: usize) -> Self {
        let (range, mut counts) = match &column.values {
            ColumnValues::Numbers(values) | ColumnValues::Dates(values) => {
                (range(values), number_counts(values))
            }
            ColumnValues::Texts { codes, words } => (None, word_counts(codes, words)),
        };
        let different = counts.len();
        counts.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        counts.truncate(frequent);
        let (name, kind, missing) = (column.name.clone(), column.values.kind(), column.values.missing());
        Self { name, kind, missing, different, range, frequent: counts }
    }
}

fn range(values: &[f64]) -> Option<[f64; 3]> {
    let present = || values.iter().copied().filter(|x| !x.is_nan());
    let count = present().count();
    let mean = present().map(|x| x / count as f64).sum();
    let ends = present().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)]);
    (count > 0).then_some([ends[0], mean, ends[1]])
}

fn number_counts(values: &[f64]) -> Vec<(String, usize)> {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    // Minus zero is zero.
    values.iter().filter(|x| !x.is_nan()).for_each(|x| *counts.entry((x + 0.0).to_bits()).or_default() += 1);
    counts.into_iter().map(|(bits, count)| (f64::from_bits(bits).to_string(), count)).collect()
}

fn word_counts(codes: &[u32], words: &[String]) -> Vec<(String, usize)> {
    let mut counts = vec![0; words.len()];
    codes.iter().filter(|&&code| code != MISSING).for_each(|&code| counts[code as usize] += 1);
    words.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_values_and_leaves_missing_ones_out() {
        let values = ColumnValues::Numbers(vec![2.0, f64::NAN, -0.0, 0.0, 4.0]);
        let column = Column { name: "x".to_owned(), values };
        let summary = ColumnSummary::of(&column, 2);
        assert_eq!((summary.missing, summary.different, summary.range), (1, 3, Some([0.0, 1.5, 4.0])));
        assert_eq!(summary.frequent, [("0".to_owned(), 2), ("2".to_owned(), 1)]);
    }
}
