//! Lines with bands.

use crate::chart::Chart;
use crate::figure::{Axis, Figure, Key, Panel, Symbol};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;

/// Several lines, with bands around them.
///
/// ```
/// use wengert_figures::{Chart, LineChart};
///
/// let size = [100.0, 1000.0, 10_000.0];
/// let chart = LineChart::new("examples", "accuracy (%)")
///     .log_x()
///     .line("mean of 5 seeds", &size, &[71.0, 84.0, 93.0])
///     .band("least and greatest", &size, &[65.0, 81.0, 92.0], &[75.0, 87.0, 93.5]);
/// assert!(chart.svg().contains("mean of 5 seeds"));
/// ```
#[derive(Clone, Debug)]
pub struct LineChart {
    pub(super) title: String,
    labels: [String; 2],
    log: [bool; 2],
    lines: Vec<(String, Vec<(f64, f64)>)>,
    bands: Vec<Band>,
}

/// A band around a line.
#[derive(Clone, Debug)]
struct Band {
    line: usize,
    name: String,
    /// x, the lower and the upper value.
    points: Vec<(f64, f64, f64)>,
}

impl LineChart {
    /// Axes with labels that contain the units.
    #[must_use]
    pub fn new(x_label: &str, y_label: &str) -> Self {
        let labels = [x_label.to_owned(), y_label.to_owned()];
        Self { title: y_label.to_owned(), labels, log: [false; 2], lines: Vec::new(), bands: Vec::new() }
    }

    /// Adds a line. NaN is a gap.
    ///
    /// # Panics
    /// If the numbers of coordinates differ.
    #[track_caller]
    #[must_use]
    pub fn line<T: Copy + Into<f64>>(mut self, name: &str, x: &[T], y: &[T]) -> Self {
        assert!(x.len() == y.len(), "{} places with {} values", x.len(), y.len());
        self.lines.push((name.to_owned(), numbers(x).into_iter().zip(numbers(y)).collect()));
        self
    }

    /// Adds a band in the colour of the line that was added last. NaN is a gap; the order of the places does
    /// not matter.
    ///
    /// # Panics
    /// If the numbers of coordinates differ.
    #[track_caller]
    #[must_use]
    pub fn band<T: Copy + Into<f64>>(mut self, name: &str, x: &[T], low: &[T], high: &[T]) -> Self {
        let counts = [x.len(), low.len(), high.len()];
        assert!(counts[0] == counts[1] && counts[0] == counts[2], "a band of {counts:?} places and values");
        let limits = numbers(low).into_iter().zip(numbers(high));
        let points = numbers(x).into_iter().zip(limits).map(|(x, (low, high))| (x, low, high)).collect();
        self.bands.push(Band { line: self.lines.len().saturating_sub(1), name: name.to_owned(), points });
        self
    }

    /// A logarithmic horizontal axis. Values that are not positive are left out, with a note.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.log[0] = true;
        self
    }

    /// A logarithmic vertical axis. Values that are not positive are left out, with a note.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.log[1] = true;
        self
    }
}

impl Chart for LineChart {
    fn figure(&self) -> Figure {
        let [log_x, log_y] = self.log;
        let mut left_out = LeftOut::default();
        let (mut marks, mut legend) = (Vec::new(), Vec::new());
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for Band { line, name, points } in &self.bands {
            let draw = |&(x, low, high): &(f64, f64, f64)| {
                let drawn = left_out.draws([(x, log_x), (low, log_y), (high, log_y)]);
                if drawn { (x, low, high) } else { (x, f64::NAN, f64::NAN) }
            };
            let mut points: Vec<(f64, f64, f64)> = points.iter().map(draw).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            xs.extend(points.iter().map(|point| point.0));
            ys.extend(points.iter().flat_map(|point| [point.1, point.2]));
            marks.push(Mark::Band { points, ink: Ink::Series(*line) });
            legend.push((*line, 1, Key::new(name, Ink::Series(*line), Symbol::Band)));
        }
        for (number, (name, points)) in self.lines.iter().enumerate() {
            let draw = |&(x, y): &(f64, f64)| {
                if left_out.draws([(x, log_x), (y, log_y)]) { (x, y) } else { (f64::NAN, f64::NAN) }
            };
            let points: Vec<(f64, f64)> = points.iter().map(draw).collect();
            xs.extend(points.iter().map(|point| point.0));
            ys.extend(points.iter().map(|point| point.1));
            let ink = Ink::Series(number);
            let few = if points.len() <= 20 { points.clone() } else { Vec::new() };
            marks.push(Mark::Line { points, ink, width: 2.0 });
            let few = few.into_iter().filter(|(x, _)| !x.is_nan()).collect();
            marks.push(Mark::Dots { points: few, ink, diameter: 6.0, square: number % 2 == 1 });
            legend.push((number, 0, Key::new(name, ink, Symbol::Line)));
        }
        legend.sort_by_key(|(line, kind, _)| (*line, *kind));
        let [x_label, y_label] = &self.labels;
        let x = Axis::new(x_label, if log_x { Scale::log(xs) } else { Scale::tight(xs) });
        let y = Axis::new(y_label, Scale::of_kind(log_y, ys));
        let legend = legend.into_iter().map(|(.., key)| key).collect();
        Figure::of(&self.title, Panel::new(x, y, marks)).legend(legend).notes(left_out.notes())
    }
}

pub(super) fn example() -> LineChart {
    let sizes: [f64; 8] = [100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 60_000.0];
    let error = |scale: f64, power: f64| sizes.map(|size| scale * size.powf(-power));
    let chart =
        LineChart::new("training examples", "test error (%)").title("Test error by the size of the data");
    let chart = chart.log_x().log_y();
    let with_band = |chart: LineChart, name: &str, error: [f64; 8], factor: f64| {
        let chart = chart.line(name, &sizes, &error);
        chart.band(
            &format!("{name}, 10 seeds"),
            &sizes,
            &error.map(|e| e / factor),
            &error.map(|e| e * factor),
        )
    };
    let chart = with_band(chart, "network", error(180.0, 0.42), 1.15);
    with_band(chart, "linear model", error(48.0, 0.18), 1.06)
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> LineChart {
    LineChart::new(text, text).line(text, numbers, numbers).band(text, numbers, numbers, numbers)
}
