//! The functions, each with a point of any dimension.

use crate::numbers::{Counted, Num};

/// A differentiable function of `n` numbers.
pub trait Function: Copy {
    /// The name of the benchmark group.
    const NAME: &'static str;
    /// The value at `x`.
    fn at<T: Num>(self, x: &[T]) -> T;
    /// The point at which the function is evaluated.
    fn point(self, n: usize) -> Vec<f64>;
    /// The number of operations per evaluation.
    fn operations(self, n: usize) -> usize {
        let x: Vec<Counted> = self.point(n).into_iter().map(Counted).collect();
        Counted::count(|| self.at(&x))
    }
}

/// `n` numbers between `low` and `low + width` in irregular order.
fn spread(n: usize, low: f64, width: f64) -> Vec<f64> {
    (0..n).map(|i| low + width * ((i * 7919 % 101) as f64 / 101.0)).collect()
}

/// `sum_i 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2`.
#[derive(Clone, Copy)]
pub struct Rosenbrock;

impl Function for Rosenbrock {
    const NAME: &'static str = "rosenbrock";
    fn at<T: Num>(self, x: &[T]) -> T {
        let term = |i: usize| {
            let (a, b) = (x[i + 1] - x[i] * x[i], x[i].plus(-1.0));
            (a * a).times(100.0) + b * b
        };
        (1..x.len() - 1).fold(term(0), |sum, i| sum + term(i))
    }
    fn point(self, n: usize) -> Vec<f64> {
        spread(n, 1.2, 0.5)
    }
}

/// The Helmholtz energy of a mixture:
/// `R T sum_i x_i ln(x_i / (1 - b'x)) - x'Ax / (sqrt(8) b'x) ln(r)` with
/// `r = (1 + (1 + sqrt 2) b'x) / (1 + (1 - sqrt 2) b'x)`
/// (Griewank and Walther 2008).
#[derive(Clone, Copy)]
pub struct Helmholtz;

impl Function for Helmholtz {
    const NAME: &'static str = "helmholtz";
    fn at<T: Num>(self, x: &[T]) -> T {
        let n = x.len();
        let b = |i: usize| 0.1 / n as f64 * (1.0 + i as f64 / n as f64);
        let a = |i: usize, j: usize| 1.0 / (1.0 + i as f64 + j as f64);
        let bx = (1..n).fold(x[0].times(b(0)), |sum, i| sum + x[i].times(b(i)));
        let free = bx.times(-1.0).plus(1.0);
        let entropy = (1..n).fold(x[0] * (x[0] / free).log(), |sum, i| sum + x[i] * (x[i] / free).log());
        let row = |i: usize| x[i] * (1..n).fold(x[0].times(a(i, 0)), |sum, j| sum + x[j].times(a(i, j)));
        let energy = (1..n).fold(row(0), |sum, i| sum + row(i));
        let root = 2.0_f64.sqrt();
        let ratio = bx.times(1.0 + root).plus(1.0) / bx.times(1.0 - root).plus(1.0);
        entropy.times(8.314) - (energy / bx.times(8.0_f64.sqrt())) * ratio.log()
    }
    fn point(self, n: usize) -> Vec<f64> {
        spread(n, 1.2 / n as f64, 0.5 / n as f64)
    }
}

/// The output of a ReLU network 2-16-16-1 at one input, as a function of its 337 parameters.
#[derive(Clone, Copy)]
pub struct ScalarMlp;

impl Function for ScalarMlp {
    const NAME: &'static str = "mlp 2-16-16-1";
    fn at<T: Num>(self, p: &[T]) -> T {
        let unit = |weights: &[T], inputs: &[T]| {
            let (weights, bias) = weights.split_at(inputs.len());
            weights.iter().zip(inputs).fold(bias[0], |sum, (&w, &x)| sum + w * x)
        };
        let (first, rest) = p.split_at(16 * 3);
        let (second, out) = rest.split_at(16 * 17);
        let hidden: Vec<T> =
            first.chunks(3).map(|p| (p[0].times(0.7) + p[2] + p[1].times(-0.3)).rectified()).collect();
        let hidden: Vec<T> = second.chunks(17).map(|p| unit(p, &hidden).rectified()).collect();
        unit(out, &hidden)
    }
    fn point(self, _: usize) -> Vec<f64> {
        spread(337, 0.1, 1.0)
    }
}
