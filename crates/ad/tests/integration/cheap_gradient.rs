//! The cheap gradient principle, counted: the work of value and gradient by reverse mode, whatever the
//! number of inputs.

use wengert_ad::trace::CostReport;
use wengert_ad::{Elementary, Function, Number};

struct Rosenbrock;

impl Function for Rosenbrock {
    fn eval<T: Number>(&self, x: &[T]) -> T {
        let term = |pair: &[T]| {
            let (a, b) = (pair[1] - pair[0] * pair[0], pair[0] - 1.0);
            a * a * 100.0 + b * b
        };
        x.windows(2).map(term).sum()
    }
}

struct Helmholtz;

impl Function for Helmholtz {
    fn eval<T: Number>(&self, x: &[T]) -> T {
        let n = x.len();
        let bx: T = x.iter().enumerate().map(|(i, &x)| x * (0.1 / (n + i) as f64)).sum();
        let row = |i: usize| x.iter().enumerate().map(|(j, &x)| x * (1.0 / (1 + i + j) as f64)).sum::<T>();
        let energy: T = x.iter().enumerate().map(|(i, &x)| x * row(i)).sum();
        x.iter().map(|&x| x * (x / (-bx + 1.0)).ln()).sum::<T>() - energy / bx * (bx * 2.0 + 1.0).ln()
    }
}

/// Two inputs, two hidden layers of ReLU units and one output, of its parameters; `n = w^2 + 5 w + 1` for
/// width `w`.
struct Perceptron(usize);

impl Function for Perceptron {
    fn eval<T: Number>(&self, p: &[T]) -> T {
        let layer = |p: &[T], inputs: &[T]| -> Vec<T> {
            let unit = |p: &[T]| p[0] + p[1..].iter().zip(inputs).map(|(&w, &x)| w * x).sum::<T>();
            p.chunks_exact(inputs.len() + 1).map(|p| unit(p).relu()).collect()
        };
        let (first, rest) = p.split_at(3 * self.0);
        let (second, out) = rest.split_at(self.0 * (self.0 + 1));
        layer(out, &layer(second, &layer(first, &[T::constant(0.7), T::constant(-0.3)])))[0]
    }
}

/// The operations of value and gradient over those of the value, in reverse and in forward mode.
fn ratios(f: &impl Function, n: usize) -> (f64, f64) {
    let x: Vec<f64> = (0..n).map(|i| 0.4 + 0.1 * (i as f64).sin()).collect();
    let report = CostReport::of(f, &x);
    (report.operations_ratio(report.reverse), report.operations_ratio(report.forward))
}

#[test]
fn value_and_gradient_take_at_most_five_times_the_operations_of_the_function_for_any_n() {
    let perceptron = |width: usize| (width * width + 5 * width + 1, Perceptron(width));
    let mut counted = Vec::new();
    for n in [2, 3, 5, 10, 30, 100, 300, 1000, 3000, 10_000] {
        counted.push((n, ratios(&Rosenbrock, n)));
        if n <= 100 {
            counted.push((n, ratios(&Helmholtz, n)));
            let (parameters, f) = perceptron(n / 2);
            counted.push((parameters, ratios(&f, parameters)));
        }
    }
    for (n, (reverse, forward)) in counted {
        assert!(reverse <= 5.0, "n = {n}: {reverse}");
        // Each of the n sweeps evaluates the function, its partials and the tangents.
        assert!(forward >= 1.5 * n as f64, "n = {n}: {forward}");
    }
}
