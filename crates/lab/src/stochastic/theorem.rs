//! The theorem on the mean squared gradient of stochastic gradient descent, and what is measured.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::ranges::within;
use crate::report::{Report, Table};
use clap::Args;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::PI;
use wengert_ad::{Elementary, derivatives};
use wengert_figures::LineChart;

/// If `f` is `L`-smooth, and the gradients are unbiased with a variance of at most `s2`, then `T` steps of
/// SGD with the rate `eta <= 1/L` have a mean squared gradient of at most `2 D / (eta T) + eta L s2`, with `D
/// = f(x_0) - min f` (Ghadimi and Lan 2013, theorem 2.1). The best rate makes this `2 sqrt(2 L D s2 / T)`.
///
/// Here `f(x) = 1 - cos x`, so `L = 1` and `D <= 2`, with normal noise.
#[derive(Args, Clone, Debug)]
pub struct Theorem {
    /// Standard deviation s of the noise in each gradient.
    #[arg(long, value_name = "S", default_value_t = 1.0, value_parser = within(0.1, 10.0))]
    pub noise: f64,
    /// Start; at 0 and at pi the gradient is 0.
    #[arg(long, value_name = "X", default_value_t = 3.0, value_parser = within(0.0, PI))]
    pub start: f64,
    /// Number of steps for the figure with several rates.
    #[arg(long, value_name = "STEPS", default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(2000..=200_000))]
    pub steps: u32,
    /// Seed of the noise.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

/// The greatest `f(x_0) - min f` of `f(x) = 1 - cos x`.
const DROP: f64 = 2.0;
/// The numbers of steps, with the bounds for noise of variance 1 as the lectures print them.
const LECTURE: [(u32, f64, f64); 3] =
    [(10_000, 0.04, 1e-12), (100_000, 0.0126, 5.1e-5), (1_000_000, 0.004, 1e-12)];

impl Experiment for Theorem {
    const NAME: &'static str = "theorem";
    const ABOUT: &'static str =
        "The mean squared gradient of SGD stays below a bound that falls like 1/sqrt T";
    const SHOWS: &'static [&'static str] = &["7.8"];
    const EXAMPLE: &'static str = "--noise 3";

    fn run(&self) -> Result<Report, LabError> {
        let steps: Vec<u32> = [1000].into_iter().chain(LECTURE.map(|(steps, ..)| steps)).collect();
        let steps: Vec<u32> = steps.into_iter().filter(|&steps| self.best_rate(steps) <= 1.0).collect();
        let measured: Vec<f64> =
            steps.iter().map(|&steps| self.measure(steps, self.best_rate(steps))).collect();
        let last = steps.len() - 1;
        let report = Report::new(format!(
            "With the rate that is best for {} steps, {}, the squared gradient was {} on average, and the \
             theorem allows {}. Ten times less takes a hundred times as many steps: the bound falls like \
             1/sqrt T.",
            steps[last],
            digits(self.best_rate(steps[last])),
            digits(measured[last]),
            digits(self.best_bound(steps[last])),
        ))
        .text(
            "The bound has two parts. The first, 2D/(eta T), is the way from the start and falls with the \
             rate; the second, eta L s2, is the noise and grows with it. Both parts are about twice of what \
             happens, because the proof gives away half of each step, so the measured mean is about half of \
             the bound.",
        );
        Ok(report
            .numbers(self.numbers(&steps, &measured))
            .table(self.table(&steps, &measured))
            .figure("steps", &self.by_steps(&steps, &measured))
            .figure("rates", &self.by_rate()))
    }
}

impl Theorem {
    fn variance(&self) -> f64 {
        self.noise * self.noise
    }

    /// The rate for which the bound is least, `sqrt(2 D / (L s2 T))`.
    fn best_rate(&self, steps: u32) -> f64 {
        (2.0 * DROP / (self.variance() * f64::from(steps))).sqrt()
    }

    /// The bound for a rate, `2 D / (eta T) + eta L s2`.
    fn bound(&self, steps: u32, rate: f64) -> f64 {
        2.0 * DROP / (rate * f64::from(steps)) + rate * self.variance()
    }

    /// The bound for the best rate, `2 sqrt(2 L D s2 / T)`.
    fn best_bound(&self, steps: u32) -> f64 {
        2.0 * (2.0 * DROP * self.variance() / f64::from(steps)).sqrt()
    }

    /// The mean of the squared gradient over a run, at the points before each step.
    fn measure(&self, steps: u32, rate: f64) -> f64 {
        let mut random = StdRng::seed_from_u64(self.seed);
        let (mut x, mut sum) = (self.start, 0.0);
        for _ in 0..steps {
            let [_, slope] = derivatives(|x| -x.cos() + 1.0, x);
            sum += slope * slope;
            let z: f64 = StandardNormal.sample(&mut random);
            x -= rate * (slope + self.noise * z);
        }
        sum / f64::from(steps)
    }

    fn numbers(&self, steps: &[u32], measured: &[f64]) -> Vec<Number> {
        let mut numbers = Vec::new();
        for (&steps, &measured) in steps.iter().zip(measured) {
            let bound = self.best_bound(steps);
            let number =
                Number::new("7.8", format!("bound on the mean squared gradient, T = {steps}"), bound);
            let lecture = LECTURE.iter().find(|(of, ..)| *of == steps && self.noise == 1.0);
            let equal = self.bound(steps, self.best_rate(steps));
            numbers.push(match lecture {
                Some(&(_, exact, tolerance)) => number.exactly(exact, tolerance),
                None => number.exactly(equal, 1e-12 * equal),
            });
            let name = format!("measured mean squared gradient, T = {steps}");
            numbers.push(Number::new("7.8", name, measured).between(0.0, bound));
        }
        numbers
    }

    fn table(&self, steps: &[u32], measured: &[f64]) -> Table {
        let header = ["steps T", "best rate", "bound", "measured", "measured / bound"];
        let table = Table::new("Mean squared gradient of 1 - cos x", &header);
        steps.iter().zip(measured).fold(table, |table, (&steps, &measured)| {
            let bound = self.best_bound(steps);
            let numbers = [self.best_rate(steps), bound, measured, measured / bound].map(digits);
            table.row([steps.to_string()].into_iter().chain(numbers))
        })
    }

    fn by_steps(&self, steps: &[u32], measured: &[f64]) -> LineChart {
        let x: Vec<f64> = steps.iter().copied().map(f64::from).collect();
        let bounds: Vec<f64> = steps.iter().map(|&steps| self.best_bound(steps)).collect();
        LineChart::new("number of steps T", "mean squared gradient")
            .title("The bound falls like 1/sqrt T, and SGD stays below it")
            .log_x()
            .log_y()
            .line("bound", &x, &bounds)
            .points("measured", &x, measured)
    }

    fn by_rate(&self) -> LineChart {
        let best = self.best_rate(self.steps);
        let factors = (-8..=8).map(|i| 2.0_f64.powf(f64::from(i) / 2.0));
        let rates: Vec<f64> = factors.map(|factor| factor * best).filter(|&rate| rate <= 1.0).collect();
        let bounds: Vec<f64> = rates.iter().map(|&rate| self.bound(self.steps, rate)).collect();
        let measured: Vec<f64> = rates.iter().map(|&rate| self.measure(self.steps, rate)).collect();
        LineChart::new("learning rate eta", "mean squared gradient")
            .title(&format!("Too small a rate does not arrive, too large a one is noisy, T = {}", self.steps))
            .log_x()
            .log_y()
            .line("bound", &rates, &bounds)
            .points("measured", &rates, &measured)
    }
}
