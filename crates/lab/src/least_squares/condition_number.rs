//! The condition number of a bowl, and the zigzag of gradient descent in it.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::landscape::Landscape;
use crate::number::{Number, digits};
use crate::ranges::condition;
use crate::report::{Report, Table};
use clap::Args;
use wengert_figures::{HeatMap, LineChart};
use wengert_optim::{Sgd, trajectory};

/// Gradient descent on the bowl `(x^2 + kappa y^2) / 2` of condition number `kappa`, with the best rate
/// `2 / (1 + kappa)`: both coordinates shrink by `(kappa - 1) / (kappa + 1)` per step (Nocedal and Wright
/// 2006, section 3.3), the steep one changing its sign each time.
#[derive(Args, Clone, Debug)]
pub struct ConditionNumber {
    /// Ratio of the largest to the smallest curvature.
    #[arg(long, value_name = "KAPPA", default_value_t = 30.0, value_parser = condition)]
    pub condition: f64,
    /// Number of steps that are drawn.
    #[arg(long, value_name = "STEPS", default_value_t = 20,
          value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub steps: u32,
}

/// The distance from the minimum shall shrink to this share.
const TARGET: f64 = 1e-6;

impl Experiment for ConditionNumber {
    const NAME: &'static str = "condition-number";
    const ABOUT: &'static str = "Gradient descent zigzags in a narrow valley";
    const SHOWS: &'static [&'static str] = &["6.7"];
    const EXAMPLE: &'static str = "--condition 100";

    fn run(&self) -> Result<Report, LabError> {
        let kappa = self.condition;
        let bowl = Landscape::Bowl { condition: kappa };
        let rate = best_rate(kappa);
        let gradient = |w: &[f64], slope: &mut [f64]| slope.copy_from_slice(&bowl.gradient([w[0], w[1]]));
        let start = [1.0, 1.0 / kappa.sqrt()];
        let path = trajectory(&mut Sgd::new(rate), gradient, &start, self.steps as usize);
        let path: Vec<[f64; 2]> = path.iter().map(|w| [w[0], w[1]]).collect();
        let factor = (kappa - 1.0) / (kappa + 1.0);
        let turns = path.windows(2).filter(|pair| pair[0][1] * pair[1][1] < 0.0).count();
        let report = Report::new(format!(
            "In a bowl whose curvatures differ by a factor of {}, the largest rate that is good for the \
             steep direction is small for the flat one. At the best compromise, 2 / (1 + kappa) = {}, the \
             path jumps across the valley at every step, and the distance from the minimum shrinks by a \
             factor of {} per step.",
            digits(kappa),
            digits(rate),
            digits(factor)
        ));
        let numbers = [
            Number::new("6.7", "shrinking of x in the first step", path[1][0] / path[0][0])
                .exactly(factor, 1e-12),
            Number::new("6.7", "shrinking of y in the first step", path[1][1] / path[0][1])
                .exactly(-factor, 1e-12),
            Number::new("6.7", "steps that cross the valley", turns as f64)
                .exactly(if kappa > 1.0 { f64::from(self.steps) } else { 0.0 }, 0.0),
        ];
        Ok(report
            .numbers(numbers)
            .table(table())
            .figure("path", &zigzag(bowl, &path))
            .figure("distance", &distances(&[1.0, 3.0, 10.0, 30.0, 100.0])))
    }
}

/// The rate at which the slowest coordinate is as fast as possible, for curvatures 1 and `kappa`.
fn best_rate(kappa: f64) -> f64 {
    2.0 / (1.0 + kappa)
}

/// The least number of steps after which the distance has shrunk to [`TARGET`].
fn steps_to_target(kappa: f64) -> f64 {
    let factor = (kappa - 1.0) / (kappa + 1.0);
    if factor == 0.0 { 1.0 } else { (TARGET.ln() / factor.ln()).ceil() }
}

fn table() -> Table {
    let header = ["condition number", "best rate", "factor per step", "steps to 1e-6 of the distance"];
    let table = Table::new("Gradient descent with the best rate", &header);
    [1.0, 3.0, 10.0, 30.0, 100.0, 1000.0].into_iter().fold(table, |table, kappa| {
        let factor = (kappa - 1.0) / (kappa + 1.0);
        table.row([kappa, best_rate(kappa), factor, steps_to_target(kappa)].map(digits))
    })
}

fn zigzag(bowl: Landscape, path: &[[f64; 2]]) -> HeatMap {
    let height = 1.3 * path[0][1];
    HeatMap::new(["x", "y"], [-0.35..1.1, -height..height], "loss", |x, y| bowl.value([x, y]))
        .title("Gradient descent jumps from side to side of the valley")
        .path("gradient descent", path)
}

fn distances(conditions: &[f64]) -> LineChart {
    let steps: Vec<f64> = (0..=60).map(f64::from).collect();
    let chart = LineChart::new("step", "distance from the minimum, as a share of the start").log_y();
    let chart = chart.title("The larger the condition number, the slower the descent");
    conditions.iter().filter(|&&kappa| kappa > 1.0).fold(chart, |chart, &kappa| {
        let factor = (kappa - 1.0) / (kappa + 1.0);
        let shares: Vec<f64> = steps.iter().map(|&step| factor.powf(step)).collect();
        chart.line(&format!("condition number {}", digits(kappa)), &steps, &shares)
    })
}
