//! Functions of two variables.

use crate::chart::Chart;
use crate::contours::contours;
use crate::figure::{Axis, Figure, Key, Panel, Shape, Symbol, Ticks};
use crate::image::{ColorMap, address};
use crate::left_out::LeftOut;
use crate::mark::{Mark, Paint};
use crate::scale::{Scale, is_drawn};
use crate::theme::Ink;
use std::ops::Range;

/// The numbers of columns and rows at which the function is evaluated.
const COLUMNS: usize = 161;
const ROWS: usize = 121;
/// More segments of contour lines than this cover the picture.
const MOST_SEGMENTS: usize = 8000;
/// The colours of paths, those that differ most from the colours of the map first.
const ON_IMAGES: [usize; 6] = [1, 3, 6, 0, 7, 5];

/// A function of two variables as colours with contour lines, and paths on it, such as those of optimizers.
///
/// ```
/// use wengert_figures::{Chart, HeatMap};
///
/// let chart = HeatMap::new(["w", "b"], [-1.0..1.0, -2.0..2.0], "loss", |w, b| w * w + 0.1 * b * b)
///     .path("gradient descent", &[[0.9, 1.5], [0.4, 1.2], [0.1, 0.9]]);
/// assert!(chart.svg().contains("gradient descent"));
/// ```
#[derive(Clone, Debug)]
pub struct HeatMap {
    pub(super) title: String,
    variables: [String; 2],
    ranges: [Range<f64>; 2],
    quantity: String,
    /// The values at the points of the grid, rows from the top.
    values: Vec<f64>,
    log: bool,
    contours: usize,
    paths: Vec<(String, Vec<[f64; 2]>)>,
}

impl HeatMap {
    /// Evaluates a function of two variables at 161 x 121 points of a rectangle. `quantity` is the name of
    /// its value.
    ///
    /// # Panics
    /// If the rectangle is empty or not finite.
    #[track_caller]
    #[must_use]
    pub fn new(
        variables: [&str; 2],
        ranges: [Range<f64>; 2],
        quantity: &str,
        function: impl Fn(f64, f64) -> f64,
    ) -> Self {
        let fits = |range: &Range<f64>| {
            range.start < range.end && [range.start, range.end].iter().all(|&end| is_drawn(end, false))
        };
        assert!(ranges.iter().all(fits), "the ranges {ranges:?} are not a rectangle");
        let [x, y] = &ranges;
        let part = |range: &Range<f64>, i: usize, count: usize| {
            range.start + (range.end - range.start) * i as f64 / (count - 1) as f64
        };
        let at = |i: usize| function(part(x, i % COLUMNS, COLUMNS), part(y, ROWS - 1 - i / COLUMNS, ROWS));
        Self {
            title: quantity.to_owned(),
            variables: variables.map(str::to_owned),
            values: (0..COLUMNS * ROWS).map(at).collect(),
            ranges,
            quantity: quantity.to_owned(),
            log: false,
            contours: 8,
            paths: Vec::new(),
        }
    }

    /// Spreads the colours and the contours evenly over the logarithm of the values. Values that are not
    /// positive are left out, with a note.
    #[must_use]
    pub fn log(self) -> Self {
        Self { log: true, ..self }
    }

    /// The number of contour lines, at most 50; 8 by default.
    ///
    /// # Panics
    /// If it is larger.
    #[track_caller]
    #[must_use]
    pub fn contours(self, contours: usize) -> Self {
        assert!(contours <= 50, "{contours} contours; at most 50 are possible");
        Self { contours, ..self }
    }

    /// Adds a path with its start and its end. Parts outside of the rectangle are left out, with a note.
    #[must_use]
    pub fn path(mut self, name: &str, points: &[[f64; 2]]) -> Self {
        self.paths.push((name.to_owned(), points.to_vec()));
        self
    }

    /// The place of a point of the grid, in columns and rows from the top left.
    fn place(&self, column: f64, row: f64) -> (f64, f64) {
        let [x, y] = &self.ranges;
        let part = |range: &Range<f64>, part: f64| range.start + (range.end - range.start) * part;
        (part(x, column / (COLUMNS - 1) as f64), part(y, 1.0 - row / (ROWS - 1) as f64))
    }

    /// The image of the values.
    fn image(&self, scale: &Scale) -> Mark {
        let color = |&value: &f64| {
            is_drawn(value, self.log).then(|| ColorMap::Sequential.color(scale.position(value)))
        };
        let pixels: Vec<_> = self.values.iter().map(color).collect();
        let corners = [self.place(0.0, 0.0), self.place((COLUMNS - 1) as f64, (ROWS - 1) as f64)];
        Mark::Image { corners, address: address(COLUMNS, &pixels), pixelated: false }
    }

    /// The contour lines, at equal distances of the colours; none if they would cover the picture.
    fn lines(&self, scale: &Scale) -> Option<Mark> {
        let height = |&value: &f64| if is_drawn(value, self.log) { scale.position(value) } else { f64::NAN };
        let heights: Vec<f64> = self.values.iter().map(height).collect();
        let levels = (1..=self.contours).map(|i| i as f64 / (self.contours + 1) as f64);
        let segments = levels.flat_map(|level| contours(COLUMNS, &heights, level));
        let place = |(column, row): (f64, f64)| self.place(column, row);
        let segments: Vec<_> = segments.map(|segment| segment.map(place)).collect();
        let is_smooth = segments.len() <= MOST_SEGMENTS;
        is_smooth.then_some(Mark::Segments { segments, paint: Paint::White, width: 0.8 })
    }

    /// The lines, starts and ends of the paths, with the keys of the legend, and the notes on what is left
    /// out.
    fn drawn_paths(&self, marks: &mut Vec<Mark>) -> (Vec<Key>, Vec<String>) {
        let [x, y] = &self.ranges;
        let inside = |&[a, b]: &[f64; 2]| x.start <= a && a <= x.end && y.start <= b && b <= y.end;
        let (mut keys, mut notes) = (Vec::new(), Vec::new());
        for (number, (name, points)) in self.paths.iter().enumerate() {
            let ink = Ink::Series(ON_IMAGES[number % ON_IMAGES.len()]);
            let line: Vec<(f64, f64)> = points
                .iter()
                .map(|point| if inside(point) { (point[0], point[1]) } else { (f64::NAN, f64::NAN) })
                .collect();
            let dots: Vec<(f64, f64)> = line.iter().copied().filter(|(x, _)| !x.is_nan()).collect();
            let outside = points.len() - dots.len();
            let dot = |at: Option<&(f64, f64)>, ink, diameter, square| Mark::Dots {
                points: at.into_iter().copied().collect(),
                ink,
                diameter,
                square,
            };
            marks.push(Mark::Path { points: line, ink });
            marks.extend([dot(dots.first(), Ink::Paper, 10.0, false), dot(dots.first(), ink, 7.0, false)]);
            marks.extend([dot(dots.last(), Ink::Paper, 10.0, true), dot(dots.last(), ink, 7.0, true)]);
            keys.push(Key::new(name, ink, Symbol::Path));
            if outside > 0 {
                notes.push(format!(
                    "{outside} of {} points of \"{name}\" are outside of the picture.",
                    points.len()
                ));
            }
        }
        if !keys.is_empty() {
            notes.push("A path starts at its dot and ends at its square.".to_owned());
        }
        (keys, notes)
    }
}

impl Chart for HeatMap {
    fn figure(&self) -> Figure {
        let mut left_out = LeftOut::default();
        let drawn = self.values.iter().copied().filter(|&value| left_out.draws([(value, self.log)]));
        let drawn: Vec<f64> = drawn.collect();
        let scale = if self.log { Scale::log(drawn) } else { Scale::tight(drawn) };
        let mut marks = vec![self.image(&scale)];
        let lines = self.lines(&scale);
        let rough = lines.is_none().then(|| "The function is too rough for contour lines.".to_owned());
        marks.extend(lines);
        let (legend, notes) = self.drawn_paths(&mut marks);
        let [x, y] = [0, 1].map(|i| {
            let Range { start, end } = self.ranges[i];
            Axis::new(&self.variables[i], Scale::Linear(start, end)).with(Ticks::Labels)
        });
        let mut panel = Panel::new(x, y, marks).shaped(Shape::Height(300.0));
        panel.color_bar = Some(ColorMap::Sequential.bar(scale));
        let colors = format!("Colour: {}.", self.quantity);
        Figure::of(&self.title, panel)
            .legend(legend)
            .notes([colors])
            .notes(rough)
            .notes(notes)
            .notes(left_out.notes())
    }
}

/// Two optimizers on the function of Rosenbrock.
pub(super) fn example() -> HeatMap {
    let gradient = |[x, y]: [f64; 2]| [2.0 * (x - 1.0) - 40.0 * x * (y - x * x), 20.0 * (y - x * x)];
    let descent = |momentum: f64, rate: f64, steps: usize| {
        let (mut at, mut velocity) = ([-1.2, 1.2], [0.0, 0.0]);
        let mut path = vec![at];
        for _ in 0..steps {
            let slope = gradient(at);
            for i in 0..2 {
                velocity[i] = momentum * velocity[i] - rate * slope[i];
                at[i] += velocity[i];
            }
            path.push(at);
        }
        path
    };
    let rosenbrock = |x: f64, y: f64| (1.0 - x).powi(2) + 10.0 * (y - x * x).powi(2) + 0.02;
    HeatMap::new(["x", "y"], [-1.8..1.8, -0.8..2.2], "f(x, y)", rosenbrock)
        .title("Descent on the function of Rosenbrock")
        .log()
        .path("gradient descent", &descent(0.0, 0.004, 150))
        .path("with momentum", &descent(0.9, 0.002, 150))
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> HeatMap {
    let value = |x: f64, y: f64| numbers.get((x * 7.0 + y * 50.0) as usize).copied().unwrap_or(f64::NAN);
    let path: Vec<[f64; 2]> = numbers.iter().map(|&number| [number; 2]).collect();
    HeatMap::new([text; 2], [0.0..1.0, 0.0..1.0], text, value).path(text, &path)
}
