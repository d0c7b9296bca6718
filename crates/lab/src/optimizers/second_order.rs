//! Second-order methods: what they gain, what they cost, and what noise does to them.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::{condition, positive};
use crate::report::{Report, Table};
use clap::Args;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use std::ops::ControlFlow;
use wengert_ad::Elementary;
use wengert_figures::LineChart;
use wengert_minimize::{
    Evaluate, GradientDescent, Iterate, Lbfgs, MinimizeReport, Minimizer, Newton, Progress, RandomSearch,
    Stopping, with_hessian,
};
use wengert_optim::{Optimizer, Schedule, Sgd};

/// Newton's method, L-BFGS, gradient descent and random search on the parabola
/// `sum_i c_i x_i^2 / 2` with curvatures from 1 to `kappa`, and L-BFGS with noisy gradients.
#[derive(Args, Clone, Debug)]
pub struct SecondOrder {
    /// Number of variables.
    #[arg(long, value_name = "N", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(2..=100))]
    pub variables: u32,
    /// Ratio of the largest to the smallest curvature.
    #[arg(long, value_name = "KAPPA", default_value_t = 100.0, value_parser = condition)]
    pub condition: f64,
    /// Standard deviation of the noise in each component of the gradient.
    #[arg(long, value_name = "DEVIATION", default_value_t = 1.0, value_parser = positive)]
    pub noise: f64,
    /// Number of parameters of the network whose Hessian is priced.
    #[arg(long, value_name = "COUNT", default_value_t = 1e8, value_parser = positive)]
    pub parameters: f64,
    /// Seed of the noise and of random search.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

/// The loss shall shrink to this share.
const TARGET: f64 = 1e-6;
/// The number of runs with noise, and of gradients in each.
const RUNS: u64 = 20;
const GRADIENTS: usize = 400;

impl Experiment for SecondOrder {
    const NAME: &'static str = "second-order";
    const ABOUT: &'static str = "Newton and L-BFGS: one step, few steps, their cost, and noise";
    const SHOWS: &'static [&'static str] = &["8.6", "8.15"];
    const EXAMPLE: &'static str = "--condition 1000";

    fn run(&self) -> Result<Report, LabError> {
        if self.condition > 1e4 {
            let problem = "must be at most 1e4: gradient descent and random search take too long beyond";
            return Err(LabError::Setting { name: "--condition", problem: problem.to_owned() });
        }
        if !(1e-6..=1e6).contains(&self.noise) {
            let problem = "must be from 1e-6 to 1e6".to_owned();
            return Err(LabError::Setting { name: "--noise", problem });
        }
        if !(1.0..=1e15).contains(&self.parameters) {
            let problem = "must be from 1 to 1e15".to_owned();
            return Err(LabError::Setting { name: "--parameters", problem });
        }
        let reports = self.reports();
        let evaluations = reports.each_ref().map(|(_, report)| evaluations_to(report, TARGET));
        let noisy = Noisy::new(self);
        // Where the noise exceeds the slopes at which SGD arrives.
        let is_noisy = self.noise >= 1.0 && self.condition <= 100.0 && self.variables <= 10;
        Ok(Report::new(format!(
            "Newton's method solves a parabola in one step. L-BFGS learns the curvatures from differences \
             of gradients, in {} evaluations to a millionth of the loss, where the best gradient descent \
             takes {} and random search {}.",
            shown(evaluations[1]),
            shown(evaluations[2]),
            shown(evaluations[3])
        ))
        .text(format!(
            "Both have their price. The Hessian of a network with {} parameters has {} entries. And a \
             difference of two noisy gradients says nothing about the curvature when the step is short: \
             the median run of L-BFGS with noise ends at a loss of {}, SGD with the rate 1/t at {} after \
             as many gradients.",
            digits(self.parameters),
            short(self.parameters * self.parameters),
            short(noisy.lbfgs),
            short(noisy.sgd)
        ))
        .numbers(self.speeds(&reports[0].1, evaluations))
        .numbers(self.prices())
        .numbers(self.wrong_signs())
        .numbers(noisy.numbers(is_noisy))
        .table(self.memory())
        .figure("losses", &losses(&reports))
        .figure("noise", &noisy.chart()))
    }
}

impl SecondOrder {
    fn curvatures(&self) -> Vec<f64> {
        let n = self.variables;
        (0..n).map(|i| self.condition.powf(f64::from(i) / f64::from(n - 1))).collect()
    }

    /// Newton, L-BFGS, gradient descent and random search from (1, ..., 1).
    fn reports(&self) -> [(&'static str, MinimizeReport); 4] {
        let c = self.curvatures();
        let n = c.len();
        let parabola = |x: &[f64], g: &mut [f64]| {
            let slopes = x.iter().zip(&c).map(|(x, c)| c * x);
            g.iter_mut().zip(slopes).for_each(|(g, slope)| *g = slope);
            value(&c, x)
        };
        let hessian = |_: &[f64], h: &mut [f64]| (0..n).for_each(|i| h[i * n + i] = c[i]);
        let mut values = |x: &[f64]| value(&c, x);
        let start = vec![1.0; n];
        let stopping = || Stopping::new().gradient(1e-9).evaluations(60_000).iterations(60_000);
        let rate = 2.0 / (1.0 + self.condition);
        let newton = Minimizer::new(Newton::new()).stopping(stopping());
        let lbfgs = Minimizer::new(Lbfgs::new()).stopping(stopping());
        let descent = Minimizer::new(GradientDescent::new(rate)).stopping(stopping());
        let search = Minimizer::new(RandomSearch::new(self.seed).scale(0.1)).stopping(stopping());
        [
            ("Newton", newton.minimize(&mut with_hessian(parabola, hessian), &start)),
            ("L-BFGS", lbfgs.minimize(&mut { parabola }, &start)),
            ("gradient descent", descent.minimize(&mut { parabola }, &start)),
            ("random search", search.minimize::<dyn Evaluate>(&mut values, &start)),
        ]
    }

    /// 8.6.
    fn speeds(&self, newton: &MinimizeReport, evaluations: [Option<usize>; 4]) -> Vec<Number> {
        let mut numbers = vec![
            Number::new("8.6", "steps of Newton's method to the minimum", newton.iterations as f64)
                .exactly(1.0, 0.0),
            Number::new("8.6", "loss after that step", newton.value).exactly(0.0, 1e-20 * self.condition),
        ];
        let [_, lbfgs, descent, search] = evaluations.map(|count| count.map(|count| count as f64));
        if let Some(lbfgs) = lbfgs {
            numbers.push(Number::new("8.6", "evaluations of L-BFGS to 1e-6 of the loss", lbfgs));
        }
        if let Some(descent) = descent {
            // Both extreme curvatures shrink by this factor per step, the others faster; the loss by its
            // square.
            let factor = (self.condition - 1.0) / (self.condition + 1.0);
            let most = (TARGET.ln() / (2.0 * factor.ln())).ceil() + 1.0;
            let number = Number::new("8.6", "evaluations of gradient descent to 1e-6 of the loss", descent);
            numbers.push(number.at_most(most.max(2.0)));
        }
        // A search that has not arrived has used up all of its evaluations.
        let search = Number::new(
            "8.6",
            "evaluations of random search to 1e-6 of the loss",
            search.unwrap_or(60_000.0),
        );
        numbers.push(if let Some(lbfgs) = lbfgs { search.at_least(lbfgs) } else { search });
        numbers
    }

    /// 8.15: the price of a Hessian in single precision.
    fn prices(&self) -> [Number; 2] {
        let entries = self.parameters * self.parameters;
        [
            Number::new("8.15", "entries of the Hessian", entries)
                .exactly(self.parameters.powi(2), 1e-12 * entries),
            Number::new("8.15", "its size in single precision (PB)", 4.0 * entries / 1e15)
                .exactly(40.0 * (self.parameters / 1e8).powi(2), 1e-12 * entries / 1e15),
        ]
    }

    /// 8.15: the share of curvature pairs with the wrong sign, for steps of some lengths at the curvature
    /// 1. The difference of the gradients is `s` plus noise of the deviation `sqrt(2) noise`.
    fn wrong_signs(&self) -> Vec<Number> {
        let mut random = StdRng::seed_from_u64(self.seed);
        let draws = 10_000;
        let lengths = [0.01, 0.1, 1.0];
        let wrong = lengths.map(|length: f64| {
            let mut is_wrong = |_: &i32| {
                let [before, after]: [f64; 2] =
                    [StandardNormal.sample(&mut random), StandardNormal.sample(&mut random)];
                length * (length + self.noise * (after - before)) < 0.0
            };
            (0..draws).filter(&mut is_wrong).count() as f64 / f64::from(draws)
        });
        let number = |(length, wrong): (f64, f64)| {
            let exact = 0.5 * Elementary::erfc(length / (2.0 * self.noise));
            let error = (exact * (1.0 - exact) / f64::from(draws)).sqrt();
            let name = format!("share of curvatures with the wrong sign, steps of {length}");
            let number = Number::new("8.15", name, wrong);
            if exact * f64::from(draws) >= 10.0 { number.estimates(exact, error) } else { number }
        };
        lengths.into_iter().zip(wrong).map(number).collect()
    }

    fn memory(&self) -> Table {
        let n = self.parameters;
        let caption =
            format!("Memory besides parameters and gradient, {} parameters in single precision", digits(n));
        let rows = [
            ("SGD", 0.0),
            ("momentum", n),
            ("Adam", 2.0 * n),
            ("L-BFGS, 10 pairs", 20.0 * n),
            ("Newton", n * n),
        ];
        let header = ["method", "numbers", "gigabytes"];
        rows.into_iter().fold(Table::new(&caption, &header), |table, (name, numbers)| {
            table.row([name.to_owned(), short(numbers), short(4.0 * numbers / 1e9)])
        })
    }
}

fn value(curvatures: &[f64], x: &[f64]) -> f64 {
    x.iter().zip(curvatures).map(|(x, c)| 0.5 * c * x * x).sum()
}

/// The number of evaluations until the loss has shrunk to a share.
fn evaluations_to(report: &MinimizeReport, share: f64) -> Option<usize> {
    let target = share * report.history[0].value;
    report.history.iter().find(|progress| progress.value <= target).map(|progress| progress.functions)
}

fn shown(count: Option<usize>) -> String {
    count.map_or("more than 60000".to_owned(), |count| count.to_string())
}

fn losses(reports: &[(&'static str, MinimizeReport)]) -> LineChart {
    let chart = LineChart::new("evaluations", "loss").log_x().log_y();
    let chart = chart.title("Newton takes one step, L-BFGS a few; random search is far behind");
    reports.iter().fold(chart, |chart, (name, report)| {
        let mut drawn: Vec<&Progress> = Vec::new();
        for progress in report.history.iter().filter(|progress| progress.value > 1e-12) {
            // The axis is logarithmic.
            if drawn.last().is_none_or(|last| progress.functions as f64 > 1.03 * last.functions as f64) {
                drawn.push(progress);
            }
        }
        let ended = (*name == "Newton").then_some((2.0, 1e-12));
        let points =
            drawn.into_iter().map(|progress| (progress.functions as f64, progress.value)).chain(ended);
        let (x, y): (Vec<f64>, Vec<f64>) = points.unzip();
        chart.line(name, &x, &y)
    })
}

/// L-BFGS and SGD with noisy gradients: the losses of all runs by the number of gradients.
struct Noisy {
    /// The median losses at the end.
    lbfgs: f64,
    sgd: f64,
    /// The number of runs of L-BFGS that end at a higher loss than the run of SGD with the same noise.
    behind: usize,
    /// The losses of one run of each.
    traces: [Vec<f64>; 2],
}

impl Noisy {
    fn new(settings: &SecondOrder) -> Self {
        let c = settings.curvatures();
        let runs: Vec<[Vec<f64>; 2]> = (0..RUNS)
            .map(|run| {
                let seed = settings.seed.wrapping_add(run);
                [noisy_lbfgs(&c, settings.noise, seed), noisy_sgd(&c, settings.noise, seed)]
            })
            .collect();
        let ends = |method: usize| runs.iter().map(|run| run[method][run[method].len() - 1]).collect();
        let behind = runs.iter().filter(|[lbfgs, sgd]| lbfgs.last() > sgd.last()).count();
        Self { lbfgs: median(ends(0)), sgd: median(ends(1)), behind, traces: runs[0].clone() }
    }

    fn numbers(&self, is_noisy: bool) -> [Number; 3] {
        let behind =
            Number::new("8.15", format!("of {RUNS} runs, those with L-BFGS behind SGD"), self.behind as f64);
        [
            Number::new("8.15", "median loss of L-BFGS with noise at its end", self.lbfgs),
            Number::new("8.15", "median loss of SGD, rate 1/t, after as many gradients", self.sgd),
            if is_noisy { behind.at_least(0.5 * RUNS as f64) } else { behind },
        ]
    }

    fn chart(&self) -> LineChart {
        let chart = LineChart::new("gradients", "loss").log_y();
        let chart = chart.title("With noisy gradients L-BFGS gets stuck, and SGD goes on");
        ["L-BFGS", "SGD, rate 1/t"].into_iter().zip(&self.traces).fold(chart, |chart, (name, losses)| {
            let stride = losses.len().div_ceil(150);
            let points = losses.iter().enumerate().step_by(stride).map(|(i, &loss)| (i as f64, loss));
            let (x, y): (Vec<f64>, Vec<f64>) = points.unzip();
            chart.line(name, &x, &y)
        })
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    0.5 * (values[(n - 1) / 2] + values[n / 2])
}

/// The exact loss of the last accepted iterate, per gradient that L-BFGS evaluates. Each evaluation is that
/// of another batch, `f(x) + noise z'x` with standard normal `z`.
fn noisy_lbfgs(c: &[f64], noise: f64, seed: u64) -> Vec<f64> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut batch = |x: &[f64], g: &mut [f64]| {
        let mut sum = value(c, x);
        for ((g, x), c) in g.iter_mut().zip(x).zip(c) {
            let z: f64 = StandardNormal.sample(&mut random);
            *g = c * x + noise * z;
            sum += noise * z * x;
        }
        sum
    };
    let stopping = Stopping::new().gradient(0.0).evaluations(GRADIENTS).iterations(GRADIENTS);
    let start = vec![1.0; c.len()];
    let mut losses = Vec::with_capacity(GRADIENTS + 1);
    let mut last = value(c, &start);
    let mut observer = |iterate: &Iterate<'_>| {
        losses.resize(iterate.progress.functions, last);
        last = value(c, iterate.x);
        ControlFlow::Continue(())
    };
    let minimizer = Minimizer::new(Lbfgs::new()).stopping(stopping);
    minimizer.minimize_observed(&mut batch, &start, &mut observer);
    losses.resize(GRADIENTS + 1, last);
    losses
}

/// The exact loss after each step of SGD with the rate `1 / (kappa + t / 2)`, the largest curvature being
/// `kappa`.
fn noisy_sgd(c: &[f64], noise: f64, seed: u64) -> Vec<f64> {
    let mut random = StdRng::seed_from_u64(seed);
    let kappa = c[c.len() - 1];
    let schedule = Schedule::over_t(1.0 / kappa, 2.0 * kappa);
    let mut sgd = Sgd::new(1.0 / kappa);
    let mut x = vec![1.0; c.len()];
    let mut losses = vec![value(c, &x)];
    for step in 0..GRADIENTS {
        let gradient: Vec<f64> = x
            .iter()
            .zip(c)
            .map(|(x, c)| {
                let z: f64 = StandardNormal.sample(&mut random);
                c * x + noise * z
            })
            .collect();
        sgd.set_learning_rate(schedule.rate(step as u64));
        sgd.step(&mut x, &gradient);
        losses.push(value(c, &x));
    }
    losses
}
