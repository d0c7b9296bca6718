//! The corners of ReLU units: one unit, sums of corners, symmetry, and corners that move in training.

use super::corner_training::{Course, train};
use super::curves::{column, even, largest_difference, outputs};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::piecewise_linear::piecewise_linear_network;
use crate::ranges::positive;
use crate::relu_corners::relu_corners;
use crate::report::Report;
use clap::Args;
use wengert_ad::{Elementary, Tape};
use wengert_figures::{Chart, LineChart, animation};
use wengert_nn::{MlpModule, Model, Params};

/// A ReLU unit `max(0, w x + b)` and its corner at `-b / w`; the piecewise linear function through given
/// points as a sum of corners; and a network with one hidden layer that is trained on this function by
/// gradient descent on `1/(2n) sum (f(x) - y)^2`, over 41 places.
#[derive(Args, Clone, Debug)]
pub struct ReluCorners {
    /// Weight of the single unit, not too close to 0.
    #[arg(
        long,
        value_name = "W",
        default_value_t = 2.0,
        allow_negative_numbers = true,
        value_parser = parameter
    )]
    pub weight: f64,
    /// Bias of the single unit.
    #[arg(
        long,
        value_name = "B",
        default_value_t = -3.0,
        allow_negative_numbers = true,
        value_parser = parameter
    )]
    pub bias: f64,
    /// Points of the piecewise linear target, from left to right, within -10 and 10.
    #[arg(
        long,
        value_name = "X:Y,...",
        default_value = "-2:1,-1:-1,0.3:1,1.2:-0.5,2:0.5",
        value_delimiter = ',',
        allow_hyphen_values = true,
        value_parser = point
    )]
    pub points: Vec<(f64, f64)>,
    /// Number of hidden units of the network.
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 12,
        value_parser = clap::value_parser!(u32).range(1..=64)
    )]
    pub units: u32,
    /// Learning rate of gradient descent.
    #[arg(long, value_name = "RATE", default_value_t = 0.1, value_parser = positive)]
    pub rate: f64,
    /// Number of steps.
    #[arg(
        long,
        value_name = "STEPS",
        default_value_t = 6000,
        value_parser = clap::value_parser!(u32).range(1..=20_000)
    )]
    pub steps: u32,
    /// Seed of the initial weights and biases.
    #[arg(long, value_name = "SEED", default_value_t = 3)]
    pub seed: u64,
}

/// A number from -100 to 100.
fn parameter(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|x| x.abs() <= 100.0);
    number.ok_or_else(|| "must be a number from -100 to 100".to_owned())
}

/// A point `x:y` with coordinates of at most 10.
fn point(text: &str) -> Result<(f64, f64), String> {
    let small = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.abs() <= 10.0);
    let pair = text.split_once(':').and_then(|(x, y)| Some((small(x)?, small(y)?)));
    pair.ok_or_else(|| "must be two numbers from -10 to 10 with a colon, such as 0.5:-1".to_owned())
}

impl Experiment for ReluCorners {
    const NAME: &'static str = "relu-corners";
    const ABOUT: &'static str = "ReLU units are corners, and training moves them to where the target bends";
    const SHOWS: &'static [&'static str] = &["3.1", "3.2", "3.4", "3.8"];
    const EXAMPLE: &'static str = "--units 5 --seed 2";

    fn run(&self) -> Result<Report, LabError> {
        self.check()?;
        let (first, last) = (self.points[0].0, self.points[self.points.len() - 1].0);
        let grid = even(first, last, 401);
        let (model, params) = piecewise_linear_network(&self.points);
        let built = outputs(model.module(), &params, &column(&grid));
        let target: Vec<f64> = grid.iter().map(|&x| self.target(x)).collect();
        let scale = self.points.iter().map(|point| point.1.abs()).fold(1.0, f64::max);
        let steepest = params.values().iter().fold(1.0, |most: f64, value| most.max(value.abs()));
        let course = self.course(first, last);
        let sum = Number::new(
            "3.2",
            "largest difference between sum of corners and function",
            largest_difference(&built, &target),
        )
        // Each of the terms is rounded.
        .exactly(0.0, 1e-14 * self.points.len() as f64 * scale * steepest);
        Ok(Report::new(self.story(&course))
            .text(
                "The same function is a constant plus one corner per bend, each times the change of slope \
                 there: the first figure adds them up. Training finds other corners, and more than it needs, \
                 but their sum comes close to the same curve.",
            )
            .numbers(self.single_unit())
            .number(sum)
            .numbers(symmetry(&course))
            .numbers(self.movement(&course))
            .figure("construction", &self.construction(&model, &params))
            .figure("movement", &self.movement_chart(&course))
            .figure("fit", &self.fit_chart(&course))
            .picture("training", animation(&self.frames(&course), 0.25)))
    }
}

impl ReluCorners {
    fn check(&self) -> Result<(), LabError> {
        if self.weight.abs() < 0.01 {
            let problem = "the corner is too far away; give at least 0.01 or at most -0.01".to_owned();
            return Err(LabError::Setting { name: "--weight", problem });
        }
        let apart = self.points.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 1e-3);
        if !apart || self.points.len() < 2 || self.points.len() > 20 {
            let problem =
                "give 2 to 20 points, each at least 0.001 to the right of the one before".to_owned();
            return Err(LabError::Setting { name: "--points", problem });
        }
        Ok(())
    }

    /// The piecewise linear function at a place between the first and the last point.
    fn target(&self, x: f64) -> f64 {
        let next = self.points.partition_point(|point| point.0 < x).clamp(1, self.points.len() - 1);
        let ((x0, y0), (x1, y1)) = (self.points[next - 1], self.points[next]);
        y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    }

    /// The places inside at which the slope changes.
    fn bends(&self) -> Vec<f64> {
        self.points[1..self.points.len() - 1].iter().map(|point| point.0).collect()
    }

    fn course(&self, first: f64, last: f64) -> Course {
        let x = even(first, last, 41);
        let y: Vec<f64> = x.iter().map(|&x| self.target(x)).collect();
        train((x, y), self.units as usize, self.rate, self.steps, self.seed)
    }

    /// The numbers of one unit, by the scalar tape.
    fn single_unit(&self) -> Vec<Number> {
        let (w, b) = (self.weight, self.bias);
        let corner = -b / w;
        let derivatives = |x: f64| {
            let tape = Tape::new();
            let [x, w, b] = [x, w, b].map(|value| tape.var(value));
            let gradient = (w * x + b).relu().gradient();
            [gradient.wrt(x), gradient.wrt(w), gradient.wrt(b)]
        };
        let side = 0.5 * w.signum() * corner.abs().max(1.0);
        let (on, off) = (corner + side, corner - side);
        let names = ["x", "w", "b"];
        let active = names.iter().zip(derivatives(on)).zip([w, on, 1.0]).map(|((name, found), exact)| {
            let name = format!("derivative with respect to {name} on the active side, at x = {}", digits(on));
            Number::new("3.1", name, found).exactly(exact, 0.0)
        });
        let sum = |x: f64| derivatives(x).iter().map(|d| d.abs()).sum::<f64>();
        let inactive = Number::new(
            "3.1",
            format!("sum of the derivatives on the other side, at x = {}", digits(off)),
            sum(off),
        );
        let value = w.mul_add(corner, b);
        // Where w x + b rounds to 0, it is the corner itself.
        let at = (value == 0.0).then(|| {
            Number::new("3.1", "sum of the derivatives at the corner", sum(corner)).exactly(0.0, 0.0)
        });
        let place = Number::new("3.1", "w x + b at the corner x = -b/w", value).exactly(0.0, 1e-15 * b.abs());
        [place].into_iter().chain(active).chain([inactive.exactly(0.0, 0.0)]).chain(at).collect()
    }

    fn movement(&self, course: &Course) -> Vec<Number> {
        let [before, after] = course.losses;
        let drift = Number::new(
            "3.8",
            "largest error of the drift of w^2 + b^2 - v^2 that the gradients explain",
            course.balance.error,
        );
        let drift =
            if course.diverged.is_some() { drift } else { drift.exactly(0.0, 1e-15 * course.balance.scale) };
        let end = Number::new("3.8", "loss after training", after);
        let loss = [
            Number::new("3.8", "loss before training", before),
            // With larger rates or more units, a step may be longer than descent allows.
            if self.has_usual_steps() { end.between(0.0, before) } else { end },
        ];
        let (first, last) = (&course.positions[0], &course.positions[course.last()]);
        let distances = [("before", first), ("after", last)].into_iter().filter_map(|(when, corners)| {
            let name = format!("mean distance from a bend to the nearest corner, {when}");
            Some(Number::new("3.8", name, self.distance_from_bends(corners)?))
        });
        [drift].into_iter().chain(loss).chain(distances).collect()
    }

    /// The mean distance from a bend to the nearest of the corners; `None` if nothing bends.
    fn distance_from_bends(&self, corners: &[f64]) -> Option<f64> {
        let nearest =
            |bend: f64| corners.iter().map(|corner| (corner - bend).abs()).fold(f64::INFINITY, f64::min);
        let distances: Vec<f64> = self.bends().into_iter().map(nearest).collect();
        (!distances.is_empty()).then(|| distances.iter().sum::<f64>() / distances.len() as f64)
    }

    fn has_usual_steps(&self) -> bool {
        let standard = Self::with_defaults();
        self.rate <= standard.rate && self.units <= standard.units && self.points == standard.points
    }

    fn story(&self, course: &Course) -> String {
        let end = match course.diverged {
            Some(step) => format!("Training diverged at step {step}: try a smaller rate."),
            None => format!(
                "The loss falls from {} to {} in {} steps. Corners that lie outside of the data on the side \
                 where their unit is off stay where they are: their units have no gradient.",
                short(course.losses[0]),
                short(course.losses[1]),
                self.steps
            ),
        };
        format!(
            "A ReLU unit max(0, w x + b) is flat on one side of its corner at -b/w and a ramp on the other. \
             Gradient descent changes w and b, so the corner moves, towards places where the target changes \
             its slope. {end}"
        )
    }

    fn construction(&self, model: &Model<MlpModule>, params: &Params<f64>) -> LineChart {
        let (first, last) = (self.points[0].0, self.points[self.points.len() - 1].0);
        let grid = even(first, last, 201);
        let out = params.get("out.weight").expect("the network has an output layer");
        let corners = relu_corners(params, "hidden.0");
        // The last unit starts where the picture ends.
        let terms: Vec<Vec<[f64; 2]>> = corners[..corners.len() - 1]
            .iter()
            .map(|corner| {
                let start = corner.position.expect("its weight is 1");
                let strength = out[[corner.unit, 0]];
                [first, start, last].map(|x| [x, strength * (x - start).max(0.0)]).to_vec()
            })
            .collect();
        LineChart::new("x", "output")
            .title("A constant plus one corner per bend gives any piecewise linear function")
            .line("sum", &grid, &outputs(model.module(), params, &column(&grid)))
            .lines("single corners", &terms)
    }

    fn movement_chart(&self, course: &Course) -> LineChart {
        let steps = f64::from(*course.recorded.last().expect("the start is recorded"));
        let bends: Vec<Vec<[f64; 2]>> =
            self.bends().iter().map(|&bend| vec![[0.0, bend], [steps, bend]]).collect();
        LineChart::new("step", "position x")
            .title("Training moves the corners, and they gather where the target bends")
            .lines("corners of the units", &course.tracks())
            .lines("bends of the target", &bends)
            .include_y(&course.range())
    }

    fn fit_chart(&self, course: &Course) -> LineChart {
        let last = course.last();
        let chart = LineChart::new("x", "output").title("The network bends where its corners are");
        let x = even(course.range()[0], course.range()[1], 201);
        let chart = chart.line("target", &x, &x.iter().map(|&x| self.target(x)).collect::<Vec<_>>());
        let (places, heights) = course.visible(last);
        chart
            .line("before training", &x, &course.outputs(0, &x))
            .line("after training", &x, &course.outputs(last, &x))
            .points("corners after training", &places, &heights)
    }

    /// The network at the recorded steps.
    fn frames(&self, course: &Course) -> Vec<wengert_figures::Figure> {
        let x = even(course.range()[0], course.range()[1], 81);
        let target: Vec<f64> = x.iter().map(|&x| self.target(x)).collect();
        let frames: Vec<usize> = (0..course.positions.len()).step_by(4).collect();
        let all: Vec<Vec<f64>> = frames.iter().map(|&at| course.outputs(at, &x)).collect();
        let extremes = all.iter().flatten().chain(&target).copied().filter(|y| y.abs() < 1e3);
        let (low, high) =
            extremes.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (y.min(low), y.max(high)));
        let frame = |(&at, y): (&usize, &Vec<f64>)| {
            let (places, heights) = course.visible(at);
            let chart = LineChart::new("x", "output").title("A network in training").include_y(&[low, high]);
            let chart = chart.line("target", &x, &target).line("network", &x, y);
            let chart = chart.points("corners", &places, &heights);
            chart.figure().note(&format!("step {}", course.recorded[at]))
        };
        frames.iter().zip(&all).map(frame).collect()
    }
}

/// The rescaling `(w, b, v) -> (c w, c b, v / c)`, after training.
fn symmetry(course: &Course) -> Vec<Number> {
    let (params, units) = (course.params(course.last()), course.units);
    let mut rescaled = params.clone();
    for unit in 0..units {
        // Powers of two are exact.
        let factor = 2f64.powi(unit as i32 % 7 - 3);
        let values = rescaled.values_mut();
        values[unit] *= factor;
        values[units + unit] *= factor;
        values[2 * units + unit] /= factor;
    }
    let x = column(&course.x);
    let of = |params: &Params<f64>| outputs(course.model.module(), params, &x);
    let change = Number::new(
        "3.4",
        "change of the outputs if each unit is rescaled",
        largest_difference(&of(&params), &of(&rescaled)),
    );
    let balance = Number::new(
        "3.4",
        "largest |w dL/dw + b dL/db - v dL/dv| of all steps, relative",
        course.balance.imbalance,
    );
    if course.diverged.is_some() {
        return vec![change, balance];
    }
    // The sums of 41 products, in three orders.
    vec![change.exactly(0.0, 0.0), balance.exactly(0.0, 1e-12)]
}
