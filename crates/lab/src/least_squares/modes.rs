//! The modes of gradient descent on least squares, one per singular value.

use super::prescribed::{Prescribed, random};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::positive;
use crate::report::{Report, Table};
use crate::singular_modes::{Regime, SingularMode, first_fitted_mode};
use clap::Args;
use wengert_figures::LineChart;
use wengert_linear::Ridge;
use wengert_optim::{Sgd, trajectory};

/// Gradient descent on `|y - X w|^2` from 0, seen along the right singular vectors of `X`: along each one,
/// the weight is `(y~ / sigma) (1 - (1 - 2 eta sigma^2)^t)` after `t` steps, where `y~ = u'y`.
///
/// The optimum is 1 along each singular vector, so that a weight is the share of the optimum.
#[derive(Args, Clone, Debug)]
pub struct LeastSquaresModes {
    /// Singular values of the examples, at most five, each from 0.001 to 1000.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_values_t = STANDARD.sigmas,
          value_parser = singular_value)]
    pub sigmas: Vec<f64>,
    /// Learning rate.
    #[arg(long, value_name = "ETA", default_value_t = STANDARD.rate, value_parser = positive)]
    pub rate: f64,
    /// Number of steps.
    #[arg(long, value_name = "STEPS", default_value_t = STANDARD.steps,
          value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub steps: u64,
    /// Seed of the singular vectors.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

/// The settings with known shares.
struct Standard {
    sigmas: [f64; 3],
    rate: f64,
    steps: u64,
    shares: [f64; 3],
    ridge: [f64; 3],
}

const STANDARD: Standard = Standard {
    sigmas: [3.0, 1.0, 0.1],
    rate: 0.02,
    steps: 100,
    shares: [1.0, 0.98313, 0.03922],
    ridge: [0.97297, 0.8, 0.03846],
};

/// A diverging run ends where its weights exceed this.
const LARGEST: f64 = 1e6;
/// The steps of the runs that show the regimes.
const REGIME_STEPS: usize = 12;
/// The rates that show the regimes, in units of `1 / (2 sigma^2)`.
const REGIMES: [(f64, &str); 5] = [
    (0.005, "slow: 0.005"),
    (0.5, "monotone: 0.5"),
    (1.0, "one step: 1"),
    (1.7, "alternating: 1.7"),
    (2.05, "diverging: 2.05"),
];
/// Singular values of the problem on the order in which modes are fitted.
const ORDER: [f64; 3] = [2.0, 1.6, 0.5];

fn singular_value(text: &str) -> Result<f64, String> {
    positive(text).and_then(|sigma| match sigma {
        1e-3..=1e3 => Ok(sigma),
        _ => Err("must be from 0.001 to 1000".to_owned()),
    })
}

impl Experiment for LeastSquaresModes {
    const NAME: &'static str = "least-squares-modes";
    const ABOUT: &'static str = "Each singular value of the data has its own speed of learning";
    const SHOWS: &'static [&'static str] = &["6.1", "6.2", "6.3", "6.8"];
    const EXAMPLE: &'static str = "--rate 0.1";

    fn run(&self) -> Result<Report, LabError> {
        let (modes, steps) = (self.modes()?, self.steps_shown());
        let problem = problem(&self.sigmas, self.seed);
        let path = descend(&problem, self.rate, steps as usize);
        let lambda = SingularMode::equivalent_ridge(self.rate, steps);
        let ridge = Ridge::new(lambda).without_intercept().fit((&problem.features, &problem.targets));
        let ridge = ridge.map_err(|_| {
            LabError::setting("--steps", "the ridge penalty 1 / (2 eta t) is lost in rounding; take fewer")
        })?;
        let shares = &path[path.len() - 1];
        let ridge = problem.along(ridge.coefficients.as_slice().expect("a vector is contiguous")).to_vec();
        let regimes = REGIMES.map(|(share, _)| regime_run(share, self.sigmas[0], self.seed));
        Ok(Report::new(self.story(steps))
            .text(ORDER_TEXT)
            .number(trajectory_error(&modes, self.rate, &path))
            .numbers(regime_numbers(&regimes))
            .numbers(order_numbers(self.seed))
            .numbers(self.share_numbers(steps, shares, &ridge))
            .table(self.table(&modes, lambda, (shares, &ridge)))
            .figure("shares", &shares_chart(&self.sigmas, &path))
            .figure("regimes", &regimes_chart(&regimes))
            .figure("factors", &factors_chart())
            .figure("filters", &filters_chart(self.rate, steps, &self.sigmas, shares)))
    }
}

const ORDER_TEXT: &str = "A step multiplies the error of a mode by 1 - 2 eta sigma^2. With a small rate, \
    this factor is smallest for the largest singular value, which is fitted first; with a larger rate, \
    another mode can have the factor nearest to zero. Stopping after t steps shrinks the modes like ridge \
    regression with the penalty 1 / (2 eta t) does: smoothly, where principal component analysis cuts.";

impl LeastSquaresModes {
    fn modes(&self) -> Result<Vec<SingularMode>, LabError> {
        if !(1..=5).contains(&self.sigmas.len()) {
            return Err(LabError::setting("--sigmas", "give one to five singular values"));
        }
        let largest = self.sigmas.iter().fold(0.0, |most: f64, &sigma| most.max(sigma));
        if !(1e-9..=1e6).contains(&(self.rate * largest * largest)) {
            let problem = format!(
                "the rate times the square of the largest singular value must be from 1e-9 to 1e6: take a \
                 rate near {}",
                short(0.5 / (largest * largest))
            );
            return Err(LabError::setting("--rate", problem));
        }
        Ok(self.sigmas.iter().map(|&sigma| SingularMode { sigma, target: sigma }).collect())
    }

    /// The number of steps, cut where the weights of a diverging run become large.
    fn steps_shown(&self) -> u64 {
        let factor = |&sigma: &f64| SingularMode { sigma, target: sigma }.factor(self.rate).abs();
        let largest = self.sigmas.iter().map(factor).fold(0.0, f64::max);
        let cut = if largest > 1.0 { (LARGEST.ln() / largest.ln()).ceil() } else { f64::INFINITY };
        self.steps.min(cut.max(1.0) as u64)
    }

    fn story(&self, steps: u64) -> String {
        let end = if steps < self.steps {
            format!("A mode diverges, and the run ends after {steps} steps, where a weight exceeds 1e6.")
        } else {
            format!("Here are {steps} steps with the rate {}.", digits(self.rate))
        };
        format!(
            "In the basis of the singular vectors of X, gradient descent on |y - X w|^2 is one independent \
             sequence per singular value: a mode of singular value sigma has reached the share \
             1 - (1 - 2 eta sigma^2)^t of its optimum after t steps. {end}"
        )
    }

    fn share_numbers(&self, steps: u64, shares: &[f64], ridge: &[f64]) -> Vec<Number> {
        let standard =
            self.sigmas == STANDARD.sigmas && self.rate == STANDARD.rate && steps == STANDARD.steps;
        let lambda = SingularMode::equivalent_ridge(self.rate, steps);
        let numbers = self.sigmas.iter().enumerate().flat_map(|(i, &sigma)| {
            let mode = SingularMode { sigma, target: sigma };
            let name = |what: &str| format!("{what}, sigma = {}", digits(sigma));
            // The known shares have five decimals.
            let (stopped, shrunk) = if standard {
                ((STANDARD.shares[i], 5e-6), (STANDARD.ridge[i], 5e-6))
            } else {
                let exact = mode.fraction_after(self.rate, steps);
                ((exact, 1e-9 * exact.abs().max(1.0)), (mode.ridge_fraction(lambda), 1e-8))
            };
            let stopped = Number::new("6.8", name(&format!("share after {steps} steps")), shares[i])
                .exactly(stopped.0, stopped.1);
            let shrunk =
                Number::new("6.8", name(&format!("share of ridge, lambda = {}", digits(lambda))), ridge[i])
                    .exactly(shrunk.0, shrunk.1);
            [stopped, shrunk]
        });
        numbers.collect()
    }

    fn table(&self, modes: &[SingularMode], lambda: f64, (shares, ridge): (&[f64], &[f64])) -> Table {
        let header = ["sigma", "factor per step", "regime", "stopped early", "ridge", "hard cut"];
        let caption = "Share of the optimum along each mode: stopped early, ridge with \
                       lambda = 1 / (2 eta t), and principal components with sigma^2 above lambda";
        modes.iter().enumerate().fold(Table::new(caption, &header), |table, (i, mode)| {
            table.row([
                digits(mode.sigma),
                digits(mode.factor(self.rate)),
                name(mode.regime(self.rate)).to_owned(),
                digits(shares[i]),
                digits(ridge[i]),
                digits(hard_cut(mode.sigma, lambda)),
            ])
        })
    }
}

fn name(regime: Regime) -> &'static str {
    match regime {
        Regime::Slow => "slow",
        Regime::Monotone => "monotone",
        Regime::OneStep => "one step",
        Regime::Alternating => "alternating",
        Regime::Diverging => "diverging",
    }
}

/// Eight examples with these singular values; the optimum is 1 along each singular vector.
fn problem(sigmas: &[f64], seed: u64) -> Prescribed {
    Prescribed::new((8, sigmas.len()), sigmas, &vec![1.0; sigmas.len()], &mut random(seed))
}

/// The weights along the singular vectors during gradient descent from 0.
fn descend(problem: &Prescribed, rate: f64, steps: usize) -> Vec<Vec<f64>> {
    let mut loss = problem.loss();
    let start = vec![0.0; problem.modes.len()];
    let gradient = |w: &[f64], slope: &mut [f64]| slope.copy_from_slice(&loss.gradient(w));
    let path = trajectory(&mut Sgd::new(rate), gradient, &start, steps);
    path.iter().map(|w| problem.along(w).to_vec()).collect()
}

/// The largest distance of a path from the formula, as a share of the largest weight so far.
fn trajectory_error(modes: &[SingularMode], rate: f64, path: &[Vec<f64>]) -> Number {
    let (mut largest, mut error) = (1.0, 0.0);
    for (t, weights) in path.iter().enumerate() {
        largest = weights.iter().fold(largest, |most: f64, w| most.max(w.abs()));
        for (mode, w) in modes.iter().zip(weights) {
            error = f64::max(error, (w - mode.weight_after(rate, t as u64)).abs() / largest);
        }
    }
    // Each step adds a few roundings of the size of the largest weight.
    Number::new("6.1", "largest distance of the path from the formula", error)
        .exactly(0.0, 1e-14 * (10.0 + path.len() as f64))
}

/// The errors of one mode, as shares of the optimum, with a rate of `share / (2 sigma^2)`.
fn regime_run(share: f64, sigma: f64, seed: u64) -> Vec<f64> {
    let path = descend(&problem(&[sigma], seed), share * 0.5 / (sigma * sigma), REGIME_STEPS);
    path.iter().map(|w| w[0] - 1.0).collect()
}

fn regime_numbers(runs: &[Vec<f64>; 5]) -> Vec<Number> {
    let mut numbers = Vec::new();
    for ((share, name), errors) in REGIMES.iter().zip(runs) {
        let regime = name.split(':').next().expect("a name before the colon");
        let factor: f64 = 1.0 - share;
        // The signs of a converged mode are those of rounding errors.
        if factor != 0.0 {
            let turns = errors.windows(2).filter(|pair| pair[0] * pair[1] < 0.0).count();
            let expected = if factor < 0.0 { REGIME_STEPS as f64 } else { 0.0 };
            numbers.push(
                Number::new("6.2", format!("{regime}: changes of sign in 12 steps"), turns as f64)
                    .exactly(expected, 0.0),
            );
        }
        let steps = if factor == 0.0 { 1 } else { REGIME_STEPS };
        let error = Number::new(
            "6.2",
            format!("{regime}: error after {steps} {}", if steps == 1 { "step" } else { "steps" }),
            errors[steps],
        );
        numbers.push(error.exactly(0.0 - factor.powi(steps as i32), 1e-13));
    }
    let slow = SingularMode { sigma: 1.0, target: 1.0 }.factor(0.005);
    let steps = Number::new("6.2", "steps to an error of 1/e at the border of slow", -1.0 / slow.ln());
    numbers.push(steps.exactly(99.5, 0.05));
    numbers
}

/// Which mode is nearest to its optimum after four steps, with a small rate and with a large one.
fn order_numbers(seed: u64) -> Vec<Number> {
    let problem = problem(&ORDER, seed);
    let rates = [("small", 0.05 / ORDER[0].powi(2)), ("large", 0.5 / ORDER[1].powi(2))];
    let numbers = rates.map(|(name, rate)| {
        let end = &descend(&problem, rate, 4)[4];
        let error = |i: &usize| (end[*i] - 1.0).abs();
        let first = (0..ORDER.len()).min_by(|a, b| error(a).total_cmp(&error(b)));
        let expected = first_fitted_mode(&problem.modes, rate);
        let sigma = |mode: Option<usize>| mode.map_or(f64::NAN, |i| ORDER[i]);
        Number::new("6.3", format!("singular value that is fitted first with a {name} rate"), sigma(first))
            .exactly(sigma(expected), 0.0)
    });
    numbers.into()
}

/// The share of a mode after principal component analysis that keeps `sigma^2 > lambda`.
fn hard_cut(sigma: f64, lambda: f64) -> f64 {
    if sigma * sigma > lambda { 1.0 } else { 0.0 }
}

fn shares_chart(sigmas: &[f64], path: &[Vec<f64>]) -> LineChart {
    // At most 100 points, evenly on the logarithmic axis.
    let last = path.len() - 1;
    let mut steps: Vec<usize> =
        (0..=100).map(|i| (last as f64).powf(f64::from(i) / 100.0).round() as usize).collect();
    steps.dedup();
    let x: Vec<f64> = steps.iter().map(|&step| step as f64).collect();
    let chart = LineChart::new("step", "share of the optimum").log_x();
    let chart = chart.title("Gradient descent fits large singular values first, if the rate is small");
    sigmas.iter().enumerate().fold(chart, |chart, (i, &sigma)| {
        let y: Vec<f64> = steps.iter().map(|&step| path[step][i]).collect();
        chart.line(&format!("sigma = {}", digits(sigma)), &x, &y)
    })
}

fn regimes_chart(runs: &[Vec<f64>; 5]) -> LineChart {
    let steps: Vec<f64> = (0..=REGIME_STEPS).map(|step| step as f64).collect();
    let chart = LineChart::new("step", "error of the weight, as a share of the optimum");
    let chart = chart.title("Five regimes of the rate, in units of 1 / (2 sigma^2)");
    REGIMES.iter().zip(runs).fold(chart, |chart, ((_, name), run)| chart.line(name, &steps, run))
}

fn factors_chart() -> LineChart {
    let rates: Vec<f64> = (0..=130).map(|i| 0.002 * f64::from(i)).collect();
    let chart = LineChart::new("learning rate", "factor of the error per step, absolute value");
    let chart = chart.title("The mode whose factor is nearest to zero is fitted first");
    ORDER.iter().fold(chart, |chart, &sigma| {
        let mode = SingularMode { sigma, target: sigma };
        let factors: Vec<f64> = rates.iter().map(|&rate| mode.factor(rate).abs()).collect();
        chart.line(&format!("sigma = {}", digits(sigma)), &rates, &factors)
    })
}

fn filters_chart(rate: f64, steps: u64, sigmas: &[f64], shares: &[f64]) -> LineChart {
    let lambda = SingularMode::equivalent_ridge(rate, steps);
    // Up to the singular value that diverges.
    let (low, high) = (0.03 * lambda.sqrt(), rate.sqrt().recip() * 0.99);
    let grid: Vec<f64> =
        (0..=120).map(|i| low * (high.max(30.0 * low) / low).powf(f64::from(i) / 120.0)).collect();
    let share = |f: &dyn Fn(SingularMode) -> f64| -> Vec<f64> {
        grid.iter().map(|&sigma| f(SingularMode { sigma, target: sigma })).collect()
    };
    let stable: Vec<(f64, f64)> =
        sigmas.iter().copied().zip(shares.iter().copied()).filter(|&(sigma, _)| sigma <= high).collect();
    let (x, y): (Vec<f64>, Vec<f64>) = stable.into_iter().unzip();
    LineChart::new("singular value", "share of the optimum")
        .log_x()
        .title("Stopping early filters the modes like ridge, and unlike a hard cut")
        .line("stopped early", &grid, &share(&|mode| mode.fraction_after(rate, steps)))
        .line("ridge", &grid, &share(&|mode| mode.ridge_fraction(lambda)))
        .line("hard cut", &grid, &share(&|mode| hard_cut(mode.sigma, lambda)))
        .points("measured", &x, &y)
}
