//! Lines with bands, points and lines of reference.

use crate::chart::Chart;
use crate::figure::{Axis, Figure, Key, Panel, Symbol};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::Ink;
use plotters::coord::ranged1d::Ranged;

/// Several lines, with bands around them, points and lines of reference.
///
/// ```
/// use wengert_figures::{Chart, LineChart};
///
/// let size = [100.0, 1000.0, 10_000.0];
/// let chart = LineChart::new("examples", "accuracy (%)")
///     .log_x()
///     .line("mean of 5 seeds", &size, &[71.0, 84.0, 93.0])
///     .band("least and greatest", &size, &[65.0, 81.0, 92.0], &[75.0, 87.0, 93.5])
///     .points("best run", &[5000.0], &[94.0])
///     .at_y("guessing", 50.0);
/// assert!(chart.svg().contains("mean of 5 seeds"));
/// ```
#[derive(Clone, Debug)]
pub struct LineChart {
    pub(super) title: String,
    labels: [String; 2],
    log: [bool; 2],
    series: Vec<Series>,
    bands: Vec<Band>,
    references: Vec<Reference>,
    /// Values that the vertical axis contains beside those that are drawn.
    included: Vec<f64>,
}

/// One or several lines, or points.
#[derive(Clone, Debug)]
struct Series {
    name: String,
    parts: Vec<Vec<(f64, f64)>>,
    connected: bool,
}

/// A straight line across the chart.
#[derive(Clone, Debug)]
struct Reference {
    name: String,
    at: f64,
    vertical: bool,
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
        let (series, bands, references) = (Vec::new(), Vec::new(), Vec::new());
        let included = Vec::new();
        Self { title: y_label.to_owned(), labels, log: [false; 2], series, bands, references, included }
    }

    /// Adds a line. NaN is a gap.
    ///
    /// # Panics
    /// If the numbers of coordinates differ.
    #[track_caller]
    #[must_use]
    pub fn line<T: Copy + Into<f64>>(self, name: &str, x: &[T], y: &[T]) -> Self {
        self.series(name, vec![pairs(x, y)], true)
    }

    /// Adds several lines of one name and one look, such as those of all units of a layer, each as its
    /// points. NaN is a gap.
    #[must_use]
    pub fn lines<T: Copy + Into<f64>>(self, name: &str, lines: &[Vec<[T; 2]>]) -> Self {
        let part = |line: &Vec<[T; 2]>| line.iter().map(|&[x, y]| (x.into(), y.into())).collect();
        self.series(name, lines.iter().map(part).collect(), true)
    }

    /// Adds points that are not connected, such as measurements beside the line of a formula.
    ///
    /// # Panics
    /// If the numbers of coordinates differ.
    #[track_caller]
    #[must_use]
    pub fn points<T: Copy + Into<f64>>(self, name: &str, x: &[T], y: &[T]) -> Self {
        self.series(name, vec![pairs(x, y)], false)
    }

    fn series(mut self, name: &str, parts: Vec<Vec<(f64, f64)>>, connected: bool) -> Self {
        self.series.push(Series { name: name.to_owned(), parts, connected });
        self
    }

    /// Makes the vertical axis contain these values, such as the range that several charts have in common.
    #[must_use]
    pub fn include_y<T: Copy + Into<f64>>(mut self, values: &[T]) -> Self {
        self.included.extend(numbers(values));
        self
    }

    /// Adds a horizontal line of reference, such as a known limit. The axis contains it, and so does the
    /// legend, unless its name is empty.
    #[must_use]
    pub fn at_y(mut self, name: &str, y: f64) -> Self {
        self.references.push(Reference { name: name.to_owned(), at: y, vertical: false });
        self
    }

    /// Adds a vertical line of reference, such as the largest stable rate. The axis contains it, and the
    /// legend, unless its name is empty.
    #[must_use]
    pub fn at_x(mut self, name: &str, x: f64) -> Self {
        self.references.push(Reference { name: name.to_owned(), at: x, vertical: true });
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
        self.bands.push(Band { line: self.series.len().saturating_sub(1), name: name.to_owned(), points });
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

/// The points with these coordinates.
#[track_caller]
fn pairs<T: Copy + Into<f64>>(x: &[T], y: &[T]) -> Vec<(f64, f64)> {
    assert!(x.len() == y.len(), "{} places with {} values", x.len(), y.len());
    numbers(x).into_iter().zip(numbers(y)).collect()
}

impl Series {
    fn key(&self, number: usize) -> Key {
        let symbol = match (self.connected, number % 2 == 1) {
            (true, _) => Symbol::Line,
            (false, true) => Symbol::Square,
            (false, false) => Symbol::Dot,
        };
        Key::new(&self.name, Ink::Series(number), symbol)
    }

    /// What is drawn of these points, NaN where there is a gap. The points of a single short line are dots,
    /// too.
    fn marks(&self, number: usize, parts: Vec<Vec<(f64, f64)>>) -> Vec<Mark> {
        let (ink, square) = (Ink::Series(number), number % 2 == 1);
        let are_dots = !self.connected || (parts.len() == 1 && parts[0].len() <= 20);
        let points = parts.iter().flatten().copied().filter(|(x, _)| are_dots && !x.is_nan()).collect();
        let dots = Mark::Dots { points, ink, diameter: 6.0, square };
        let lines = parts.into_iter().filter(|_| self.connected);
        lines.map(|points| Mark::Line { points, ink, width: 2.0 }).chain([dots]).collect()
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
        for (number, series) in self.series.iter().enumerate() {
            let mut draw = |&(x, y): &(f64, f64)| {
                if left_out.draws([(x, log_x), (y, log_y)]) { (x, y) } else { (f64::NAN, f64::NAN) }
            };
            let parts = series.parts.iter().map(|part| part.iter().map(&mut draw).collect());
            let parts: Vec<Vec<(f64, f64)>> = parts.collect();
            xs.extend(parts.iter().flatten().map(|point| point.0));
            ys.extend(parts.iter().flatten().map(|point| point.1));
            legend.push((number, 0, series.key(number)));
            marks.extend(series.marks(number, parts));
        }
        ys.extend(self.included.iter().copied());
        let references = self.references(&mut left_out);
        xs.extend(references.iter().filter(|reference| reference.vertical).map(|reference| reference.at));
        ys.extend(references.iter().filter(|reference| !reference.vertical).map(|reference| reference.at));
        legend.sort_by_key(|(line, kind, _)| (*line, *kind));
        let [x_label, y_label] = &self.labels;
        let x = Axis::new(x_label, if log_x { Scale::log(xs) } else { Scale::tight(xs) });
        let y = Axis::new(y_label, Scale::of_kind(log_y, ys));
        let mut legend: Vec<Key> = legend.into_iter().map(|(.., key)| key).collect();
        for reference in references {
            marks.push(reference.mark(&x.scale, &y.scale));
            if !reference.name.is_empty() {
                legend.push(Key::new(&reference.name, Ink::Muted, Symbol::Line));
            }
        }
        Figure::of(&self.title, Panel::new(x, y, marks)).legend(legend).notes(left_out.notes())
    }
}

impl LineChart {
    /// The lines of reference that can be drawn.
    fn references(&self, left_out: &mut LeftOut) -> Vec<&Reference> {
        let is_drawn = |reference: &&Reference| {
            left_out.draws([(reference.at, self.log[usize::from(!reference.vertical)])])
        };
        self.references.iter().filter(is_drawn).collect()
    }
}

impl Reference {
    fn mark(&self, x: &Scale, y: &Scale) -> Mark {
        let across = if self.vertical { y } else { x };
        let ends = Ranged::range(across);
        let place = |end: f64| if self.vertical { (self.at, end) } else { (end, self.at) };
        Mark::Line { points: vec![place(ends.start), place(ends.end)], ink: Ink::Muted, width: 1.5 }
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
    let chart = with_band(chart, "linear model", error(48.0, 0.18), 1.06);
    chart.points("single runs", &[1000.0, 20_000.0], &[13.0, 2.2]).at_y("best known", 1.6)
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> LineChart {
    let chart = LineChart::new(text, text).line(text, numbers, numbers).points(text, numbers, numbers);
    let chart =
        numbers.iter().take(8).fold(chart, |chart, &number| chart.at_x(text, number).at_y(text, number));
    let few: Vec<[f64; 2]> = numbers.iter().take(100).map(|&number| [number, number]).collect();
    let chart = chart.lines(text, &[few.clone(), few]).include_y(numbers);
    chart.band(text, numbers, numbers, numbers)
}
