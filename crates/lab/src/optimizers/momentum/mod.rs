//! Momentum: its forms, its largest and its best rate, its response to frequencies, and its noise.

mod best_rates;
mod charts;
mod noise;
mod recurrence;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::ranges::{condition, positive, probability};
use crate::report::{Report, Table};
use best_rates::{best_factor, best_momentum, plain_factor, steps_to_target};
use clap::Args;
use noise::Cloud;
use recurrence::{Recurrence, gain, largest_rate, look_ahead_path, path, textbook_path};
use wengert_optim::Sgd;

/// Momentum on parabolas, where it is a linear recurrence of second order, `w_{t+1} = T w_t - D w_{t-1}`,
/// with `D = rho` and `T = 1 + rho - eta c` in velocity form on the curvature `c` (Polyak 1964).
#[derive(Args, Clone, Debug)]
pub struct Momentum {
    /// Weight `b` of the newest gradient in low-pass form; the velocity form has rho = 1 - b.
    #[arg(long, value_name = "B", default_value_t = 0.1, value_parser = probability)]
    pub low_pass: f64,
    /// Singular value: the loss along its mode is (sigma w - y)^2, of curvature 2 sigma^2.
    #[arg(long, value_name = "SIGMA", default_value_t = 1.0, value_parser = positive)]
    pub sigma: f64,
    /// Condition number of the bowl of the race against plain descent.
    #[arg(long, value_name = "KAPPA", default_value_t = 100.0, value_parser = condition)]
    pub condition: f64,
    /// Learning rate with noisy gradients, on the curvature 1.
    #[arg(long, value_name = "RATE", default_value_t = 0.02, value_parser = positive)]
    pub rate: f64,
    /// Number of noisy steps.
    #[arg(long, value_name = "STEPS", default_value_t = 200_000,
        value_parser = clap::value_parser!(u32).range(1000..=500_000))]
    pub steps: u32,
    /// Seed of the noise.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

impl Experiment for Momentum {
    const NAME: &'static str = "momentum";
    const ABOUT: &'static str = "Momentum as a filter and an oscillator: its forms, rates and noise";
    const SHOWS: &'static [&'static str] = &["8.1", "8.2", "8.3", "8.9", "8.10"];
    const EXAMPLE: &'static str = "--low-pass 0.3";

    fn run(&self) -> Result<Report, LabError> {
        self.check()?;
        let clouds = self.clouds();
        Ok(Report::new(self.introduction())
            .text(self.on_noise())
            .numbers(self.forms())
            .numbers(self.limits())
            .numbers(self.oscillator())
            .numbers(self.noise(&clouds))
            .table(self.regimes())
            .figure("convergence", &charts::convergence(self.condition))
            .figure("factors", &charts::factors())
            .figure("gain", &charts::gains())
            .figure("clouds", &charts::clouds(&clouds)))
    }
}

impl Momentum {
    fn check(&self) -> Result<(), LabError> {
        let (name, problem) = if self.low_pass < 0.01 {
            ("--low-pass", "must be at least 0.01: smaller weights need too many steps to be measured")
        } else if !(1e-3..=1e3).contains(&self.sigma) {
            ("--sigma", "must be from 0.001 to 1000")
        } else if !(1e-3..=1.9).contains(&self.rate) {
            ("--rate", "must be from 0.001 to 1.9: on the curvature 1, plain descent diverges from 2 on")
        } else {
            return Ok(());
        };
        Err(LabError::Setting { name, problem: problem.to_owned() })
    }

    /// Momentum in velocity form.
    fn rho(&self) -> f64 {
        1.0 - self.low_pass
    }

    /// The curvature of the mode.
    fn curvature(&self) -> f64 {
        2.0 * self.sigma * self.sigma
    }

    fn introduction(&self) -> String {
        let [plain, fast] = [plain_factor(self.condition), best_factor(self.condition)];
        format!(
            "On a parabola, momentum is a linear recurrence of second order, like an oscillator with \
             friction: its two factors per step are real (it creeps) or complex (it swings, and shrinks by \
             sqrt(rho)). In a bowl of condition number {}, the best plain descent shrinks the distance by \
             {} per step, and the best momentum by {}.",
            digits(self.condition),
            digits(plain),
            digits(fast)
        )
    }

    fn on_noise(&self) -> String {
        format!(
            "In low-pass form, momentum averages gradients: it damps what changes quickly, such as the \
             zigzag in a narrow valley, and the cloud of SGD around the minimum stays as wide as without \
             it. In velocity form at the same rate, each gradient acts 1/(1 - rho) = {} times as far in \
             total, and the cloud is wider accordingly. Both statements hold, and both are about the same \
             method: the rates differ by the factor {}.",
            digits(1.0 / self.low_pass),
            digits(self.low_pass)
        )
    }

    /// 8.1 to 8.3: forms that visit the same points.
    fn forms(&self) -> [Number; 3] {
        let (b, rho, c) = (self.low_pass, self.rho(), self.curvature());
        let rate = 0.5 / c;
        let low_pass = path(&mut Sgd::new(rate).low_pass(b), c, 200);
        let velocity = path(&mut Sgd::new(rate * b).momentum(rho), c, 200);
        let textbook = textbook_path(rate * b, rho, c, 200);
        let rearranged = path(&mut Sgd::new(rate * b).momentum(rho).nesterov(), c, 200);
        let literal = look_ahead_path(&mut Sgd::new(rate * b).momentum(rho), c, 200);
        [
            Number::new(
                "8.1",
                "low-pass form against velocity form: largest distance",
                apart(&low_pass, &velocity),
            ),
            Number::new(
                "8.2",
                "rate outside against inside of the velocity: largest distance",
                apart(&velocity, &textbook),
            ),
            Number::new(
                "8.3",
                "Nesterov rearranged against literal: largest distance",
                apart(&rearranged, &literal),
            ),
        ]
        // The rounding of 200 steps between points of size 1.
        .map(|number| number.exactly(0.0, 1e-12))
    }

    /// 8.1 and 8.3: the largest rates that converge, found by bisection of real runs.
    fn limits(&self) -> [Number; 3] {
        let (b, c) = (self.low_pass, self.curvature());
        let square = self.sigma * self.sigma;
        let steps = (100.0 / b) as usize;
        let momentum = |rate: f64| Sgd::new(rate).low_pass(b);
        let nesterov = |rate: f64| Sgd::new(rate).low_pass(b).nesterov();
        let limits = [(2.0 - b) / (b * square), (2.0 - b) / ((3.0 - 2.0 * b) * b * square)];
        let found = [largest_rate(momentum, c, steps), largest_rate(nesterov, c, steps)];
        let last = path(&mut momentum(limits[0]), c, steps);
        let ratio = last[steps] / last[steps - 1];
        [
            Number::new("8.1", "largest rate of the low-pass form (bisection)", found[0])
                .exactly(limits[0], 1e-9 * limits[0]),
            // The other factor, 1 - b, has died out up to rounding.
            Number::new("8.1", "factor per step at this rate", ratio).exactly(-1.0, 1e-9),
            Number::new("8.3", "largest rate of Nesterov's low-pass form (bisection)", found[1])
                .exactly(limits[1], 1e-9 * limits[1]),
        ]
    }

    /// 8.9: factors, best rates and gains, all from the points that the optimizer visits.
    fn oscillator(&self) -> Vec<Number> {
        let (kappa, b, rho) = (self.condition, self.low_pass, self.rho());
        let swinging = Recurrence::measured(&path(&mut Sgd::new(1.0).momentum(rho), 1.0, 3));
        let fast = Recurrence::measured(&path(&mut best_momentum(kappa), kappa, 3)).largest_factor();
        let descent = path(&mut Sgd::new(2.0 / (1.0 + kappa)), kappa, 1)[1].abs();
        let plain_steps = steps_to_target(plain_factor(kappa));
        let mut numbers = vec![
            Number::new("8.9", "size of both factors while it swings, sqrt(rho)", swinging.largest_factor())
                .exactly(rho.sqrt(), 1e-12),
            Number::new("8.9", "best factor per step, plain descent", descent)
                .exactly(plain_factor(kappa), 1e-12),
            // Both factors coincide, so that they move by the root of the rounding errors.
            Number::new("8.9", "best factor per step, momentum", fast).exactly(best_factor(kappa), 1e-6),
            Number::new("8.9", "steps to 1e-6 at that factor, plain descent", steps_to_target(descent))
                .exactly(plain_steps, 1.0 + 1e-6 * plain_steps),
        ];
        let steps = Number::new("8.9", "steps to 1e-6 at that factor, momentum", steps_to_target(fast));
        let exact = steps_to_target(best_factor(kappa));
        numbers.push(steps.exactly(exact, 1.0 + 1e-3 * exact));
        let response = |period: usize| {
            let angle = std::f64::consts::TAU / period as f64;
            Number::new("8.9", format!("gain of the low-pass form at the period {period}"), gain(b, period))
                .exactly(b / (1.0 - 2.0 * rho * angle.cos() + rho * rho).sqrt(), 1e-12)
        };
        numbers.extend([2, 20, 200].map(response));
        numbers
    }

    /// The clouds of plain SGD, of the low-pass form and of the velocity form, all at the same rate.
    fn clouds(&self) -> [Cloud; 3] {
        let (rate, b, rho) = (self.rate, self.low_pass, self.rho());
        let exact = [
            Recurrence { trace: 1.0 - rate, determinant: 0.0 },
            Recurrence { trace: 1.0 + rho - rate * b, determinant: rho },
            Recurrence { trace: 1.0 + rho - rate, determinant: rho },
        ];
        let steps = self.steps as usize;
        [
            Cloud::new("plain", Sgd::new(rate), exact[0], rate, (steps, self.seed)),
            Cloud::new("low-pass form", Sgd::new(rate).low_pass(b), exact[1], rate * b, (steps, self.seed)),
            Cloud::new("velocity form", Sgd::new(rate).momentum(rho), exact[2], rate, (steps, self.seed)),
        ]
    }

    /// 8.10: reach of one gradient, and variance of the cloud.
    fn noise(&self, clouds: &[Cloud]) -> Vec<Number> {
        let (b, rho) = (self.low_pass, self.rho());
        let reach = |mut optimizer: Sgd<f64>| {
            let mut gradient = [1.0, 0.0].into_iter();
            let pulse = |_: &[f64], g: &mut [f64]| g[0] = gradient.next().unwrap_or(0.0);
            let points = wengert_optim::trajectory(&mut optimizer, pulse, &[0.0], (40.0 / b) as usize);
            -points[points.len() - 1][0]
        };
        let mut numbers = vec![
            Number::new(
                "8.10",
                "reach of one gradient over the rate, low-pass form",
                reach(Sgd::new(1.0).low_pass(b)),
            )
            .exactly(1.0, 1e-12),
            Number::new(
                "8.10",
                "reach of one gradient over the rate, velocity form",
                reach(Sgd::new(1.0).momentum(rho)),
            )
            .exactly(1.0 / b, 1e-12 / b),
        ];
        numbers.extend(clouds.iter().map(|cloud| {
            Number::new("8.10", format!("stationary variance, {}", cloud.name), cloud.measured)
                .estimates(cloud.exact, cloud.standard_error)
        }));
        let (eta, widths) = (self.rate, [eta_over(self.rate), clouds[1].exact, clouds[2].exact]);
        let formula = [eta * (1.0 + rho) / (2.0 * (1.0 + rho) - eta * b), {
            eta * (1.0 + rho) / (b * (2.0 * (1.0 + rho) - eta))
        }];
        numbers.extend([
            Number::new("8.10", "exact variance, plain", clouds[0].exact)
                .exactly(widths[0], 1e-12 * widths[0]),
            Number::new("8.10", "exact variance, low-pass form", widths[1])
                .exactly(formula[0], 1e-9 * formula[0]),
            Number::new("8.10", "exact variance, velocity form", widths[2])
                .exactly(formula[1], 1e-9 * formula[1]),
        ]);
        numbers
    }

    fn regimes(&self) -> Table {
        let rho = self.rho();
        let header = ["rate times curvature", "first factor", "second factor", "motion"];
        let caption = format!("The two factors per step of the velocity form, rho = {}", digits(rho));
        let edges = [(1.0 - rho.sqrt()).powi(2), (1.0 + rho.sqrt()).powi(2), 2.0 * (1.0 + rho)];
        let rates = [0.5 * edges[0], edges[0], 1.0, edges[1], 0.5 * (edges[1] + edges[2]), edges[2]];
        rates.into_iter().fold(Table::new(&caption, &header), |table, rate| {
            let recurrence = Recurrence { trace: 1.0 + rho - rate, determinant: rho };
            let [first, second] = recurrence.factors();
            table.row([digits(rate), first, second, recurrence.motion().to_owned()])
        })
    }
}

/// The stationary variance of plain SGD on the curvature 1 with unit noise: `eta / (2 - eta)`.
fn eta_over(eta: f64) -> f64 {
    eta / (2.0 - eta)
}

/// The largest distance between two paths.
fn apart(first: &[f64], second: &[f64]) -> f64 {
    first.iter().zip(second).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
