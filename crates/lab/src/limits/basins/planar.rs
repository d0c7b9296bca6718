//! Four minima in the plane.

use crate::number::{Number, digits};
use crate::report::Table;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use wengert_ad::{Number as AnyNumber, jvp};
use wengert_figures::{Chart as _, DecisionRegions, Figure};

/// The minima of `(x^2 + y - 11)^2 + (x + y^2 - 7)^2`, all with the value 0 (Himmelblau 1972).
const MINIMA: [[f64; 2]; 4] =
    [[3.0, 2.0], [-2.805_118, 3.131_313], [-3.779_310, -3.283_186], [3.584_428, -1.848_127]];
/// The starts are in the square from -5 to 5.
const REACH: f64 = 5.0;
/// Below 2 over the largest curvature in the square, about 280.
const RATE: f64 = 0.003;
const STEPS: usize = 300;
/// Cells per side of the grid whose shares the random starts are compared with.
const GRID: usize = 60;
/// Points that are drawn.
const DRAWN: usize = 120;

/// Himmelblau's function.
fn loss<T: AnyNumber>(w: &[T]) -> T {
    let (x, y) = (w[0], w[1]);
    let (a, b) = (x * x + y - 11.0, x + y * y - 7.0);
    a * a + b * b
}

/// The number of the minimum that is nearest to the end of gradient descent.
fn end([mut x, mut y]: [f64; 2]) -> usize {
    for _ in 0..STEPS {
        let [dx, dy] = [[1.0, 0.0], [0.0, 1.0]].map(|direction| jvp(loss, &[x, y], &direction).1);
        (x, y) = (x - RATE * dx, y - RATE * dy);
    }
    let distance = |&[a, b]: &[f64; 2]| (x - a).powi(2) + (y - b).powi(2);
    let distances: Vec<f64> = MINIMA.iter().map(distance).collect();
    (0..MINIMA.len()).fold(0, |best, i| if distances[i] < distances[best] { i } else { best })
}

/// Where random starts and the cells of a grid end.
pub(super) struct Planar {
    starts: Vec<[f64; 2]>,
    ends: Vec<usize>,
    grid: [f64; 4],
}

/// The share of each minimum.
fn shares(ends: &[usize]) -> [f64; 4] {
    [0, 1, 2, 3].map(|i| ends.iter().filter(|&&end| end == i).count() as f64 / ends.len() as f64)
}

impl Planar {
    pub(super) fn new(starts: u32, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(1));
        let mut point = || [0, 1].map(|_| random.random_range(-REACH..REACH));
        let starts: Vec<[f64; 2]> = (0..starts).map(|_| point()).collect();
        let place = |i: usize| 2.0 * REACH * (i as f64 + 0.5) / GRID as f64 - REACH;
        let cells: Vec<usize> = (0..GRID * GRID).map(|i| end([place(i % GRID), place(i / GRID)])).collect();
        let ends = starts.iter().map(|&start| end(start)).collect();
        Self { starts, ends, grid: shares(&cells) }
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let random = shares(&self.ends);
        let number = |i: usize| {
            let p = self.grid[i];
            // A grid is at least as accurate as as many random starts.
            let error = (p * (1.0 - p) * (1.0 / self.ends.len() as f64 + 1.0 / (GRID * GRID) as f64)).sqrt();
            Number::new(
                "9.11",
                format!("share of starts in the plane that end in minimum {}", i + 1),
                random[i],
            )
            .estimates(p, error)
        };
        (0..4).map(number).collect()
    }

    pub(super) fn table(&self) -> Table {
        let table =
            Table::new("Minima of Himmelblau's function", &["minimum", "x", "y", "share of the square"]);
        MINIMA.iter().zip(self.grid).enumerate().fold(table, |table, (i, ([x, y], share))| {
            table.row([(i + 1).to_string(), digits(*x), digits(*y), digits(share)])
        })
    }

    pub(super) fn figure(&self) -> Figure {
        let names: Vec<String> = (1..=4).map(|i| format!("minimum {i}")).collect();
        let drawn = self.starts.len().min(DRAWN);
        let model = |points: &[[f64; 2]]| -> Vec<f64> {
            let one_of_four = |point: &[f64; 2]| {
                let end = end(*point);
                [0, 1, 2, 3].map(|i| f64::from(u8::from(i == end)))
            };
            points.iter().flat_map(one_of_four).collect()
        };
        DecisionRegions::new(
            ["x at the start", "y at the start"],
            &names,
            &self.starts[..drawn],
            &self.ends[..drawn],
            model,
        )
        .title("The start decides in which minimum gradient descent ends")
        .figure()
    }
}
