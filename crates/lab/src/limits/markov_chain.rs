//! The way of a Markov chain to its stationary distribution.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::markov_chain::{MarkovChain, kl_divergence};
use crate::number::{Number, digits};
use crate::report::{Report, Table};
use clap::Args;
use ndarray::Array2;
use wengert_figures::{Chart as _, Figure, LineChart};

/// A Markov chain forgets its start: its distribution `pi_t = P' pi_{t-1}` tends to the stationary one, and
/// the Kullback-Leibler divergence from it never increases (Cover and Thomas 2006, section 4.4).
#[derive(Args, Clone, Debug)]
pub struct MarkovChainLimit {
    /// Rows of transition probabilities, separated by semicolons.
    #[arg(long, value_name = "ROWS", default_value = LECTURE, value_parser = rows)]
    pub rows: Rows,
    /// State at the start, counted from 1.
    #[arg(long, value_name = "STATE", default_value_t = 1)]
    pub start: usize,
    /// Number of steps.
    #[arg(long, value_name = "STEPS", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=200))]
    pub steps: u32,
}

/// A matrix of transition probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows(pub Array2<f64>);

/// The chain of the lectures.
const LECTURE: &str = "0.1,0.4,0.5; 0.3,0.3,0.4; 0.6,0.2,0.2";
/// More paths than this are not added up one by one.
const MOST_PATHS: f64 = 2e5;

/// Parses a square matrix of 2 to 6 rows, each with the sum 1.
fn rows(text: &str) -> Result<Rows, String> {
    let row = |row: &str| row.split(',').map(|p| p.trim().parse().ok()).collect::<Option<Vec<f64>>>();
    let rows: Option<Vec<Vec<f64>>> = text.trim_end_matches([';', ' ']).split(';').map(row).collect();
    let rows = rows.ok_or("must be rows of numbers such as \"0.9,0.1; 0.3,0.7\"")?;
    let n = rows.len();
    if !(2..=6).contains(&n) || rows.iter().any(|row| row.len() != n) {
        return Err("must be a square matrix of 2 to 6 rows".to_owned());
    }
    let probabilities = |row: &Vec<f64>| row.iter().all(|p| (0.0..=1.0).contains(p));
    let sums_to_one = |row: &Vec<f64>| (row.iter().sum::<f64>() - 1.0).abs() < 1e-9;
    if !rows.iter().all(|row| probabilities(row) && sums_to_one(row)) {
        return Err("each row must contain probabilities with the sum 1".to_owned());
    }
    Ok(Rows(Array2::from_shape_fn((n, n), |(i, j)| rows[i][j])))
}

impl Experiment for MarkovChainLimit {
    const NAME: &'static str = "markov-chain";
    const ABOUT: &'static str = "A Markov chain forgets its start, and never moves away from its limit";
    const SHOWS: &'static [&'static str] = &["9.5", "9.8"];
    const EXAMPLE: &'static str = "--rows \"0.9,0.1;0.3,0.7\" --steps 20";

    fn run(&self) -> Result<Report, LabError> {
        let chain = MarkovChain::new(self.rows.0.clone());
        let n = chain.states();
        let start = self.start_state(n)?;
        assert_connected(&chain)?;
        let limit = chain.stationary();
        let steps = self.steps as usize;
        let path = |state: usize| chain.distributions(&one_state(n, state), steps);
        let divergences = |state| path(state).iter().map(|p| kl_divergence(p, &limit)).collect::<Vec<f64>>();
        let from_start = divergences(start);
        let report = Report::new(format!(
            "Whatever the start, the distribution tends to the one that a step leaves unchanged, here ({}). \
             The divergence from it starts at {} nats in state {} and is {} nats after {steps} steps; on the \
             way it never increases.",
            limit.iter().map(|&p| digits(p)).collect::<Vec<_>>().join(", "),
            digits(from_start[0]),
            self.start,
            digits(from_start[steps]),
        ))
        .text(format!(
            "There are {n}^{steps} = {} paths of {steps} steps. The {steps}th power of the matrix adds up \
             the probabilities of all of them without visiting a single one.",
            digits((n as f64).powi(steps as i32))
        ));
        let all: Vec<Vec<f64>> = (0..n).map(divergences).collect();
        Ok(report
            .numbers(self.limits(&chain, &limit))
            .numbers(self.divergences(&from_start, &all))
            .numbers(self.paths(&chain, start))
            .table(table(&path(start), &from_start))
            .figure("distribution", &distribution(&path(start), &limit))
            .figure("divergence", &divergence(&all)))
    }
}

impl MarkovChainLimit {
    fn start_state(&self, states: usize) -> Result<usize, LabError> {
        let problem = || format!("there is no state {}; the states are 1 to {states}", self.start);
        let found = self.start.checked_sub(1).filter(|&state| state < states);
        found.ok_or_else(|| LabError::Setting { name: "--start", problem: problem() })
    }

    /// Whether these are the rows of the lectures, for which exact numbers are known.
    fn is_lecture(&self) -> bool {
        rows(LECTURE).is_ok_and(|lecture| lecture == self.rows)
    }

    fn limits(&self, chain: &MarkovChain, limit: &[f64]) -> Vec<Number> {
        let transition = chain.transition();
        let sums = transition.rows().into_iter().map(|row| (row.sum() - 1.0).abs());
        let moved = chain.step(limit).iter().zip(limit).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let mut numbers = vec![
            Number::new("9.5", "largest error of the sum of a row", sums.fold(0.0, f64::max)).at_most(1e-9),
            Number::new("9.5", "largest change of the limit in a step", moved).at_most(1e-12),
        ];
        for (i, &p) in limit.iter().enumerate() {
            let number = Number::new("9.8", format!("limit of the probability of state {}", i + 1), p);
            let exact = [16.0, 14.0, 17.0].get(i).filter(|_| self.is_lecture());
            numbers.push(exact.map_or(number.clone(), |exact| number.exactly(exact / 47.0, 1e-14)));
        }
        numbers
    }

    /// The divergences from the start that was chosen, and the largest increase from any start.
    fn divergences(&self, from_start: &[f64], all: &[Vec<f64>]) -> Vec<Number> {
        const STORED: [f64; 5] = [1.077_558_9, 0.157_310_7, 0.017_270_4, 0.002_533_2, 0.000_344_9];
        let increases = all.iter().flat_map(|values| values.windows(2).map(|pair| pair[1] - pair[0]));
        // The sum of rounding errors of a divergence near 0.
        let largest = increases.fold(f64::NEG_INFINITY, f64::max);
        let mut numbers = vec![
            Number::new("9.5", "largest increase of a divergence in a step (nats)", largest).at_most(1e-14),
        ];
        for (t, &divergence) in from_start.iter().enumerate().take(STORED.len()) {
            let number =
                Number::new("9.8", format!("divergence from the limit at t = {t} (nats)"), divergence);
            let known = self.is_lecture() && self.start == 1;
            numbers.push(if known { number.exactly(STORED[t], 5.1e-8) } else { number });
        }
        numbers
    }

    /// The number of paths, and the probability of the start after all steps as a sum over all paths.
    fn paths(&self, chain: &MarkovChain, start: usize) -> Vec<Number> {
        let count = (chain.states() as f64).powi(self.steps as i32);
        let by_power = chain.power(u64::from(self.steps))[[start, start]];
        let name = format!("number of paths of {} steps", self.steps);
        let number = Number::new("9.8", name, count);
        let known = self.steps == 10 && chain.states() == 3;
        let name = format!("probability of state {} at the end, by the power of the matrix", self.start);
        let power = Number::new("9.8", name, by_power);
        let power = if count <= MOST_PATHS {
            power.exactly(sum_over_paths(chain, start, start, self.steps as usize), 1e-13)
        } else {
            power
        };
        vec![if known { number.exactly(59_049.0, 0.0) } else { number }, power]
    }
}

/// The probability of going from one state to another, as a sum over all paths.
fn sum_over_paths(chain: &MarkovChain, from: usize, to: usize, steps: usize) -> f64 {
    let (n, transition) = (chain.states(), chain.transition());
    let paths = n.pow(steps as u32 - 1);
    let probability = |mut path: usize| {
        let (mut at, mut product) = (from, 1.0);
        for _ in 1..steps {
            let next = path % n;
            path /= n;
            product *= transition[[at, next]];
            at = next;
        }
        product * transition[[at, to]]
    };
    (0..paths).map(probability).sum()
}

/// The limit is unique if every state leads to every other one.
fn assert_connected(chain: &MarkovChain) -> Result<(), LabError> {
    let n = chain.states();
    // The chain that rests with probability 1/2 in each step reaches everything within n steps.
    let lazy = (Array2::eye(n) + chain.transition()) / 2.0;
    let reached = MarkovChain::new(lazy).power(n as u64);
    let unreached = reached.indexed_iter().find(|(_, p)| **p == 0.0);
    unreached.map_or(Ok(()), |((from, to), _)| {
        let problem = format!(
            "state {} does not lead to state {}, so the limit depends on the start; connect all states",
            from + 1,
            to + 1
        );
        Err(LabError::Setting { name: "--rows", problem })
    })
}

fn one_state(states: usize, state: usize) -> Vec<f64> {
    (0..states).map(|i| f64::from(u8::from(i == state))).collect()
}

fn table(path: &[Vec<f64>], divergences: &[f64]) -> Table {
    let states = (1..=path[0].len()).map(|i| format!("state {i}"));
    let header: Vec<String> =
        std::iter::once("t".to_owned()).chain(states).chain(["divergence (nats)".to_owned()]).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let table = Table::new("Distribution at time t", &header);
    path.iter().zip(divergences).enumerate().take(21).fold(table, |table, (t, (p, divergence))| {
        let numbers = p.iter().chain([divergence]).map(|&x| digits(x));
        table.row(std::iter::once(t.to_string()).chain(numbers))
    })
}

fn times(count: usize) -> Vec<f64> {
    (0..count).map(|t| t as f64).collect()
}

fn distribution(path: &[Vec<f64>], limit: &[f64]) -> Figure {
    let chart = LineChart::new("step t", "probability").title("The distribution settles within a few steps");
    let chart = (0..limit.len()).fold(chart, |chart, state| {
        let values: Vec<f64> = path.iter().map(|p| p[state]).collect();
        let name = format!("state {}, limit {:.3}", state + 1, limit[state]);
        chart.line(&name, &times(path.len()), &values)
    });
    chart.figure()
}

fn divergence(all: &[Vec<f64>]) -> Figure {
    // Below 1e-14, divergences are rounding errors.
    let shown = |&value: &f64| if value > 1e-14 { value } else { f64::NAN };
    let chart = LineChart::new("step t", "divergence from the limit (nats)").log_y();
    let chart = chart.title("The divergence never increases, and falls geometrically");
    let chart = all.iter().enumerate().fold(chart, |chart, (state, values)| {
        let values: Vec<f64> = values.iter().map(shown).collect();
        chart.line(&format!("from state {}", state + 1), &times(values.len()), &values)
    });
    chart.figure()
}
