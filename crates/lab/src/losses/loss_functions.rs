//! Loss functions: their conventions, their probabilities, and the surrogate beside the true loss.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::report::{Report, Table};
use clap::Args;
use ndarray::{Array2, array};
use wengert_ad::ArrayTape;
use wengert_data::{Dataset, Split, Targets, moons};
use wengert_figures::LineChart;
use wengert_linear::{Lasso, LogisticRegression, OrdinaryLeastSquares, Ridge};
use wengert_minimize::minimize;
use wengert_nn::{
    CrossEntropy, HalfSquared, Hinge, Logistic, Loss, MeanSquared, Mlp, MultiClassHinge, SquaredHinge,
    SumSquared, TargetBatch,
};
use wengert_optim::Adam;
use wengert_train::{Trainer, TrainingReport};

/// The losses of the library on small examples, and a linear classifier of two moons.
#[derive(Args, Clone, Debug)]
pub struct Losses {
    /// Number of points of the two moons.
    #[arg(long, value_name = "COUNT", default_value_t = 400,
        value_parser = clap::value_parser!(u32).range(40..=5000))]
    pub examples: u32,
    /// Number of epochs.
    #[arg(long, value_name = "EPOCHS", default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=200))]
    pub epochs: u32,
    /// Seed of the points and of the training.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

impl Experiment for Losses {
    const NAME: &'static str = "losses";
    const ABOUT: &'static str = "Losses, their probabilities, and the true loss that they stand for";
    const SHOWS: &'static [&'static str] = &["5.1", "5.3", "5.4", "5.5"];
    const EXAMPLE: &'static str = "--examples 100";

    fn run(&self) -> Result<Report, LabError> {
        let split = moons(self.examples as usize, 0.25, self.seed).split(0.7, 0.3, 0.0, self.seed);
        let split = split.expect("every part has examples").standardised().cast::<f64>();
        let trained = self.train(&split);
        let train = trained.train;
        Ok(Report::new(format!(
            "The true loss of a classifier counts mistakes; it has no slope to descend. A surrogate does. \
             Training logs three numbers: the surrogate on the training data ({} nats at the end), the \
             true loss on it ({}), and the true loss on the validation data ({}).",
            digits(train.loss),
            digits(error(train.error_rate())),
            digits(error(trained.validation.and_then(|metrics| metrics.error_rate())))
        ))
        .text(
            "Divided by ln 2, the cross-entropy is above the true loss at every margin, and so is the \
             squared loss: a small surrogate guarantees few mistakes. The other way round, nothing is \
             guaranteed.",
        )
        .numbers(conventions())
        .numbers(three_losses(&trained))
        .numbers(likelihoods())
        .numbers(squared_classifier(&split))
        .table(table())
        .figure("margins", &margins())
        .figure("training", &training(&trained)))
    }
}

impl Losses {
    fn train(&self, split: &Split<f64>) -> TrainingReport<<Mlp as wengert_nn::Architecture>::Module, f64> {
        let trainer = Trainer::new(Mlp::new([2, 2]), CrossEntropy, Adam::new(0.03));
        let trainer = trainer.batch_size(32).epochs(self.epochs as usize).seed(self.seed).threads(1);
        trainer.fit(split).expect("the data fit the model")
    }
}

/// An error rate of classes.
fn error(rate: Option<f64>) -> f64 {
    rate.expect("the targets are classes")
}

/// The sum of a loss over the rows of `outputs`, with values as targets.
fn of_values(loss: &impl Loss<f64>, outputs: &Array2<f64>, targets: &Array2<f64>) -> f64 {
    let tape = ArrayTape::new();
    loss.total(tape.constant(outputs), TargetBatch::Values(tape.constant(targets))).item()
}

/// The loss of one row of scores whose class is `label`.
fn of_class(loss: &impl Loss<f64>, scores: &[f64], label: u32) -> f64 {
    let tape = ArrayTape::new();
    let row = Array2::from_shape_vec((1, scores.len()), scores.to_vec()).expect("one row");
    loss.total(tape.constant(&row), TargetBatch::Classes(&[label])).item()
}

/// 5.1: the values of the losses by their formulas.
fn conventions() -> Vec<Number> {
    let (outputs, targets) = (array![[1.0, -2.0, 3.0]], array![[0.0, 0.0, 0.0]]);
    let (score, label) = (array![[2.0]], array![[-1.0]]);
    let scores = [1.0_f64, 2.0, 3.0];
    let sum: f64 = scores.iter().map(|score| score.exp()).sum();
    let (x, y) = (array![[1.0, 0.5], [2.0, -1.0], [3.0, 0.0], [4.0, 2.0]], array![2.1, 3.9, 6.2, 7.8]);
    let lasso = Lasso::new(0.7).fit((&x, &y)).expect("the examples are valid");
    let absolute: f64 = lasso.coefficients.iter().map(|w| w.abs()).sum();
    [
        ("sum of squares of (1, -2, 3)", of_values(&SumSquared, &outputs, &targets), 14.0),
        ("their mean square", of_values(&MeanSquared, &outputs, &targets), 14.0 / 3.0),
        ("half the sum of their squares", of_values(&HalfSquared, &outputs, &targets), 7.0),
        (
            "logistic loss of the score 2, label -1",
            of_values(&Logistic, &score, &label),
            (1.0 + 2.0_f64.exp()).ln(),
        ),
        ("hinge loss of the score 2, label -1", of_values(&Hinge, &score, &label), 3.0),
        ("squared hinge loss of the score 2, label -1", of_values(&SquaredHinge, &score, &label), 9.0),
        ("multi-class hinge loss of (1, 2, 3), class 0", of_class(&MultiClassHinge::new(), &scores, 0), 5.0),
        ("cross-entropy of (1, 2, 3), class 0", of_class(&CrossEntropy, &scores, 0), sum.ln() - 1.0),
        ("cross-entropy of (10000, -10000), class 0", of_class(&CrossEntropy, &[1e4, -1e4], 0), 0.0),
        ("cross-entropy of (10000, -10000), class 1", of_class(&CrossEntropy, &[1e4, -1e4], 1), 2e4),
        ("L1 term of a lasso, lambda 0.7", lasso.report.objective - lasso.report.loss, 0.7 * absolute),
    ]
    .into_iter()
    // Rounding.
    .map(|(name, value, exact)| Number::new("5.1", name, value).exactly(exact, 1e-13 * (1.0 + exact)))
    .collect()
}

/// 5.3: the surrogate, which bounds the true loss, and both true losses at the end.
fn three_losses<M>(trained: &TrainingReport<M, f64>) -> Vec<Number> {
    let validation = trained.validation.expect("there is a validation part");
    let bits = |loss: f64| loss / std::f64::consts::LN_2;
    let (train, validated) = (trained.train, error(validation.error_rate()));
    vec![
        Number::new("5.3", "surrogate loss, training (nats)", train.loss).at_least(0.0),
        Number::new("5.3", "true loss, training", error(train.error_rate())).between(0.0, bits(train.loss)),
        Number::new("5.3", "true loss, validation", validated).between(0.0, bits(validation.loss)),
    ]
}

/// 5.4: losses as negative logarithms of probabilities, and ridge as the most probable weights.
fn likelihoods() -> Vec<Number> {
    let residuals = [1.0_f64, -2.0, 3.0];
    let deviation = 1.5_f64;
    let norm = deviation * std::f64::consts::TAU.sqrt();
    let density = |r: f64| (-0.5 * (r / deviation).powi(2)).exp() / norm;
    let gaussian: f64 = -residuals.iter().map(|&r| density(r).ln()).sum::<f64>();
    let squares = of_values(&SumSquared, &array![[1.0, -2.0, 3.0]], &array![[0.0, 0.0, 0.0]]);
    let squares = squares / (2.0 * deviation * deviation) + 3.0 * norm.ln();
    let bernoulli = -(1.0 / (1.0 + (-0.8_f64).exp())).ln();
    let logistic = of_values(&Logistic, &array![[0.8]], &array![[1.0]]);
    let scores = [0.2_f64, -1.0, 1.3];
    let categorical = -(scores[2].exp() / scores.iter().map(|s| s.exp()).sum::<f64>()).ln();
    [
        ("Gaussian -log likelihood minus squares over 2 s^2, shifted", gaussian - squares, 1e-13),
        ("Bernoulli -log likelihood minus logistic loss", bernoulli - logistic, 1e-15),
        (
            "categorical -log likelihood minus cross-entropy",
            categorical - of_class(&CrossEntropy, &scores, 2),
            1e-15,
        ),
        // The tolerance of the minimisation, a gradient of 1e-8.
        ("most probable weights minus ridge: largest difference", map_against_ridge(), 1e-8),
    ]
    .map(|(name, value, tolerance)| Number::new("5.4", name, value).exactly(0.0, tolerance))
    .to_vec()
}

/// The largest difference between the weights of the largest posterior density, for noise of variance 0.5
/// and a prior of variance 2, and ridge with `lambda = 0.5 / 2`.
fn map_against_ridge() -> f64 {
    let (x, y) = (array![[1.0, 0.5], [2.0, -1.0], [3.0, 0.0], [4.0, 2.0]], array![2.1, 3.9, 6.2, 7.8]);
    let (noise, prior) = (0.5, 2.0);
    let posterior = |w: &[f64], g: &mut [f64]| {
        let w = ndarray::ArrayView1::from(w);
        let residual = x.dot(&w) - &y;
        let slope = x.t().dot(&residual) / noise + &w / prior;
        g.iter_mut().zip(&slope).for_each(|(g, slope)| *g = *slope);
        residual.dot(&residual) / (2.0 * noise) + w.dot(&w) / (2.0 * prior)
    };
    let best = minimize(posterior, &[0.0; 2]).x;
    let ridge = Ridge::new(noise / prior).without_intercept().fit((&x, &y)).expect("the examples are valid");
    ridge.coefficients.iter().zip(&best).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The points of a data set, and their labels as -1 and 1.
fn signed(data: &Dataset<f64>) -> (Array2<f64>, Vec<f64>) {
    let x = Array2::from_shape_vec((data.examples(), data.width()), data.features().to_vec());
    let Targets::Classes { labels, .. } = data.targets() else { unreachable!("the moons are two classes") };
    let signs = labels.iter().map(|&label| 2.0 * f64::from(label) - 1.0).collect();
    (x.expect("a data set has whole rows"), signs)
}

/// 5.5: least squares on labels -1 and 1, with its true loss.
fn squared_classifier(split: &Split<f64>) -> Vec<Number> {
    let (x, t) = signed(&split.train);
    let model = OrdinaryLeastSquares::new().fit((&x, &t)).expect("the points are in general position");
    let losses = |data: &Dataset<f64>| {
        let (x, t) = signed(data);
        let margins: Vec<f64> = model.predict(&x).iter().zip(&t).map(|(s, t)| s * t).collect();
        let wrong = margins.iter().filter(|&&margin| margin <= 0.0).count();
        let squares: f64 = margins.iter().map(|margin| (1.0 - margin).powi(2)).sum();
        (squares / t.len() as f64, wrong as f64 / t.len() as f64)
    };
    let ((surrogate, train), (other, validation)) = (losses(&split.train), losses(&split.validation));
    let mut numbers = vec![
        // At the weights 0 it is 1.
        Number::new("5.5", "squared loss on labels -1 and 1, training", surrogate).between(0.0, 1.0),
        // (1 - m)^2 >= 1 where m <= 0.
        Number::new("5.5", "its true loss, training", train).between(0.0, surrogate),
        Number::new("5.5", "its true loss, validation", validation).between(0.0, other),
    ];
    if let Ok(logistic) = LogisticRegression::new().l2(1e-6).fit(&split.train) {
        let accuracy = logistic.accuracy(&split.validation).expect("the same features");
        numbers.push(Number::new("5.5", "true loss of logistic regression, validation", 1.0 - accuracy));
    }
    numbers
}

fn table() -> Table {
    let header = ["loss", "distribution of the target", "formula"];
    Table::new("Losses as negative logarithms of probabilities", &header)
        .row(["squared", "Gaussian", "(y - s)^2 / (2 sigma^2) + const"])
        .row(["logistic", "Bernoulli, t = -1 or 1", "ln(1 + e^(-t s))"])
        .row(["cross-entropy", "categorical", "ln sum_j e^(s_j) - s_label"])
        .row(["squared + lambda |w|^2", "Gaussian, with a Gaussian prior", "lambda = s2_noise / s2_prior"])
}

/// The losses of one score with the label 1, over the margin.
fn margins() -> LineChart {
    let margins: Vec<f64> = (-20..=30).map(|i| 0.1 * f64::from(i)).collect();
    let line = |loss: &dyn Fn(&Array2<f64>, &Array2<f64>) -> f64| -> Vec<f64> {
        margins.iter().map(|&m| loss(&array![[m]], &array![[1.0]])).collect()
    };
    let bits: Vec<f64> =
        line(&|s, t| of_values(&Logistic, s, t)).iter().map(|nats| nats / std::f64::consts::LN_2).collect();
    let cut = |values: Vec<f64>| -> (Vec<f64>, Vec<f64>) {
        margins.iter().copied().zip(values).filter(|&(_, loss)| loss <= 4.0).unzip()
    };
    let squared = cut(line(&|s, t| of_values(&SumSquared, s, t)));
    LineChart::new("margin: score times label", "loss")
        .title("Every surrogate lies above the true loss, which has no slope")
        .line("true (0/1)", &[-2.0, 0.0, 0.0, 3.0], &[1.0, 1.0, 0.0, 0.0])
        .line("logistic / ln 2", &margins, &bits)
        .line("hinge", &margins, &line(&|s, t| of_values(&Hinge, s, t)))
        .line("squared", &squared.0, &squared.1)
}

/// The three numbers over the epochs.
fn training<M>(trained: &TrainingReport<M, f64>) -> LineChart {
    let epochs: Vec<f64> = trained.history.iter().map(|epoch| epoch.number as f64).collect();
    let surrogate: Vec<f64> =
        trained.history.iter().map(|epoch| epoch.train.loss / std::f64::consts::LN_2).collect();
    let train: Vec<f64> = trained.history.iter().map(|epoch| error(epoch.train.error_rate())).collect();
    let validated = |epoch: &wengert_train::Epoch| error(epoch.validation.and_then(|m| m.error_rate()));
    let validation: Vec<f64> = trained.history.iter().map(validated).collect();
    LineChart::new("epoch", "loss per example")
        .title("The surrogate falls smoothly; the true losses are steps below it")
        .line("surrogate / ln 2, training", &epochs, &surrogate)
        .line("true, training", &epochs, &train)
        .line("true, validation", &epochs, &validation)
}
