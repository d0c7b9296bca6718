//! The errors of regressions.

use crate::chart::Chart;
use crate::example_numbers::{noise, spread};
use crate::figure::{Axis, Figure, Panel};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;
use plotters::coord::ranged1d::Ranged;

/// The residuals of a regression, true minus predicted value, against the predictions. They should scatter
/// around 0 in the same way everywhere: a bend shows a relation that the model misses, and a funnel an error
/// that grows.
///
/// ```
/// use wengert_figures::{Chart, Residuals};
///
/// let chart = Residuals::new("price (1000 €)", &[120.0, 200.0], &[131.0, 192.5]);
/// assert!(chart.svg().contains("predicted price (1000 €)"));
/// ```
#[derive(Clone, Debug)]
pub struct Residuals {
    pub(super) title: String,
    target: String,
    points: Vec<(f64, f64)>,
}

impl Residuals {
    /// The residuals of the true and the predicted values of a target.
    ///
    /// # Panics
    /// If their numbers differ.
    #[track_caller]
    #[must_use]
    pub fn new<T: Copy + Into<f64>>(target: &str, truth: &[T], predicted: &[T]) -> Self {
        let counts = (truth.len(), predicted.len());
        assert!(counts.0 == counts.1, "{} true values with {} predictions", counts.0, counts.1);
        let pairs = numbers(truth).into_iter().zip(numbers(predicted));
        let points = pairs.map(|(truth, predicted)| (predicted, truth - predicted)).collect();
        Self { title: "Residuals".to_owned(), target: target.to_owned(), points }
    }
}

impl Chart for Residuals {
    fn figure(&self) -> Figure {
        let mut left_out = LeftOut::default();
        let points = left_out.points(self.points.iter().copied());
        let x = Scale::linear(points.iter().map(|&(x, _)| x));
        let y = Scale::linear(points.iter().map(|&(_, y)| y).chain([0.0]));
        let zero = vec![(x.range().start, 0.0), (x.range().end, 0.0)];
        let diameter = if points.len() > 1000 { 2.5 } else { 4.5 };
        let marks = vec![
            Mark::Line { points: zero, ink: Ink::Muted, width: 1.5 },
            Mark::Dots { points, ink: Ink::Series(0), diameter, square: false },
        ];
        let x = Axis::new(&format!("predicted {}", self.target), x);
        let y = Axis::new(&format!("true minus predicted {}", self.target), y);
        Figure::of(&self.title, Panel::new(x, y, marks)).notes(left_out.notes())
    }
}

pub(super) fn example() -> Residuals {
    let predicted: Vec<f64> = spread(150, 0.3).map(|x| 60.0 + 280.0 * x).collect();
    let truth: Vec<f64> =
        predicted.iter().zip(noise(150, 0.59)).map(|(&y, noise)| y + 0.1 * y * noise).collect();
    Residuals::new("price (1000 €)", &truth, &predicted)
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> Residuals {
    let reversed: Vec<f64> = numbers.iter().rev().copied().collect();
    Residuals::new(text, numbers, &reversed)
}
