//! Schedules of the learning rate, what they do to SGD with noise, and gradient clipping.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::positive;
use crate::report::{Report, Table};
use clap::Args;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_figures::LineChart;
use wengert_optim::{Optimizer, Schedule, Sgd, clip_norm, clip_value};

/// Schedules from a common first rate, and SGD with them on the parabola `w^2 / 2` with noisy gradients.
#[derive(Args, Clone, Debug)]
pub struct Schedules {
    /// First rate, or largest rate of schedules that warm up.
    #[arg(long, value_name = "RATE", default_value_t = 0.5, value_parser = positive)]
    pub rate: f64,
    /// Number of steps.
    #[arg(long, value_name = "STEPS", default_value_t = 400,
        value_parser = clap::value_parser!(u32).range(20..=2000))]
    pub steps: u32,
    /// Number of runs of SGD.
    #[arg(long, value_name = "RUNS", default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(20..=300))]
    pub runs: u32,
    /// Seed of the noise.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

/// A schedule with its formula.
struct Entry {
    name: &'static str,
    schedule: Schedule,
    /// The rate at a step, written out.
    formula: Box<dyn Fn(f64) -> f64>,
}

/// The start of SGD, in standard deviations of the noise.
const START: f64 = 10.0;

impl Experiment for Schedules {
    const NAME: &'static str = "schedules";
    const ABOUT: &'static str = "Ten schedules of the learning rate, and gradient clipping";
    const SHOWS: &'static [&'static str] = &["8.8"];
    const EXAMPLE: &'static str = "--rate 0.1";

    fn run(&self) -> Result<Report, LabError> {
        if self.rate >= 2.0 {
            let problem = "must be below 2: on the curvature 1, SGD diverges from 2 on".to_owned();
            return Err(LabError::Setting { name: "--rate", problem });
        }
        let entries = self.entries();
        let outcomes: Vec<Outcome> = entries.iter().map(|entry| self.sgd(&entry.schedule)).collect();
        let best = (0..entries.len()).min_by(|&a, &b| outcomes[a].exact.total_cmp(&outcomes[b].exact));
        let best = best.expect("there are schedules");
        Ok(Report::new(format!(
            "Noisy gradients want two things: a large rate at first, to arrive, and a small one at the \
             end, so that the noise averages out. A constant rate of {} keeps a mean squared distance of \
             {}; after {} steps, the smallest distance, {}, is that of the schedule \"{}\".",
            digits(self.rate),
            short(outcomes[0].exact),
            self.steps,
            short(outcomes[best].exact),
            entries[best].name
        ))
        .text(
            "Clipping by norm shortens a gradient and keeps its direction; clipping by value changes the \
             direction.",
        )
        .numbers(self.rates(&entries))
        .numbers(self.ends(&entries, &outcomes))
        .numbers(clipping())
        .table(self.table(&entries, &outcomes))
        .figure("falling", &self.curves(&entries[..6], "Rates that fall, 1/t first, 1/log t last"))
        .figure("cycles", &self.curves(&entries[6..], "Rates that rise first, or rise again"))
        .figure("distances", &self.distances(&entries, &outcomes)))
    }
}

/// Whether SGD with a schedule is drawn.
fn is_drawn(name: &str) -> bool {
    ["constant", "step", "1/t", "1/sqrt t", "cosine"].contains(&name)
}

/// Mean squared distances of SGD from the minimum.
struct Outcome {
    /// The mean at the end, and the standard deviation of its estimate from all runs.
    exact: f64,
    standard_error: f64,
    /// The exact mean after each step.
    curve: Vec<f64>,
}

impl Schedules {
    /// The ten schedules: six that fall, and four with a rise.
    fn entries(&self) -> Vec<Entry> {
        let (eta, total) = (self.rate, u64::from(self.steps));
        let (n, tau) = (total as f64, total as f64 / 20.0);
        let (quarter, tenth, fifth) = (total / 4, total / 10, total / 5);
        let half_cosine = |part: f64| 0.5 * (1.0 + (std::f64::consts::PI * part).cos());
        let decay = 0.01_f64.powf(1.0 / n);
        let entry = |name, schedule, formula: Box<dyn Fn(f64) -> f64>| Entry { name, schedule, formula };
        let e = std::f64::consts::E;
        vec![
            entry("constant", Schedule::constant(eta), Box::new(move |_| eta)),
            entry("step", Schedule::step(eta, 0.5, quarter), {
                Box::new(move |t| eta * 0.5_f64.powf((t / quarter as f64).floor()))
            }),
            entry("exponential", Schedule::exponential(eta, decay), Box::new(move |t| eta * decay.powf(t))),
            entry("1/t", Schedule::over_t(eta, tau), Box::new(move |t| eta / (1.0 + t / tau))),
            entry(
                "1/sqrt t",
                Schedule::over_root_t(eta, tau),
                Box::new(move |t| eta / (1.0 + t / tau).sqrt()),
            ),
            entry("1/log t", Schedule::over_log_t(eta, tau), Box::new(move |t| eta / (e + t / tau).ln())),
            entry("cosine", Schedule::cosine(eta, total), Box::new(move |t| eta * half_cosine(t / n))),
            entry("cosine with restarts", Schedule::cosine_restarts(eta, 0.0, quarter, 1), {
                Box::new(move |t| eta * half_cosine((t / quarter as f64).fract()))
            }),
            entry("warm-up", Schedule::cosine(eta, total - tenth).warmed_up(tenth, 0.1), {
                let warm = tenth as f64;
                Box::new(move |t| {
                    if t < warm {
                        eta * (0.1 + 0.9 * t / warm)
                    } else {
                        eta * half_cosine((t - warm) / (n - warm))
                    }
                })
            }),
            entry("one-cycle", Schedule::one_cycle_with(eta, total, fifth as f64 / n, (25.0, 1e4)), {
                let (top, low, last) = (fifth as f64 - 1.0, eta / 25.0, eta / 1e4);
                Box::new(move |t| {
                    if t <= top {
                        eta + (low - eta) * half_cosine(t / top)
                    } else {
                        last + (eta - last) * half_cosine((t - top) / (n - 1.0 - top))
                    }
                })
            }),
        ]
    }

    /// The rates in the middle of the run against their formulas.
    fn rates(&self, entries: &[Entry]) -> Vec<Number> {
        let step = u64::from(self.steps) / 2 + 1;
        let number = |entry: &Entry| {
            Number::new("8.8", format!("rate at step {step}, {}", entry.name), entry.schedule.rate(step))
                .exactly((entry.formula)(step as f64), 1e-12 * self.rate)
        };
        entries.iter().map(number).collect()
    }

    /// The distribution of SGD from [`START`] with standard normal noise. Points are normal, with the mean
    /// `m <- (1 - eta) m` and the variance `v <- (1 - eta)^2 v + eta^2`.
    fn sgd(&self, schedule: &Schedule) -> Outcome {
        let (mut mean, mut variance, mut curve) = (START, 0.0_f64, vec![START * START]);
        for eta in self.all_rates(schedule) {
            mean *= 1.0 - eta;
            variance = (1.0 - eta).powi(2) * variance + eta * eta;
            curve.push(mean * mean + variance);
        }
        // The variance of the square of a normal number.
        let of_square = 2.0 * variance * variance + 4.0 * mean * mean * variance;
        let standard_error = (of_square / f64::from(self.runs)).sqrt();
        Outcome { exact: mean * mean + variance, standard_error, curve }
    }

    fn all_rates(&self, schedule: &Schedule) -> Vec<f64> {
        (0..u64::from(self.steps)).map(|step| schedule.rate(step)).collect()
    }

    /// The mean squared distance at the end, over the runs.
    fn measured(&self, schedule: &Schedule) -> f64 {
        let rates = self.all_rates(schedule);
        let (mut random, mut sum) = (StdRng::seed_from_u64(self.seed), 0.0);
        for _ in 0..self.runs {
            let (mut w, mut sgd) = ([START], Sgd::new(rates[0]));
            for &eta in &rates {
                let noise: f64 = StandardNormal.sample(&mut random);
                sgd.set_learning_rate(eta);
                let gradient = [w[0] + noise];
                sgd.step(&mut w, &gradient);
            }
            sum += w[0] * w[0];
        }
        sum / f64::from(self.runs)
    }

    fn ends(&self, entries: &[Entry], outcomes: &[Outcome]) -> Vec<Number> {
        let number = |(entry, outcome): (&Entry, &Outcome)| {
            let name = format!("mean squared distance at the end, {}", entry.name);
            Number::new("8.8", name, self.measured(&entry.schedule))
                .estimates(outcome.exact, outcome.standard_error)
        };
        entries.iter().zip(outcomes).filter(|(entry, _)| is_drawn(entry.name)).map(number).collect()
    }

    fn table(&self, entries: &[Entry], outcomes: &[Outcome]) -> Table {
        let header = ["schedule", "rate in the middle", "sum of rates", "sum of squares", "squared distance"];
        let caption = format!("The schedules over {} steps, and SGD at the end", self.steps);
        entries.iter().zip(outcomes).fold(Table::new(&caption, &header), |table, (entry, outcome)| {
            let rates = || (0..u64::from(self.steps)).map(|step| entry.schedule.rate(step));
            let middle = entry.schedule.rate(u64::from(self.steps) / 2);
            let sums = [rates().sum(), rates().map(|rate| rate * rate).sum::<f64>()];
            let numbers = [middle, sums[0], sums[1], outcome.exact].map(short);
            table.row(std::iter::once(entry.name.to_owned()).chain(numbers))
        })
    }

    /// Some steps, evenly spaced, and the last one.
    fn times(&self) -> Vec<u64> {
        let steps = u64::from(self.steps);
        (0..steps).step_by(steps.div_ceil(200) as usize).chain([steps - 1]).collect()
    }

    fn curves(&self, entries: &[Entry], title: &str) -> LineChart {
        let times = self.times();
        let x: Vec<f64> = times.iter().map(|&t| t as f64).collect();
        let chart = LineChart::new("step", "learning rate").title(title);
        entries.iter().fold(chart, |chart, entry| {
            let rates: Vec<f64> = times.iter().map(|&step| entry.schedule.rate(step)).collect();
            chart.line(entry.name, &x, &rates)
        })
    }

    fn distances(&self, entries: &[Entry], outcomes: &[Outcome]) -> LineChart {
        let times = self.times();
        let x: Vec<f64> = times.iter().map(|&t| t as f64).collect();
        let chart = LineChart::new("step", "mean squared distance from the minimum").log_y();
        let chart = chart.title("A constant rate stops at a floor; rates that fall go on");
        let pairs = entries.iter().zip(outcomes).filter(|(entry, _)| is_drawn(entry.name));
        pairs.fold(chart, |chart, (entry, outcome)| {
            let y: Vec<f64> = times.iter().map(|&t| outcome.curve[t as usize]).collect();
            chart.line(entry.name, &x, &y)
        })
    }
}

/// The gradient (3, 4) clipped to the norm 1, and to the value 1.
fn clipping() -> [Number; 4] {
    let mut by_norm = [3.0_f64, 4.0];
    let norm = clip_norm(&mut by_norm, 1.0);
    let mut by_value = [3.0, 4.0];
    clip_value(&mut by_value, 1.0);
    let turn = |[x, y]: [f64; 2]| (4.0_f64.atan2(3.0) - f64::atan2(y, x)).to_degrees();
    [
        Number::new("8.8", "norm of the gradient (3, 4) before clipping", norm).exactly(5.0, 1e-14),
        Number::new("8.8", "its norm after clipping to the norm 1", by_norm[0].hypot(by_norm[1]))
            .exactly(1.0, 1e-14),
        Number::new("8.8", "turn by clipping to the norm 1 (degrees)", turn(by_norm)).exactly(0.0, 1e-12),
        Number::new("8.8", "turn by clipping to the value 1 (degrees)", turn(by_value))
            .exactly((4.0_f64 / 3.0).atan().to_degrees() - 45.0, 1e-12),
    ]
}
