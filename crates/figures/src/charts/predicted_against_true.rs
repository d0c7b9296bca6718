//! Predictions against true values.

use crate::chart::Chart;
use crate::example_numbers::{noise, spread};
use crate::figure::{Axis, Figure, Key, Panel, Shape, Symbol};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;
use plotters::coord::ranged1d::Ranged;

/// The predictions of a regression against the true values. Perfect predictions are on the diagonal.
///
/// ```
/// use wengert_figures::{Chart, PredictedAgainstTrue};
///
/// let chart = PredictedAgainstTrue::new("price (1000 €)", &[120.0, 200.0], &[131.0, 192.5]);
/// assert!(chart.svg().contains("predicted price (1000 €)"));
/// ```
#[derive(Clone, Debug)]
pub struct PredictedAgainstTrue {
    pub(super) title: String,
    target: String,
    points: Vec<(f64, f64)>,
}

impl PredictedAgainstTrue {
    /// The true and the predicted values of a target.
    ///
    /// # Panics
    /// If their numbers differ.
    #[track_caller]
    #[must_use]
    pub fn new<T: Copy + Into<f64>>(target: &str, truth: &[T], predicted: &[T]) -> Self {
        let counts = (truth.len(), predicted.len());
        assert!(counts.0 == counts.1, "{} true values with {} predictions", counts.0, counts.1);
        let points = numbers(truth).into_iter().zip(numbers(predicted)).collect();
        Self { title: "Predicted against true values".to_owned(), target: target.to_owned(), points }
    }
}

impl Chart for PredictedAgainstTrue {
    fn figure(&self) -> Figure {
        let mut left_out = LeftOut::default();
        let points = left_out.points(self.points.iter().copied());
        // The same range on both axes, so that the diagonal is one.
        let scale = Scale::linear(points.iter().flat_map(|&(x, y)| [x, y]));
        let range = scale.range();
        let diagonal = vec![(range.start, range.start), (range.end, range.end)];
        let diameter = if points.len() > 1000 { 2.5 } else { 4.5 };
        let marks = vec![
            Mark::Line { points: diagonal, ink: Ink::Muted, width: 1.5 },
            Mark::Dots { points, ink: Ink::Series(0), diameter, square: false },
        ];
        let x = Axis::new(&format!("true {}", self.target), scale.clone());
        let y = Axis::new(&format!("predicted {}", self.target), scale);
        let legend = vec![
            Key::new("examples", Ink::Series(0), Symbol::Dot),
            Key::new("perfect prediction", Ink::Muted, Symbol::Line),
        ];
        let panel = Panel::new(x, y, marks).shaped(Shape::Ratio(0.8));
        Figure::of(&self.title, panel).legend(legend).notes(left_out.notes())
    }
}

pub(super) fn example() -> PredictedAgainstTrue {
    let truth: Vec<f64> = spread(150, 0.3).map(|x| 60.0 + 280.0 * x * x).collect();
    let predicted: Vec<f64> =
        truth.iter().zip(noise(150, 0.59)).map(|(&y, noise)| 18.0 + 0.92 * y + 0.09 * y * noise).collect();
    PredictedAgainstTrue::new("price (1000 €)", &truth, &predicted)
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> PredictedAgainstTrue {
    let reversed: Vec<f64> = numbers.iter().rev().copied().collect();
    PredictedAgainstTrue::new(text, numbers, &reversed)
}
