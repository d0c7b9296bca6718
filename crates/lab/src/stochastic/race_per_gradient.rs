//! SGD with several rates and full-batch descent, compared per gradient of an example.

use super::noisy_problem::{Moments, NoisyProblem, descend, random, uniform};
use crate::number::{Number, digits, short};
use crate::report::Table;
use crate::statistics::mean_and_error;
use wengert_data::Batches;
use wengert_figures::{HeatMap, LineChart};
use wengert_optim::{Schedule, Sgd, trajectory};

const EXAMPLES: usize = 50;
const EPOCHS: u64 = 6;
/// The start, relative to the optimum.
const START: [f64; 2] = [-2.4, 2.4];
/// The rate of full-batch descent; the curvatures are about 1 and 0.36.
const FULL_RATE: f64 = 0.8;

/// Runs of SGD with one rate.
struct Run {
    rate: f64,
    /// The points of the first run.
    path: Vec<[f64; 2]>,
    /// The mean loss above the minimum at the start and after each step, with its standard error, and what
    /// the exact moments say.
    curve: Vec<(f64, f64)>,
    exact: Vec<f64>,
}

/// Least squares with 50 examples of 2 features, drawn with replacement.
pub(super) struct RacePerGradient {
    problem: NoisyProblem,
    runs: Vec<Run>,
    /// The points and the losses of full-batch descent, one per step of 50 gradients.
    full: Vec<([f64; 2], f64)>,
}

impl RacePerGradient {
    pub(super) fn new(rates: &[f64], noise: f64, seed: u64, seeds: u64) -> Self {
        let mut random = random(seed);
        let mut features = uniform((EXAMPLES, 2), &mut random);
        features.column_mut(1).mapv_inplace(|x| 0.6 * x);
        let problem = NoisyProblem::new(features, noise, &mut random);
        let start = [problem.optimum[0] + START[0], problem.optimum[1] + START[1]];
        let runs = rates.iter().map(|&rate| Run::new(&problem, rate, start, seed, seeds)).collect();
        let mut loss = problem.loss();
        let gradient = |w: &[f64], slope: &mut [f64]| slope.copy_from_slice(&loss.gradient(w));
        let rate = FULL_RATE * 0.5 / EXAMPLES as f64;
        let points = trajectory(&mut Sgd::new(rate), gradient, &start, EPOCHS as usize);
        let full = points.iter().map(|w| ([w[0], w[1]], problem.excess(w))).collect();
        Self { problem, runs, full }
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let mut numbers = vec![
            Number::new(
                "7.12",
                "gradients of examples per step, full batch / SGD",
                self.problem.examples() as f64,
            )
            .exactly(EXAMPLES as f64, 0.0),
        ];
        for run in &self.runs {
            let ((mean, error), exact) = (run.curve[EXAMPLES], run.exact[EXAMPLES]);
            let name = format!("SGD, rate {}: loss after {EXAMPLES} gradients, mean", digits(run.rate));
            let number = Number::new("7.12", name, mean);
            // Where the mean square grows, a few runs dominate the mean.
            let is_stable = run.exact[run.exact.len() - 1] < run.exact[0];
            numbers.push(if is_stable { number.estimates(exact, error) } else { number });
            // The expected loss decides which of the two should be ahead.
            let ratio = Number::new(
                "7.12",
                format!("full batch / SGD, rate {}: loss after {EXAMPLES} gradients", digits(run.rate)),
                self.full[1].1 / mean,
            );
            let (full, margin) = (self.full[1].1, 5.0 * error);
            numbers.push(match exact {
                exact if is_stable && exact + 2.0 * margin < full => ratio.at_least(1.0),
                exact if is_stable && exact - 2.0 * margin > full => ratio.at_most(1.0),
                _ => ratio,
            });
        }
        numbers
    }

    pub(super) fn table(&self) -> Table {
        let header = ["method", "after 50 gradients", "after 100", "after 300"];
        let table = Table::new("Loss above the minimum by the number of gradients of examples", &header);
        let full = [1, 2, EPOCHS as usize].map(|step| short(self.full[step].1));
        let name = format!("full batch, rate {}", digits(FULL_RATE));
        let table = table.row([name].into_iter().chain(full));
        self.runs.iter().fold(table, |table, run| {
            let losses = [1, 2, EPOCHS as usize].map(|epoch| short(run.curve[epoch * EXAMPLES].0));
            table.row([format!("SGD, rate {}", digits(run.rate))].into_iter().chain(losses))
        })
    }

    pub(super) fn contours(&self) -> HeatMap {
        let [x, y] = [self.problem.optimum[0], self.problem.optimum[1]];
        let loss = |a: f64, b: f64| self.problem.excess(&[a, b]) + 1e-3;
        let full: Vec<[f64; 2]> = self.full.iter().take(3).map(|(w, _)| *w).collect();
        let chart =
            HeatMap::new(["w1", "w2"], [x - 3.0..x + 1.5, y - 1.2..y + 2.9], "loss above the minimum", loss)
                .title("With 100 gradients: two steps of full-batch descent, 100 steps of SGD")
                .log();
        // The widest path is below the others.
        let mut runs: Vec<&Run> = self.runs.iter().collect();
        runs.sort_by(|a, b| b.rate.total_cmp(&a.rate));
        let path = |chart: HeatMap, run: &Run| {
            chart.path(&format!("SGD, rate {}", digits(run.rate)), &run.path[..=2 * EXAMPLES])
        };
        let chart = runs.into_iter().fold(chart, path);
        chart.path("full batch", &full)
    }

    pub(super) fn chart(&self) -> LineChart {
        let chart =
            LineChart::new("gradients of examples", "loss above the minimum, mean of the runs").log_y();
        let chart = chart.title("Per gradient, SGD starts faster; its rate decides where it ends");
        let chart = self.runs.iter().fold(chart, |chart, run| {
            let points = run.curve.iter().enumerate().step_by(4);
            let (x, y): (Vec<f64>, Vec<f64>) = points.map(|(step, point)| (step as f64, point.0)).unzip();
            chart.line(&format!("SGD, rate {}", digits(run.rate)), &x, &y)
        });
        // A step is taken when all its gradients are there.
        let corner = |(step, (_, loss)): (usize, &([f64; 2], f64))| {
            let at = (step * EXAMPLES) as f64;
            [(at, *loss), (at + EXAMPLES as f64, *loss)]
        };
        let corners = self.full.iter().enumerate().flat_map(corner).take(2 * EPOCHS as usize + 1);
        let (x, y): (Vec<f64>, Vec<f64>) = corners.unzip();
        chart.line("full batch", &x, &y)
    }
}

impl Run {
    fn new(problem: &NoisyProblem, rate: f64, start: [f64; 2], seed: u64, seeds: u64) -> Self {
        let mut path = vec![start];
        let runs: Vec<Vec<f64>> = (0..seeds)
            .map(|run| {
                let mut batches =
                    Batches::with_replacement(EXAMPLES, 1, seed.wrapping_mul(1000).wrapping_add(run));
                let mut order = Vec::new();
                for epoch in 0..EPOCHS {
                    order.extend(batches.epoch(epoch).flatten());
                }
                let mut losses = vec![problem.excess(&start)];
                descend(&mut problem.loss(), &start, &Schedule::constant(rate), order, |w| {
                    losses.push(problem.excess(w));
                    if run == 0 {
                        path.push([w[0], w[1]]);
                    }
                });
                losses
            })
            .collect();
        let at = |step: usize| mean_and_error(&runs.iter().map(|run| run[step]).collect::<Vec<_>>());
        let curve = (0..runs[0].len()).map(at).collect();
        let mut moments = Moments::at(problem, &start);
        let mut exact = vec![moments.excess(problem)];
        for _ in 0..EPOCHS as usize * EXAMPLES {
            moments.step(problem, rate);
            exact.push(moments.excess(problem));
        }
        Self { rate, path, curve, exact }
    }
}
