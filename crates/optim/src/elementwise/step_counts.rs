//! The number of steps that each parameter has taken.

use std::ops::Range;

/// Step counts, as runs of neighbouring parameters with equal counts: the end of each run, and its count.
///
/// All parameters form one run, unless some have been frozen for a while.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepCounts {
    runs: Vec<(usize, u64)>,
}

impl StepCounts {
    /// Counts of zero for `length` parameters.
    pub(crate) fn zero(length: usize) -> Self {
        Self { runs: vec![(length, 0)] }
    }

    /// Counts from saved runs. If the ends of the runs do not ascend, the runs are returned as the error.
    pub(crate) fn from_runs(runs: Vec<(usize, u64)>) -> Result<Self, Vec<(usize, u64)>> {
        if runs.is_sorted_by(|left, right| left.0 < right.0) { Ok(Self { runs }) } else { Err(runs) }
    }

    pub(crate) fn runs(&self) -> &[(usize, u64)] {
        &self.runs
    }

    /// The number of parameters; `None` before the first step.
    pub(crate) fn length(&self) -> Option<usize> {
        self.runs.last().map(|&(end, _)| end)
    }

    /// Counts a step of the parameters in `range`, and calls `visit` with each run in it and its new count.
    pub(crate) fn step(&mut self, range: Range<usize>, mut visit: impl FnMut(Range<usize>, u64)) {
        let first = self.split_at(range.start);
        let end = self.split_at(range.end);
        let mut start = range.start;
        for (end, steps) in &mut self.runs[first..end] {
            *steps = steps.saturating_add(1);
            visit(start..*end, *steps);
            start = *end;
        }
    }

    /// Joins neighbouring runs with equal counts.
    pub(crate) fn join(&mut self) {
        self.runs.dedup_by(|next, run| {
            let is_equal = next.1 == run.1;
            if is_equal {
                run.0 = next.0;
            }
            is_equal
        });
    }

    /// Splits a run so that one begins at `position`, and returns its index; at the end of all parameters,
    /// the number of runs.
    fn split_at(&mut self, position: usize) -> usize {
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
    fn runs_are_split_where_counts_differ_and_joined_where_they_agree() {
        let mut counts = StepCounts::zero(10);
        let mut visited = Vec::new();
        counts.step(0..4, |range, steps| visited.push((range, steps)));
        counts.step(2..6, |range, steps| visited.push((range, steps)));
        assert_eq!(visited, [(0..4, 1), (2..4, 2), (4..6, 1)]);
        assert_eq!(counts.runs(), [(2, 1), (4, 2), (6, 1), (10, 0)]);

        counts.step(6..10, |_, _| ());
        counts.join();
        assert_eq!(counts.runs(), [(2, 1), (4, 2), (10, 1)]);
    }

    #[test]
    fn steps_of_all_parameters_keep_one_run() {
        let mut counts = StepCounts::zero(10);
        for _ in 0..3 {
            counts.step(0..4, |_, _| ());
            counts.step(4..10, |_, _| ());
            counts.join();
        }
        assert_eq!(counts.runs(), [(10, 3)]);
    }
}
