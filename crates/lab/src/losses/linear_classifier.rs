//! A linear classifier of digits as algebra, as templates and as regions; softmax, SVM and random search.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::positive;
use crate::report::{Report, Table};
use clap::Args;
use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::PI;
use wengert_data::{Dataset, Targets, digits as digits_data};
use wengert_figures::{DecisionRegions, Histogram, WeightImages};
use wengert_linear::{LinearClassifier as Fitted, LinearError, LinearSvm, LogisticRegression};
use wengert_minimize::Stopping;
use wengert_nn::metrics::class_probabilities;

/// Linear classifiers `argmax W x + b` of the handwritten digits, 64 pixels each.
#[derive(Args, Clone, Debug)]
pub struct LinearClassifier {
    /// Number of random classifiers.
    #[arg(long, value_name = "COUNT", default_value_t = 1000,
        value_parser = clap::value_parser!(u32).range(10..=2000))]
    pub draws: u32,
    /// Strength of the penalty lambda |W|^2 on the summed loss.
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.3, value_parser = positive)]
    pub penalty: f64,
    /// Seed of the split and of the random classifiers.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

/// The test accuracies of the lectures, of softmax and of the squared-hinge machine.
const LECTURE: [f64; 2] = [0.972, 0.961];
/// The best of 1000 random classifiers in the lectures, on the training and on the test data.
const LECTURE_RANDOM: [f64; 2] = [0.259, 0.295];

/// Random classifiers: the accuracy of each on the training data, and the best one on the test data.
struct Search {
    accuracies: Vec<f64>,
    test_of_best: f64,
}

impl Experiment for LinearClassifier {
    const NAME: &'static str = "linear-classifier";
    const ABOUT: &'static str = "Three views of a linear classifier; softmax, SVM, random search";
    const SHOWS: &'static [&'static str] = &["5.6"];
    const EXAMPLE: &'static str = "--penalty 10";

    fn run(&self) -> Result<Report, LabError> {
        if !(0.03..=1e4).contains(&self.penalty) {
            let problem = "must be from 0.03 to 1e4".to_owned();
            return Err(LabError::Setting { name: "--penalty", problem });
        }
        let split = digits_data().split_stratified(0.7, 0.0, 0.3, self.seed);
        let split = split.expect("every part has examples");
        let [train, test] = [&split.train, &split.test].map(scaled);
        let stopping = Stopping::new().gradient(1e-4);
        let softmax =
            LogisticRegression::new().l2(self.penalty).stopping(stopping).fit(&train).map_err(not_fitted)?;
        let svm = LinearSvm::squared_hinge(self.penalty).fit(&train).map_err(not_fitted)?;
        let search = self.search(&train, &test);
        let accuracy =
            |model: &Fitted| [&train, &test].map(|data| model.accuracy(data).expect("the same features"));
        let (of_softmax, of_svm) = (accuracy(&softmax), accuracy(&svm));
        let best = search.accuracies.iter().copied().fold(0.0, f64::max);
        let standard = Self::with_defaults();
        let is_known = (self.draws, self.penalty) == (standard.draws, standard.penalty);
        Ok(Report::new(format!(
            "Algebra: ten scores, each the product of the image with a row of W, plus a bias. Templates: \
             each row is an image, and the class whose template resembles the digit most wins. Regions: \
             the scores divide the space of images by planes. Softmax is right on {} of the test images, \
             the squared-hinge machine on {}; of {} random classifiers, the best on the training data \
             reaches {} there.",
            percent(of_softmax[1]),
            percent(of_svm[1]),
            self.draws,
            percent(search.test_of_best)
        ))
        .numbers(numbers(&softmax, &test, [of_softmax, of_svm], &search, is_known))
        .table(table([of_softmax, of_svm, [best, search.test_of_best]]))
        .figure("templates", &templates(&softmax))
        .figure("regions", &regions(&train))
        .figure("random", &random(&search)))
    }
}

/// The images always give models; a penalty beyond reason may not.
fn not_fitted(error: LinearError) -> LabError {
    LabError::Setting { name: "--penalty", problem: error.to_string() }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// Images with pixels from 0 to 1.
fn scaled(data: &Dataset) -> Dataset<f64> {
    let pixels = data.features().iter().map(|&pixel| f64::from(pixel) / 16.0).collect();
    let targets = data.cast::<f64>().targets().clone();
    Dataset::new("digits", pixels, data.width(), targets).expect("the same number of pixels and labels")
}

/// The images as a matrix, and the labels.
fn parts(data: &Dataset<f64>) -> (Array2<f64>, &[u32]) {
    let images = Array2::from_shape_vec((data.examples(), data.width()), data.features().to_vec());
    let Targets::Classes { labels, .. } = data.targets() else { unreachable!("digits are classes") };
    (images.expect("a data set has whole rows"), labels)
}

impl LinearClassifier {
    /// Random classifiers `argmax W (x - mean)` with standard normal `W`.
    fn search(&self, train: &Dataset<f64>, test: &Dataset<f64>) -> Search {
        let ((x, labels), (other, other_labels)) = (parts(train), parts(test));
        let mean = x.mean_axis(Axis(0)).expect("there are images");
        let (x, other) = (x - &mean, other - &mean);
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut best = (0.0, 0.0);
        let mut accuracies = Vec::with_capacity(self.draws as usize);
        for _ in 0..self.draws {
            let w = Array2::from_shape_simple_fn((x.ncols(), 10), || StandardNormal.sample(&mut random));
            let accuracy = wengert_nn::metrics::accuracy(&x.dot(&w), labels);
            if accuracy > best.0 {
                best = (accuracy, wengert_nn::metrics::accuracy(&other.dot(&w), other_labels));
            }
            accuracies.push(accuracy);
        }
        Search { accuracies, test_of_best: best.1 }
    }
}

/// The numbers; `is_known` if the settings are those of the lectures.
fn numbers(
    softmax: &Fitted,
    test: &Dataset<f64>,
    accuracies: [[f64; 2]; 2],
    search: &Search,
    is_known: bool,
) -> Vec<Number> {
    let (x, _) = parts(test);
    let by_template: f64 = (0..64).map(|pixel| softmax.coefficients[[3, pixel]] * x[[0, pixel]]).sum();
    let score = by_template + softmax.intercepts[3];
    let difference = softmax.scores(&x)[[0, 3]] - score;
    let sum = softmax.coefficients.sum_axis(Axis(0)).iter().map(|sum| sum.abs()).fold(0.0, f64::max);
    let draws = search.accuracies.len() as f64;
    let mean = search.accuracies.iter().sum::<f64>() / draws;
    let variance = search.accuracies.iter().map(|a| (a - mean).powi(2)).sum::<f64>() / (draws - 1.0);
    let best = search.accuracies.iter().copied().fold(0.0, f64::max);
    let [of_softmax, of_svm] = accuracies;
    // Of n test images, two models that are equally good differ by at most some standard deviations.
    let images = test.examples() as f64;
    let spread = |a: f64, b: f64| ((a * (1.0 - a) + b * (1.0 - b)) / images).sqrt();
    let gain = |a: f64| (a - search.test_of_best) / spread(a, search.test_of_best);
    let estimate = |name: &str, value: f64, lecture: f64, error: f64| {
        let number = Number::new("5.6", name, value);
        if is_known { number.estimates(lecture, error) } else { number }
    };
    let tested = |name: &str, value: f64, lecture: f64| {
        estimate(&format!("accuracy of {name}, test"), value, lecture, spread(lecture, lecture))
    };
    // The standard deviation of the maximum of n normal numbers, for large n; two of them are compared.
    let maximum = PI * (variance / 3.0 / (2.0 * draws.ln())).sqrt();
    let [train, test] = LECTURE_RANDOM;
    let test_error = maximum.hypot(spread(test, test));
    vec![
        Number::new("5.6", "score of the digit 3: algebra minus product with its template", difference)
            .exactly(0.0, 1e-11 * (1.0 + score.abs())),
        // Adding one vector to all templates changes no probability, so that the penalty makes them sum to 0,
        // up to the tolerance of the minimisation.
        Number::new("5.6", "largest sum of the ten templates at a pixel", sum).exactly(0.0, 1e-6),
        Number::new("5.6", "accuracy of softmax, training", of_softmax[0]),
        tested("softmax", of_softmax[1], LECTURE[0]),
        tested("the squared-hinge machine", of_svm[1], LECTURE[1]),
        // A random permutation of the classes leaves the distribution of the classifiers as it is.
        Number::new("5.6", "mean accuracy of random classifiers, training", mean)
            .estimates(0.1, (variance / draws).sqrt()),
        estimate("best accuracy of random classifiers, training", best, train, maximum),
        estimate("accuracy of that one, test", search.test_of_best, test, test_error),
        Number::new("5.6", "lead of softmax over it, in standard errors", gain(of_softmax[1])).at_least(5.0),
        Number::new("5.6", "lead of the machine over it, in standard errors", gain(of_svm[1])).at_least(5.0),
    ]
}

fn table(rows: [[f64; 2]; 3]) -> Table {
    let names =
        ["softmax", "squared-hinge SVM, one against the rest", "best random classifier on the training data"];
    let table =
        Table::new("Accuracy of linear classifiers of 8 x 8 digits", &["classifier", "training", "test"]);
    names.into_iter().zip(rows).fold(table, |table, (name, [train, test])| {
        table.row([name.to_owned(), percent(train), percent(test)])
    })
}

fn templates(softmax: &Fitted) -> WeightImages {
    let weights: Vec<f64> = softmax.coefficients.iter().copied().collect();
    WeightImages::new(8, 8, &weights)
        .title("The templates of the digits 0 to 9: blue pixels speak against a digit")
}

/// Three digits, projected on the two directions that separate their means, and the regions of softmax there.
fn regions(train: &Dataset<f64>) -> DecisionRegions {
    let (x, labels) = parts(train);
    let shown = [0_u32, 1, 7];
    let mean = |class: u32| -> Array1<f64> {
        let rows: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] == class).collect();
        x.select(Axis(0), &rows).mean_axis(Axis(0)).expect("every class has examples")
    };
    let means = shown.map(mean);
    let unit = |v: Array1<f64>| {
        let norm = v.dot(&v).sqrt();
        v / norm
    };
    let first = unit(&means[1] - &means[0]);
    let second = &means[2] - &means[0];
    let second = unit(&second - &(&first * first.dot(&second)));
    let chosen: Vec<usize> = (0..labels.len()).filter(|&i| shown.contains(&labels[i])).take(150).collect();
    let points: Vec<[f64; 2]> =
        chosen.iter().map(|&i| [x.row(i).dot(&first), x.row(i).dot(&second)]).collect();
    let classes: Vec<u32> = chosen
        .iter()
        .map(|&i| shown.iter().position(|&class| class == labels[i]).expect("chosen") as u32)
        .collect();
    let matrix = Array2::from(points.clone());
    let model = LogisticRegression::new().l2(1.0).fit((&matrix, &classes)).expect("the points are valid");
    let indices: Vec<usize> = classes.iter().map(|&class| class as usize).collect();
    let probabilities = |grid: &[[f64; 2]]| {
        let scores = model.scores(&Array2::from(grid.to_vec()));
        class_probabilities(&scores).into_iter().collect()
    };
    DecisionRegions::new(
        ["from 0 to 1", "from 0 to 7, across"],
        &["0", "1", "7"],
        &points,
        &indices,
        probabilities,
    )
    .title("Three digits in a plane: regions with straight borders")
}

fn random(search: &Search) -> Histogram {
    let best = search.accuracies.iter().copied().fold(0.0, f64::max);
    let percents: Vec<f64> = search.accuracies.iter().map(|a| 100.0 * a).collect();
    let title = format!(
        "Random classifiers are right in 10 % of the cases; the best of {} in {} %",
        { digits(search.accuracies.len() as f64) },
        short(100.0 * best)
    );
    Histogram::new("accuracy on the training data (%)").title(&title).bins(30).series("random", &percents)
}
