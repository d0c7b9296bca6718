//! Bars.

use crate::chart::Chart;
use crate::figure::{Axis, Figure, Panel, Ticks};
use crate::left_out::LeftOut;
use crate::mark::{Mark, Paint};
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;

/// At most this many bars are drawn.
const MOST_BARS: usize = 200;

/// A number per name as bars from 0, with error bars. Of more than 200 bars, the first ones are drawn, with a
/// note.
///
/// ```
/// use wengert_figures::{BarChart, Chart};
///
/// let chart = BarChart::new("accuracy (%)", &["SGD", "Adam"], &[91.0, 94.5])
///     .categories("optimizer")
///     .errors(&[1.2, 0.4]);
/// assert!(chart.svg().contains("Adam") && chart.svg().contains("optimizer"));
/// ```
#[derive(Clone, Debug)]
pub struct BarChart {
    pub(super) title: String,
    quantity: String,
    categories: String,
    names: Vec<String>,
    values: Vec<f64>,
    errors: Vec<f64>,
}

impl BarChart {
    /// The values of a quantity, whose name contains its unit.
    ///
    /// # Panics
    /// If the numbers of names and of values differ.
    #[track_caller]
    #[must_use]
    pub fn new<T: Copy + Into<f64>>(quantity: &str, names: &[impl AsRef<str>], values: &[T]) -> Self {
        assert!(names.len() == values.len(), "{} names with {} values", names.len(), values.len());
        Self {
            title: quantity.to_owned(),
            quantity: quantity.to_owned(),
            categories: String::new(),
            names: names.iter().map(|name| name.as_ref().to_owned()).collect(),
            values: numbers(values),
            errors: Vec::new(),
        }
    }

    /// Says what the names are, below them.
    #[must_use]
    pub fn categories(self, categories: &str) -> Self {
        Self { categories: categories.to_owned(), ..self }
    }

    /// Adds error bars: half of their lengths, such as standard deviations.
    ///
    /// # Panics
    /// If there is not one for each value.
    #[track_caller]
    #[must_use]
    pub fn errors<T: Copy + Into<f64>>(self, errors: &[T]) -> Self {
        assert!(
            errors.len() == self.values.len(),
            "{} errors for {} values",
            errors.len(),
            self.values.len()
        );
        Self { errors: numbers(errors), ..self }
    }
}

impl Chart for BarChart {
    fn figure(&self) -> Figure {
        let mut left_out = LeftOut::default();
        let (mut boxes, mut segments, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (i, &value) in self.values.iter().enumerate().take(MOST_BARS) {
            let at = i as f64;
            if !left_out.draws([(value, false)]) {
                continue;
            }
            boxes.push([(at - 0.35, 0.0), (at + 0.35, value)]);
            ends.push(value);
            let Some(&error) = self.errors.get(i) else { continue };
            if left_out.draws([(error, false), (value - error, false), (value + error, false)]) {
                let (low, high) = (value - error, value + error);
                let caps = [low, high].map(|end| [(at - 0.1, end), (at + 0.1, end)]);
                segments.extend([[(at, low), (at, high)], caps[0], caps[1]]);
                ends.extend([low, high]);
            }
        }
        let x =
            Axis::new(&self.categories, Scale::Names(self.names.iter().take(MOST_BARS).cloned().collect()))
                .with(Ticks::Labels);
        let y = Axis::new(&self.quantity, Scale::from_zero(ends));
        let zero = Mark::Segments {
            segments: vec![[(-0.5, 0.0), (self.names.len().clamp(1, MOST_BARS) as f64 - 0.5, 0.0)]],
            paint: Paint::Ink(Ink::Text),
            width: 1.0,
        };
        let marks = vec![
            Mark::Boxes { boxes, ink: Ink::Series(0), opacity: 0.8 },
            zero,
            Mark::Segments { segments, paint: Paint::Ink(Ink::Text), width: 1.5 },
        ];
        let count = self.values.len();
        let more = (count > MOST_BARS).then(|| format!("The first {MOST_BARS} of {count} bars."));
        Figure::of(&self.title, Panel::new(x, y, marks)).notes(left_out.notes()).notes(more)
    }
}

pub(super) fn example() -> BarChart {
    let names = ["SGD", "Momentum", "RMSProp", "Adam", "AdamW"];
    BarChart::new("test accuracy (%)", &names, &[88.4, 93.1, 94.2, 95.6, 95.9])
        .errors(&[2.1, 1.2, 1.0, 0.5, 0.6])
        .title("Optimizers: mean and deviation of 10 seeds")
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> BarChart {
    let names: Vec<String> = (0..numbers.len()).map(|i| format!("{text} {i}")).collect();
    BarChart::new(text, &names, numbers).errors(numbers)
}
