//! Histograms.

use crate::chart::Chart;
use crate::example_numbers::noise;
use crate::figure::{Axis, Figure, Key, Panel, Symbol};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;
use plotters::coord::ranged1d::Ranged;

/// The distribution of the values of a quantity, of one or several series.
///
/// ```
/// use wengert_figures::{Chart, Histogram};
///
/// let chart = Histogram::new("gradient norm").series("layer 1", &[0.1, 0.2, 0.15, 0.4]);
/// assert!(chart.svg().contains("gradient norm"));
/// ```
#[derive(Clone, Debug)]
pub struct Histogram {
    pub(super) title: String,
    quantity: String,
    series: Vec<(String, Vec<f64>)>,
    bins: usize,
}

impl Histogram {
    /// A histogram of a quantity, whose name contains its unit, with 30 bins of equal width.
    #[must_use]
    pub fn new(quantity: &str) -> Self {
        let title = format!("Distribution of {quantity}");
        Self { title, quantity: quantity.to_owned(), series: Vec::new(), bins: 30 }
    }

    /// Adds values. The bins of all series are the same.
    #[must_use]
    pub fn series<T: Copy + Into<f64>>(mut self, name: &str, values: &[T]) -> Self {
        self.series.push((name.to_owned(), numbers(values)));
        self
    }

    /// The number of bins, from 1 to 200.
    ///
    /// # Panics
    /// If it is not in this range.
    #[track_caller]
    #[must_use]
    pub fn bins(self, bins: usize) -> Self {
        assert!((1..=200).contains(&bins), "{bins} bins; 1 to 200 are possible");
        Self { bins, ..self }
    }
}

impl Chart for Histogram {
    fn figure(&self) -> Figure {
        let mut left_out = LeftOut::default();
        let draws = |values: &Vec<f64>| -> Vec<f64> {
            values.iter().copied().filter(|&value| left_out.draws([(value, false)])).collect()
        };
        let series: Vec<Vec<f64>> = self.series.iter().map(|(_, values)| values).map(draws).collect();
        let x = Scale::tight(series.iter().flatten().copied());
        let range = x.range();
        let width = (range.end - range.start) / self.bins as f64;
        let mut most = 0.0_f64;
        let mut marks = Vec::new();
        for (number, values) in series.iter().enumerate() {
            let mut counts = vec![0.0_f64; self.bins];
            for value in values {
                let bin = ((value - range.start) / width) as usize;
                counts[bin.min(self.bins - 1)] += 1.0;
            }
            most = counts.iter().copied().fold(most, f64::max);
            let edge = |i: usize| range.start + width * i as f64;
            let bins = || counts.iter().enumerate();
            let boxes = bins().filter(|(_, count)| **count > 0.0);
            let boxes = boxes.map(|(i, &count)| [(edge(i), 0.0), (edge(i + 1), count)]).collect();
            // An outline keeps several series apart where they overlap.
            let outline = bins().flat_map(|(i, &count)| [(edge(i), count), (edge(i + 1), count)]);
            let outline =
                std::iter::once((range.start, 0.0)).chain(outline).chain([(range.end, 0.0)]).collect();
            let ink = Ink::Series(number);
            marks.push(Mark::Boxes { boxes, ink, opacity: 0.3 });
            marks.push(Mark::Line { points: outline, ink, width: 1.5 });
        }
        let keys = self.series.iter().enumerate();
        let legend = keys.map(|(i, (name, _))| Key::new(name, Ink::Series(i), Symbol::Line)).collect();
        let x = Axis::new(&self.quantity, x);
        let y = Axis::new("number of values per bin", Scale::from_zero([most]).whole());
        Figure::of(&self.title, Panel::new(x, y, marks)).legend(legend).notes(left_out.notes())
    }
}

pub(super) fn example() -> Histogram {
    let before = noise(800, 0.47);
    let after: Vec<f64> = noise(800, 0.61).iter().map(|x| 0.6 * x + 1.4 * x.signum()).collect();
    Histogram::new("weight").series("before training", &before).series("after training", &after)
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> Histogram {
    Histogram::new(text).series(text, numbers)
}
