//! Variance reduction beside plain SGD, and noise without a variance.

mod heavy_tails;
mod problem;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::ranges::within;
use crate::report::{Report, Table};
use crate::variance_reduction::{saga, svrg};
use clap::Args;
use heavy_tails::HeavyTails;
use problem::Problem;
use rand::SeedableRng;
use rand::rngs::StdRng;
use wengert_figures::LineChart;

/// Plain SGD with a constant rate stops at a floor. SVRG and SAGA estimate the gradient from one example too,
/// but their variance vanishes at the minimum: they converge geometrically. And without a bounded variance,
/// an unbiased gradient promises nothing.
#[derive(Args, Clone, Debug)]
pub struct VarianceReduction {
    /// Number of examples of the least-squares problem with two features.
    #[arg(long, value_name = "N", default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(10..=500))]
    pub examples: u32,
    /// Standard deviation of the noise in the targets.
    #[arg(long, value_name = "S", default_value_t = 1.0, value_parser = within(0.01, 100.0))]
    pub noise: f64,
    /// Number of runs that are averaged.
    #[arg(long, value_name = "RUNS", default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(20..=200))]
    pub runs: u32,
    /// Seed of the data and of the examples that are drawn.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

/// Evaluations of the gradients of all examples, in each run.
const PASSES: usize = 90;
/// SVRG takes this many inner steps per example, so a stage evaluates 9 n gradients.
const INNER: usize = 4;
const STAGES: usize = PASSES / (1 + 2 * INNER);

/// The mean excess loss over the runs, and after how many passes over the data.
struct Curve {
    name: &'static str,
    passes: Vec<f64>,
    excess: Vec<f64>,
}

impl Experiment for VarianceReduction {
    const NAME: &'static str = "variance-reduction";
    const ABOUT: &'static str = "SVRG and SAGA converge where SGD with a constant rate has a floor";
    const SHOWS: &'static [&'static str] = &["7.13"];
    const EXAMPLE: &'static str = "--noise 3";

    fn run(&self) -> Result<Report, LabError> {
        let problem = Problem::new(self.examples as usize, self.noise, self.seed);
        let rate = 0.1 / problem.smoothness;
        let sgd = self.curve("SGD", &problem, |random| problem.sgd(rate, PASSES, random), 1);
        let svrg = self.curve("SVRG", &problem, |random| self.svrg(&problem, rate, random), 1 + 2 * INNER);
        let saga_rate = 1.0 / (3.0 * problem.smoothness);
        let saga = self.curve("SAGA", &problem, |random| self.saga(&problem, saga_rate, random), 1);
        let tails = HeavyTails::new(self.seed);
        let last = |curve: &Curve| curve.excess.last().copied().unwrap_or(f64::NAN);
        let report = Report::new(format!(
            "All three draw one example per step. After {PASSES} passes over the data, the loss is above its \
             minimum by {} for SGD, {} for SVRG and {} for SAGA: SGD has a floor, because at the minimum the \
             gradients of the examples are not 0; the other two subtract what they know of them.",
            digits(last(&sgd)),
            digits(last(&svrg)),
            digits(last(&saga)),
        ))
        .text(tails.text());
        let numbers = self.numbers(&problem, rate, &sgd, &svrg, &saga);
        Ok(report
            .numbers(numbers)
            .numbers(tails.numbers())
            .table(table(&[&sgd, &svrg, &saga]))
            .figure("convergence", &convergence(&[sgd, svrg, saga], problem.sgd_floor(rate)))
            .figure("heavy-tails", &tails.figure()))
    }
}

impl VarianceReduction {
    /// The curve of a method; the points of its path are `passes` passes apart.
    fn curve(
        &self,
        name: &'static str,
        problem: &Problem,
        path: impl Fn(&mut StdRng) -> Vec<Vec<f64>>,
        passes: usize,
    ) -> Curve {
        let mut excess: Vec<f64> = Vec::new();
        for run in 0..self.runs {
            let mut random = StdRng::seed_from_u64(self.seed.wrapping_add(1 + u64::from(run)));
            let path = path(&mut random);
            excess.resize(path.len(), 0.0);
            let mean = excess.iter_mut().zip(&path);
            mean.for_each(|(mean, w)| *mean += problem.excess(w) / f64::from(self.runs));
        }
        Curve { name, passes: (0..excess.len()).map(|i| (i * passes) as f64).collect(), excess }
    }

    fn svrg(&self, problem: &Problem, rate: f64, random: &mut StdRng) -> Vec<Vec<f64>> {
        let n = self.examples as usize;
        svrg(n, |i, w| problem.gradient(i, w), rate, &problem::START, (STAGES, INNER * n), random)
    }

    fn saga(&self, problem: &Problem, rate: f64, random: &mut StdRng) -> Vec<Vec<f64>> {
        let n = self.examples as usize;
        saga(n, |i, w| problem.gradient(i, w), rate, &problem::START, (PASSES * n, n), random)
    }

    fn numbers(&self, problem: &Problem, rate: f64, sgd: &Curve, svrg: &Curve, saga: &Curve) -> Vec<Number> {
        let (n, mu, smooth) = (f64::from(self.examples), problem.convexity, problem.smoothness);
        // Johnson and Zhang 2013, theorem 1, with inner steps m and eta = 0.1 / L.
        let factor = {
            let (m, slack) = (n * INNER as f64, 1.0 - 2.0 * smooth * rate);
            1.0 / (mu * rate * slack * m) + 2.0 * smooth * rate / slack
        };
        let stages = svrg.excess.len() - 1;
        let measured = (svrg.excess[stages] / svrg.excess[0]).powf(1.0 / stages as f64);
        // Defazio, Bach and Lacoste-Julien 2014, corollary 1; the loss is at most L/2 times the squared
        // distance.
        let steps = n * PASSES as f64;
        let distance = problem.squared_distance(&problem::START);
        let start = distance + 2.0 * n / (3.0 * smooth) * problem.excess(&problem::START);
        let shrunk = (1.0 - (1.0 / (4.0 * n)).min(mu / (3.0 * smooth))).powf(steps) * start;
        let (floor, error) = self.sgd_floor(problem, rate);
        vec![
            Number::new("7.13", "floor of SGD, the mean excess loss", floor)
                .estimates(problem.sgd_floor(rate), error),
            Number::new("7.13", "excess loss of SGD after all passes", sgd.excess[PASSES]),
            Number::new("7.13", "factor of SVRG per stage", measured).between(0.0, factor),
            Number::new("7.13", "excess loss of SAGA after all passes", saga.excess[PASSES])
                .between(0.0, 0.5 * smooth * shrunk + 1e-25),
        ]
    }

    /// The mean excess loss of long runs of SGD, and its standard error from the spread of the runs.
    fn sgd_floor(&self, problem: &Problem, rate: f64) -> (f64, f64) {
        let mean_of_run = |run: u32| {
            let mut random = StdRng::seed_from_u64(self.seed.wrapping_add(1000 + u64::from(run)));
            problem.mean_excess_of_sgd(rate, 100, &mut random)
        };
        let means: Vec<f64> = (0..self.runs).map(mean_of_run).collect();
        let count = f64::from(self.runs);
        let mean = means.iter().sum::<f64>() / count;
        let variance = means.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, (variance / count).sqrt())
    }
}

fn table(curves: &[&Curve]) -> Table {
    let table =
        Table::new("Mean excess loss", &["method", "at the start", "after half of the passes", "after all"]);
    curves.iter().fold(table, |table, curve| {
        let last = curve.excess.len() - 1;
        let values = [0, last / 2, last].map(|i| digits(curve.excess[i]));
        table.row([curve.name.to_owned()].into_iter().chain(values))
    })
}

fn convergence(curves: &[Curve], floor: f64) -> LineChart {
    let chart =
        LineChart::new("passes over the data (gradients per example)", "loss above the minimum").log_y();
    let chart = chart.title("SGD has a floor; variance reduction converges geometrically");
    let chart = curves.iter().fold(chart, |chart, curve| {
        // Below 1e-26 there is only rounding.
        let points = curve.passes.iter().zip(&curve.excess).take_while(|(_, excess)| **excess > 1e-26);
        let (passes, excess): (Vec<f64>, Vec<f64>) = points.unzip();
        chart.line(curve.name, &passes, &excess)
    });
    chart.at_y("floor of SGD", floor)
}
