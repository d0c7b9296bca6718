//! How many steps each parameter has taken.

use std::ops::Range;

/// Counts of steps, as runs of neighbours that have taken equally many: where a run ends, and its count.
///
/// All parameters are one run, unless some were frozen for a while.
#[derive(Clone, Debug, Default)]
pub(super) struct Ages {
    runs: Vec<(usize, u64)>,
}

impl Ages {
    /// For `length` parameters that have not moved yet.
    pub(super) fn newborn(length: usize) -> Self {
        Self { runs: vec![(length, 0)] }
    }

    /// From saved runs; gives them back if their ends do not ascend.
    pub(super) fn restored(runs: Vec<(usize, u64)>) -> Result<Self, Vec<(usize, u64)>> {
        if runs.is_sorted_by(|left, right| left.0 < right.0) { Ok(Self { runs }) } else { Err(runs) }
    }

    pub(super) fn runs(&self) -> &[(usize, u64)] {
        &self.runs
    }

    /// The number of parameters; `None` before the first step.
    pub(super) fn length(&self) -> Option<usize> {
        self.runs.last().map(|&(end, _)| end)
    }

    /// Counts a step of the parameters of `range`, and calls `visit` for each run in it, with the new count.
    pub(super) fn step(&mut self, range: Range<usize>, mut visit: impl FnMut(Range<usize>, u64)) {
        let first = self.cut(range.start);
        let behind = self.cut(range.end);
        let mut start = range.start;
        for (end, steps) in &mut self.runs[first..behind] {
            *steps = steps.saturating_add(1);
            visit(start..*end, *steps);
            start = *end;
        }
    }

    /// Joins neighbours that have taken equally many steps.
    pub(super) fn join(&mut self) {
        self.runs.dedup_by(|next, run| {
            let same = next.1 == run.1;
            if same {
                run.0 = next.0;
            }
            same
        });
    }

    /// Makes a run begin at `position`, and says which one; the number of runs, at the end of all.
    fn cut(&mut self, position: usize) -> usize {
        let holding = self.runs.partition_point(|&(end, _)| end <= position);
        let start = if holding == 0 { 0 } else { self.runs[holding - 1].0 };
        if start == position || holding == self.runs.len() {
            return holding;
        }
        self.runs.insert(holding, (position, self.runs[holding].1));
        holding + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_cut_where_steps_begin_and_end_and_joined_again() {
        let mut ages = Ages::newborn(10);
        let mut visited = Vec::new();
        ages.step(0..4, |range, steps| visited.push((range, steps)));
        ages.step(2..6, |range, steps| visited.push((range, steps)));
        assert_eq!(visited, [(0..4, 1), (2..4, 2), (4..6, 1)]);
        assert_eq!(ages.runs(), [(2, 1), (4, 2), (6, 1), (10, 0)]);

        ages.step(6..10, |_, _| ());
        ages.join();
        assert_eq!(ages.runs(), [(2, 1), (4, 2), (10, 1)]);
    }

    #[test]
    fn steps_of_everything_keep_one_run() {
        let mut ages = Ages::newborn(10);
        for _ in 0..3 {
            ages.step(0..4, |_, _| ());
            ages.step(4..10, |_, _| ());
            ages.join();
        }
        assert_eq!(ages.runs(), [(10, 3)]);
    }
}
