//! The same bowl in rotated coordinates.

use crate::landscape::Landscape;
use crate::number::{Number, digits};
use wengert_figures::HeatMap;
use wengert_optim::{Adam, Optimizer, Sgd, trajectory};

/// A rotation of the plane.
#[derive(Clone, Copy)]
struct Rotation {
    cosine: f64,
    sine: f64,
}

impl Rotation {
    fn new(degrees: f64) -> Self {
        let angle = degrees.to_radians();
        Self { cosine: angle.cos(), sine: angle.sin() }
    }

    fn inverse(self) -> Self {
        Self { sine: -self.sine, ..self }
    }

    fn apply(self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.cosine * x - self.sine * y, self.sine * x + self.cosine * y]
    }
}

/// The path of an optimizer on the bowl whose axes are rotated, from the rotated start, rotated back.
fn path(optimizer: &mut dyn Optimizer<f64>, bowl: Landscape, steps: usize, by: Rotation) -> Vec<[f64; 2]> {
    let slope = |at: &[f64], g: &mut [f64]| {
        let inside = by.inverse().apply([at[0], at[1]]);
        g.copy_from_slice(&by.apply(bowl.gradient(inside)));
    };
    let points = trajectory(optimizer, slope, &by.apply(bowl.start()), steps);
    points.iter().map(|at| by.inverse().apply([at[0], at[1]])).collect()
}

fn largest_distance(first: &[[f64; 2]], second: &[[f64; 2]]) -> f64 {
    let distance = |(a, b): (&[f64; 2], &[f64; 2])| (a[0] - b[0]).hypot(a[1] - b[1]);
    first.iter().zip(second).map(distance).fold(0.0, f64::max)
}

/// 8.11: how far the paths in the two coordinate systems are apart.
pub(super) fn numbers(bowl: Landscape, rate: f64, steps: usize, degrees: f64) -> Vec<Number> {
    let (upright, turned) = (Rotation::new(0.0), Rotation::new(degrees));
    let pair = |new: &dyn Fn() -> Box<dyn Optimizer<f64>>| {
        [upright, turned].map(|by| path(&mut *new(), bowl, steps, by))
    };
    let sgd = pair(&|| Box::new(Sgd::new(rate)));
    let adam = pair(&|| Box::new(Adam::new(rate)));
    let start = bowl.start();
    let [_, steepest] = bowl.gradient([0.0, 1.0]);
    let number = Number::new("8.11", "SGD on the rotated bowl: distance of the paths", {
        largest_distance(&sgd[0], &sgd[1])
    });
    let sgd = if rate * steepest < 2.0 { number.exactly(0.0, 1e-11) } else { number };
    // The first step of Adam is the rate times the sign of each component of the gradient.
    let signs = |g: [f64; 2]| g.map(|g| if g.abs() < 1e-12 { 0.0 } else { g.signum() });
    let [here, there] = [upright, turned].map(|by| by.inverse().apply(signs(by.apply(bowl.gradient(start)))));
    let exact = (here[0] - there[0]).hypot(here[1] - there[1]);
    let apart = largest_distance(&adam[0][..2], &adam[1][..2]) / rate;
    let number = Number::new("8.11", "Adam: distance after one step, over the rate", apart);
    let smallest = turned.apply(bowl.gradient(start)).map(f64::abs).into_iter().fold(1.0, f64::min);
    // Epsilon is 1e-8; a component that is almost 0 has no sign.
    let adam_first = if smallest > 1e-6 { number.exactly(exact, 3e-2 * 1e-6 / smallest) } else { number };
    let whole = largest_distance(&adam[0], &adam[1]);
    vec![sgd, adam_first, Number::new("8.11", "Adam: largest distance of the paths", whole)]
}

pub(super) fn chart(bowl: Landscape, rate: f64, steps: usize, degrees: f64) -> HeatMap {
    let (upright, turned) = (Rotation::new(0.0), Rotation::new(degrees));
    let title = format!("Rotate the bowl by {} degrees: SGD rotates with it, Adam does not", digits(degrees));
    HeatMap::new(["x (rotated back)", "y (rotated back)"], [-0.3..2.1, -1.0..1.2], "loss", |x, y| {
        bowl.value([x, y])
    })
    .title(&title)
    .contours(5)
    .path("SGD", &path(&mut Sgd::new(rate), bowl, steps, upright))
    .path("SGD, rotated", &path(&mut Sgd::new(rate), bowl, steps, turned))
    .path("Adam", &path(&mut Adam::new(rate), bowl, steps, upright))
    .path("Adam, rotated", &path(&mut Adam::new(rate), bowl, steps, turned))
}
