//! Polynomials of growing degree: training error, validation error, bias and variance.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, short};
use crate::ranges::positive;
use crate::report::{Report, Table};
use clap::Args;
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_figures::LineChart;
use wengert_linear::OrdinaryLeastSquares;

/// Least squares with polynomials on noisy points of a curve, many times with new noise.
#[derive(Args, Clone, Debug)]
pub struct ModelOrder {
    /// Number of points for training.
    #[arg(long, value_name = "COUNT", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(17..=60))]
    pub points: u32,
    /// Largest degree.
    #[arg(long, value_name = "DEGREE", default_value_t = 15,
        value_parser = clap::value_parser!(u32).range(3..=15))]
    pub degree: u32,
    /// Standard deviation of the noise.
    #[arg(long, value_name = "DEVIATION", default_value_t = 0.3, value_parser = positive)]
    pub noise: f64,
    /// Number of data sets with new noise.
    #[arg(long, value_name = "COUNT", default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(10..=1000))]
    pub sets: u32,
    /// Seed of the noise.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

/// Errors of the polynomials of one degree.
struct Errors {
    /// The mean squared errors of the first data set.
    first: [f64; 2],
    /// Their means over all data sets: training, validation.
    mean: [f64; 2],
    /// The standard error of the mean of the validation errors.
    validation_error: f64,
    /// At the points of the training and of the validation: the mean squared bias, and the mean variance over
    /// that of the noise.
    bias: [f64; 2],
    variance: [f64; 2],
}

impl Experiment for ModelOrder {
    const NAME: &'static str = "model-order";
    const ABOUT: &'static str = "Training error falls with the degree, validation error is U-shaped";
    const SHOWS: &'static [&'static str] = &["6.13"];
    const EXAMPLE: &'static str = "--noise 0.1";

    fn run(&self) -> Result<Report, LabError> {
        if !(1e-3..=100.0).contains(&self.noise) {
            let problem = "must be from 0.001 to 100: the curve has values up to 1".to_owned();
            return Err(LabError::Setting { name: "--noise", problem });
        }
        let errors: Vec<Errors> = (0..=self.degree).map(|degree| self.errors(degree as usize)).collect();
        let best = self.best(&errors);
        Ok(Report::new(format!(
            "Each degree more can only lower the training error, down to {} at degree {}. The validation \
             error falls while a higher degree removes bias, and rises again when it only adds variance: \
             degree {best} is the best here, on average over the noise.",
            short(errors[errors.len() - 1].mean[0]),
            self.degree
        ))
        .text(
            "Bias is what the mean of all fits still misses; variance is how much single fits scatter \
             around that mean. The validation error is their sum and the noise of the validation points \
             themselves.",
        )
        .numbers(self.numbers(&errors, best))
        .table(self.table(&errors))
        .figure("errors", &self.chart(&errors))
        .figure("parts", &self.parts(&errors))
        .figure("fits", &self.fits(best)))
    }
}

impl ModelOrder {
    /// The points for training, evenly spaced in [-1, 1], and those for validation, between them.
    fn places(&self) -> [Vec<f64>; 2] {
        let n = f64::from(self.points);
        let place = |i: f64| -1.0 + 2.0 * i / (n - 1.0);
        let train = (0..self.points).map(|i| place(f64::from(i))).collect();
        let validation = (0..self.points - 1).map(|i| place(f64::from(i) + 0.5)).collect();
        [train, validation]
    }

    /// Noisy values of the curve at some places.
    fn values(&self, places: &[f64], set: u32, part: u64) -> Vec<f64> {
        let seed = self.seed.wrapping_mul(1000).wrapping_add(2 * u64::from(set) + part);
        let mut random = StdRng::seed_from_u64(seed);
        let noise = |x: &f64| -> f64 {
            let z: f64 = StandardNormal.sample(&mut random);
            curve(*x) + self.noise * z
        };
        places.iter().map(noise).collect()
    }

    fn errors(&self, degree: usize) -> Errors {
        let places = self.places();
        let features = places.each_ref().map(|places| chebyshev(places, degree));
        let squares: Vec<[f64; 2]> = (0..self.sets)
            .map(|set| {
                let values = [0, 1].map(|part| self.values(&places[part], set, part as u64));
                let fit = fitted(&features[0], &values[0]);
                [0, 1].map(|part| {
                    mean_square(&(features[part].dot(&fit) - Array1::from_vec(values[part].clone())))
                })
            })
            .collect();
        let sets = f64::from(self.sets);
        let mean = [0, 1].map(|part| squares.iter().map(|square| square[part]).sum::<f64>() / sets);
        let spread = squares.iter().map(|square| (square[1] - mean[1]).powi(2)).sum::<f64>() / (sets - 1.0);
        let clean = fitted(&features[0], &places[0].iter().map(|&x| curve(x)).collect::<Vec<f64>>());
        let truth = places.each_ref().map(|places| places.iter().map(|&x| curve(x)).collect::<Array1<f64>>());
        Errors {
            first: squares[0],
            mean,
            validation_error: (spread / sets).sqrt(),
            bias: [0, 1].map(|part| mean_square(&(features[part].dot(&clean) - &truth[part]))),
            variance: features.each_ref().map(|at| leverage(&features[0], at)),
        }
    }

    /// The mean error that theory gives: bias and noise, less or more the variance.
    fn expected(&self, errors: &Errors, part: usize) -> f64 {
        let square = self.noise * self.noise;
        let sign = if part == 0 { -1.0 } else { 1.0 };
        errors.bias[part] + square * (1.0 + sign * errors.variance[part])
    }

    /// The degree with the least expected validation error.
    fn best(&self, errors: &[Errors]) -> usize {
        let expected = |degree: &usize| self.expected(&errors[*degree], 1);
        (0..errors.len()).min_by(|a, b| expected(a).total_cmp(&expected(b))).expect("there are degrees")
    }

    fn numbers(&self, errors: &[Errors], best: usize) -> Vec<Number> {
        let rise = errors.windows(2).map(|pair| pair[1].first[0] - pair[0].first[0]).fold(f64::MIN, f64::max);
        let (n, sets) = (f64::from(self.points), f64::from(self.sets));
        let mut numbers = vec![
            Number::new("6.13", "largest rise of the training error from degree to degree", rise)
                .at_most(1e-12 * errors[0].first[0]),
        ];
        let degrees = [1, 3, best, self.degree as usize];
        for (_, &degree) in degrees.iter().enumerate().filter(|&(i, degree)| !degrees[..i].contains(degree)) {
            let (these, square) = (&errors[degree], self.noise * self.noise);
            let exact = self.expected(these, 0);
            // n times the error over s^2 has a chi-squared distribution with n - degree - 1 degrees of
            // freedom and the noncentrality n bias / s^2.
            let free = n - degree as f64 - 1.0;
            let error = square / n * (2.0 * (free + 2.0 * n * these.bias[0] / square) / sets).sqrt();
            let name = format!("mean training error, degree {degree}");
            numbers.push(Number::new("6.13", name, these.mean[0]).estimates(exact, error));
            let name = format!("mean validation error, degree {degree}");
            let exact = self.expected(these, 1);
            numbers.push(Number::new("6.13", name, these.mean[1]).estimates(exact, these.validation_error));
            let name = format!("variance at the training points over the noise, degree {degree}");
            let exact = (degree as f64 + 1.0) / n;
            numbers.push(Number::new("6.13", name, these.variance[0]).exactly(exact, 1e-10));
        }
        let expected = |degree: usize| self.expected(&errors[degree], 1);
        numbers.push(Number::new("6.13", "best degree by the expected validation error", best as f64));
        let left = Number::new(
            "6.13",
            "expected validation error at degree 0 over the best",
            expected(0) / expected(best),
        );
        let right = expected(errors.len() - 1) / expected(best);
        let right = Number::new("6.13", "the same at the largest degree", right);
        numbers.extend([left.at_least(1.0), right.at_least(1.0)]);
        numbers
    }

    fn table(&self, errors: &[Errors]) -> Table {
        let header = ["degree", "training", "validation", "bias squared", "variance"];
        let caption =
            format!("Mean squared errors over {} data sets; bias and variance by formula", self.sets);
        errors.iter().enumerate().fold(Table::new(&caption, &header), |table, (degree, these)| {
            let variance = these.variance[1] * self.noise * self.noise;
            let numbers = [these.mean[0], these.mean[1], these.bias[1], variance].map(short);
            table.row(std::iter::once(degree.to_string()).chain(numbers))
        })
    }

    fn chart(&self, errors: &[Errors]) -> LineChart {
        let degrees: Vec<f64> = (0..=self.degree).map(f64::from).collect();
        let line = |of: &dyn Fn(&Errors) -> f64| errors.iter().map(of).collect::<Vec<f64>>();
        LineChart::new("degree of the polynomial", "mean squared error")
            .log_y()
            .title("The training error falls with the degree; the validation error is U-shaped")
            .line("training, mean", &degrees, &line(&|these| these.mean[0]))
            .line("validation, mean", &degrees, &line(&|these| these.mean[1]))
            .points("validation, one data set", &degrees, &line(&|these| these.first[1]))
            .at_y("noise", self.noise * self.noise)
    }

    fn parts(&self, errors: &[Errors]) -> LineChart {
        let degrees: Vec<f64> = (0..=self.degree).map(f64::from).collect();
        let square = self.noise * self.noise;
        // Smaller shares do not matter.
        let seen =
            errors.iter().map(|these| these.bias[1]).zip(&degrees).filter(|(bias, _)| *bias > 1e-6 * square);
        let (bias, biased): (Vec<f64>, Vec<f64>) = seen.map(|(bias, &degree)| (bias, degree)).unzip();
        let variance: Vec<f64> = errors.iter().map(|these| square * these.variance[1]).collect();
        LineChart::new("degree of the polynomial", "share of the validation error")
            .log_y()
            .title("A higher degree trades bias for variance")
            .line("bias squared", &biased, &bias)
            .line("variance", &degrees, &variance)
            .at_y("noise", square)
    }

    /// The first data set with three of its polynomials.
    fn fits(&self, best: usize) -> LineChart {
        let [train, _] = self.places();
        let values = self.values(&train, 0, 0);
        let grid: Vec<f64> = (0..=160).map(|i| f64::from(i) / 80.0 - 1.0).collect();
        let chart = LineChart::new("x", "y").title("Too stiff, about right, and bent by the noise");
        let mut degrees = vec![1, best, self.degree as usize];
        degrees.dedup();
        let chart = degrees.into_iter().fold(chart, |chart, degree| {
            let fit = fitted(&chebyshev(&train, degree), &values);
            // What leaves the picture by far would make everything else flat.
            let limit = 4.0 + 12.0 * self.noise;
            let drawn =
                chebyshev(&grid, degree).dot(&fit).mapv(|y| if y.abs() < limit { y } else { f64::NAN });
            chart.line(&format!("degree {degree}"), &grid, &drawn.to_vec())
        });
        chart.points("noisy points", &train, &values)
    }
}

/// The curve without noise.
fn curve(x: f64) -> f64 {
    (3.0 * x).sin()
}

/// The Chebyshev polynomials up to a degree at some places, which span all polynomials of that degree and
/// keep the condition number small.
fn chebyshev(places: &[f64], degree: usize) -> Array2<f64> {
    Array2::from_shape_fn((places.len(), degree + 1), |(i, k)| (k as f64 * places[i].acos()).cos())
}

fn fitted(features: &Array2<f64>, values: &[f64]) -> Array1<f64> {
    let model = OrdinaryLeastSquares::new().without_intercept().fit((features, values));
    model.expect("there are more places than coefficients").coefficients
}

fn mean_square(residuals: &Array1<f64>) -> f64 {
    residuals.dot(residuals) / residuals.len() as f64
}

/// The mean variance of predictions at some places over that of the noise: predictions are linear in the
/// values, and this is the mean of the squares of their coefficients, summed.
fn leverage(train: &Array2<f64>, at: &Array2<f64>) -> f64 {
    let n = train.nrows();
    let unit = |i: usize| (0..n).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
    let squares = (0..n).map(|i| at.dot(&fitted(train, &unit(i))).mapv(|y| y * y).sum()).sum::<f64>();
    squares / at.nrows() as f64
}
