//! A network that is trained on digits and then used for shifted ones: with frozen features, tuned, or from
//! the start.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::report::{Report, Table};
use crate::statistics::mean;
use clap::Args;
use wengert_data::{Batches, Dataset, Targets, digits as digit_images};
use wengert_figures::LineChart;
use wengert_nn::{CrossEntropy, Mlp, MlpModule, Params};
use wengert_optim::Adam;
use wengert_train::Training;

/// A network is trained on images of digits and then has to read images that are shifted to the right, with
/// few examples: as a linear probe, which trains only the output layer, on frozen features; tuned, which
/// trains all layers; or from the start.
#[derive(Args, Clone, Debug)]
pub struct ProbeOrTune {
    /// Numbers of examples of the new task.
    #[arg(
        long,
        value_name = "N,...",
        default_value = "20,50,100,200,400",
        value_delimiter = ',',
        value_parser = clap::value_parser!(u32).range(5..=500)
    )]
    pub examples: Vec<u32>,
    /// Number of pixels by which the images of the new task are shifted.
    #[arg(
        long,
        value_name = "PIXELS",
        default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(0..=4)
    )]
    pub shift: u32,
    /// Number of hidden units.
    #[arg(
        long,
        value_name = "UNITS",
        default_value_t = 32,
        value_parser = clap::value_parser!(u32).range(2..=128)
    )]
    pub units: u32,
    /// Number of steps on the new task.
    #[arg(
        long,
        value_name = "STEPS",
        default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..=500)
    )]
    pub steps: u32,
    /// Learning rate of Adam on both tasks.
    #[arg(long, value_name = "RATE", default_value_t = 0.01, value_parser = rate)]
    pub rate: f64,
    /// Number of repetitions with other examples.
    #[arg(
        long,
        value_name = "SEEDS",
        default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(2..=20)
    )]
    pub seeds: u32,
    /// Seed of the first repetition; the others follow.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub seed: u64,
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|x| (1e-5..=1.0).contains(x));
    number.ok_or_else(|| "must be a number from 0.00001 to 1".to_owned())
}

/// The ways to use the network, with their names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Probe,
    Tune,
    Scratch,
}

const WAYS: [(Way, &str); 3] =
    [(Way::Probe, "linear probe"), (Way::Tune, "fine-tuning"), (Way::Scratch, "from the start")];
/// The numbers of examples of the first task and of steps on it, and of examples that test the second.
const FIRST: usize = 800;
const FIRST_STEPS: usize = 400;
const TESTED: usize = 400;

/// The accuracy on the test examples of each repetition, per way and number of examples.
type Accuracies = [Vec<Vec<f64>>; 3];

impl Experiment for ProbeOrTune {
    const NAME: &'static str = "probe-or-tune";
    const ABOUT: &'static str = "Frozen features help with few examples, tuning them with more";
    const SHOWS: &'static [&'static str] = &["3.13"];
    const EXAMPLE: &'static str = "--examples 20,100 --steps 30";

    fn run(&self) -> Result<Report, LabError> {
        if self.examples.len() > 8 {
            let problem = format!("{} numbers; give at most 8", self.examples.len());
            return Err(LabError::Setting { name: "--examples", problem });
        }
        let mut accuracies: Accuracies = std::array::from_fn(|_| vec![Vec::new(); self.examples.len()]);
        let (mut moved, mut trained) = ([0.0_f64; 3], [0; 3]);
        for seed in (0..u64::from(self.seeds)).map(|i| self.seed.wrapping_add(i)) {
            let task = Task::new(seed, self.shift as usize);
            let start = self.first_task(&task.first, seed);
            for (column, &count) in self.examples.iter().enumerate() {
                for (i, (way, _)) in WAYS.into_iter().enumerate() {
                    let run = self.second_task(&task, &start, (way, count as usize, seed));
                    accuracies[i][column].push(run.accuracy);
                    moved[i] = moved[i].max(run.moved);
                    trained[i] = run.trained;
                }
            }
        }
        let report = Report::new(self.story(&accuracies)).numbers(self.numbers(&accuracies, moved, trained));
        Ok(report.table(self.table(&accuracies)).figure("accuracy", &self.chart(&accuracies)))
    }
}

/// The images of the two tasks.
struct Task {
    first: Dataset<f64>,
    second: Dataset<f64>,
    test: Dataset<f64>,
}

impl Task {
    fn new(seed: u64, shift: usize) -> Self {
        let all = digit_images().split(1.0, 0.0, 0.0, seed).expect("the parts add up to 1").train;
        let Targets::Classes { labels, .. } = all.targets() else { unreachable!("digits are classes") };
        let pixel = |i: usize, at: usize, shift: usize| {
            if at % 8 < shift { 0.0 } else { f64::from(all.row(i)[at - shift]) / 16.0 }
        };
        let part = |rows: std::ops::Range<usize>, shift: usize| {
            let places = rows.clone().flat_map(|i| (0..64).map(move |at| (i, at)));
            let features = places.map(|(i, at)| pixel(i, at, shift)).collect();
            let targets = Targets::Classes { labels: labels[rows].to_vec(), classes: 10 };
            Dataset::new("digits", features, 64, targets).expect("there are enough images")
        };
        let second = FIRST + TESTED;
        Self {
            first: part(0..FIRST, 0),
            test: part(FIRST..second, shift),
            second: part(second..all.examples(), shift),
        }
    }
}

/// A run on the second task.
struct Run {
    accuracy: f64,
    /// The largest change of a parameter of the hidden layer.
    moved: f64,
    /// The number of parameters that training may change.
    trained: usize,
}

impl ProbeOrTune {
    fn mlp(&self) -> Mlp {
        Mlp::new([64, self.units as usize, 10])
    }

    /// The parameters after the first task.
    fn first_task(&self, data: &Dataset<f64>, seed: u64) -> Params<f64> {
        let mut training = Training::new(self.mlp(), CrossEntropy, Adam::new(self.rate)).seed(seed);
        steps(&mut training, data, FIRST_STEPS, seed);
        training.params().clone()
    }

    fn second_task(&self, task: &Task, start: &Params<f64>, (way, count, seed): (Way, usize, u64)) -> Run {
        let rows: Vec<usize> = (0..count.min(task.second.examples())).collect();
        let features: Vec<f64> = rows.iter().flat_map(|&i| task.second.row(i)).copied().collect();
        let Targets::Classes { labels, classes } = task.second.targets() else {
            unreachable!("digits are classes")
        };
        let targets =
            Targets::Classes { labels: rows.iter().map(|&i| labels[i]).collect(), classes: *classes };
        let data = Dataset::new("few digits", features, 64, targets).expect("there is at least one image");
        let mut training = Training::new(self.mlp(), CrossEntropy, Adam::new(self.rate)).seed(!seed);
        if way != Way::Scratch {
            training = training.start_from(start.clone());
        }
        if way == Way::Probe {
            training = training.freeze("hidden.*");
        }
        let before = training.params().clone();
        steps(&mut training, &data, self.steps as usize, seed);
        let hidden = before.layout().find("out.weight").expect("the network has an output layer").range.start;
        let pairs = before.values()[..hidden].iter().zip(training.params().values());
        let moved = pairs.map(|(before, after)| (before - after).abs()).fold(0.0, f64::max);
        let trained = training.params().layout().trainable_ranges().iter().map(ExactSizeIterator::len).sum();
        let accuracy = training.evaluate(&task.test).and_then(|metrics| metrics.accuracy);
        Run { accuracy: accuracy.unwrap_or(f64::NAN), moved, trained }
    }

    fn numbers(&self, accuracies: &Accuracies, moved: [f64; 3], trained: [usize; 3]) -> Vec<Number> {
        let units = self.units as usize;
        let (head, all) = (10 * units + 10, 64 * units + units + 10 * units + 10);
        let mut numbers = vec![
            Number::new("3.13", "largest change of a frozen parameter of the probe", moved[0])
                .exactly(0.0, 0.0),
            Number::new("3.13", "parameters that the probe trains", trained[0] as f64)
                .exactly(head as f64, 0.0),
            Number::new("3.13", "parameters that fine-tuning trains", trained[1] as f64)
                .exactly(all as f64, 0.0),
            Number::new("3.13", "largest change of a hidden parameter in fine-tuning", moved[1]),
        ];
        let gain = |way: usize, other: usize, column: usize| {
            100.0 * (mean(&accuracies[way][column]) - mean(&accuracies[other][column]))
        };
        let last = self.examples.len() - 1;
        let first = self.examples[0];
        let gains = [
            (format!("gain of the probe over a new network with {first} examples (%)"), gain(0, 2, 0)),
            (format!("gain of fine-tuning over a new network with {first} examples (%)"), gain(1, 2, 0)),
            (
                format!("gain of fine-tuning over the probe with {} examples (%)", self.examples[last]),
                gain(1, 0, last),
            ),
        ];
        numbers.extend(gains.into_iter().map(|(name, gain)| {
            let number = Number::new("3.13", name, gain);
            if self.has_defaults() { number.at_least(0.0) } else { number }
        }));
        for (i, (_, name)) in WAYS.iter().enumerate() {
            for (column, count) in self.examples.iter().enumerate() {
                let name = format!("test accuracy (%) with {count} examples, {name}");
                numbers.push(Number::new("3.13", name, 100.0 * mean(&accuracies[i][column])));
            }
        }
        numbers
    }

    /// Whether the settings are those for which the order of the ways is known.
    fn has_defaults(&self) -> bool {
        format!("{self:?}") == format!("{:?}", Self::with_defaults())
    }

    fn story(&self, accuracies: &Accuracies) -> String {
        let at = |way: usize, column: usize| short(100.0 * mean(&accuracies[way][column]));
        let last = self.examples.len() - 1;
        format!(
            "A network that reads digits has to read them shifted by {} to the right. With {} examples, a \
             linear output layer on its frozen features has a test accuracy of {} %, fine-tuning of all \
             layers {} %, and a network that starts anew {} %; with {} examples they have {} %, {} % and \
             {} %.",
            if self.shift == 1 { "a pixel".to_owned() } else { format!("{} pixels", self.shift) },
            self.examples[0],
            at(0, 0),
            at(1, 0),
            at(2, 0),
            self.examples[last],
            at(0, last),
            at(1, last),
            at(2, last)
        )
    }

    fn table(&self, accuracies: &Accuracies) -> Table {
        let header: Vec<&str> = ["examples"].into_iter().chain(WAYS.iter().map(|(_, name)| *name)).collect();
        let table = Table::new("Test accuracy (%) on shifted digits, mean over the repetitions", &header);
        self.examples.iter().enumerate().fold(table, |table, (column, &count)| {
            let cells = accuracies.iter().map(|list| short(100.0 * mean(&list[column])));
            table.row([digits(f64::from(count))].into_iter().chain(cells))
        })
    }

    fn chart(&self, accuracies: &Accuracies) -> LineChart {
        let counts: Vec<f64> = self.examples.iter().map(|&count| f64::from(count)).collect();
        let chart = LineChart::new("examples of the new task", "test accuracy (%)").log_x();
        let chart = chart.title("Features of another task help where examples are few");
        WAYS.iter().zip(accuracies).fold(chart, |chart, ((_, name), list)| {
            let of = |pick: fn(f64, f64) -> f64| -> Vec<f64> {
                list.iter().map(|all| 100.0 * all.iter().copied().reduce(pick).unwrap_or(f64::NAN)).collect()
            };
            let means: Vec<f64> = list.iter().map(|all| 100.0 * mean(all)).collect();
            let band = format!("{name}, range");
            chart.line(name, &counts, &means).band(&band, &counts, &of(f64::min), &of(f64::max))
        })
    }
}

/// Takes steps on batches of at most 32 examples.
fn steps(
    training: &mut Training<MlpModule, CrossEntropy, Adam<f64>, f64>,
    data: &Dataset<f64>,
    count: usize,
    seed: u64,
) {
    let mut batches = Batches::new(data.examples(), data.examples().min(32), seed);
    let mut left = count;
    for epoch in 1.. {
        for indices in batches.epoch(epoch) {
            if left == 0 {
                return;
            }
            training.step(&data.batch(indices));
            left -= 1;
        }
    }
}
