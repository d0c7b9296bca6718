//! The order in which a chain of matrices is multiplied.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::report::{Report, Table};
use clap::Args;
use ndarray::Array2;
use std::hint::black_box;
use std::time::Instant;
use wengert_figures::LineChart;

/// The two orders of a product of three matrices `A B C`, which are the two modes of differentiation: the
/// Jacobian of a composition is a product of Jacobians, and forward mode multiplies it from the right,
/// reverse mode from the left (Griewank and Walther 2008, section 3.2).
///
/// `A` is `m x n`, `B` is `n x p`, `C` is `p x q`. `(A B) C` costs `mnp + mpq` multiply-adds, `A (B C)` costs
/// `npq + mnq`.
#[derive(Args, Clone, Debug)]
pub struct MatrixChain {
    /// Rows of A.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub m: u32,
    /// Columns of A and rows of B.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub n: u32,
    /// Columns of B and rows of C.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub p: u32,
    /// Columns of C; 1 is a vector.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub q: u32,
    /// Also measure times; they differ from run to run.
    #[arg(long)]
    pub times: bool,
}

/// The extents `m`, `n`, `p`, `q`.
type Extents = [u32; 4];

/// Products with more multiply-adds than this are not carried out.
const MOST_COUNTED: f64 = 2e7;
/// Matrices with more elements than this are not made for measurements.
const MOST_ELEMENTS: f64 = 5e6;
/// The extent of the lecture's example.
const LECTURE: u32 = 1999;

impl Experiment for MatrixChain {
    const NAME: &'static str = "matrix-chain";
    const ABOUT: &'static str = "The order of a matrix product decides its cost";
    const SHOWS: &'static [&'static str] = &["1.4", "1.7"];
    const EXAMPLE: &'static str = "--q 200";

    fn run(&self) -> Result<Report, LabError> {
        let extents = [self.m, self.n, self.p, self.q];
        let [left, right] = costs(extents);
        let (good, bad) = if left <= right { ("(A B) C", right / left) } else { ("A (B C)", left / right) };
        let report = Report::new(format!(
            "(A B) C takes {} multiply-adds and A (B C) takes {}: {good} is the good order, by a factor of \
             {}.",
            digits(left),
            digits(right),
            digits(bad)
        ))
        .text(
            "The Jacobian of a composition is a product of Jacobians. If the last factor is one column, a \
             direction in the space of the inputs, the product is cheap from the right: that is forward \
             mode, a matrix times a vector at each level. If the first factor is one row, the gradient of \
             a single output, it is cheap from the left: that is reverse mode. Each mode multiplies \
             vectors only; the other order carries whole matrices along.",
        );
        let report = report.numbers(counted(extents)).numbers(of_the_lecture()).table(table(extents));
        let report = report.figure("columns", &by_columns()).figure("levels", &by_outputs());
        if self.times { self.add_times(report, extents) } else { Ok(report) }
    }
}

impl MatrixChain {
    /// Adds the times of both orders, if the matrices are small enough.
    fn add_times(&self, report: Report, extents: Extents) -> Result<Report, LabError> {
        let [m, n, p, q] = extents.map(f64::from);
        let elements = [m * n, n * p, p * q, m * p, n * q, m * q].into_iter().fold(0.0, f64::max);
        if elements > MOST_ELEMENTS || costs(extents).iter().any(|&cost| cost > 1e10) {
            let problem = format!(
                "matrices of {} elements are too large to measure; choose smaller extents",
                digits(elements)
            );
            return Err(LabError::Setting { name: "--times", problem });
        }
        let [a, b, c] = matrices(extents);
        let seconds = [least_seconds(|| a.dot(&b).dot(&c)), least_seconds(|| a.dot(&b.dot(&c)))];
        let header = ["order", "multiply-adds", "time (ms)", "multiply-adds per ns"];
        let table = Table::new("Times on this machine, the least of five runs", &header);
        let rows = ["(A B) C", "A (B C)"].into_iter().zip(costs(extents)).zip(seconds);
        Ok(report.table(rows.fold(table, |table, ((order, cost), seconds)| {
            let numbers = [cost, seconds * 1e3, cost / (seconds * 1e9)].map(digits);
            table.row([vec![order.to_owned()], numbers.into()].concat())
        })))
    }
}

/// The multiply-adds of `(A B) C` and of `A (B C)`, by the formula.
fn costs(extents: Extents) -> [f64; 2] {
    let [m, n, p, q] = extents.map(f64::from);
    [m * n * p + m * p * q, n * p * q + m * n * q]
}

/// Matrices with small integers, so that all products are exact.
fn matrices([m, n, p, q]: Extents) -> [Array2<f64>; 3] {
    let matrix = |rows: u32, columns: u32, step: usize| {
        let shape = (rows as usize, columns as usize);
        Array2::from_shape_fn(shape, |(i, j)| ((step * i + 3 * j) % 5) as f64 - 2.0)
    };
    [matrix(m, n, 2), matrix(n, p, 4), matrix(p, q, 7)]
}

/// The product, from its definition, and the number of multiply-adds.
fn multiply(a: &Array2<f64>, b: &Array2<f64>) -> (Array2<f64>, f64) {
    let mut multiply_adds = 0_u64;
    let element = |(i, j)| {
        a.row(i).iter().zip(b.column(j)).fold(0.0, |sum, (a, b)| {
            multiply_adds += 1;
            sum + a * b
        })
    };
    let product = Array2::from_shape_fn((a.nrows(), b.ncols()), element);
    (product, multiply_adds as f64)
}

/// The multiply-adds that both orders take when they are carried out, and what the formula says.
fn counted(extents: Extents) -> Vec<Number> {
    let [left, right] = costs(extents);
    let names = ["multiply-adds of (A B) C", "multiply-adds of A (B C)"];
    if left.max(right) > MOST_COUNTED {
        let costs = names.into_iter().zip([left, right]);
        return costs
            .map(|(name, cost)| Number::new("1.4", format!("{name}, by the formula"), cost))
            .collect();
    }
    let [a, b, c] = matrices(extents);
    let ((ab, first), (bc, second)) = (multiply(&a, &b), multiply(&b, &c));
    let ((from_left, third), (from_right, fourth)) = (multiply(&ab, &c), multiply(&a, &bc));
    let apart = (&from_left - &from_right).iter().fold(0.0, |most, x| f64::max(most, x.abs()));
    vec![
        Number::new("1.4", names[0], first + third).exactly(left, 0.0),
        Number::new("1.4", names[1], second + fourth).exactly(right, 0.0),
        // Integers below 2^53 in every order.
        Number::new("1.4", "largest difference of the two results", apart).exactly(0.0, 0.0),
        Number::new("1.4", "cost of (A B) C / cost of A (B C)", (first + third) / (second + fourth))
            .exactly(left / right, 0.0),
    ]
}

/// Three factors of the extent 1999, the last one a vector.
fn of_the_lecture() -> Vec<Number> {
    let size = f64::from(LECTURE);
    let [left, right] = costs([LECTURE, LECTURE, LECTURE, 1]);
    vec![
        Number::new("1.7", "m = n = p = 1999, q = 1: multiply-adds of A (B C)", right)
            .exactly(2.0 * size * size, 0.0),
        Number::new("1.7", "m = n = p = 1999, q = 1: (A B) C costs this many times more", left / right)
            .exactly(f64::from(LECTURE + 1) / 2.0, 0.0),
    ]
}

fn table(extents: Extents) -> Table {
    let header = ["m", "n", "p", "q", "(A B) C", "A (B C)", "ratio"];
    let rows =
        [extents, [1, 50, 60, 40], [300, 300, 300, 1], [1, 300, 300, 300], [LECTURE, LECTURE, LECTURE, 1]];
    let table = Table::new("Multiply-adds of both orders", &header);
    rows.into_iter().fold(table, |table, extents| {
        let [left, right] = costs(extents);
        let counts = [left, right, left / right].map(digits);
        table.row([extents.map(|extent| extent.to_string()).to_vec(), counts.into()].concat())
    })
}

/// Powers of 2 and 3 times powers of 2, up to `largest`.
fn extents_up_to(largest: u32) -> Vec<u32> {
    let all = (0..).flat_map(|power| [2_u32.pow(power), 3 * 2_u32.pow(power) / 2]).filter(|&q| q > 0);
    let mut extents: Vec<u32> = all.take_while(|&q| q <= largest).collect();
    extents.dedup();
    extents
}

/// The cost of both orders against the number of columns of `C`, for square `A` and `B`.
fn by_columns() -> LineChart {
    let columns = extents_up_to(8192);
    let places: Vec<f64> = columns.iter().copied().map(f64::from).collect();
    let [left, right] = [0, 1].map(|order| {
        columns.iter().map(|&q| costs([LECTURE, LECTURE, LECTURE, q])[order]).collect::<Vec<f64>>()
    });
    LineChart::new("columns of C, beside A and B of 1999 x 1999", "multiply-adds")
        .title("A product with few columns is cheap from the right")
        .log_x()
        .log_y()
        .line("(A B) C", &places, &left)
        .line("A (B C)", &places, &right)
        .at_x("columns = rows", f64::from(LECTURE))
}

/// The cost of the Jacobian of two layers of width 300 from both ends, against the number of outputs.
fn by_outputs() -> LineChart {
    let outputs = extents_up_to(8192);
    let places: Vec<f64> = outputs.iter().copied().map(f64::from).collect();
    let [reverse, forward] = [0, 1].map(|order| {
        outputs.iter().map(|&m| costs([m, 300, 300, 300])[order]).collect::<Vec<f64>>() //
    });
    LineChart::new("outputs, of 300 inputs and two layers of 300", "multiply-adds")
        .title("Reverse mode is the good order when there are few outputs")
        .log_x()
        .log_y()
        .line("reverse: from left", &places, &reverse)
        .line("forward: from right", &places, &forward)
        .at_x("outputs = inputs", 300.0)
}

/// The time of one call in seconds: the least of five.
fn least_seconds<Y>(work: impl Fn() -> Y) -> f64 {
    let timed = || {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    (0..5).map(|_| timed()).fold(f64::INFINITY, f64::min)
}
