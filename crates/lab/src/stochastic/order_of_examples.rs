//! The floor of SGD, for three orders of the examples.

use super::noisy_problem::{Moments, NoisyProblem, descend, random, uniform};
use crate::number::Number;
use crate::statistics::mean_and_error;
use wengert_data::Batches;
use wengert_figures::LineChart;
use wengert_optim::Schedule;

/// How the examples of an epoch are chosen.
#[derive(Clone, Copy)]
enum Order {
    WithReplacement,
    ShuffledOnce,
    Reshuffled,
}

const ORDERS: [(Order, &str); 3] = [
    (Order::WithReplacement, "with replacement"),
    (Order::ShuffledOnce, "shuffled once"),
    (Order::Reshuffled, "reshuffled"),
];

/// The number of examples, of epochs, and of epochs until the start is forgotten.
const EXAMPLES: usize = 20;
const EPOCHS: u64 = 60;
const FORGOTTEN: usize = 30;

/// Least squares in one variable with 20 noisy examples, SGD from a start far away, and its loss above the
/// minimum after each epoch, as a mean over seeds.
pub(super) struct Floors {
    problem: NoisyProblem,
    rate: f64,
    seeds: u64,
    /// For each order, the mean after each epoch.
    curves: [Vec<f64>; 3],
    /// For each order, the mean of the late epochs, with its standard error.
    floors: [(f64, f64); 3],
}

impl Floors {
    pub(super) fn new(rate: f64, seed: u64, seeds: u64) -> Self {
        let mut random = random(seed.wrapping_add(1));
        let features = uniform((EXAMPLES, 1), &mut random).mapv(|x| 1.0 + x / 4.0);
        let problem = NoisyProblem::new(features, 1.0, &mut random);
        let runs = ORDERS.map(|(order, _)| {
            (0..seeds)
                .map(|run| excesses(&problem, order, rate, seed.wrapping_mul(1000).wrapping_add(run)))
                .collect::<Vec<_>>()
        });
        let curves = runs.each_ref().map(|runs| {
            (0..=EPOCHS as usize)
                .map(|epoch| runs.iter().map(|run| run[epoch]).sum::<f64>() / seeds as f64)
                .collect()
        });
        let floors = runs.each_ref().map(|runs| {
            let late = |run: &Vec<f64>| {
                let late = &run[FORGOTTEN..];
                late.iter().sum::<f64>() / late.len() as f64
            };
            mean_and_error(&runs.iter().map(late).collect::<Vec<_>>())
        });
        Self { problem, rate, seeds, curves, floors }
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let [with, once, reshuffled] = self.floors;
        let exact = Moments::floor(&self.problem, self.rate);
        vec![
            Number::new("7.14", format!("floor with replacement, {} seeds", self.seeds), with.0)
                .estimates(exact, with.1),
            Number::new("7.14", "floor with replacement / floor with reshuffling", with.0 / reshuffled.0)
                .at_least(1.0),
            Number::new("7.14", "floor with replacement / floor shuffled once", with.0 / once.0)
                .at_least(1.0),
            Number::new("7.14", "floor shuffled once / floor with reshuffling", once.0 / reshuffled.0)
                .at_least(1.0),
        ]
    }

    /// The floor with replacement as a multiple of that with reshuffling.
    pub(super) fn ratio(&self) -> f64 {
        self.floors[0].0 / self.floors[2].0
    }

    pub(super) fn chart(&self) -> LineChart {
        let epochs: Vec<f64> = (0..=EPOCHS).map(|epoch| epoch as f64).collect();
        let chart = LineChart::new("epoch", "loss above the minimum").log_y();
        let chart = chart.title("Reshuffled epochs end lower than independent draws");
        ORDERS
            .iter()
            .zip(&self.curves)
            .fold(chart, |chart, ((_, name), curve)| chart.line(name, &epochs, curve))
    }
}

/// The loss above the minimum at the start and after each epoch.
fn excesses(problem: &NoisyProblem, order: Order, rate: f64, seed: u64) -> Vec<f64> {
    let n = problem.examples();
    let mut batches = match order {
        Order::WithReplacement => Batches::with_replacement(n, 1, seed),
        Order::ShuffledOnce | Order::Reshuffled => Batches::new(n, 1, seed),
    };
    let mut examples = Vec::with_capacity(n * EPOCHS as usize);
    for epoch in 0..EPOCHS {
        let epoch = if matches!(order, Order::ShuffledOnce) { 0 } else { epoch };
        examples.extend(batches.epoch(epoch).flatten());
    }
    let start = [problem.optimum[0] + 5.0];
    let (mut steps, mut found) = (0, vec![problem.excess(&start)]);
    descend(&mut problem.loss(), &start, &Schedule::constant(rate), examples, |w| {
        steps += 1;
        if steps % n == 0 {
            found.push(problem.excess(w));
        }
    });
    found
}
