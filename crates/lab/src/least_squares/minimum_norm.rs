//! The solution that a method chooses where there are many: the shortest, or another.

use super::prescribed::{Prescribed, distance, normal, random};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::report::{Report, Table};
use crate::squared_error::stochastic_gradient_descent;
use clap::Args;
use ndarray::{Array1, ArrayView1, array};
use wengert_data::Batches;
use wengert_figures::{HeatMap, LineChart};
use wengert_linear::{RidgeForm, minimum_norm};
use wengert_optim::{Adam, Optimizer, Schedule, Sgd, trajectory};

/// Least squares with more features than examples: infinitely many weights fit every example. Gradient
/// descent and SGD from 0 stay in the row space of `X`, and so converge to the shortest of them, `A^+ b`;
/// Adam leaves the row space. From `w0`, gradient descent ends at `w0 + A^+ (b - A w0)`.
///
/// The singular values of the examples are spread evenly from 2 to 1.
#[derive(Args, Clone, Debug)]
pub struct MinimumNorm {
    /// Number of examples, from 1 to 20.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub examples: u8,
    /// Number of features, more than examples and at most 60.
    #[arg(long, value_name = "D", default_value_t = 9, value_parser = clap::value_parser!(u8).range(2..=60))]
    pub features: u8,
    /// Seed of the examples and of the start away from 0.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

/// Steps of gradient descent, which shrink the error by a factor of 0.6 each.
const STEPS: usize = 300;
/// Epochs of SGD with single examples.
const EPOCHS: u64 = 300;
/// Steps of Adam with the rate 0.01.
const ADAM_STEPS: usize = 4000;
/// The penalties of ridge.
const PENALTIES: [f64; 13] = [1e1, 1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11];

impl Experiment for MinimumNorm {
    const NAME: &'static str = "minimum-norm";
    const ABOUT: &'static str = "Gradient descent finds the shortest of many solutions, Adam another";
    const SHOWS: &'static [&'static str] = &["6.4", "6.9"];
    const EXAMPLE: &'static str = "--features 30";

    fn run(&self) -> Result<Report, LabError> {
        let (n, d) = (usize::from(self.examples), usize::from(self.features));
        if d <= n {
            let problem = format!("there must be more features than the {n} examples");
            return Err(LabError::setting("--features", problem));
        }
        let mut random = random(self.seed);
        let sigma: Vec<f64> = (0..n).map(|i| 2.0 - i as f64 / n.max(2).saturating_sub(1) as f64).collect();
        let optima = normal(n, &mut random);
        let problem = Prescribed::new((n, d), &sigma, &optima, &mut random);
        let start = normal(d, &mut random);
        let shortest = shortest(&problem);
        let ends = Ends::of(&problem, &start);
        let ridge = ridge_distances(&problem, &shortest);
        let line = line();
        Ok(Report::new(format!(
            "{n} examples with {d} features leave {} directions in which the weights do not matter. Every \
             gradient is a sum of rows of X, so gradient descent and SGD from 0 never move in these \
             directions, and end at the shortest solution. Adam divides each weight's step by its own scale, \
             which turns the step out of the row space: it fits as well, at a solution {} times as long.",
            d - n,
            digits(norm(&ends.adam) / norm(&shortest))
        ))
        .text(
            "From a start w0 away from 0, gradient descent keeps what w0 has outside of the row space. Ridge \
             regression tends to the shortest solution as its penalty tends to 0; computed through X'X, the \
             smallest penalties are lost in rounding, and through XX' they are not.",
        )
        .numbers(self.method_numbers(&problem, &shortest, &ends))
        .numbers(self.start_numbers(&shortest, &problem, &start, &ends))
        .numbers(ridge_numbers(&problem, &ridge))
        .number(
            Number::new("6.4", "Adam on 2 w1 + w2 = 2: w1", line.2[line.2.len() - 1][0])
                .exactly(2.0 / 3.0, 1e-3),
        )
        .table(self.table(&problem, &shortest, &ends))
        .figure("paths", &paths_chart(&line))
        .figure("ridge", &ridge_chart(&ridge)))
    }
}

/// The weights at which the methods end.
struct Ends {
    descent: Vec<f64>,
    stochastic: Vec<f64>,
    adam: Vec<f64>,
    /// Gradient descent from a start away from 0.
    moved: Vec<f64>,
}

impl Ends {
    fn of(problem: &Prescribed, start: &[f64]) -> Self {
        let zero = vec![0.0; start.len()];
        // The rate for which the squares of the singular values, 4 to 1, shrink by 0.6 and -0.6.
        let descent = |start: &[f64]| end(&mut Sgd::new(0.2), problem, start, STEPS);
        let (n, x) = (problem.targets.len() as f64, &problem.features);
        let longest = x.rows().into_iter().map(|row| row.dot(&row)).fold(0.0, f64::max);
        // Each step fits the longest example exactly, and the others in part: none moves away.
        let schedule = Schedule::constant(0.5 / (n * longest));
        let batches = Batches::new(problem.targets.len(), 1, 7);
        let mut loss = problem.loss();
        let mut epochs = stochastic_gradient_descent(&mut loss, &zero, &schedule, batches, EPOCHS);
        Self {
            descent: descent(&zero),
            stochastic: epochs.pop().expect("the path contains its start"),
            adam: end(&mut Adam::new(0.01), problem, &zero, ADAM_STEPS),
            moved: descent(start),
        }
    }
}

/// Where an optimizer ends.
fn end(optimizer: &mut impl Optimizer<f64>, problem: &Prescribed, start: &[f64], steps: usize) -> Vec<f64> {
    let mut loss = problem.loss();
    let gradient = |w: &[f64], slope: &mut [f64]| slope.copy_from_slice(&loss.gradient(w));
    trajectory(optimizer, gradient, start, steps).pop().expect("the path contains its start")
}

fn shortest(problem: &Prescribed) -> Vec<f64> {
    let solution = minimum_norm((&problem.features, &problem.targets));
    solution.expect("the singular values are at least 1").to_vec()
}

fn norm(w: &[f64]) -> f64 {
    w.iter().map(|w| w * w).sum::<f64>().sqrt()
}

/// The largest residual, as a share of the length of the targets.
fn misfit(problem: &Prescribed, w: &[f64]) -> f64 {
    let residual = problem.features.dot(&ArrayView1::from(w)) - &problem.targets;
    residual.dot(&residual).sqrt() / problem.targets.dot(&problem.targets).sqrt()
}

impl MinimumNorm {
    fn method_numbers(&self, problem: &Prescribed, shortest: &[f64], ends: &Ends) -> Vec<Number> {
        // Rounding in sums of up to 60 features.
        let rounding = 1e-12;
        let mut numbers = Vec::new();
        for (name, end) in [("gradient descent", &ends.descent), ("SGD", &ends.stochastic)] {
            let away = Number::new("6.4", format!("{name}: distance from A^+ b"), distance(end, shortest));
            let outside =
                Number::new("6.4", format!("{name}: part outside of the row space"), problem.outside(end));
            // SGD converges more slowly, by about exp(-1/4) in an epoch.
            numbers.extend([away.exactly(0.0, 100.0 * rounding), outside.exactly(0.0, rounding)]);
        }
        let misfit = misfit(problem, &ends.adam);
        // The targets are at most twice as long as the solution.
        let least = 1.0 - 2.0 * misfit;
        numbers.extend([
            Number::new("6.4", "Adam: residual, as a share of the targets", misfit).at_most(0.01),
            Number::new("6.4", "Adam: part outside of the row space", problem.outside(&ends.adam))
                .at_least(1e-6),
            Number::new(
                "6.4",
                "Adam: length, as a multiple of that of A^+ b",
                norm(&ends.adam) / norm(shortest),
            )
            .at_least(least),
        ]);
        numbers
    }

    fn start_numbers(
        &self,
        shortest: &[f64],
        problem: &Prescribed,
        start: &[f64],
        ends: &Ends,
    ) -> [Number; 2] {
        let residual = &problem.targets - &problem.features.dot(&ArrayView1::from(start));
        let correction = minimum_norm((&problem.features, &residual)).expect("the rows are independent");
        let expected = Array1::from(start.to_vec()) + correction;
        let kept = (problem.outside(start).powi(2) + norm(shortest).powi(2)).sqrt();
        [
            Number::new(
                "6.9",
                "from w0: distance from w0 + A^+ (b - A w0)",
                distance(&ends.moved, &expected),
            )
            .exactly(0.0, 1e-11),
            Number::new("6.9", "from w0: length of the end", norm(&ends.moved)).exactly(kept, 1e-10),
        ]
    }

    fn table(&self, problem: &Prescribed, shortest: &[f64], ends: &Ends) -> Table {
        let header = ["method", "residual", "length", "outside of the row space", "distance from A^+ b"];
        let caption = "Where the methods end; the residual is a share of the targets";
        let rows = [
            ("A^+ b", shortest),
            ("gradient descent from 0", &ends.descent),
            ("SGD from 0", &ends.stochastic),
            ("Adam from 0", &ends.adam),
            ("gradient descent from w0", &ends.moved),
        ];
        // Rounding errors are shown as 0: their digits say nothing.
        let cell = |x: f64| if x < 1e-9 { "0".to_owned() } else { digits(x) };
        rows.into_iter().fold(Table::new(caption, &header), |table, (name, w)| {
            let lengths = [misfit(problem, w), norm(w), problem.outside(w), distance(w, shortest)];
            table.row(std::iter::once(name.to_owned()).chain(lengths.map(cell)))
        })
    }
}

/// For each penalty: the distances of the primal and of the dual form from the shortest solution, NaN where
/// the penalty is lost, and the exact distance.
fn ridge_distances(problem: &Prescribed, shortest: &[f64]) -> Vec<[f64; 3]> {
    let away = |form: RidgeForm, lambda: f64| {
        let solution = form.solve((&problem.features, &problem.targets), lambda);
        solution.map_or(f64::NAN, |w| distance(shortest, &w))
    };
    let exact = |lambda: f64| {
        let gap = |w: f64, sigma: f64| w * lambda / (sigma * sigma + lambda);
        norm(&problem.modes.iter().map(|mode| gap(mode.optimum(), mode.sigma)).collect::<Vec<_>>())
    };
    PENALTIES.iter().map(|&l| [away(RidgeForm::Primal, l), away(RidgeForm::Dual, l), exact(l)]).collect()
}

fn ridge_numbers(problem: &Prescribed, distances: &[[f64; 3]]) -> Vec<Number> {
    // The solution has about the length sqrt n.
    let rounding = 1e-15 * problem.features.len() as f64;
    let rows = PENALTIES.iter().zip(distances).filter(|(lambda, _)| [1e-2, 1e-4, 1e-6].contains(lambda));
    let numbers = rows.flat_map(|(&lambda, &[primal, dual, exact])| {
        let name =
            |form: &str| format!("ridge through {form}, lambda = {}: distance from A^+ b", digits(lambda));
        [
            // The system of X'X has the condition number 4 / lambda.
            Number::new("6.9", name("X'X"), primal).exactly(exact, 4.0 * rounding / lambda),
            Number::new("6.9", name("XX'"), dual).exactly(exact, rounding),
        ]
    });
    numbers.collect()
}

/// The paths on `(2 w1 + w2 - 2)^2`: gradient descent from 0, from elsewhere, and Adam from 0.
type Line = (Vec<[f64; 2]>, Vec<[f64; 2]>, Vec<[f64; 2]>);

fn line() -> Line {
    let path = |optimizer: &mut dyn Optimizer<f64>, start: [f64; 2], steps: usize| {
        let mut loss = crate::squared_error::SquaredError::new((&array![[2.0, 1.0]], &[2.0]))
            .expect("one example is enough");
        let gradient = |w: &[f64], slope: &mut [f64]| slope.copy_from_slice(&loss.gradient(w));
        let points = trajectory(optimizer, gradient, &start, steps);
        points.iter().map(|w| [w[0], w[1]]).collect::<Vec<_>>()
    };
    (
        path(&mut Sgd::new(0.02), [0.0, 0.0], 200),
        path(&mut Sgd::new(0.02), [-0.5, 0.7], 200),
        path(&mut Adam::new(0.02), [0.0, 0.0], 600),
    )
}

fn paths_chart((zero, away, adam): &Line) -> HeatMap {
    let loss = |x: f64, y: f64| (2.0 * x + y - 2.0).powi(2);
    HeatMap::new(["w1", "w2"], [-0.8..1.2, -0.2..1.3], "loss", loss)
        .title("One equation, 2 w1 + w2 = 2: gradient descent goes straight to the nearest solution")
        .path("descent from 0", zero)
        .path("descent from w0", away)
        .path("Adam from 0", adam)
}

fn ridge_chart(distances: &[[f64; 3]]) -> LineChart {
    let column = |i: usize| distances.iter().map(|row| row[i]).collect::<Vec<f64>>();
    LineChart::new("penalty lambda", "distance from the shortest solution")
        .log_x()
        .log_y()
        .title("Ridge tends to the shortest solution; through X'X, rounding takes over")
        .line("through X'X (d x d)", &PENALTIES, &column(0))
        .line("through XX' (n x n)", &PENALTIES, &column(1))
        .line("exact", &PENALTIES, &column(2))
}
