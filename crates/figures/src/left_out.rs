//! Values that a chart cannot draw: they are counted, and a note below the chart says so.

use crate::scale::is_drawn;

/// Counts the values of a chart.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LeftOut {
    total: usize,
    not_finite: usize,
    not_positive: usize,
}

impl LeftOut {
    /// Whether all coordinates of a point can be drawn; each comes with whether its axis is logarithmic. The
    /// point is counted.
    pub(crate) fn draws<const N: usize>(&mut self, point: [(f64, bool); N]) -> bool {
        self.total += 1;
        if !point.iter().all(|&(value, _)| is_drawn(value, false)) {
            self.not_finite += 1;
            return false;
        }
        if !point.iter().all(|&(value, log)| is_drawn(value, log)) {
            self.not_positive += 1;
            return false;
        }
        true
    }

    /// The points that can be drawn on linear axes.
    pub(crate) fn points(&mut self, points: impl IntoIterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
        points.into_iter().filter(|&(x, y)| self.draws([(x, false), (y, false)])).collect()
    }

    /// The notes on what is missing in the chart.
    pub(crate) fn notes(&self) -> Vec<String> {
        let Self { total, not_finite, not_positive } = *self;
        if total == 0 {
            return vec!["There are no values to draw.".to_owned()];
        }
        let of = |count: usize| match (count, total) {
            (1, 1) => "The only value is".to_owned(),
            (1, _) => format!("1 of {total} values is"),
            _ => format!("{count} of {total} values are"),
        };
        let mut notes = Vec::new();
        if not_finite > 0 {
            notes.push(format!("{} not finite and left out.", of(not_finite)));
        }
        if not_positive > 0 {
            notes.push(format!("{} not positive and left out of the logarithmic axis.", of(not_positive)));
        }
        notes
    }
}
