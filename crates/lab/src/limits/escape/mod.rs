//! Times of escape from a well, schedules that escape, and rare climbs.

mod climb;
mod schedules;
mod times;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::digits;
use crate::potential::Potential;
use crate::ranges::within;
use crate::report::Report;
use clap::Args;
use climb::Climbs;
use schedules::Annealing;
use times::Times;

/// Noise carries gradient descent out of a well. The mean time grows like `exp(beta dl)` with the height `dl`
/// of the barrier (Kramers 1940), so a rate that is raised for a while and lowered again leaves shallow wells
/// and ends deep in a good one.
#[derive(Args, Clone, Debug)]
pub struct Escape {
    /// Learning rate at which the times are measured.
    #[arg(long, value_name = "ETA", default_value_t = 0.1, value_parser = within(0.05, 0.15))]
    pub rate: f64,
    /// Tilt of the two wells (x^2 - 1)^2 / 4 + tilt x: the larger, the lower the barrier of the upper well.
    #[arg(long, value_name = "TILT", default_value_t = 0.1, value_parser = within(0.05, 0.2))]
    pub tilt: f64,
    /// Number of runs per temperature and per schedule.
    #[arg(long, value_name = "RUNS", default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(50..=2000))]
    pub runs: u32,
    /// Probability of a step upwards in the climb.
    #[arg(long, value_name = "P", default_value_t = 0.4, value_parser = within(0.05, 0.45))]
    pub up: f64,
    /// Seed of the noise.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

impl Experiment for Escape {
    const NAME: &'static str = "escape";
    const ABOUT: &'static str =
        "The time to leave a well grows exponentially with its depth over temperature";
    const SHOWS: &'static [&'static str] = &["9.4", "9.10"];
    const EXAMPLE: &'static str = "--tilt 0.15";

    fn run(&self) -> Result<Report, LabError> {
        let potential = Potential::TwoWells { tilt: self.tilt };
        let wells = potential.wells().expect("the tilt leaves two wells");
        let times = Times::new(potential, wells, self.rate, self.runs, self.seed);
        let annealing = Annealing::new(potential, wells, self.runs, self.seed);
        let climbs = Climbs::new(self.up, self.seed);
        let report = Report::new(format!(
            "The upper well is {} deep. The mean number of steps until noise at the temperature 1/beta \
             carries the point out of it grows by a factor of about exp({}) = {} whenever beta grows by 10, \
             here from {} steps at beta = {} to {} at beta = {}.",
            digits(times.barrier),
            digits(10.0 * times.barrier),
            digits((10.0 * times.barrier).exp()),
            digits(times.exact[0].mean.round()),
            digits(times::BETAS[0]),
            digits(times.exact[times::BETAS.len() - 1].mean.round()),
            digits(times::BETAS[times::BETAS.len() - 1]),
        ))
        .text(
            "With a small constant rate the runs stay where they started, in the upper well; with a large \
             one they leave it but do not settle. Rates that are large first and small later do both: \
             restarts raise the rate again and again, 1/log t lowers it as slowly as simulated annealing \
             asks.",
        )
        .text(format!(
            "A walk that goes up with the probability {} reaches the height k with the probability \
             (p/(1-p))^k: each further step is as rare as the one before, the same law as exp(-beta dl).",
            digits(self.up)
        ));
        Ok(report
            .numbers(times.numbers())
            .numbers(annealing.numbers())
            .numbers(climbs.numbers())
            .table(times.table())
            .figure("times", &times.figure())
            .figure("schedules", &annealing.figure())
            .figure("climb", &climbs.figure()))
    }
}
