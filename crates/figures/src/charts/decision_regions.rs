//! The decision regions of classifiers of two features.

use crate::cells::merged;
use crate::chart::Chart;
use crate::example_numbers::noise;
use crate::figure::{Axis, Figure, Key, Panel, Shape, Symbol, Ticks};
use crate::left_out::LeftOut;
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::Scale;
use crate::theme::{Ink, SERIES_COLORS};
use std::ops::Range;

/// The number of columns and of rows at which the model is evaluated.
const COLUMNS: usize = 150;
const ROWS: usize = 120;
/// More rectangles than this take too much room in the file.
const MOST_RECTANGLES: usize = 6000;
/// The opacities of a region where the probability of its class is low, medium and high.
const SHADES: [f64; 3] = [0.14, 0.24, 0.36];

/// The class that a model predicts at each point of two features, with the examples.
///
/// ```
/// use wengert_figures::{Chart, DecisionRegions};
///
/// let points = [[0.1, 0.3], [0.8, 0.9], [0.4, 0.2]];
/// let model = |points: &[[f64; 2]]| points.iter().flat_map(|[x, y]| [1.0 - x * y, x * y]).collect();
/// let chart = DecisionRegions::new(["length (cm)", "width (cm)"], &["small", "large"], &points, &[0, 1, 0],
/// model); assert!(chart.svg().contains("width (cm)"));
/// ```
#[derive(Clone, Debug)]
pub struct DecisionRegions {
    pub(super) title: String,
    features: [String; 2],
    classes: Vec<String>,
    points: Vec<[f64; 2]>,
    labels: Vec<usize>,
    /// The ranges of the two features.
    ranges: [Range<f64>; 2],
    /// The class and the shade of each cell, rows from the lowest value upwards; none where no probability is
    /// finite.
    cells: Vec<Option<(usize, usize)>>,
}

impl DecisionRegions {
    /// Evaluates a model on a grid of 150 x 120 points around the examples.
    ///
    /// `model` receives the points, and returns the probabilities of the classes, one row per point. Where
    /// they are NaN, there is no region, and a note says so.
    ///
    /// # Panics
    /// If the numbers of points and of labels differ, if a label is not below the number of classes, or if
    /// the model returns another number of probabilities than points times classes.
    #[track_caller]
    #[must_use]
    pub fn new(
        features: [&str; 2],
        classes: &[impl AsRef<str>],
        points: &[[f64; 2]],
        labels: &[usize],
        model: impl FnOnce(&[[f64; 2]]) -> Vec<f64>,
    ) -> Self {
        let count = classes.len();
        assert!(points.len() == labels.len(), "{} points with {} labels", points.len(), labels.len());
        let largest = labels.iter().max();
        assert!(largest.is_none_or(|&label| label < count), "label {largest:?} of {count} classes");
        let ranges = [0, 1].map(|axis| range(points, axis));
        let at = |range: &Range<f64>, i: usize, count: usize| {
            range.start + (range.end - range.start) * (i as f64 + 0.5) / count as f64
        };
        let [x, y] = &ranges;
        let grid: Vec<[f64; 2]> =
            (0..COLUMNS * ROWS).map(|i| [at(x, i % COLUMNS, COLUMNS), at(y, i / COLUMNS, ROWS)]).collect();
        let probabilities = model(&grid);
        assert!(
            probabilities.len() == grid.len() * count,
            "the model returns {} probabilities for {} points and {count} classes",
            probabilities.len(),
            grid.len()
        );
        let cells = match count {
            0 => vec![None; grid.len()],
            _ => probabilities.chunks(count).map(cell).collect(),
        };
        Self {
            title: "Decision regions".to_owned(),
            features: features.map(str::to_owned),
            classes: classes.iter().map(|class| class.as_ref().to_owned()).collect(),
            points: points.to_vec(),
            labels: labels.to_vec(),
            ranges,
            cells,
        }
    }
}

/// The range of a feature, with a margin.
fn range(points: &[[f64; 2]], axis: usize) -> Range<f64> {
    let is_drawn = |point: &&[f64; 2]| LeftOut::default().draws(point.map(|value| (value, false)));
    let values = points.iter().filter(is_drawn).map(|point| point[axis]);
    plotters::coord::ranged1d::Ranged::range(&Scale::linear(values))
}

/// The most probable class, and how probable it is between the least that the largest of so many
/// probabilities can be, and 1.
fn cell(probabilities: &[f64]) -> Option<(usize, usize)> {
    let finite = probabilities.iter().copied().enumerate().filter(|(_, p)| !p.is_nan());
    let (class, most) = finite.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    let least = 1.0 / probabilities.len() as f64;
    let confidence = if least < 1.0 { (most - least) / (1.0 - least) } else { 1.0 };
    let shade = if confidence < 0.4 { 0 } else { usize::from(confidence >= 0.8) + 1 };
    Some((class, shade))
}

impl DecisionRegions {
    /// The regions as few rectangles. If they are many, since neighbouring cells have different classes, only
    /// every second row and column of the cells is drawn.
    fn regions(&self) -> Vec<Mark> {
        let fine = merged(COLUMNS, &self.cells);
        let is_noise = fine.values().map(Vec::len).sum::<usize>() > MOST_RECTANGLES;
        let (step, rectangles) = if is_noise {
            let rows = (0..ROWS).step_by(2);
            let places =
                rows.flat_map(|row| (0..COLUMNS).step_by(2).map(move |column| row * COLUMNS + column));
            let coarse: Vec<Option<(usize, usize)>> = places.map(|place| self.cells[place]).collect();
            (2, merged(COLUMNS / 2, &coarse))
        } else {
            (1, fine)
        };
        let [x, y] = &self.ranges;
        let place = |(i, j): (usize, usize)| {
            let part = |range: &Range<f64>, part: f64| range.start + (range.end - range.start) * part;
            (part(x, (step * i) as f64 / COLUMNS as f64), part(y, (step * j) as f64 / ROWS as f64))
        };
        let mark = |((class, shade), boxes): (_, Vec<[(usize, usize); 2]>)| Mark::Boxes {
            boxes: boxes.into_iter().map(|corners| corners.map(place)).collect(),
            ink: Ink::Series(class),
            opacity: SHADES[shade],
        };
        rectangles.into_iter().map(mark).collect()
    }
}

impl Chart for DecisionRegions {
    fn figure(&self) -> Figure {
        let mut marks = self.regions();
        let mut left_out = LeftOut::default();
        let square = |class: usize| class % 2 == 1;
        for class in 0..self.classes.len() {
            let of_class = self.points.iter().zip(&self.labels).filter(|&(_, &label)| label == class);
            let points = left_out.points(of_class.map(|(&[x, y], _)| (x, y)));
            let dots = |points: Vec<(f64, f64)>, ink, diameter| Mark::Dots {
                points,
                ink,
                diameter,
                square: square(class),
            };
            let ink = Ink::Series(class);
            if self.points.len() > 1000 {
                marks.push(dots(points, ink, 3.0));
            } else {
                // An outline, since a point may be in the region of its class.
                marks.extend([dots(points.clone(), Ink::Paper, 7.0), dots(points, ink, 5.0)]);
            }
        }
        let symbol = |class| if square(class) { Symbol::Square } else { Symbol::Dot };
        let legend = self.classes.iter().enumerate();
        let legend = legend.map(|(class, name)| Key::new(name, Ink::Series(class), symbol(class))).collect();
        let mut notes = left_out.notes();
        let blank = self.cells.iter().filter(|cell| cell.is_none()).count();
        if blank > 0 {
            let cells = self.cells.len();
            notes.push(format!("The model predicts no class at {blank} of {cells} points of the plane."));
        }
        if self.classes.len() > SERIES_COLORS {
            notes.push(format!("The colours of the classes repeat after {SERIES_COLORS}."));
        }
        let [x_axis, y_axis] = [0, 1].map(|i| {
            let Range { start, end } = self.ranges[i];
            Axis::new(&self.features[i], Scale::Linear(start, end)).with(Ticks::Labels)
        });
        let panel = Panel::new(x_axis, y_axis, marks).shaped(Shape::Height(330.0));
        Figure::of(&self.title, panel).legend(legend).notes(notes)
    }
}

/// Two half moons, and a model that separates them.
pub(super) fn example() -> DecisionRegions {
    let (horizontal, vertical) = (noise(160, 0.37), noise(160, 0.71));
    let labels: Vec<usize> = (0..160).map(|i| i % 2).collect();
    let point = |i: usize| {
        let angle = std::f64::consts::PI * (i / 2) as f64 / 79.0;
        let (x, y) = if i.is_multiple_of(2) {
            (angle.cos(), angle.sin())
        } else {
            (1.0 - angle.cos(), 0.5 - angle.sin())
        };
        [x + 0.14 * horizontal[i], y + 0.14 * vertical[i]]
    };
    let points: Vec<[f64; 2]> = (0..160).map(point).collect();
    let model = |points: &[[f64; 2]]| {
        let score = |[x, y]: &[f64; 2]| {
            6.0 * (y - 0.25 - 0.75 * (2.6 * (x + 0.1)).cos() * (-0.3 * (x - 0.5).powi(2)).exp())
        };
        let probability = |point| 1.0 / (1.0 + f64::exp(-score(point)));
        points.iter().flat_map(|point| [probability(point), 1.0 - probability(point)]).collect()
    };
    DecisionRegions::new(
        ["horizontal position", "vertical position"],
        &["upper moon", "lower moon"],
        &points,
        &labels,
        model,
    )
}

pub(super) fn of_any(numbers_of: &[f64], text: &str) -> DecisionRegions {
    let points: Vec<[f64; 2]> =
        numbers(numbers_of).chunks(2).map(|pair| [pair[0], pair[pair.len() - 1]]).collect();
    let labels: Vec<usize> = (0..points.len()).map(|i| i % 9).collect();
    let classes: Vec<String> = (0..9).map(|i| format!("{text} {i}")).collect();
    let model = |grid: &[[f64; 2]]| {
        (0..grid.len() * 9).map(|i| numbers_of.get(i % 99).copied().unwrap_or(f64::NAN)).collect()
    };
    DecisionRegions::new([text; 2], &classes, &points, &labels, model)
}
