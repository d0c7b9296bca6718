//! Regressions of one feature.

use crate::chart::Chart;
use crate::example_numbers::{noise, spread};
use crate::figure::{Axis, Figure, Key, Panel, Symbol};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;
use plotters::coord::ranged1d::Ranged;

/// The number of places at which the model is evaluated.
const PLACES: usize = 400;

/// The predictions of a regression of one feature as a line, with the examples.
///
/// ```
/// use wengert_figures::{Chart, RegressionFit};
///
/// let (area, price) = ([30.0, 55.0, 80.0], [120.0, 200.0, 310.0]);
/// let model = |areas: &[f64]| areas.iter().map(|area| 3.8 * area).collect();
/// let chart = RegressionFit::new("area (m²)", "price (1000 €)", &area, &price, model);
/// assert!(chart.svg().contains("area (m²)"));
/// ```
#[derive(Clone, Debug)]
pub struct RegressionFit {
    pub(super) title: String,
    feature: String,
    target: String,
    x: Vec<f64>,
    y: Vec<f64>,
    line: Vec<(f64, f64)>,
}

impl RegressionFit {
    /// Evaluates a model at 400 places over the range of the feature. NaN is a gap in the line.
    ///
    /// # Panics
    /// If the numbers of features and of targets differ, or the model does not return a value per place.
    #[track_caller]
    #[must_use]
    pub fn new<T: Copy + Into<f64>>(
        feature: &str,
        target: &str,
        x: &[T],
        y: &[T],
        model: impl FnOnce(&[f64]) -> Vec<f64>,
    ) -> Self {
        assert!(x.len() == y.len(), "{} features with {} targets", x.len(), y.len());
        let (x, y) = (numbers(x), numbers(y));
        let range = Scale::linear(x.iter().copied()).range();
        let step = (range.end - range.start) / (PLACES - 1) as f64;
        let places: Vec<f64> = (0..PLACES).map(|i| range.start + step * i as f64).collect();
        let values = model(&places);
        assert!(values.len() == PLACES, "the model returns {} values for {PLACES} places", values.len());
        let line = places.into_iter().zip(values).collect();
        Self { title: "Fit".to_owned(), feature: feature.to_owned(), target: target.to_owned(), x, y, line }
    }
}

impl Chart for RegressionFit {
    fn figure(&self) -> Figure {
        let mut left_out = LeftOut::default();
        let points = left_out.points(self.x.iter().copied().zip(self.y.iter().copied()));
        let gap = |&(x, y): &(f64, f64)| (x, if crate::scale::is_drawn(y, false) { y } else { f64::NAN });
        let line: Vec<(f64, f64)> = self.line.iter().map(gap).collect();
        let gaps = line.iter().filter(|(_, y)| y.is_nan()).count();
        let mut notes = left_out.notes();
        if gaps > 0 {
            notes.push(format!("The prediction is not finite at {gaps} of {PLACES} places."));
        }
        let heights = points.iter().chain(&line).map(|&(_, y)| y);
        let y = Axis::new(&self.target, Scale::linear(heights));
        let x = Axis::new(&self.feature, Scale::tight(line.iter().map(|&(x, _)| x)));
        let diameter = if points.len() > 1000 { 2.5 } else { 4.5 };
        let marks = vec![
            Mark::Dots { points, ink: Ink::Series(1), diameter, square: false },
            Mark::Line { points: line, ink: Ink::Series(0), width: 2.5 },
        ];
        let legend = vec![
            Key::new("examples", Ink::Series(1), Symbol::Dot),
            Key::new("prediction", Ink::Series(0), Symbol::Line),
        ];
        Figure::of(&self.title, Panel::new(x, y, marks)).legend(legend).notes(notes)
    }
}

pub(super) fn example() -> RegressionFit {
    let x: Vec<f64> = spread(120, 0.0).map(|x| 10.0 * x).collect();
    let curve = |x: f64| 12.0 + 6.0 * (0.9 * x).sin() + 0.8 * x;
    let y: Vec<f64> = x.iter().zip(noise(120, 0.43)).map(|(&x, noise)| curve(x) + 1.5 * noise).collect();
    let model = |x: &[f64]| x.iter().map(|&x| curve(x) + 0.3 * (2.0 * x).cos()).collect();
    RegressionFit::new("time (s)", "temperature (°C)", &x, &y, model)
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> RegressionFit {
    let model =
        |places: &[f64]| (0..places.len()).map(|i| numbers.get(i).copied().unwrap_or(f64::NAN)).collect();
    RegressionFit::new(text, text, numbers, numbers, model)
}
