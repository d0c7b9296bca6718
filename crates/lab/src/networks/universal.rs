//! What networks with and without a hidden layer can compute, and other families that approximate as well.

use super::bases::{Basis, HALF};
use super::curves::{column, even, largest_difference, outputs, root_mean_square};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::piecewise_linear::piecewise_linear_network;
use crate::report::{Report, Table};
use clap::Args;
use ndarray::array;
use std::sync::Arc;
use wengert_ad::{ArrayTape, Elementary};
use wengert_figures::{DecisionRegions, LineChart};
use wengert_linear::OrdinaryLeastSquares;
use wengert_nn::{Architecture, Mlp, MlpModule, Model, Params};

/// Networks without and with a hidden layer on XOR and on `|x|`; and the least-squares approximation of
/// `sin(omega x)` on `[-2, 2]` by ReLU corners, steps, tanh units, polynomials and Fourier series: the error
/// against the width.
#[derive(Args, Clone, Debug)]
pub struct Universal {
    /// Angular frequency omega of the target sin(omega x).
    #[arg(long, value_name = "OMEGA", default_value_t = 3.0, value_parser = frequency)]
    pub frequency: f64,
    /// Largest number of basis functions beside the constant; a power of two less one is best.
    #[arg(
        long,
        value_name = "WIDTH",
        default_value_t = 63,
        value_parser = clap::value_parser!(u32).range(3..=63)
    )]
    pub width: u32,
}

fn frequency(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|x| (0.1..=10.0).contains(x));
    number.ok_or_else(|| "must be a number from 0.1 to 10".to_owned())
}

/// The corners of the square.
const SQUARE: [[f64; 2]; 4] = [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
/// Whether the coordinates differ.
const XOR: [usize; 4] = [0, 1, 1, 0];
/// More places than functions, none of which is a corner of a unit.
const PLACES: usize = 512;

impl Experiment for Universal {
    const NAME: &'static str = "universal";
    const ABOUT: &'static str = "One hidden layer approximates anything, and so do other families";
    const SHOWS: &'static [&'static str] = &["3.7", "3.10"];
    const EXAMPLE: &'static str = "--frequency 6 --width 31";

    fn run(&self) -> Result<Report, LabError> {
        let (xor, params) = xor_network();
        let errors = self.errors();
        let report = Report::new(
            "No line separates the corners of a square whose coordinates differ from the others, and no line \
             is close to |x|. Two ReLU units are enough for both, without any error: |x - y| and |x| are \
             each the sum of two corners.",
        );
        let widest =
            errors.iter().map(|(basis, list)| format!("{} {}", basis.name(), short(list[list.len() - 1].1)));
        let widest: Vec<String> = widest.collect();
        Ok(report
            .text(format!(
                "With more functions, every family approximates sin({} x) better; with {} the errors are: \
                 {}. Steps are as general as corners, but their derivative with respect to their place is \
                 0 wherever it exists, so that gradient descent cannot move them.",
                digits(self.frequency),
                self.width,
                widest.join(", ")
            ))
            .numbers(without_hidden_layer()?)
            .numbers(with_hidden_layer(&xor, &params))
            .numbers(self.bounds(&errors))
            .number(step_gradient())
            .table(table(&errors))
            .figure("xor", &regions(&xor, &params))
            .figure("error", &error_chart(&errors))
            .figure("fits", &self.fits()))
    }
}

/// The numbers of the best linear functions.
fn without_hidden_layer() -> Result<Vec<Number>, LabError> {
    // A line has at least as many of the four points on its wrong side as the best of these, since the
    // points on either side of a line depend on its direction only in steps.
    let correct = |angle: f64, offset: f64| {
        let score = |[x, y]: [f64; 2]| angle.cos() * x + angle.sin() * y - offset;
        let hits =
            SQUARE.iter().zip(XOR).filter(|&(&point, class)| (score(point) > 0.0) == (class == 1)).count();
        hits.max(4 - hits)
    };
    let lines = (0..64).flat_map(|i| {
        (-16..=16).map(move |j| (f64::from(i) / 64.0 * std::f64::consts::PI, f64::from(j) / 8.0))
    });
    let best = lines.map(|(angle, offset)| correct(angle, offset)).max().unwrap_or(0);
    let x = even(-HALF, HALF, 41);
    let y: Vec<f64> = x.iter().map(|x| x.abs()).collect();
    let line = OrdinaryLeastSquares::new().fit((&column(&x), &y)).expect("the places differ");
    let found = root_mean_square(&y, &line.predict(&column(&x)).to_vec());
    let mean = y.iter().sum::<f64>() / 41.0;
    let deviation = root_mean_square(&y, &vec![mean; 41]);
    Ok(vec![
        Number::new("3.7", "most corners of XOR that a line classifies rightly, of 4", best as f64)
            .exactly(3.0, 0.0),
        Number::new("3.7", "error of the best line for |x|, root mean square", found)
            .exactly(deviation, 1e-14),
    ])
}

/// `relu(x - y) + relu(y - x)` minus 1: positive where the signs differ.
fn xor_network() -> (Model<MlpModule>, Params<f64>) {
    let model = Mlp::new([2, 2, 1]).into_model();
    let values = vec![1.0, -1.0, -1.0, 1.0, 0.0, 0.0, 1.0, 1.0, -1.0];
    let params = Params::new(Arc::new(model.layout().clone()), values);
    (model, params)
}

fn with_hidden_layer(xor: &Model<MlpModule>, params: &Params<f64>) -> Vec<Number> {
    let square = ndarray::Array2::from_shape_fn((4, 2), |(row, column)| SQUARE[row][column]);
    let scores = outputs(xor.module(), params, &square);
    let correct = scores.iter().zip(XOR).filter(|&(&score, class)| (score > 0.0) == (class == 1)).count();
    let (absolute, params) = piecewise_linear_network(&[(-HALF, HALF), (0.0, 0.0), (HALF, HALF)]);
    let x = even(-HALF, HALF, 41);
    let y: Vec<f64> = x.iter().map(|x| x.abs()).collect();
    let found = outputs(absolute.module(), &params, &column(&x));
    vec![
        Number::new("3.7", "corners of XOR that two ReLU units classify rightly, of 4", correct as f64)
            .exactly(4.0, 0.0),
        Number::new("3.7", "largest error of a hidden layer for |x|", largest_difference(&found, &y))
            .exactly(0.0, 1e-14),
    ]
}

/// The largest derivative of `sum_i tanh(k (x - c_i))` with respect to the `c_i`, for `k` so large that the
/// units are steps in double precision: 0 at every place but `c_i`.
fn step_gradient() -> Number {
    let tape = ArrayTape::<f64>::new();
    let places = tape.var(&array![-1.0, -0.25, 0.5, 1.5]);
    let sum = even(-1.93, 1.93, 40).into_iter().map(|x| {
        let shifted = (places * -1.0).shift(x) * 1e6;
        shifted.tanh().sum()
    });
    let total = sum.reduce(|a, b| a + b).expect("there are 40 places");
    let gradient = total.gradient();
    let largest = gradient.wrt(places).iter().map(|g: &f64| g.abs()).fold(0.0, f64::max);
    Number::new("3.10", "largest derivative of an output with respect to the place of a step", largest)
        .exactly(0.0, 0.0)
}

impl Universal {
    fn target(&self, x: &[f64]) -> Vec<f64> {
        x.iter().map(|x| (self.frequency * x).sin()).collect()
    }

    /// The places in the middle of equal parts.
    fn places() -> Vec<f64> {
        let part = HALF / PLACES as f64;
        even(-HALF + part, HALF - part, PLACES)
    }

    /// For each basis, the widths and the root mean square errors.
    fn errors(&self) -> Vec<(Basis, Vec<(usize, f64)>)> {
        let x = Self::places();
        let y = self.target(&x);
        let most = self.width as usize;
        let powers = (1..).map(|k| (1usize << k) - 1).take_while(|&width| width < most);
        let widths: Vec<usize> = powers.chain([most]).collect();
        let error = |basis: Basis, width: usize| (width, root_mean_square(&y, &basis.fit(&x, &y, width)));
        Basis::ALL.map(|basis| (basis, widths.iter().map(|&width| error(basis, width)).collect())).to_vec()
    }

    /// Bounds from the theory of approximation for the largest width: for a function with derivatives
    /// `|f'| <= omega`, `|f''| <= omega^2`, ..., interpolation on intervals of length `h` has an error of at
    /// most `h^2 omega^2 / 8`, a constant per interval one of at most `h omega / 2`, and the best
    /// polynomial of degree `k` on `[-a, a]` one of at most `2 (a omega / 2)^(k+1) / (k+1)!` (Chebyshev
    /// interpolation).
    fn bounds(&self, errors: &[(Basis, Vec<(usize, f64)>)]) -> Vec<Number> {
        let omega = self.frequency;
        let numbers = errors.iter().flat_map(|(basis, list)| {
            let (width, last) = list[list.len() - 1];
            let rise = list.windows(2).map(|pair| pair[1].1 - pair[0].1).fold(f64::NEG_INFINITY, f64::max);
            let falls = Number::new(
                "3.7",
                format!("largest rise of the error with the width, {}", basis.name()),
                rise,
            )
            .at_most(1e-12);
            let parts = |count: usize| 2.0 * HALF / 2f64.powi((count + 1).ilog2() as i32);
            let bound = match basis {
                // One of the functions is x.
                Basis::Corners => Some((parts(width - 1) * omega).powi(2) / 8.0),
                Basis::Steps => Some(parts(width) * omega / 2.0),
                Basis::Polynomials => {
                    let factors = (1..=width + 1).map(|k| HALF * omega / 2.0 / k as f64);
                    Some(2.0 * factors.product::<f64>() + 1e-12)
                }
                Basis::Tanh | Basis::Fourier => None,
            };
            let name = format!("error with {width} functions, {}", basis.name());
            let error = Number::new("3.10", name, last);
            [
                falls,
                match bound {
                    Some(bound) => error.between(0.0, bound),
                    None => error,
                },
            ]
        });
        numbers.collect()
    }

    fn fits(&self) -> LineChart {
        let x = Self::places();
        let y = self.target(&x);
        let thin = |values: &[f64]| -> Vec<f64> { values.iter().copied().step_by(4).collect() };
        let chart = LineChart::new("x", "output")
            .title("Seven functions of each family, and what they miss")
            .line("target", &thin(&x), &thin(&y));
        [Basis::Corners, Basis::Steps, Basis::Fourier]
            .iter()
            .fold(chart, |chart, basis| chart.line(basis.name(), &thin(&x), &thin(&basis.fit(&x, &y, 7))))
    }
}

fn table(errors: &[(Basis, Vec<(usize, f64)>)]) -> Table {
    let names: Vec<&str> =
        ["functions"].into_iter().chain(errors.iter().map(|(basis, _)| basis.name())).collect();
    let rows = 0..errors[0].1.len();
    rows.fold(Table::new("Root mean square error by the number of functions", &names), |table, row| {
        let width = errors[0].1[row].0.to_string();
        table.row([width].into_iter().chain(errors.iter().map(|(_, list)| short(list[row].1))))
    })
}

fn error_chart(errors: &[(Basis, Vec<(usize, f64)>)]) -> LineChart {
    let chart =
        LineChart::new("number of functions beside the constant", "root mean square error").log_x().log_y();
    let chart = chart.title("The error of every family falls with its width");
    errors.iter().fold(chart, |chart, (basis, list)| {
        let widths: Vec<f64> = list.iter().map(|(width, _)| *width as f64).collect();
        // Below 1e-14 there is only rounding.
        let values: Vec<f64> = list.iter().map(|(_, error)| error.max(1e-14)).collect();
        chart.line(basis.name(), &widths, &values)
    })
}

fn regions(xor: &Model<MlpModule>, params: &Params<f64>) -> DecisionRegions {
    let model = |points: &[[f64; 2]]| {
        let x = ndarray::Array2::from_shape_fn((points.len(), 2), |(row, column)| points[row][column]);
        let scores = outputs(xor.module(), params, &x);
        scores
            .into_iter()
            .map(|score| 1.0 / (1.0 + (-3.0 * score).exp()))
            .flat_map(|p| [1.0 - p, p])
            .collect()
    };
    let nearby = [-0.15, 0.0, 0.15].into_iter().flat_map(|dx| [-0.15, 0.0, 0.15].map(|dy| [dx, dy]));
    let nearby: Vec<[f64; 2]> = nearby.collect();
    let points: Vec<[f64; 2]> =
        SQUARE.iter().flat_map(|[x, y]| nearby.iter().map(move |[dx, dy]| [x + dx, y + dy])).collect();
    let classes: Vec<usize> = XOR.iter().flat_map(|&class| nearby.iter().map(move |_| class)).collect();
    DecisionRegions::new(["x", "y"], &["equal signs", "different signs"], &points, &classes, model)
        .title("Two ReLU units separate what no line can")
}
