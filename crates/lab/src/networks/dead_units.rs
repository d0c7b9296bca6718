//! Units that are off for every example: how many, where, and whether they come back.

use super::unit_deaths::{Deaths, observe};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::positive;
use crate::report::{Report, Table};
use clap::Args;
use wengert_data::{Dataset, moons};
use wengert_figures::LineChart;
use wengert_optim::{Adam, Sgd};

/// A network of two hidden ReLU layers on two moons, trained on the whole data set: the units that are off
/// for every example.
#[derive(Args, Clone, Debug)]
pub struct DeadUnits {
    /// Learning rates of Adam.
    #[arg(
        long,
        value_name = "RATE,...",
        default_value = "0.003,0.03,0.3",
        value_delimiter = ',',
        value_parser = positive
    )]
    pub rates: Vec<f64>,
    /// Learning rate of plain gradient descent, with which units are followed.
    #[arg(long, value_name = "RATE", default_value_t = 1.5, value_parser = positive)]
    pub rate: f64,
    /// Number of units of each hidden layer.
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(2..=128)
    )]
    pub units: u32,
    /// Number of steps.
    #[arg(
        long,
        value_name = "STEPS",
        default_value_t = 80,
        value_parser = clap::value_parser!(u32).range(1..=400)
    )]
    pub steps: u32,
    /// Number of networks.
    #[arg(
        long,
        value_name = "SEEDS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u32).range(1..=10)
    )]
    pub seeds: u32,
    /// Seed of the first network; the others follow.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

/// The shares of dead units of the second layer in the lectures: at the start, and at the end for each rate.
const LECTURE_START: f64 = 0.14;
const LECTURE: [f64; 3] = [0.20, 0.31, 0.58];

impl Experiment for DeadUnits {
    const NAME: &'static str = "dead-units";
    const ABOUT: &'static str = "A unit that is off for every example has no gradient";
    const SHOWS: &'static [&'static str] = &["4.4"];
    const EXAMPLE: &'static str = "--rates 0.01,0.1 --units 32";

    fn run(&self) -> Result<Report, LabError> {
        if self.rates.len() > 5 {
            let problem = format!("{} rates; give at most 5, which the figure can show", self.rates.len());
            return Err(LabError::Setting { name: "--rates", problem });
        }
        let data = moons(100, 0.15, self.seed)
            .split(1.0, 0.0, 0.0, 1)
            .expect("the parts add up to 1")
            .standardised();
        let data: Dataset<f64> = data.train.cast();
        let adam: Vec<Vec<Deaths>> = self
            .rates
            .iter()
            .map(|&rate| self.all(|seed| observe(&data, Adam::new(rate), self.shape(seed))))
            .collect();
        let sgd = self.all(|seed| observe(&data, Sgd::new(self.rate), self.shape(seed)));
        let runs: Vec<&Deaths> = adam.iter().flatten().chain(&sgd).collect();
        let report = Report::new(self.story(&sgd, &adam)).numbers(self.numbers(&runs, &sgd, &adam));
        Ok(report
            .table(self.table(&sgd, &adam))
            .figure("shares", &self.share_chart(&adam))
            .figure("lives", &self.lives(&sgd)))
    }
}

impl DeadUnits {
    /// The units of a layer, the steps and the seed.
    fn shape(&self, seed: u64) -> (usize, u32, u64) {
        (self.units as usize, self.steps, seed)
    }

    fn all(&self, run: impl Fn(u64) -> Deaths) -> Vec<Deaths> {
        (0..u64::from(self.seeds)).map(|i| run(self.seed.wrapping_add(i))).collect()
    }

    fn numbers(&self, runs: &[&Deaths], sgd: &[Deaths], adam: &[Vec<Deaths>]) -> Vec<Number> {
        let most = |value: fn(&Deaths) -> f64| runs.iter().map(|run| value(run)).fold(0.0, f64::max);
        let revived = |layer: usize| sgd.iter().map(|run| run.revived(layer)).sum::<usize>() as f64;
        let dead = |layer: usize| sgd.iter().map(|run| run.ever_dead(layer)).sum::<usize>() as f64;
        let mut numbers = vec![
            Number::new(
                "4.4",
                "largest derivative with respect to a weight of a unit while it is dead",
                most(|run| run.largest_gradient),
            )
            .exactly(0.0, 0.0),
            Number::new("4.4", "units of the first layer that are dead at some time, SGD", dead(0)),
            Number::new("4.4", "of these, come alive again", revived(0)).exactly(0.0, 0.0),
            Number::new("4.4", "units of the second layer that are dead at some time, SGD", dead(1)),
            // The layer below moves while the units are dead, so nothing keeps them dead.
            Number::new("4.4", "of these, come alive again, second layer", revived(1))
                .between(if self.has_defaults() { 1.0 } else { 0.0 }, dead(1)),
            // The data are centred, so that each line through the origin has examples on both sides.
            Number::new(
                "4.4",
                "largest share of dead units of the first layer at the start",
                most(|run| run.share(0, 0)),
            )
            .exactly(0.0, 0.0),
        ];
        let is_known = self.has_defaults() && self.rates == Self::with_defaults().rates;
        // Two means over this number of units: that of the lectures and this one.
        let units = f64::from(self.units * self.seeds);
        let known = |number: Number, share: Option<&f64>| match share {
            Some(share) if is_known => number.estimates(*share, (2.0 * share * (1.0 - share) / units).sqrt()),
            _ => number,
        };
        let start =
            Number::new("4.4", "share of dead units of the second layer at the start", mean(sgd, 1, 0));
        numbers.push(known(start, Some(&LECTURE_START)));
        for (i, (rate, runs)) in self.rates.iter().zip(adam).enumerate() {
            let name = format!(
                "share of dead units of the second layer at the end, Adam with rate {}",
                digits(*rate)
            );
            let share = Number::new("4.4", name, mean(runs, 1, self.steps as usize));
            numbers.push(known(share, LECTURE.get(i)));
        }
        // Long steps kill units: at the rates of the lectures, each share is larger than the one before.
        let shares = adam.iter().map(|runs| mean(runs, 1, self.steps as usize)).collect::<Vec<f64>>();
        let growths = shares.windows(2).map(|pair| pair[1] - pair[0]);
        let growth = Number::new("4.4", "least growth of that share with the rate", least(growths));
        numbers.push(if is_known { growth.at_least(0.0) } else { growth });
        numbers
    }

    fn story(&self, sgd: &[Deaths], adam: &[Vec<Deaths>]) -> String {
        let shares: Vec<String> = self
            .rates
            .iter()
            .zip(adam)
            .map(|(rate, runs)| {
                format!(
                    "{} % at the rate {}",
                    short(100.0 * mean(runs, 1, self.steps as usize)),
                    digits(*rate)
                )
            })
            .collect();
        let [dead, revived] = [Deaths::ever_dead, Deaths::revived]
            .map(|count| sgd.iter().map(|run| count(run, 1)).sum::<usize>());
        format!(
            "A ReLU unit that is off for every example has derivative zero for all of its weights, so a \
             step does not change it. In the first hidden layer its inputs are the data, which do not \
             change either: it stays dead. In a later layer the units below still move: with plain \
             gradient descent, {revived} of {dead} dead units of the second layer come alive again. Larger \
             steps kill more: with Adam, the share of dead units in the second layer goes from {} % to {}.",
            short(100.0 * mean(sgd, 1, 0)),
            shares.join(", ")
        )
    }

    fn table(&self, sgd: &[Deaths], adam: &[Vec<Deaths>]) -> Table {
        let header = ["run", "layer", "dead (%)", "always on (%)"];
        let last = self.steps as usize;
        let names = self.rates.iter().map(|rate| format!("Adam, rate {}", digits(*rate)));
        let runs = names.zip(adam.iter().map(|runs| (runs.as_slice(), last)));
        let all = [("start".to_owned(), (sgd, 0)), (format!("SGD, rate {}", digits(self.rate)), (sgd, last))];
        all.into_iter().chain(runs).fold(
            Table::new("Units on the training examples, means over the networks", &header),
            |table, (name, (runs, at))| {
                (0..2).fold(table, |table, layer| {
                    let on = runs.iter().map(|run| run.always_on[at][layer]).sum::<f64>() / runs.len() as f64;
                    let cells = [
                        name.clone(),
                        (layer + 1).to_string(),
                        short(100.0 * mean(runs, layer, at)),
                        short(100.0 * on),
                    ];
                    table.row(cells)
                })
            },
        )
    }

    fn share_chart(&self, adam: &[Vec<Deaths>]) -> LineChart {
        let steps: Vec<f64> = (0..=self.steps).map(f64::from).collect();
        let chart = LineChart::new("step", "dead units of the second layer (%)");
        let chart = chart.title("Larger rates kill more units").include_y(&[0.0]);
        self.rates.iter().zip(adam).fold(chart, |chart, (rate, runs)| {
            let shares: Vec<f64> = (0..steps.len()).map(|at| 100.0 * mean(runs, 1, at)).collect();
            chart.line(&format!("Adam, rate {}", digits(*rate)), &steps, &shares)
        })
    }

    /// A line per time for which a unit of the first network is dead.
    fn lives(&self, sgd: &[Deaths]) -> LineChart {
        let mut row = 0.0;
        let mut of_layer = |layer: usize| -> Vec<Vec<[f64; 2]>> {
            let mut times = sgd[0].times(layer);
            times.sort_by_key(|times| times.iter().map(|(from, to)| to - from).sum::<u32>());
            let mut lines = Vec::new();
            for times in times {
                row += 1.0;
                lines.extend(
                    times.iter().map(|&(from, to)| vec![[f64::from(from), row], [f64::from(to) + 0.5, row]]),
                );
            }
            lines
        };
        let (second, first) = (of_layer(1), of_layer(0));
        let chart = LineChart::new("step of gradient descent", "unit, of those that are dead at some time");
        let chart =
            chart.title("Dead units of the second layer can come back").lines("second layer dead", &second);
        let chart = if first.is_empty() { chart } else { chart.lines("first layer dead", &first) };
        chart.include_y(&[0.0])
    }

    /// Whether the settings are those for which units are known to come back.
    fn has_defaults(&self) -> bool {
        let own = (self.rate, self.units, self.steps, self.seeds, self.seed);
        let standard = Self::with_defaults();
        own == (standard.rate, standard.units, standard.steps, standard.seeds, standard.seed)
    }
}

/// The least of some numbers; infinity for none.
fn least(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(f64::INFINITY, f64::min)
}

/// The mean share of dead units.
fn mean(runs: &[Deaths], layer: usize, at: usize) -> f64 {
    runs.iter().map(|run| run.share(layer, at)).sum::<f64>() / runs.len() as f64
}
