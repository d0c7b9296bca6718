//! The stationary distribution of gradient descent with noise: a Gibbs distribution with a temperature.

mod figures;
mod parabola;
mod wells;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::noisy_descent::NoisyDescent;
use crate::number::digits;
use crate::potential::Potential;
use crate::ranges::within;
use crate::report::Report;
use clap::Args;
use parabola::{equipartition, scaled_pairs, softmax, temperature};
use wells::{Comparison, known_wells, masses};

/// Gradient descent with noise, `x <- x - eta U'(x) + (eta / sqrt B) xi`, does not stop at a minimum. In the
/// long run its density is proportional to `exp(-beta U)` with `beta = 2 B / eta`, up to terms of order `eta`
/// (Mandt, Hoffman and Blei 2017; Jastrzebski et al. 2018).
#[derive(Args, Clone, Debug)]
pub struct GibbsDistribution {
    /// Learning rate eta.
    #[arg(long, value_name = "ETA", default_value_t = 0.1, value_parser = within(0.02, 0.2))]
    pub rate: f64,
    /// Batch size B, if a single gradient has the variance 1.
    #[arg(long, value_name = "B", default_value_t = 0.25, value_parser = within(0.01, 100.0))]
    pub batch: f64,
    /// Tilt of the two wells (x^2 - 1)^2 / 4 + tilt x.
    #[arg(long, value_name = "TILT", default_value_t = 0.1, value_parser = within(0.05, 0.3))]
    pub tilt: f64,
    /// Number of steps of the long run.
    #[arg(long, value_name = "STEPS", default_value_t = 200_000,
        value_parser = clap::value_parser!(u64).range(1000..=20_000_000))]
    pub steps: u64,
    /// Number of runs that are looked at after 1000 steps.
    #[arg(long, value_name = "RUNS", default_value_t = 2000,
        value_parser = clap::value_parser!(u64).range(10..=100_000))]
    pub runs: u64,
    /// Seed of the noise.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

impl Experiment for GibbsDistribution {
    const NAME: &'static str = "gibbs";
    const ABOUT: &'static str = "SGD ends in a Gibbs distribution with the temperature eta/(2B)";
    const SHOWS: &'static [&'static str] = &["9.2", "9.3", "9.6", "9.7", "9.9", "9.12"];
    const EXAMPLE: &'static str = "--rate 0.05 --batch 0.25";

    fn run(&self) -> Result<Report, LabError> {
        let descent = self.descent();
        self.validate(descent)?;
        let wells = descent.potential.wells().expect("the tilt leaves two wells");
        let comparison = Comparison::new(descent, wells, self.steps, self.runs, self.seed);
        let beta = descent.inverse_temperature();
        let report = Report::new(format!(
            "With the rate {} and batches of {}, beta = 2B/eta = {}. The histograms of one run of {} steps \
             and of the ends of {} runs show the same density, which is close to exp(-beta loss): the lower \
             well holds {} of the long run, {} of the ends, and {} of the Gibbs distribution.",
            digits(self.rate),
            digits(self.batch),
            digits(beta),
            self.steps,
            self.runs,
            digits(comparison.long_run),
            digits(comparison.many_runs),
            digits(comparison.gibbs),
        ))
        .text(
            "At a high temperature the density is nearly flat over both wells; at a low one, nearly \
             everything is in the lower well. Only the ratio of rate and batch size matters: doubling both \
             changes little, doubling one of them changes the temperature.",
        );
        let numbers =
            [scaled_pairs(self.seed), vec![temperature(self.seed)], equipartition(self.seed), softmax()];
        Ok(report
            .numbers(comparison.numbers())
            .numbers(wells::scaling(descent, wells))
            .numbers(known_wells(descent.potential, wells))
            .numbers(masses(descent.potential, wells))
            .numbers(numbers.into_iter().flatten())
            .table(wells::table(descent.potential, wells))
            .figure("density", &figures::density(descent, &comparison))
            .figure("temperature", &figures::temperatures(descent.potential))
            .figure("scaling", &figures::scaling(descent, wells)))
    }
}

impl GibbsDistribution {
    fn descent(&self) -> NoisyDescent {
        let potential = Potential::TwoWells { tilt: self.tilt };
        NoisyDescent { potential, rate: self.rate, batch: self.batch }
    }

    /// The temperatures must be such that the noise leaves the point near the wells, also at twice the rate.
    fn validate(&self, descent: NoisyDescent) -> Result<(), LabError> {
        let hottest = NoisyDescent { rate: 2.0 * descent.rate, ..descent };
        let problem = if !hottest.is_confined() {
            "at twice the rate, the noise would throw the point to where steps diverge; use a larger batch"
        } else if descent.inverse_temperature() > 20.0 {
            "a run would hardly ever change the well; use at most 10 times the rate"
        } else {
            return Ok(());
        };
        let problem = format!("with beta = 2B/eta = {}, {problem}", digits(descent.inverse_temperature()));
        Err(LabError::Setting { name: "--batch", problem })
    }
}
