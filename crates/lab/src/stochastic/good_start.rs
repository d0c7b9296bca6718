//! SGD with a constant rate: a good start, and a bad finish.

use super::noisy_problem::{Moments, NoisyProblem, descend, random, uniform};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::finite;
use crate::report::{Report, Table};
use crate::squared_error::SquaredError;
use crate::statistics::mean_and_error;
use clap::Args;
use ndarray::{Array1, Array2, ArrayView1};
use wengert_data::Batches;
use wengert_figures::LineChart;
use wengert_optim::{Optimizer, Schedule, Sgd};

/// SGD with single examples, drawn with replacement, on the mean of `(a_i'w - b_i)^2 / 2` over 50 noisy
/// examples with 2 features. With a constant rate it is fast at first, and ends at a floor that is
/// proportional to the rate; a rate that falls like `1/t` has no floor. Where all examples can be fitted
/// exactly, there is no floor at a constant rate, either.
#[derive(Args, Clone, Debug)]
pub struct GoodStartBadFinish {
    /// Learning rate of the fastest run, from 0.02 to 0.3; the others have a half and a quarter of it.
    #[arg(long, value_name = "ETA", default_value_t = 0.2, value_parser = rate)]
    pub rate: f64,
    /// Standard deviation of the noise in the targets, from 0.01 to 10.
    #[arg(long, value_name = "DEVIATION", default_value_t = 0.5, value_parser = noise)]
    pub noise: f64,
    /// Number of epochs.
    #[arg(long, value_name = "EPOCHS", default_value_t = 30,
          value_parser = clap::value_parser!(u16).range(20..=200))]
    pub epochs: u16,
    /// Number of runs with different draws.
    #[arg(long, value_name = "RUNS", default_value_t = 8,
          value_parser = clap::value_parser!(u64).range(5..=100))]
    pub seeds: u64,
    /// Seed of the examples and of the draws.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

fn rate(text: &str) -> Result<f64, String> {
    let in_range = |eta: &f64| (0.02..=0.3).contains(eta);
    finite(text).ok().filter(in_range).ok_or_else(|| "must be a number from 0.02 to 0.3".to_owned())
}

fn noise(text: &str) -> Result<f64, String> {
    let in_range = |deviation: &f64| (0.01..=10.0).contains(deviation);
    finite(text).ok().filter(in_range).ok_or_else(|| "must be a number from 0.01 to 10".to_owned())
}

const EXAMPLES: usize = 50;
/// The start is this far from the optimum along each axis.
const START: f64 = 5.0;

impl Experiment for GoodStartBadFinish {
    const NAME: &'static str = "good-start-bad-finish";
    const ABOUT: &'static str = "SGD with a constant rate stops at a floor that grows with the rate";
    const SHOWS: &'static [&'static str] = &["7.3", "7.6", "7.9", "7.11"];
    const EXAMPLE: &'static str = "--rate 0.1";

    fn run(&self) -> Result<Report, LabError> {
        let mut random = random(self.seed);
        let problem = NoisyProblem::new(uniform((EXAMPLES, 2), &mut random), self.noise, &mut random);
        let runs = self.runs(&problem);
        let (limits, line) = (Limits::of(&problem), single_feature(&problem));
        Ok(Report::new(format!(
            "At first all examples agree, and SGD takes {EXAMPLES} useful steps in an epoch. Near the \
             minimum they disagree: with a constant rate, the loss stays at a floor. Half the rate halves \
             the floor, and takes twice as long; a rate that falls like 1/t has no floor.",
        ))
        .text(format!(
            "SGD is not a descent method: with the smallest rate, {} % of the steps of the first epoch \
             increase the loss, late in the run {} %. Its largest rate is smaller, too: on a sum of \
             (a_i x - b_i)^2, full-batch descent is stable below 1 / S_2, SGD in mean square below \
             S_2 / (n S_4), here {} times less.",
            short(100.0 * runs[2].first_epoch.0),
            short(100.0 * runs[2].late.0),
            short(limits.full / limits.single)
        ))
        .number(running_mean_number(self.seed))
        .numbers(self.floor_numbers(&problem, &runs))
        .number(interpolation_number(self.seed))
        .numbers(self.uphill_numbers(&problem, &runs[2]))
        .numbers(limits.numbers(&line))
        .table(self.table(&problem, &runs))
        .figure("floors", &self.floors_chart(&problem, &runs))
        .figure("uphill", &uphill_chart(&runs))
        .figure("limits", &limits.chart()))
    }
}

/// One run.
struct Run {
    /// The loss above the minimum at the start and after each epoch.
    losses: Vec<f64>,
    /// The share of steps that increase it in each epoch.
    uphill: Vec<f64>,
}

/// Runs with one schedule.
struct Runs {
    name: String,
    /// The constant rate; `None` for the one that falls.
    rate: Option<f64>,
    schedule: Schedule,
    /// The mean loss above the minimum at the start and after each epoch.
    curve: Vec<f64>,
    /// The mean of the second half of the epochs, with its standard error.
    end: (f64, f64),
    /// The share of steps that increase the loss in each epoch.
    uphill: Vec<f64>,
    /// The share in the first epoch and in the second half, with standard errors.
    first_epoch: (f64, f64),
    late: (f64, f64),
}

impl GoodStartBadFinish {
    /// Three constant rates, and one that falls from the largest like `1/t`.
    fn runs(&self, problem: &NoisyProblem) -> Vec<Runs> {
        let constant = [1.0, 0.5, 0.25].map(|share| {
            let rate = share * self.rate;
            (format!("rate {}", digits(rate)), Some(rate), Schedule::constant(rate))
        });
        // Halved after two epochs, but not before the start is forgotten.
        let turn = 2.0 * EXAMPLES as f64;
        let falling =
            (format!("{} / (1 + t / {turn})", digits(self.rate)), None, Schedule::over_t(self.rate, turn));
        constant
            .into_iter()
            .chain([falling])
            .map(|(name, rate, schedule)| self.runs_of(problem, name, rate, &schedule))
            .collect()
    }

    fn runs_of(&self, problem: &NoisyProblem, name: String, rate: Option<f64>, schedule: &Schedule) -> Runs {
        let runs: Vec<Run> = (0..self.seeds)
            .map(|run| self.one_run(problem, schedule, self.seed.wrapping_mul(1000).wrapping_add(run)))
            .collect();
        let mean = |epoch: usize, of: fn(&Run) -> &Vec<f64>| {
            runs.iter().map(|run| of(run)[epoch]).sum::<f64>() / runs.len() as f64
        };
        let (epochs, half) = (usize::from(self.epochs), usize::from(self.epochs) / 2);
        let average = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
        let over = |value: &dyn Fn(&Run) -> f64| mean_and_error(&runs.iter().map(value).collect::<Vec<_>>());
        Runs {
            name,
            rate,
            schedule: schedule.clone(),
            curve: (0..=epochs).map(|epoch| mean(epoch, |run| &run.losses)).collect(),
            end: over(&|run| average(&run.losses[half..])),
            uphill: (0..epochs).map(|epoch| mean(epoch, |run| &run.uphill)).collect(),
            first_epoch: over(&|run| run.uphill[0]),
            late: over(&|run| average(&run.uphill[half..])),
        }
    }

    fn one_run(&self, problem: &NoisyProblem, schedule: &Schedule, seed: u64) -> Run {
        let mut batches = Batches::with_replacement(EXAMPLES, 1, seed);
        let mut order = Vec::new();
        for epoch in 0..u64::from(self.epochs) {
            order.extend(batches.epoch(epoch).flatten());
        }
        let start = start(problem);
        let mut losses = vec![problem.excess(&start)];
        descend(&mut problem.loss(), &start, schedule, order, |w| losses.push(problem.excess(w)));
        let share = |epoch: usize| {
            let steps = &losses[epoch * EXAMPLES..=(epoch + 1) * EXAMPLES];
            steps.windows(2).filter(|pair| pair[1] > pair[0]).count() as f64 / EXAMPLES as f64
        };
        let uphill = (0..usize::from(self.epochs)).map(share).collect();
        Run { losses: losses.into_iter().step_by(EXAMPLES).collect(), uphill }
    }

    fn floor_numbers(&self, problem: &NoisyProblem, runs: &[Runs]) -> Vec<Number> {
        let floors: Vec<f64> =
            runs.iter().filter_map(|run| run.rate).map(|rate| Moments::floor(problem, rate)).collect();
        let mut numbers = Vec::new();
        for (run, floor) in runs.iter().zip(&floors) {
            let number = Number::new("7.6", format!("{}: floor", run.name), run.end.0);
            // A slow run may not have arrived after half of the epochs.
            let arrived = (self.expected(problem, &run.schedule, self.epochs / 2) / floor - 1.0).abs() < 0.01;
            numbers.push(if arrived { number.estimates(*floor, run.end.1) } else { number });
        }
        // The floor is c eta / (2 - k eta) along each mode: more than proportional to the rate.
        for pair in floors.windows(2) {
            let number = Number::new("7.6", "exact floor / exact floor of half the rate", pair[0] / pair[1]);
            numbers.push(number.at_least(2.0));
        }
        let falling = runs[3].curve[usize::from(self.epochs)];
        let number = Number::new("7.6", "rate 1/t: end / floor of the smallest rate", falling / floors[2]);
        // In few or slow epochs, the start is not forgotten. A mean of runs may be 2.5 times its
        // expectation.
        let below = 2.5 * self.expected(problem, &runs[3].schedule, self.epochs) < floors[2];
        numbers.push(if below { number.at_most(1.0) } else { number });
        numbers
    }

    fn uphill_numbers(&self, problem: &NoisyProblem, runs: &Runs) -> Vec<Number> {
        let (first, late) = (runs.first_epoch.0, runs.late.0);
        let difference = (late - first) / runs.first_epoch.1.hypot(runs.late.1);
        let name = format!("{}: share of uphill steps in the first epoch", runs.name);
        let numbers = [
            Number::new("7.9", name, first),
            Number::new("7.9", "share of uphill steps in the second half", late),
            Number::new("7.9", "difference, in standard errors", difference),
        ];
        // The first epoch is a good start only if the floor is far below, and the second half a bad finish
        // only if it is there.
        let floor = runs.rate.map_or(0.0, |rate| Moments::floor(problem, rate));
        let starts = self.expected(problem, &runs.schedule, 1) > 2.0 * floor;
        if !starts || self.expected(problem, &runs.schedule, self.epochs / 2) > 1.01 * floor {
            return numbers.into();
        }
        let [first_number, late_number, difference] = numbers;
        vec![first_number.between(0.0, 0.5), late_number.at_least(first), difference.at_least(5.0)]
    }

    /// The exact mean of the loss above the minimum after some epochs.
    fn expected(&self, problem: &NoisyProblem, schedule: &Schedule, epochs: u16) -> f64 {
        let mut moments = Moments::at(problem, &start(problem));
        (0..u64::from(epochs) * EXAMPLES as u64).for_each(|t| moments.step(problem, schedule.rate(t)));
        moments.excess(problem)
    }

    fn table(&self, problem: &NoisyProblem, runs: &[Runs]) -> Table {
        let header = ["rate", "after 1 epoch", "second half", "exact floor", "steps uphill, late (%)"];
        let table = Table::new("Loss above the minimum", &header);
        runs.iter().fold(table, |table, run| {
            let floor = run.rate.map_or("0".to_owned(), |rate| digits(Moments::floor(problem, rate)));
            let measured = [run.curve[1], run.end.0].map(short);
            table
                .row([run.name.clone()].into_iter().chain(measured).chain([floor, short(100.0 * run.late.0)]))
        })
    }

    fn floors_chart(&self, problem: &NoisyProblem, runs: &[Runs]) -> LineChart {
        let epochs: Vec<f64> = (0..=self.epochs).map(f64::from).collect();
        let chart = LineChart::new("epoch", "loss above the minimum, mean of the runs").log_y();
        let chart = chart.title("The larger the rate, the better the start and the worse the finish");
        let chart = runs.iter().fold(chart, |chart, run| chart.line(&run.name, &epochs, &run.curve));
        chart
            .at_y("exact floors", Moments::floor(problem, self.rate))
            .at_y("", Moments::floor(problem, 0.5 * self.rate))
            .at_y("", Moments::floor(problem, 0.25 * self.rate))
    }
}

fn start(problem: &NoisyProblem) -> Vec<f64> {
    problem.optimum.iter().map(|w| w + START).collect()
}

/// SGD on `(theta - x_t)^2 / 2` with the rates 1, 1/2, 1/3, ... against the mean of the numbers so far.
fn running_mean_number(seed: u64) -> Number {
    let mut random = random(seed.wrapping_add(7));
    let numbers: Vec<f64> = uniform((200, 1), &mut random).into_iter().collect();
    let (schedule, mut theta, mut sgd) = (Schedule::over_t(1.0, 1.0), [3.0], Sgd::new(1.0));
    let (mut sum, mut error) = (0.0, 0.0);
    for (t, &x) in numbers.iter().enumerate() {
        sgd.set_learning_rate(schedule.rate(t as u64));
        let slope = wengert_ad::grad(|w| (w[0] - x) * (w[0] - x) * 0.5, &theta);
        sgd.step(&mut theta, &slope);
        sum += x;
        error = f64::max(error, (theta[0] - sum / (t + 1) as f64).abs());
    }
    Number::new("7.3", "rate 1/t: largest distance from the running mean in 200 steps", error)
        .exactly(0.0, 1e-14)
}

/// Ten examples with 40 features can be fitted exactly: there is no noise at the optimum.
fn interpolation_number(seed: u64) -> Number {
    let mut random = random(seed.wrapping_add(9));
    let features = uniform((10, 40), &mut random);
    let targets: Array1<f64> = uniform((10, 1), &mut random).into_iter().collect();
    let longest = features.rows().into_iter().map(|row| row.dot(&row)).fold(0.0, f64::max);
    let mut loss = SquaredError::new((&features, &targets)).expect("the examples are finite");
    let misfit = |w: &[f64]| {
        let residual = features.dot(&ArrayView1::from(w)) - &targets;
        residual.dot(&residual)
    };
    let (mut batches, mut order) = (Batches::with_replacement(10, 1, seed), Vec::new());
    for epoch in 0..300 {
        order.extend(batches.epoch(epoch).flatten());
    }
    let (zero, mut end) = (vec![0.0; 40], f64::NAN);
    let start = misfit(&zero);
    // A step fits the longest example exactly.
    descend(&mut loss, &zero, &Schedule::constant(1.0 / longest), order, |w| end = misfit(w));
    Number::new("7.6", "10 examples, 40 features, constant rate: loss / loss at the start", end / start)
        .at_most(1e-12)
}

fn uphill_chart(runs: &[Runs]) -> LineChart {
    let chart = LineChart::new("epoch", "steps that increase the loss (%)");
    let chart = chart.title("SGD is not a descent method: late, about half of its steps go uphill");
    [&runs[0], &runs[2]]
        .into_iter()
        .fold(chart, |chart, run| {
            let epochs: Vec<f64> = (1..=run.uphill.len()).map(|epoch| epoch as f64).collect();
            let shares: Vec<f64> = run.uphill.iter().map(|share| 100.0 * share).collect();
            chart.line(&run.name, &epochs, &shares)
        })
        .at_y("half", 50.0)
}

/// The problem with its first feature only, and targets that it fits exactly: `b_i = a_i`.
fn single_feature(problem: &NoisyProblem) -> Vec<f64> {
    problem.features.column(0).to_vec()
}

/// The largest rates for `sum_i (a_i x - b_i)^2`, for which the mean square of the error does not grow.
struct Limits {
    second: f64,
    fourth: f64,
    /// Of full-batch descent: `1 / S_2`.
    full: f64,
    /// Of SGD with single examples: `S_2 / (n S_4)`.
    single: f64,
}

impl Limits {
    fn of(problem: &NoisyProblem) -> Self {
        let a = problem.features.column(0);
        let power = |k: i32| a.iter().map(|a| a.powi(k)).sum::<f64>();
        let (second, fourth) = (power(2), power(4));
        Self { second, fourth, full: 1.0 / second, single: second / (EXAMPLES as f64 * fourth) }
    }

    /// The factors of the squared error in one step, by real gradients: of full-batch descent, and the mean
    /// of all steps of SGD.
    fn measured(&self, a: &[f64], full: f64, single: f64) -> [f64; 2] {
        let features = Array2::from_shape_vec((a.len(), 1), a.to_vec()).expect("one per row");
        let mut loss = SquaredError::new((&features, a)).expect("the examples are finite");
        // The optimum is 1; the error of the start is 1.
        let step = |rate: f64, gradient: &[f64]| {
            let mut w = [2.0];
            Sgd::new(rate).step(&mut w, gradient);
            (w[0] - 1.0).powi(2)
        };
        let whole = step(full, &loss.gradient(&[2.0]));
        let each = (0..a.len()).map(|i| step(single, &loss.batch_gradient(&[2.0], &[i])));
        [whole, each.sum::<f64>() / a.len() as f64]
    }

    fn numbers(&self, a: &[f64]) -> Vec<Number> {
        let at = self.measured(a, self.full, self.single);
        let below = self.measured(a, 0.9 * self.full, 0.9 * self.single);
        let above = self.measured(a, 1.1 * self.full, 1.1 * self.single);
        let name =
            |method: &str, share: &str| format!("{method}, {share} its limit: factor of the squared error");
        let mut numbers = vec![
            // By the inequality of Cauchy and Schwarz, S_2^2 <= n S_4.
            Number::new("7.11", "limit of full-batch descent / limit of SGD", self.full / self.single)
                .at_least(1.0),
        ];
        for (i, method) in ["full-batch descent", "SGD"].into_iter().enumerate() {
            numbers.extend([
                Number::new("7.11", name(method, "at"), at[i]).exactly(1.0, 1e-12),
                Number::new("7.11", name(method, "at 0.9 of"), below[i]).at_most(1.0 - 1e-9),
                Number::new("7.11", name(method, "at 1.1 of"), above[i]).at_least(1.0 + 1e-9),
            ]);
        }
        numbers
    }

    fn chart(&self) -> LineChart {
        let rates: Vec<f64> = (0..=110).map(|i| 0.01 * f64::from(i)).collect();
        let full: Vec<f64> = rates.iter().map(|share| (1.0 - 2.0 * share).powi(2)).collect();
        let n = EXAMPLES as f64;
        // eta = share / S_2.
        let single = |share: &f64| {
            let eta = share * self.full;
            1.0 - 4.0 * eta * self.second + 4.0 * eta * eta * n * self.fourth
        };
        let single: Vec<f64> = rates.iter().map(single).collect();
        LineChart::new("learning rate, in units of 1 / S_2", "factor of the squared error per step")
            .title("SGD becomes unstable at a smaller rate than full-batch descent")
            .line("full batch", &rates, &full)
            .line("SGD, mean square", &rates, &single)
            .at_y("limit of stability", 1.0)
    }
}
