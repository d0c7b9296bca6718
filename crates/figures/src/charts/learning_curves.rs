//! Losses and metrics over epochs.

use crate::chart::Chart;
use crate::figure::{Axis, Figure, Key, Panel, Symbol};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;

/// A loss or a metric over the epochs of a run.
///
/// ```
/// use wengert_figures::{Chart, LearningCurves};
///
/// let chart = LearningCurves::new("loss (nats)")
///     .series("training", &[0.9, 0.5, 0.3])
///     .series("validation", &[1.0, 0.6, 0.5]);
/// assert!(chart.svg().contains("validation"));
/// ```
#[derive(Clone, Debug)]
pub struct LearningCurves {
    pub(super) title: String,
    quantity: String,
    series: Vec<(String, Vec<f64>)>,
    first: usize,
    log: bool,
    best: Option<usize>,
}

impl LearningCurves {
    /// The axes for a quantity, whose name contains its unit: `loss (nats)`, `accuracy (%)`.
    #[must_use]
    pub fn new(quantity: &str) -> Self {
        Self {
            title: "Learning curves".to_owned(),
            quantity: quantity.to_owned(),
            series: Vec::new(),
            first: 1,
            log: false,
            best: None,
        }
    }

    /// Adds the values of one part of the data or of one run, one per epoch. NaN is a gap.
    #[must_use]
    pub fn series<T: Copy + Into<f64>>(mut self, name: &str, values: &[T]) -> Self {
        self.series.push((name.to_owned(), numbers(values)));
        self
    }

    /// The number of the epoch of the first values; 1 by default. 0 is the state before training.
    #[must_use]
    pub fn first_epoch(self, first: usize) -> Self {
        Self { first, ..self }
    }

    /// Draws the values on a logarithmic axis. Values that are not positive are left out, with a note.
    #[must_use]
    pub fn log(self) -> Self {
        Self { log: true, ..self }
    }

    /// Marks an epoch, whose parameters were kept.
    #[must_use]
    pub fn best(self, epoch: usize) -> Self {
        Self { best: Some(epoch), ..self }
    }
}

impl Chart for LearningCurves {
    fn figure(&self) -> Figure {
        let mut left_out = LeftOut::default();
        let place = |i: usize| (self.first + i) as f64;
        let (mut marks, mut legend) = (Vec::new(), Vec::new());
        let values = self.series.iter().flat_map(|(_, values)| values.iter().copied());
        let scale = Scale::of_kind(self.log, values);
        for (number, (name, values)) in self.series.iter().enumerate() {
            let value = |(i, &value): (usize, &f64)| {
                (place(i), if left_out.draws([(value, self.log)]) { value } else { f64::NAN })
            };
            let points: Vec<(f64, f64)> = values.iter().enumerate().map(value).collect();
            let ink = Ink::Series(number);
            // A value between two gaps is a dot, since a line of one point has no length.
            let alone: Vec<(f64, f64)> = points
                .split(|(_, y)| y.is_nan())
                .filter_map(|run| if let [point] = run { Some(*point) } else { None })
                .collect();
            marks.push(Mark::Line { points, ink, width: 2.0 });
            marks.push(Mark::Dots { points: alone, ink, diameter: 5.0, square: false });
            legend.push(Key::new(name, ink, Symbol::Line));
        }
        let longest = self.series.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        let epochs = match longest {
            0 | 1 => Scale::Whole(place(0) - 0.5, place(0) + 0.5),
            _ => Scale::tight([place(0), place(longest - 1)]).whole(),
        };
        if let Some(best) = self.best.filter(|&best| (self.first..self.first + longest).contains(&best)) {
            let at = best as f64;
            let range = plotters::coord::ranged1d::Ranged::range(&scale);
            let points = vec![(at, range.start), (at, range.end)];
            marks.push(Mark::Line { points, ink: Ink::Muted, width: 1.5 });
            legend.push(Key::new(&format!("kept: epoch {best}"), Ink::Muted, Symbol::Line));
        }
        let panel = Panel::new(Axis::new("epoch", epochs), Axis::new(&self.quantity, scale), marks);
        Figure::of(&self.title, panel).legend(legend).notes(left_out.notes())
    }
}

pub(super) fn example() -> LearningCurves {
    let curve = |floor: f64, rate: f64, rise: f64| -> Vec<f64> {
        let at = |i: i32| floor + 2.1 * (-rate * f64::from(i)).exp() + rise * f64::from(i * i) / 1600.0;
        (0..40).map(|i| at(i) + 0.02 * f64::from(i * i % 7 - 3) / 3.0).collect()
    };
    LearningCurves::new("loss (nats)")
        .series("training", &curve(0.05, 0.18, 0.0))
        .series("validation", &curve(0.16, 0.17, 0.22))
        .best(18)
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> LearningCurves {
    LearningCurves::new(text).series(text, numbers).series("other", numbers).log().best(numbers.len())
}
