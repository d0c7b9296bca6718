//! The two wells: masses by quadrature, by the chain, and in simulations.

use crate::noisy_descent::{ChainOnNodes, Moments, NoisyDescent};
use crate::number::{Number, digits};
use crate::potential::{Potential, Wells};
use crate::report::Table;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// The factors of rate and batch size in the rule of linear scaling.
pub(super) const PAIRS: [(f64, f64); 4] = [(1.0, 1.0), (2.0, 2.0), (2.0, 1.0), (1.0, 2.0)];
/// Steps of each of the many runs.
const STEPS_EACH: u64 = 1000;

/// The points and the mass of the lower well in the simulations, with what they should be.
pub(super) struct Comparison {
    descent: NoisyDescent,
    top: f64,
    pub(super) on_nodes: ChainOnNodes,
    pub(super) run: Vec<f64>,
    pub(super) ends: Vec<f64>,
    pub(super) long_run: f64,
    pub(super) many_runs: f64,
    pub(super) gibbs: f64,
    expected_long: Moments,
    expected_many: Moments,
}

impl Comparison {
    pub(super) fn new(descent: NoisyDescent, wells: Wells, steps: u64, runs: u64, seed: u64) -> Self {
        let top = wells.top;
        let on_nodes = descent.on_nodes(top);
        let mut random = StdRng::seed_from_u64(seed);
        let start = on_nodes.sample(&mut random);
        let run: Vec<f64> = descent.path(start, &mut random).take(steps as usize).collect();
        let end = |_| descent.path(wells.right, &mut random).nth(STEPS_EACH as usize - 1);
        let ends: Vec<f64> = (0..runs).filter_map(end).collect();
        let after = descent.probabilities_after(&on_nodes, wells.right, STEPS_EACH);
        let mean: f64 = after.iter().zip(&on_nodes.nodes).map(|(p, x)| p * is_below(*x, top)).sum();
        let share =
            |points: &[f64]| points.iter().map(|&x| is_below(x, top)).sum::<f64>() / points.len() as f64;
        Self {
            descent,
            top,
            long_run: share(&run),
            many_runs: share(&ends),
            gibbs: gibbs_mass(descent.potential, descent.inverse_temperature(), top),
            expected_long: on_nodes.mean_over_run(steps, |x| is_below(x, top)),
            expected_many: Moments { mean, deviation: (mean * (1.0 - mean) / runs as f64).sqrt() },
            on_nodes,
            run,
            ends,
        }
    }

    /// The masses of the lower well, and how far the Gibbs distribution is from the chain.
    pub(super) fn numbers(&self) -> Vec<Number> {
        let (descent, top) = (self.descent, self.top);
        // Smaller steps at the same temperature.
        let scaled = |factor: f64| {
            let (rate, batch) = (descent.rate * factor, descent.batch * factor);
            NoisyDescent { rate, batch, ..descent }
        };
        let chain_error = |factor| chain_mass(scaled(factor), top) - self.gibbs;
        let corrected_error = |factor| corrected_mass(scaled(factor), top) - self.gibbs;
        // The first-order term of errors a eta + b eta^2 + ..., from two rates.
        let slope = |half: f64, quarter: f64| (8.0 * quarter - 2.0 * half) / descent.rate;
        let (half, quarter) = (chain_error(0.5), chain_error(0.25));
        let theory = slope(corrected_error(0.5), corrected_error(0.25));
        // What is left of the error is smaller than the term of second order, which is taken out.
        let tolerance = 1e-8 + 2.0 * (half - 2.0 * quarter).abs() / descent.rate;
        vec![
            Number::new("9.3", "mass of the lower well, one long run", self.long_run)
                .estimates(self.expected_long.mean, self.expected_long.deviation),
            Number::new("9.3", "mass of the lower well, ends of many runs", self.many_runs)
                .estimates(self.expected_many.mean, self.expected_many.deviation),
            Number::new(
                "9.3",
                "mass of the lower well, exact for steps of this rate",
                chain_mass(descent, top),
            ),
            Number::new("9.3", "mass of the lower well, exp(-beta loss)", self.gibbs),
            Number::new(
                "9.3",
                "error of exp(-beta loss) per unit of the rate, for small rates",
                slope(half, quarter),
            )
            .exactly(theory, tolerance),
        ]
    }
}

/// 1 in the left well, 0 in the right one.
fn is_below(x: f64, top: f64) -> f64 {
    f64::from(u8::from(x < top))
}

/// The mass of the left well in the Gibbs distribution.
pub(super) fn gibbs_mass(potential: Potential, beta: f64, top: f64) -> f64 {
    potential.gibbs_mean(beta, top, |x| is_below(x, top))
}

/// The mass of the left well in the Gibbs distribution of the loss that is corrected for the size of the
/// steps.
fn corrected_mass(descent: NoisyDescent, top: f64) -> f64 {
    let (potential, beta) = (descent.potential, descent.inverse_temperature());
    let factor =
        |x: f64| (-beta * (potential.corrected_for_steps(x, descent.rate, beta) - potential.value(x))).exp();
    let left = potential.gibbs_mean(beta, top, |x| is_below(x, top) * factor(x));
    left / potential.gibbs_mean(beta, top, factor)
}

/// The mass of the left well in the stationary distribution of the chain.
fn chain_mass(descent: NoisyDescent, top: f64) -> f64 {
    descent.on_nodes(top).mean(|x| is_below(x, top))
}

/// How the mass of the lower well changes if the rate, the batch size or both are doubled.
pub(super) fn scaling(descent: NoisyDescent, wells: Wells) -> Vec<Number> {
    let mass = |(rate, batch): (f64, f64)| {
        let descent = NoisyDescent { rate: rate * descent.rate, batch: batch * descent.batch, ..descent };
        chain_mass(descent, wells.top)
    };
    let [one, both, rate, batch] = PAIRS.map(mass);
    let change = |mass: f64, what: &str| {
        Number::new("9.3", format!("change of the mass if {what} doubled"), mass - one)
    };
    // Doubling both leaves the temperature, and changes only the error of first order in the rate.
    let most = (rate - one).abs();
    vec![
        change(both, "rate and batch are").between(-most, most),
        change(rate, "the rate is").at_most(0.0),
        change(batch, "the batch is").at_least(0.0),
    ]
}

/// A number that should be `exact` if the tilt is that of the lectures.
fn known(number: Number, potential: Potential, exact: f64, tolerance: f64) -> Number {
    if potential == (Potential::TwoWells { tilt: 0.1 }) { number.exactly(exact, tolerance) } else { number }
}

/// Minima, barrier and Kramers' factors of the wells.
pub(super) fn known_wells(potential: Potential, wells: Wells) -> Vec<Number> {
    let height = |x: f64| potential.value(wells.top) - potential.value(x);
    let (left, right) = (height(wells.left), height(wells.right));
    let of =
        |name: &str, value: f64, exact: f64| known(Number::new("9.7", name, value), potential, exact, 5.1e-8);
    let mut numbers = vec![
        of("minimum of the lower well", wells.left, -1.046_680_5),
        of("minimum of the upper well", wells.right, 0.945_649_3),
        of("top of the barrier", wells.top, 0.101_031_3),
        of("height of the barrier from the lower well", left, 0.357_411_6),
        of("height of the barrier from the upper well", right, 0.157_665_0),
    ];
    for (beta, exact, tolerance) in [(10.0, 4.84, 0.0051), (20.0, 23.4, 0.051), (40.0, 548.0, 0.51)] {
        let number = Number::new(
            "9.7",
            format!("Kramers' factor of the upper well at beta = {beta}"),
            (beta * right).exp(),
        );
        numbers.push(known(number, potential, exact, tolerance));
    }
    numbers
}

/// The masses of the lower well at five temperatures.
pub(super) fn masses(potential: Potential, wells: Wells) -> Vec<Number> {
    let stored =
        [(1.0, 0.569_844), (5.0, 0.711_746), (10.0, 0.859_060), (20.0, 0.977_954), (40.0, 0.999_597)];
    let number = |(beta, exact): (f64, f64)| {
        let name = format!("mass of the lower well at beta = {beta}, by quadrature");
        known(Number::new("9.7", name, gibbs_mass(potential, beta, wells.top)), potential, exact, 5.1e-7)
    };
    stored.map(number).to_vec()
}

pub(super) fn table(potential: Potential, wells: Wells) -> Table {
    let header = ["beta", "temperature", "mass of the lower well", "mean loss above the minimum"];
    let table = Table::new("The Gibbs distribution by temperature", &header);
    let least = potential.least();
    [1.0, 2.0, 5.0, 10.0, 20.0, 40.0].into_iter().fold(table, |table, beta: f64| {
        let loss = potential.gibbs_mean(beta, wells.top, |x| potential.value(x) - least);
        table.row([beta, 1.0 / beta, gibbs_mass(potential, beta, wells.top), loss].map(digits))
    })
}
