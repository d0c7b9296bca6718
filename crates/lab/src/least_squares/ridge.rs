//! Ridge regression, in four ways, as early stopping, with kernels, and as a layer.

use super::prescribed::{Prescribed, distance, normal, random};
use super::random_features::RandomFeatures;
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::report::{Report, Table};
use crate::singular_modes::SingularMode;
use clap::Args;
use ndarray::{Array1, Array2};
use wengert_ad::{ArrayTape, Elementary, check};
use wengert_figures::LineChart;
use wengert_kernels::HouseholderQr;
use wengert_linear::RidgeForm;
use wengert_optim::{Sgd, trajectory};

/// The minimum of `|y - X w|^2 + lambda |w|^2`: along each singular vector of `X`, the weight is
/// `y~ sigma / (sigma^2 + lambda)`.
///
/// The singular values fall evenly on a logarithmic scale from 3 to 0.1.
#[derive(Args, Clone, Debug)]
pub struct RidgeInFourWays {
    /// Penalty, from 0.001 to 1000.
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.7, value_parser = penalty)]
    pub lambda: f64,
    /// Number of examples, from 2 to 40.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u8).range(2..=40))]
    pub examples: u8,
    /// Number of features, from 2 to 40.
    #[arg(long, value_name = "D", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=40))]
    pub features: u8,
    /// Seed of the examples.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

fn penalty(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok().filter(|x: &f64| (1e-3..=1e3).contains(x));
    number.ok_or_else(|| "must be a number from 0.001 to 1000".to_owned())
}

impl Experiment for RidgeInFourWays {
    const NAME: &'static str = "ridge";
    const ABOUT: &'static str = "Ridge shrinks the modes that the data say little about";
    const SHOWS: &'static [&'static str] = &["6.5", "6.6", "6.10", "6.11"];
    const EXAMPLE: &'static str = "--lambda 0.05";

    fn run(&self) -> Result<Report, LabError> {
        let problem = self.problem();
        let lambda = self.lambda;
        let ridge = problem.combine(|mode| mode.ridge_weight(lambda));
        let features = RandomFeatures::new(&problem, lambda, &ridge, self.seed);
        let curve = Curve::new(self.seed);
        let stopped = Stopped::new(&problem, lambda);
        Ok(Report::new(format!(
            "Ridge keeps the share sigma^2 / (sigma^2 + lambda) of each mode: nearly all where sigma^2 is \
             far above the penalty of {}, nearly nothing far below. Two linear systems, appended rows and \
             appended columns give the same weights, and so does gradient descent with weight decay.",
            digits(lambda)
        ))
        .text(format!(
            "Stopping gradient descent after {} steps, without any penalty, leaves the modes at similar \
             shares: at most 1.3 times those of ridge. Random columns of variance lambda / p act like the \
             penalty if there are many of them. With a kernel, ridge fits curves.",
            stopped.steps
        ))
        .numbers(four_ways(&problem, lambda, &ridge))
        .number(weight_decay(&problem, lambda, &ridge))
        .numbers(stopped.numbers(&problem))
        .number(features.number())
        .number(curve.number(lambda))
        .numbers(derivative_numbers(&problem, lambda, &ridge))
        .table(stopped.table(&problem, lambda))
        .figure("shares", &shares_chart(&problem))
        .figure("random-features", &features.chart())
        .figure("kernel", &curve.chart()))
    }
}

impl RidgeInFourWays {
    fn problem(&self) -> Prescribed {
        let (n, d) = (usize::from(self.examples), usize::from(self.features));
        let count = n.min(d);
        let share = |i: usize| i as f64 / (count - 1) as f64;
        let sigma: Vec<f64> = (0..count).map(|i| 3.0 * 30_f64.powf(-share(i))).collect();
        let mut random = random(self.seed);
        let optima = normal(count, &mut random);
        Prescribed::new((n, d), &sigma, &optima, &mut random)
    }
}

fn four_ways(problem: &Prescribed, lambda: f64, ridge: &Array1<f64>) -> Vec<Number> {
    let name = |form| match form {
        RidgeForm::Primal => "(X'X + lambda I)^-1 X'y",
        RidgeForm::Dual => "X'(XX' + lambda I)^-1 y",
        RidgeForm::AppendedRows => "rows sqrt(lambda) I appended",
        RidgeForm::AppendedColumns => "columns sqrt(lambda) I appended",
    };
    let forms = RidgeForm::ALL.into_iter().map(|form| {
        let w = form.solve((&problem.features, &problem.targets), lambda);
        let w = w.expect("the penalty is at least 1e-3").to_vec();
        let number = format!("{}: distance from sigma / (sigma^2 + lambda)", name(form));
        Number::new("6.5", number, distance(&w, ridge)).exactly(0.0, 1e-10)
    });
    forms.collect()
}

/// `w <- (1 - 2 eta lambda) w + 2 eta X'(y - X w)`, which is SGD with a weight decay of `2 lambda`.
fn weight_decay(problem: &Prescribed, lambda: f64, ridge: &Array1<f64>) -> Number {
    let squares = problem.modes.iter().map(|mode| mode.sigma * mode.sigma);
    let (low, high) =
        squares.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), s| (low.min(s), high.max(s)));
    // At this rate, the slowest mode shrinks by (k - 1) / (k + 1), k = (high + lambda) / (low + lambda).
    let rate = 1.0 / (low + high + 2.0 * lambda);
    let steps = (16.0 * (high + lambda) / (low + lambda)).ceil() as usize + 20;
    let mut loss = problem.loss();
    let gradient = |w: &[f64], slope: &mut [f64]| slope.copy_from_slice(&loss.gradient(w));
    let start = vec![0.0; problem.features.ncols()];
    let path = trajectory(&mut Sgd::new(rate).weight_decay(2.0 * lambda), gradient, &start, steps);
    let end = &path[path.len() - 1];
    Number::new("6.5", "gradient descent with weight decay: distance", distance(end, ridge))
        .exactly(0.0, 1e-10)
}

/// Gradient descent from 0, stopped after `1 / (2 eta lambda)` steps.
struct Stopped {
    rate: f64,
    steps: u64,
    /// The share of the optimum along each mode, and that of ridge with the penalty `1 / (2 eta t)`.
    shares: Vec<(f64, f64)>,
}

impl Stopped {
    fn new(problem: &Prescribed, lambda: f64) -> Self {
        // In the monotone regime of all modes, and at least 30 steps.
        let rate = (0.25 / problem.modes[0].sigma.powi(2)).min(1.0 / (60.0 * lambda));
        let steps = (0.5 / (rate * lambda)).round() as u64;
        let mut loss = problem.loss();
        let gradient = |w: &[f64], slope: &mut [f64]| slope.copy_from_slice(&loss.gradient(w));
        let start = vec![0.0; problem.features.ncols()];
        let path = trajectory(&mut Sgd::new(rate), gradient, &start, steps as usize);
        let end = problem.along(&path[path.len() - 1]);
        let equivalent = SingularMode::equivalent_ridge(rate, steps);
        let share = |(mode, w): (&SingularMode, &f64)| (w / mode.optimum(), mode.ridge_fraction(equivalent));
        Self { rate, steps, shares: problem.modes.iter().zip(&end).map(share).collect() }
    }

    fn numbers(&self, problem: &Prescribed) -> [Number; 3] {
        let ratios = self.shares.iter().map(|(stopped, ridge)| stopped / ridge);
        let (low, high) = ratios.fold((f64::INFINITY, 0.0_f64), |(low, high), r| (low.min(r), high.max(r)));
        let (last, mode) = (self.shares.len() - 1, problem.modes[problem.modes.len() - 1]);
        // With s = 2 eta t sigma^2, the ratio (1 - (1 - s / t)^t) (1 + 1 / s) is at least 1, and at most
        // 1.299 for infinitely many steps, at s = 1.79; for 30 steps and more, at most 1.32.
        [
            Number::new("6.6", "stopped early / ridge, least ratio of the modes", low)
                .between(1.0 - 1e-9, 1.32),
            Number::new("6.6", "stopped early / ridge, greatest ratio", high).between(1.0 - 1e-9, 1.32),
            Number::new("6.6", "stopped early: share of the smallest mode", self.shares[last].0).between(
                0.0,
                (2.0 * self.rate * self.steps as f64 * mode.sigma.powi(2)).min(1.0) * (1.0 + 1e-9),
            ),
        ]
    }

    fn table(&self, problem: &Prescribed, lambda: f64) -> Table {
        let header = ["sigma", "ridge", "stopped early"];
        let table = Table::new("Share of the optimum along each mode", &header);
        problem.modes.iter().zip(&self.shares).fold(table, |table, (mode, share)| {
            table.row([mode.sigma, mode.ridge_fraction(lambda), share.0].map(digits))
        })
    }
}

/// `d|w|^2 / d lambda` through the operator `solve`, by the exact formula, and by a difference.
fn derivative_numbers(problem: &Prescribed, lambda: f64, ridge: &Array1<f64>) -> [Number; 2] {
    let (x, y) = (&problem.features, &problem.targets);
    let (gram, right) = (x.t().dot(x).into_dyn(), x.t().dot(y).into_dyn());
    let d = x.ncols();
    let identity = Array2::<f64>::eye(d).into_dyn();
    let tape = ArrayTape::new();
    let at = tape.var(&ndarray::arr0(lambda));
    let penalty = tape.constant(&identity) * at.broadcast_to(&[d, d]);
    let w = (tape.constant(&gram) + penalty).solve(tape.constant(&right));
    let slope = w.square().sum().gradient().wrt(at).sum();
    let exact: f64 = problem
        .modes
        .iter()
        .map(|mode| -2.0 * mode.ridge_weight(lambda).powi(2) / (mode.sigma.powi(2) + lambda))
        .sum();
    let value = |lambda: f64| {
        let w = problem.combine(|mode| mode.ridge_weight(lambda));
        w.dot(&w)
    };
    let difference = check::difference(value, lambda);
    let size = ridge.dot(ridge) / lambda;
    [
        Number::new("6.11", "d|w|^2 / d lambda through solve", slope).exactly(exact, 1e-10 * size),
        Number::new("6.11", "the same less a central difference", slope - difference.value)
            .exactly(0.0, difference.uncertainty + 1e-10 * size),
    ]
}

/// Noisy points of a curve, and ridge with kernels on them.
struct Curve {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Curve {
    fn new(seed: u64) -> Self {
        let x: Vec<f64> = (0..15).map(|i| -1.0 + f64::from(i) / 7.0).collect();
        let noise = normal(x.len(), &mut random(seed.wrapping_add(1)));
        let y = x.iter().zip(noise).map(|(x, noise)| (3.0 * x).sin() + 0.2 * noise).collect();
        Self { x, y }
    }

    /// `k(x)' (K + lambda I)^-1 y` at each of the points.
    fn kernel_ridge(&self, kernel: impl Fn(f64, f64) -> f64, lambda: f64, at: &[f64]) -> Vec<f64> {
        let n = self.x.len();
        let element =
            |i: usize| kernel(self.x[i / n], self.x[i % n]) + if i / n == i % n { lambda } else { 0.0 };
        let weights = HouseholderQr::new((0..n * n).map(element).collect(), n, n).solve(self.y.clone());
        let predict = |&at: &f64| self.x.iter().zip(&weights).map(|(&x, w)| w * kernel(x, at)).sum();
        at.iter().map(predict).collect()
    }

    /// The kernel `(1 + x x')^3` against ridge on its features `1, sqrt 3 x, sqrt 3 x^2, x^3`.
    fn number(&self, lambda: f64) -> Number {
        let grid = grid();
        let features = |x: f64| [1.0, 3_f64.sqrt() * x, 3_f64.sqrt() * x * x, x * x * x];
        let rows = Array2::from_shape_fn((self.x.len(), 4), |(i, j)| features(self.x[i])[j]);
        let w = RidgeForm::Primal.solve((&rows, &self.y), lambda).expect("the penalty is at least 1e-3");
        let explicit = grid.iter().map(|&x| w.iter().zip(features(x)).map(|(w, f)| w * f).sum::<f64>());
        let implicit = self.kernel_ridge(|a, b| (1.0 + a * b).powi(3), lambda, &grid);
        let error = explicit.zip(&implicit).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
        // The system of the kernel has a condition number of up to 1e5.
        Number::new("6.10", "kernel (1 + x x')^3: largest difference from ridge on its features", error)
            .exactly(0.0, 1e-9)
    }

    fn chart(&self) -> LineChart {
        let grid = grid();
        let kernel = |a: f64, b: f64| (-0.5 * ((a - b) / 0.15).powi(2)).exp();
        let chart =
            LineChart::new("x", "y").title("Ridge with a Gaussian kernel: the penalty decides how smooth");
        let chart = [1e-3, 0.3, 10.0].iter().fold(chart, |chart, &lambda| {
            let fit = self.kernel_ridge(kernel, lambda, &grid);
            chart.line(&format!("lambda = {}", digits(lambda)), &grid, &fit)
        });
        chart.points("examples", &self.x, &self.y)
    }
}

fn grid() -> Vec<f64> {
    (0..=100).map(|i| -1.0 + 0.02 * f64::from(i)).collect()
}

/// The share of each of up to five modes against the penalty.
fn shares_chart(problem: &Prescribed) -> LineChart {
    let penalties: Vec<f64> = (0..=80).map(|i| 10_f64.powf(-3.0 + 0.075 * f64::from(i))).collect();
    let chart = LineChart::new("penalty lambda", "share of the optimum").log_x();
    let chart = chart.title("Ridge gives up small singular values first");
    let step = problem.modes.len().div_ceil(5);
    problem.modes.iter().step_by(step).fold(chart, |chart, mode| {
        let shares: Vec<f64> = penalties.iter().map(|&lambda| mode.ridge_fraction(lambda)).collect();
        chart.line(&format!("sigma = {}", crate::number::short(mode.sigma)), &penalties, &shares)
    })
}
