//! Hyper-parameters: why they are not chosen on the training data, by which loss, and why the test part is
//! evaluated once.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::report::{Report, Table};
use clap::Args;
use ndarray::{Array1, Array2};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use wengert_data::{Split, moons};
use wengert_figures::{BarChart, LineChart};
use wengert_linear::Ridge;
use wengert_nn::{CrossEntropy, Mlp};
use wengert_optim::{Adam, Optimizer, Sgd};
use wengert_train::{BestBy, Metrics, Trainer};

/// The penalty of ridge on training and validation data; letters with all sequences of predictions; the
/// best of many useless classifiers; and the best epoch of a network by the loss and by the accuracy.
#[derive(Args, Clone, Debug)]
pub struct HyperParameters {
    /// Number of predictions in a letter.
    #[arg(long, value_name = "COUNT", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=16))]
    pub predictions: u32,
    /// Number of useless classifiers from which the best is chosen.
    #[arg(long, value_name = "COUNT", default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(2..=500))]
    pub candidates: u32,
    /// Number of test examples.
    #[arg(long, value_name = "COUNT", default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(10..=1000))]
    pub examples: u32,
    /// Seed.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

/// How often the choice among useless classifiers is repeated.
const REPEATS: u32 = 200;

impl Experiment for HyperParameters {
    const NAME: &'static str = "hyper-parameters";
    const ABOUT: &'static str = "What training, validation and test data may decide";
    const SHOWS: &'static [&'static str] = &["6.12", "6.14", "10.5", "10.7"];
    const EXAMPLE: &'static str = "--candidates 200";

    fn run(&self) -> Result<Report, LabError> {
        let ridge = RidgeProblem::new(self.seed);
        let letters = self.letters();
        let (network, chosen) = self.epochs();
        let optimism = self.optimism();
        Ok(Report::new(format!(
            "On the training data the best penalty is always none: the derivative of the penalised \
             training loss with respect to lambda is |w|^2, which is never negative, so that descent on \
             lambda ends at 0. Validation data know better: here lambda = {}.",
            short(ridge.best())
        ))
        .text(format!(
            "Of 2^{} letters with all sequences of predictions, exactly one receiver sees only right ones. \
             Whoever tries many models on the same test data is that receiver: the best of {} coin flips \
             seems to be right in {} of the cases, and is right in half of new ones. So the test part is \
             evaluated once.",
            self.predictions,
            self.candidates,
            short(optimism[0].value)
        ))
        .numbers(ridge.numbers())
        .numbers(self.letter_numbers(&letters))
        .numbers(chosen)
        .numbers(optimism)
        .table(letter_table(&letters))
        .figure("penalty", &ridge.chart())
        .figure("letters", &letter_chart(&letters))
        .figure("epochs", &network))
    }
}

/// Ridge on few examples, with validation examples.
struct RidgeProblem {
    train: (Array2<f64>, Array1<f64>),
    validation: (Array2<f64>, Array1<f64>),
}

impl RidgeProblem {
    /// 30 examples of 20 features for training and 200 for validation; noise of deviation 2.
    fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let w = Array1::from_shape_simple_fn(20, &mut normal) * 0.5;
        let mut part = |n: usize| {
            let x = Array2::from_shape_simple_fn((n, 20), &mut normal);
            let noise = Array1::from_shape_simple_fn(n, &mut normal) * 2.0;
            let y = x.dot(&w) + noise;
            (x, y)
        };
        Self { train: part(30), validation: part(200) }
    }

    fn weights(&self, lambda: f64) -> Array1<f64> {
        let (x, y) = &self.train;
        let ridge = Ridge::new(lambda).without_intercept().fit((x, y));
        ridge.expect("the examples are valid").coefficients
    }

    /// The penalised training loss `min_w |y - X w|^2 + lambda |w|^2`.
    fn penalised(&self, lambda: f64) -> f64 {
        let (w, (x, y)) = (self.weights(lambda), &self.train);
        let residual = y - x.dot(&w);
        residual.dot(&residual) + lambda * w.dot(&w)
    }

    fn errors(&self, lambda: f64) -> [f64; 2] {
        let w = self.weights(lambda);
        [&self.train, &self.validation].map(|(x, y)| {
            let residual = y - x.dot(&w);
            residual.dot(&residual) / y.len() as f64
        })
    }

    fn penalties() -> Vec<f64> {
        (0..=48).map(|i| 10.0_f64.powf(-3.0 + f64::from(i) / 8.0)).collect()
    }

    fn best(&self) -> f64 {
        let error = |lambda: &f64| self.errors(*lambda)[1];
        let best = Self::penalties().into_iter().min_by(|a, b| error(a).total_cmp(&error(b)));
        best.expect("there are penalties")
    }

    fn numbers(&self) -> Vec<Number> {
        let (lambda, h) = (3.0, 1e-3);
        let slope = (self.penalised(lambda + h) - self.penalised(lambda - h)) / (2.0 * h);
        let w = self.weights(lambda);
        // Projected descent on lambda: it may not become negative.
        let (mut at, mut sgd) = ([lambda], Sgd::new(0.1));
        for _ in 0..200 {
            let w = self.weights(at[0].max(1e-9));
            sgd.step(&mut at, &[w.dot(&w)]);
            at[0] = at[0].max(0.0);
        }
        let (best, least) = (self.best(), Self::penalties()[0]);
        let [train, validation] = self.errors(best);
        let [train_least, validation_least] = self.errors(least);
        vec![
            // The error of a central difference, h^2 times a third derivative of order 1, and rounding.
            Number::new("6.12", "derivative of the penalised training loss at lambda = 3", slope)
                .exactly(w.dot(&w), 1e-5 * (1.0 + w.dot(&w))),
            Number::new("6.12", "lambda after descent on the training loss", at[0]).exactly(0.0, 0.0),
            Number::new("6.12", "lambda by the validation error", best),
            Number::new("6.12", "training error there over that at lambda = 0.001", train / train_least)
                .at_least(1.0),
            Number::new("6.12", "validation error there over that at 0.001", validation / validation_least)
                .at_most(1.0),
        ]
    }

    fn chart(&self) -> LineChart {
        let penalties = Self::penalties();
        let errors: Vec<[f64; 2]> = penalties.iter().map(|&lambda| self.errors(lambda)).collect();
        let line = |part: usize| errors.iter().map(|error| error[part]).collect::<Vec<f64>>();
        LineChart::new("lambda", "mean squared error")
            .log_x()
            .title("The training error always asks for no penalty; the validation error does not")
            .line("training", &penalties, &line(0))
            .line("validation", &penalties, &line(1))
            .at_x("chosen", self.best())
    }
}

impl HyperParameters {
    /// The number of letters with 0, 1, ... right predictions, for random outcomes.
    fn letters(&self) -> Vec<u32> {
        let n = self.predictions;
        let outcomes = StdRng::seed_from_u64(self.seed).random_range(0..1_u32 << n);
        let mut counts = vec![0; n as usize + 1];
        for letter in 0..1_u32 << n {
            counts[(n - (letter ^ outcomes).count_ones()) as usize] += 1;
        }
        counts
    }

    fn letter_numbers(&self, counts: &[u32]) -> [Number; 3] {
        let n = self.predictions;
        let all: u32 = counts.iter().sum();
        let mean =
            counts.iter().enumerate().map(|(right, &count)| right as f64 * f64::from(count)).sum::<f64>();
        [
            Number::new("6.14", "letters", f64::from(all)).exactly(2.0_f64.powi(n as i32), 0.0),
            Number::new("6.14", format!("receivers who see {n} of {n} right predictions"), {
                f64::from(counts[n as usize])
            })
            .exactly(1.0, 0.0),
            Number::new("6.14", "mean number of right predictions", mean / f64::from(all))
                .exactly(0.5 * f64::from(n), 1e-12),
        ]
    }

    /// 10.7: the accuracy of the best of many coin flips on the test data that it was chosen on, and on new
    /// ones.
    fn optimism(&self) -> Vec<Number> {
        let mut random = StdRng::seed_from_u64(self.seed);
        let n = self.examples;
        // A coin per bit.
        let mut coins = |count: u32| (random.random::<u64>() >> (64 - count)).count_ones();
        let mut right = || {
            let (whole, rest) = (n / 64, n % 64);
            let heads: u32 = (0..whole).map(|_| coins(64)).sum();
            f64::from(heads + if rest > 0 { coins(rest) } else { 0 }) / f64::from(n)
        };
        let (mut seen, mut fresh) = (Vec::new(), Vec::new());
        for _ in 0..REPEATS {
            seen.push((0..self.candidates).map(|_| right()).fold(0.0, f64::max));
            fresh.push(right());
        }
        let mean = |x: &[f64]| x.iter().sum::<f64>() / f64::from(REPEATS);
        let (exact, variance) = best_of(self.candidates, n);
        let repeats = f64::from(REPEATS);
        vec![
            Number::new(
                "10.7",
                "accuracy of the best of the useless, on the test data it was chosen on",
                mean(&seen),
            )
            .estimates(exact, (variance / repeats).sqrt()),
            Number::new("10.7", "its accuracy on new data", mean(&fresh))
                .estimates(0.5, (0.25 / f64::from(n) / repeats).sqrt()),
        ]
    }

    /// 10.5: the best epoch of a network on noisy moons, by the validation loss and by the validation
    /// accuracy.
    fn epochs(&self) -> (LineChart, Vec<Number>) {
        let split = moons(300, 0.35, self.seed).split(0.2, 0.6, 0.2, self.seed);
        let split = split.expect("every part has examples").standardised();
        let run = |criterion: BestBy, data: &Split| {
            let trainer = Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(0.03)).batch_size(16);
            let trainer = trainer.epochs(60).seed(self.seed).threads(1).best_by(criterion);
            trainer.fit(data).expect("the data fit the model")
        };
        // The choice sees no test part.
        let visible = split.without_test();
        let [by_loss, by_accuracy] =
            [BestBy::Loss, BestBy::Accuracy].map(|criterion| run(criterion, &visible));
        let validated = |metrics: Option<Metrics>| metrics.expect("there is a validation part");
        let [loss, accuracy] = [&by_loss, &by_accuracy].map(|report| validated(report.validation));
        let right = |metrics: Metrics| metrics.accuracy.expect("the targets are classes");
        let test = by_accuracy.model.evaluate(&CrossEntropy, &split.test).expect("there is a test part");
        let (best_loss, best_right) = (by_loss.best_epoch as f64, by_accuracy.best_epoch as f64);
        let numbers = vec![
            Number::new("10.5", "best epoch by the validation loss", best_loss),
            Number::new("10.5", "best epoch by the validation accuracy", best_right),
            Number::new("10.5", "validation loss of the first over the second", loss.loss / accuracy.loss)
                .at_most(1.0),
            Number::new(
                "10.5",
                "validation accuracy of the second minus the first",
                right(accuracy) - right(loss),
            )
            .at_least(0.0),
            Number::new("10.7", "metrics of the test part in the report of the choice", {
                f64::from(u8::from(by_accuracy.test.is_some()))
            })
            .exactly(0.0, 0.0),
            Number::new("10.7", "accuracy on the test part, asked for once", right(test)),
        ];
        let history = &by_loss.history;
        let numbers_of =
            |of: &dyn Fn(&wengert_train::Epoch) -> f64| history.iter().map(of).collect::<Vec<f64>>();
        let epochs = numbers_of(&|epoch| epoch.number as f64);
        let chart = LineChart::new("epoch", "validation")
            .title("The epoch of the smallest loss need not be that of the fewest mistakes")
            .line("cross-entropy (nats)", &epochs, &numbers_of(&|epoch| validated(epoch.validation).loss))
            .line(
                "share of mistakes",
                &epochs,
                &numbers_of(&|epoch| 1.0 - right(validated(epoch.validation))),
            )
            .points("smallest loss", &[best_loss], &[loss.loss])
            .points("fewest mistakes", &[best_right], &[1.0 - right(accuracy)]);
        (chart, numbers)
    }
}

/// The mean and the variance of the largest of `candidates` binomial shares of `n` fair coins.
fn best_of(candidates: u32, n: u32) -> (f64, f64) {
    let n = f64::from(n);
    let (mut log, mut below, mut last) = (-n * std::f64::consts::LN_2, 0.0_f64, 0.0);
    let (mut mean, mut square) = (0.0, 0.0);
    for k in 0..=n as u32 {
        below += log.exp();
        let chance = below.min(1.0).powi(candidates as i32);
        let share = f64::from(k) / n;
        mean += share * (chance - last);
        square += share * share * (chance - last);
        last = chance;
        log += ((n - f64::from(k)) / (f64::from(k) + 1.0)).ln();
    }
    (mean, square - mean * mean)
}

fn letter_table(counts: &[u32]) -> Table {
    let rows = counts.iter().enumerate();
    rows.fold(
        Table::new("Receivers by their right predictions", &["right", "receivers"]),
        |table, (right, &count)| table.row([digits(right as f64), digits(f64::from(count))]),
    )
}

fn letter_chart(counts: &[u32]) -> BarChart {
    let names: Vec<String> = (0..counts.len()).map(|right| right.to_string()).collect();
    let values: Vec<f64> = counts.iter().map(|&count| f64::from(count)).collect();
    let title =
        format!("Right predictions per receiver: one receiver of all sees {} of them", counts.len() - 1);
    BarChart::new("receivers", &names, &values).categories("right predictions").title(&title)
}
