//! Schedules of the learning rate that leave the upper well, and some that do not.

use crate::noisy_descent::NoisyDescent;
use crate::number::Number;
use crate::potential::{Potential, Wells};
use rand::SeedableRng;
use rand::rngs::StdRng;
use wengert_figures::LineChart;
use wengert_optim::Schedule;

/// The large and the small rate; with batches of 1, `beta` is 10 and 40.
const LARGE: f64 = 0.2;
const SMALL: f64 = 0.05;
const STEPS: u64 = 3000;
/// The steps between two points of the figure.
const EVERY: usize = 50;

/// Runs with several schedules, all from the minimum of the upper well.
pub(super) struct Annealing {
    runs: u32,
    /// What is known about the constant rates: the share of runs in the lower well at the end.
    exact: [f64; 2],
    results: Vec<Outcome>,
}

/// The runs with one schedule.
struct Outcome {
    name: &'static str,
    /// The share of runs in the lower well, at equal distances of steps.
    shares: Vec<f64>,
    /// The mean loss at the end, above the least one.
    loss: f64,
}

impl Annealing {
    pub(super) fn new(potential: Potential, wells: Wells, runs: u32, seed: u64) -> Self {
        let schedules = [
            ("small constant rate", Schedule::constant(SMALL)),
            ("large constant rate", Schedule::constant(LARGE)),
            ("warm restarts", Schedule::cosine_restarts(LARGE, 0.0, STEPS / 5, 1)),
            ("1/log t", Schedule::over_log_t(2.0 * LARGE, 30.0)),
        ];
        let run = |(i, (name, schedule)): (usize, (&'static str, Schedule))| {
            let mut random = StdRng::seed_from_u64(seed.wrapping_add(100 + i as u64));
            run_all(name, &schedule, potential, wells, runs, &mut random)
        };
        let exact = [SMALL, LARGE].map(|rate| {
            let descent = NoisyDescent { potential, rate, batch: 1.0 };
            let on_nodes = descent.on_nodes(wells.top);
            let after = descent.probabilities_after(&on_nodes, wells.right, STEPS);
            after.iter().zip(&on_nodes.nodes).filter(|(_, x)| **x < wells.top).map(|(p, _)| p).sum()
        });
        Self { runs, exact, results: schedules.into_iter().enumerate().map(run).collect() }
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let share = |i: usize| self.results[i].shares.last().copied().unwrap_or(f64::NAN);
        let named = |i: usize| {
            Number::new("9.4", format!("share of runs in the lower well, {}", self.results[i].name), share(i))
        };
        let constant = |i: usize| {
            let p = self.exact[i];
            named(i).estimates(p, (p * (1.0 - p) / f64::from(self.runs)).sqrt())
        };
        let loss = |i: usize| {
            Number::new(
                "9.4",
                format!("mean loss above the least, {}", self.results[i].name),
                self.results[i].loss,
            )
        };
        let hot = self.results[1].loss;
        vec![
            constant(0),
            constant(1),
            named(2).at_least(self.exact[0]),
            named(3).at_least(self.exact[0]),
            loss(0),
            loss(1),
            loss(2).at_most(hot),
            loss(3).at_most(hot),
        ]
    }

    pub(super) fn figure(&self) -> LineChart {
        let chart = LineChart::new("step", "share of runs in the lower well");
        let chart = chart.title("Rates that start large leave the upper well");
        self.results.iter().fold(chart, |chart, Outcome { name, shares, .. }| {
            let steps: Vec<f64> = (0..shares.len()).map(|i| (i * EVERY) as f64).collect();
            chart.line(name, &steps, shares)
        })
    }
}

fn run_all(
    name: &'static str,
    schedule: &Schedule,
    potential: Potential,
    wells: Wells,
    runs: u32,
    random: &mut StdRng,
) -> Outcome {
    let mut points = vec![wells.right; runs as usize];
    let share =
        |points: &[f64]| points.iter().filter(|&&x| x < wells.top).count() as f64 / points.len() as f64;
    let mut shares = vec![share(&points)];
    for step in 0..STEPS {
        let descent = NoisyDescent { potential, rate: schedule.rate(step), batch: 1.0 };
        points.iter_mut().for_each(|x| *x = descent.step(*x, random));
        if (step as usize + 1).is_multiple_of(EVERY) {
            shares.push(share(&points));
        }
    }
    let loss =
        points.iter().map(|&x| potential.value(x) - potential.least()).sum::<f64>() / points.len() as f64;
    Outcome { name, shares, loss }
}
