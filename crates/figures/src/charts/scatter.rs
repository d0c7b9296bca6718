//! Scatter plots.

use crate::chart::Chart;
use crate::example_numbers::noise;
use crate::figure::{Axis, Figure, Key, Panel, Symbol};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;

/// Points of several series.
///
/// ```
/// use wengert_figures::{Chart, Scatter};
///
/// let chart = Scatter::new("length (cm)", "width (cm)").series("setosa", &[5.1, 4.9], &[3.5, 3.0]);
/// assert!(chart.svg().contains("setosa"));
/// ```
#[derive(Clone, Debug)]
pub struct Scatter {
    pub(super) title: String,
    labels: [String; 2],
    series: Vec<(String, Vec<(f64, f64)>)>,
}

impl Scatter {
    /// Axes with labels that contain the units.
    #[must_use]
    pub fn new(x_label: &str, y_label: &str) -> Self {
        let title = format!("{y_label} against {x_label}");
        Self { title, labels: [x_label.to_owned(), y_label.to_owned()], series: Vec::new() }
    }

    /// Adds points.
    ///
    /// # Panics
    /// If the numbers of coordinates differ.
    #[track_caller]
    #[must_use]
    pub fn series<T: Copy + Into<f64>>(mut self, name: &str, x: &[T], y: &[T]) -> Self {
        assert!(x.len() == y.len(), "{} and {} coordinates", x.len(), y.len());
        self.series.push((name.to_owned(), numbers(x).into_iter().zip(numbers(y)).collect()));
        self
    }
}

impl Chart for Scatter {
    fn figure(&self) -> Figure {
        let mut left_out = LeftOut::default();
        let (mut marks, mut legend, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for (number, (name, points)) in self.series.iter().enumerate() {
            let (ink, square) = (Ink::Series(number), number % 2 == 1);
            let points = left_out.points(points.iter().copied());
            all.extend(points.iter().copied());
            let diameter = if points.len() > 1000 { 2.5 } else { 5.0 };
            marks.push(Mark::Dots { points, ink, diameter, square });
            legend.push(Key::new(name, ink, if square { Symbol::Square } else { Symbol::Dot }));
        }
        let [x, y] = &self.labels;
        let x = Axis::new(x, Scale::linear(all.iter().map(|point| point.0)));
        let y = Axis::new(y, Scale::linear(all.iter().map(|point| point.1)));
        Figure::of(&self.title, Panel::new(x, y, marks)).legend(legend).notes(left_out.notes())
    }
}

pub(super) fn example() -> Scatter {
    let cloud = |start: f64, (x, y): (f64, f64), (width, height): (f64, f64)| {
        let across = noise(60, start);
        let up = noise(60, start + 0.17);
        let points = across.iter().zip(&up).map(|(a, b)| (x + width * a, y + height * (0.7 * a + 0.7 * b)));
        points.unzip::<f64, f64, Vec<f64>, Vec<f64>>()
    };
    let chart = Scatter::new("flipper length (mm)", "body mass (kg)").title("Penguins");
    let species = [
        ("Adelie", cloud(0.41, (190.0, 3.7), (6.5, 0.45))),
        ("Chinstrap", cloud(0.57, (196.0, 3.75), (7.0, 0.38))),
        ("Gentoo", cloud(0.83, (217.0, 5.1), (6.5, 0.5))),
    ];
    species.iter().fold(chart, |chart, (name, (x, y))| chart.series(name, x, y))
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> Scatter {
    let reversed: Vec<f64> = numbers.iter().rev().copied().collect();
    Scatter::new(text, text).series(text, numbers, &reversed)
}
