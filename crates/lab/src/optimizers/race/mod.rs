//! Six optimizers side by side: on a bowl, at a saddle, between two wells, and with noise.

mod charts;
mod first_steps;
mod methods;
mod rotation;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::landscape::{GradientNoise, Landscape, OptimizerPath, compare_optimizers};
use crate::number::{Number, digits, short};
use crate::ranges::{condition, positive};
use crate::report::{Report, Table};
use clap::Args;

/// SGD, momentum 0.9, Nesterov, AdaGrad, RMSProp and Adam, all with the same rate, on functions of two
/// variables that show how they differ.
#[derive(Args, Clone, Debug)]
pub struct Race {
    /// Condition number of the bowl.
    #[arg(long, value_name = "KAPPA", default_value_t = 30.0, value_parser = condition)]
    pub condition: f64,
    /// Learning rate of all six.
    #[arg(long, value_name = "RATE", default_value_t = 0.02, value_parser = positive)]
    pub rate: f64,
    /// Number of steps.
    #[arg(long, value_name = "STEPS", default_value_t = 400,
        value_parser = clap::value_parser!(u32).range(10..=10_000))]
    pub steps: u32,
    /// Angle by which the bowl is rotated, in degrees.
    #[arg(long, value_name = "DEGREES", default_value_t = 30.0, value_parser = crate::ranges::finite,
        allow_negative_numbers = true)]
    pub angle: f64,
    /// Standard deviation of the noise in each gradient of the noisy bowl.
    #[arg(long, value_name = "DEVIATION", default_value_t = 1.0, value_parser = positive)]
    pub noise: f64,
    /// Seed of the noise.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

/// The minima of the two wells: two of the roots of `x^3 - x + 1/10`.
const WELLS: [f64; 2] = [0.945_649_274_8, -1.046_680_530_6];

/// The four comparisons.
struct Runs {
    bowl: Vec<OptimizerPath>,
    saddle: Vec<OptimizerPath>,
    wells: Vec<OptimizerPath>,
    noisy: Vec<OptimizerPath>,
}

impl Experiment for Race {
    const NAME: &'static str = "race";
    const ABOUT: &'static str = "Six optimizers on a bowl, at a saddle, between two wells, with noise";
    const SHOWS: &'static [&'static str] = &["8.4", "8.5", "8.7", "8.11", "8.12", "8.13", "8.16", "8.17"];
    const EXAMPLE: &'static str = "--condition 100";

    fn run(&self) -> Result<Report, LabError> {
        if self.rate > 10.0 {
            let problem = "must be at most 10: all six have left every landscape long before".to_owned();
            return Err(LabError::Setting { name: "--rate", problem });
        }
        if self.noise > 1e6 {
            let problem = "must be at most 1e6: the noise hides every gradient".to_owned();
            return Err(LabError::Setting { name: "--noise", problem });
        }
        let runs = self.runs();
        Ok(Report::new(self.text(&runs))
            .text(
                "Dividing by the size of the gradient, weight by weight, turns the first step towards the \
                 minimum where the axes of the bowl are those of the weights. It is a property of the \
                 coordinates: in the rotated bowl, SGD takes the rotated path, and Adam another one.",
            )
            .numbers(first_steps::numbers(self.rate))
            .numbers(self.overshoot(&runs))
            .numbers(self.saddle(&runs))
            .numbers(self.directions(&runs))
            .numbers(self.wells(&runs))
            .numbers(rotation::numbers(self.bowl(), self.rate, self.steps as usize, self.angle))
            .number(methods::number())
            .table(methods::table())
            .table(self.ends(&runs))
            .figure("bowl", &charts::bowl(self.condition, &runs.bowl))
            .figure("saddle", &charts::saddle(&runs.saddle))
            .figure("two-wells", &charts::wells(&runs.wells))
            .figure("noisy-bowl", &charts::noisy_bowl(self.condition, &runs.noisy))
            .figure("rotated", &rotation::chart(self.bowl(), self.rate, self.steps as usize, self.angle))
            .figure("first-steps", &first_steps::chart()))
    }
}

impl Race {
    fn bowl(&self) -> Landscape {
        Landscape::Bowl { condition: self.condition }
    }

    fn runs(&self) -> Runs {
        let noise = GradientNoise { deviation: self.noise, seed: self.seed };
        let run = |landscape, noise| compare_optimizers(landscape, self.rate, self.steps as usize, noise);
        Runs {
            bowl: run(self.bowl(), None),
            saddle: run(Landscape::Saddle, None),
            wells: run(Landscape::TwoWells, None),
            noisy: run(self.bowl(), Some(noise)),
        }
    }

    fn text(&self, runs: &Runs) -> String {
        let escape = |number: usize| match steps_until(&runs.saddle[number], |at| at[1].abs() > 0.5) {
            Some(steps) => format!("after {steps} steps"),
            None => format!("not within {} steps", self.steps),
        };
        format!(
            "Bowl of condition number {}: SGD falls down the steep side first and then creeps along the \
             valley; momentum overshoots and swings back; RMSProp and Adam head for the minimum at once. \
             Saddle: momentum leaves it {}, SGD {}. Two wells: with rate 0.02, SGD stops in the first \
             well, and momentum rolls through it into the lower one. Noise: the cloud of momentum is \
             wider, since at the same rate each gradient acts ten times as far.",
            digits(self.condition),
            escape(1),
            escape(0)
        )
    }

    /// 8.7: momentum swings across the minimum along the flat axis, where plain descent does not.
    fn overshoot(&self, runs: &Runs) -> Vec<Number> {
        let lowest = |path: &OptimizerPath| path.points.iter().map(|at| at[0]).fold(f64::INFINITY, f64::min);
        let (rho, rate, kappa) = (0.9_f64, self.rate, self.condition);
        let momentum =
            Number::new("8.7", "lowest x of momentum on the bowl, overshoot", lowest(&runs.bowl[1]));
        let sgd = Number::new("8.7", "lowest x of SGD on the bowl, no overshoot", lowest(&runs.bowl[0]));
        // The factors per step of momentum are complex, sqrt(rho) e^(+-i angle), and half a turn brings x to
        // the other side.
        let cosine = (1.0 + rho - rate) / (2.0 * rho.sqrt());
        let swings = cosine.abs() < 1.0 && f64::from(self.steps) * cosine.acos() > std::f64::consts::PI;
        let is_stable = rate * kappa < 2.0 * (1.0 + rho);
        vec![
            if swings && is_stable { momentum.at_most(0.0) } else { momentum },
            if rate <= 1.0 { sgd.at_least(0.0) } else { sgd },
        ]
    }

    /// 8.7: from 0.001 beside the ridge of the saddle to 0.5.
    fn saddle(&self, runs: &Runs) -> Vec<Number> {
        let steps = |number: usize| {
            let path = &runs.saddle[number];
            steps_until(path, |at| at[1].abs() > 0.5).map(|steps| steps as f64)
        };
        let mut numbers = Vec::new();
        if let Some(sgd) = steps(0) {
            // The distance grows by at most 1 + rate per step.
            let least = (500.0_f64.ln() / self.rate.ln_1p()).floor();
            numbers.push(Number::new("8.7", "steps of SGD out of the saddle", sgd).at_least(least));
            if let Some(momentum) = steps(1) {
                let number = Number::new("8.7", "steps of momentum out of the saddle", momentum);
                // The velocity only adds to each step on the way down.
                numbers.push(number.at_most(sgd));
            }
        }
        numbers
    }

    /// 8.13: the angle between the first step and the direction to the minimum.
    fn directions(&self, runs: &Runs) -> Vec<Number> {
        let steep = self.condition.atan().to_degrees() - 45.0;
        let number = |path: &OptimizerPath, expected: f64, tolerance: f64| {
            let name = format!("first step of {} off the minimum (degrees)", path.optimizer);
            Number::new("8.13", name, first_turn(&path.points)).exactly(expected, tolerance)
        };
        let (plain, adaptive) = runs.bowl.split_at(3);
        // Points have 16 digits, and so have steps times their length.
        let rounding = 1e-9 + 1e-13 / self.rate;
        let plain = plain.iter().map(|path| number(path, steep, rounding));
        // Epsilon is up to 1e-8 of the gradient.
        plain.chain(adaptive.iter().map(|path| number(path, 0.0, 1e-5 + rounding))).collect()
    }

    /// 8.13: where the paths between the two wells end.
    fn wells(&self, runs: &Runs) -> Vec<Number> {
        let is_known = self.rate == 0.02 && self.steps >= 400;
        let end = |number: usize, name: &str, well: f64| {
            let points = &runs.wells[number].points;
            let value = points[points.len() - 1][0];
            let number = Number::new("8.13", format!("x of {name} at the end, two wells"), value);
            // The distance shrinks by 0.965 per step or faster, from 1.
            if is_known { number.exactly(well, 1e-5) } else { number }
        };
        vec![end(0, "SGD", WELLS[0]), end(1, "momentum", WELLS[1])]
    }

    fn ends(&self, runs: &Runs) -> Table {
        let header = ["optimizer", "bowl", "saddle", "two wells", "noisy bowl"];
        let caption = format!("Loss after {} steps with rate {}", self.steps, digits(self.rate));
        let landscapes = [self.bowl(), Landscape::Saddle, Landscape::TwoWells, self.bowl()];
        (0..6).fold(Table::new(&caption, &header), |table, number| {
            let paths = [&runs.bowl, &runs.saddle, &runs.wells, &runs.noisy].map(|paths| &paths[number]);
            let losses = landscapes.iter().zip(paths).map(|(landscape, path)| loss_at_end(*landscape, path));
            table.row(std::iter::once(paths[0].optimizer.to_owned()).chain(losses))
        })
    }
}

/// The loss at the end of a path, or the step at which it is no longer finite.
fn loss_at_end(landscape: Landscape, path: &OptimizerPath) -> String {
    match path.points.iter().position(|&at| !landscape.value(at).is_finite()) {
        Some(step) => format!("diverged at step {step}"),
        None => short(landscape.value(path.points[path.points.len() - 1])),
    }
}

/// The number of steps until a point of a path is as wanted.
fn steps_until(path: &OptimizerPath, wanted: impl Fn(&[f64; 2]) -> bool) -> Option<usize> {
    path.points.iter().position(wanted)
}

/// The angle between the first step and the direction to the origin, in degrees.
fn first_turn(points: &[[f64; 2]]) -> f64 {
    let [[x, y], next] = [points[0], points[1]];
    let (u, v) = (next[0] - x, next[1] - y);
    let (along, across) = (-(u * x + v * y), u * y - v * x);
    across.abs().atan2(along).to_degrees()
}
