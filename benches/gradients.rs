//! The cost of a gradient compared with its function.
//!
//! `cargo bench --bench gradients` times each function as a loop over `f64` and as vectorised
//! slices, and its gradient on the scalar tape and with array primitives. Compare the time of a
//! gradient with the vectorised function of the same group.

#[path = "functions/valley.rs"]
mod valley;

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use valley::Valley;
use wengert::ad::kernels::{dot, sum, sum_of, vectorised};
use wengert::ad::primitive::Pointwise;
use wengert::prelude::*;

/// A function at a point, with its vectorised form and its gradient with array primitives.
struct Case<'a> {
    name: &'a str,
    point: Vec<f64>,
    vectorised: &'a dyn Fn(&[f64]) -> f64,
    /// Records the function on arrays, writes the gradient to the slice and returns the value.
    arrays: &'a mut dyn FnMut(&mut [f64]) -> f64,
}

impl Case<'_> {
    fn bench(
        self,
        criterion: &mut Criterion,
        f: impl for<'t> Fn(&[Var<'t>]) -> Var<'t> + Copy,
        plain: fn(&[f64]) -> f64,
    ) {
        let Self { name, point, vectorised, arrays } = self;
        let mut tape = Tape::new();
        let (mut from_scalars, mut from_arrays) = (vec![0.0; point.len()], vec![0.0; point.len()]);
        let values = [
            plain(&point),
            vectorised(&point),
            value_and_grad_into(&mut tape, f, &point, &mut from_scalars),
            arrays(&mut from_arrays),
        ];
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
        assert!(values.iter().all(|&value| close(value, values[0])), "{name}: {values:?}");
        assert!(
            from_arrays.iter().zip(&from_scalars).all(|(&a, &b)| close(a, b)),
            "{name}: the gradients differ"
        );

        let mut group = criterion.benchmark_group(name);
        group.bench_function("function, plain", |b| b.iter(|| plain(black_box(&point))));
        group.bench_function("function, vectorised", |b| b.iter(|| vectorised(black_box(&point))));
        group.bench_function("gradient, scalar tape", |b| {
            b.iter(|| value_and_grad_into(&mut tape, f, black_box(&point), &mut from_scalars));
        });
        group.bench_function("gradient, arrays", |b| b.iter(|| arrays(black_box(&mut from_arrays))));
        group.finish();
    }
}

/// `n` numbers between `low` and `low + width` in irregular order.
fn spread(n: usize, low: f64, width: f64) -> Vec<f64> {
    (0..n).map(|i| low + width * ((i * 7919 % 101) as f64 / 101.0)).collect()
}

fn rosenbrock_of<T: Number>(x: &[T]) -> T {
    x.windows(2).map(|pair| Valley.at([pair[0], pair[1]])).sum()
}

fn rosenbrock(criterion: &mut Criterion) {
    let n = 100_000;
    let point = Arc::new(spread(n, 0.5, 1.0));
    let mut tape = ArrayTape::<f64>::new();
    Case {
        name: "rosenbrock 100000",
        point: point.to_vec(),
        vectorised: &|x| {
            vectorised(
                #[inline(always)]
                || {
                    let (heads, tail) = x[..n - 1].as_chunks::<8>();
                    let mut partial = [0.0; 8];
                    for (i, head) in heads.iter().enumerate() {
                        let next = &x[8 * i + 1..][..8];
                        for lane in 0..8 {
                            partial[lane] += Valley.at([head[lane], next[lane]]);
                        }
                    }
                    let first = n - 1 - tail.len();
                    partial.iter().sum::<f64>() + rosenbrock_of(&x[first..])
                },
            )
        },
        arrays: &mut |gradient| {
            tape.clear();
            let y = tape.shared_var(&point, 0..n, &[n], true).window_sum(Valley);
            y.gradient_into(1.0, gradient);
            y.item()
        },
    }
    .bench(criterion, |x| rosenbrock_of(x), rosenbrock_of);
}

/// The co-volume of component number `i` of `n`.
fn covolume(i: usize, n: usize) -> f64 {
    0.1 / n as f64 * (1.0 + i as f64 / n as f64)
}

/// The attraction of two components.
fn attraction(i: usize, j: usize) -> f64 {
    1.0 / (1.0 + i as f64 + j as f64)
}

/// The Helmholtz energy of a mixture, computed from sums over its components:
/// `8.314 (sum_i x_i ln x_i - ln(1 - b'x) sum_i x_i) - x'Ax / (sqrt(8) b'x) ln(r)` with
/// `r = (1 + (1 + sqrt 2) b'x) / (1 + (1 - sqrt 2) b'x)`
/// (Griewank and Walther 2008, chapter 1).
fn energy_of<T: Operand>(
    [x_ln_x, total, bx, x_a_x]: [T; 4],
    times: impl Fn(T, T) -> T,
    minus: impl Fn(T, T) -> T,
) -> T {
    let root = 2.0_f64.sqrt();
    let entropy = minus(x_ln_x, times(bx.subtract_from(1.0).ln(), total)).scale(8.314);
    let ratio = minus(bx.scale(1.0 + root).shift(1.0).ln(), bx.scale(1.0 - root).shift(1.0).ln());
    minus(entropy, times(times(x_a_x, bx.scale(8.0_f64.sqrt()).recip()), ratio))
}

fn helmholtz_of<T: Number>(x: &[T]) -> T {
    let n = x.len();
    let x_ln_x = x.iter().map(|&x| x * x.ln()).sum();
    let bx = x.iter().enumerate().map(|(i, &x)| x * covolume(i, n)).sum();
    let row = |i: usize| x.iter().enumerate().map(|(j, &x)| x * attraction(i, j)).sum::<T>();
    let x_a_x = x.iter().enumerate().map(|(i, &x)| x * row(i)).sum();
    energy_of([x_ln_x, x.iter().copied().sum(), bx, x_a_x], |a, b| a * b, |a, b| a - b)
}

/// `x ln x`.
#[derive(Clone, Copy, Debug)]
struct XLnX;

impl Pointwise<1> for XLnX {
    #[inline(always)]
    fn at<T: Scalar>(self, [x]: [T; 1]) -> T {
        x * x.ln()
    }
}

fn helmholtz(criterion: &mut Criterion) {
    let n = 100;
    let point = spread(n, 1.2 / n as f64, 0.5 / n as f64);
    let b: Arc<Vec<f64>> = Arc::new((0..n).map(|i| covolume(i, n)).collect());
    let a: Arc<Vec<f64>> = Arc::new((0..n * n).map(|k| attraction(k / n, k % n)).collect());
    let (shared, mut tape) = (Arc::new(point.clone()), ArrayTape::<f64>::new());
    Case {
        name: "helmholtz 100",
        point,
        vectorised: &|x| {
            vectorised(
                #[inline(always)]
                || {
                    let x_a_x = a.chunks_exact(n).zip(x).map(|(row, &xi)| xi * dot(row, x)).sum();
                    energy_of(
                        [sum_of(x, |x| x * x.ln()), sum(x), dot(&b, x), x_a_x],
                        |a, b| a * b,
                        |a, b| a - b,
                    )
                },
            )
        },
        arrays: &mut |gradient| {
            tape.clear();
            let x = tape.shared_var(&shared, 0..n, &[n], true);
            let a = tape.shared_constant(&a, 0..n * n, &[n, n]);
            let b = tape.shared_constant(&b, 0..n, &[n]);
            let x_a_x = x.dot(a.matmul(x.reshape(&[n, 1])).reshape(&[n]));
            let y = energy_of([x.window_sum(XLnX), x.sum(), b.dot(x), x_a_x], |a, b| a * b, |a, b| a - b);
            y.gradient_into(1.0, gradient);
            y.item()
        },
    }
    .bench(criterion, |x| helmholtz_of(x), helmholtz_of);
}

/// The number of points of the perceptron, a ReLU network 2-16-16-1. The function is the mean of
/// its squared outputs, with respect to its 337 parameters.
const BATCH: usize = 64;

/// The points, one row per input.
fn inputs() -> [Vec<f64>; 2] {
    [spread(BATCH, -1.0, 2.0), spread(BATCH + 7, -1.0, 2.0).split_off(7)]
}

fn perceptron_of<T: Number>(p: &[T]) -> T {
    let layer = |p: &[T], outputs: usize, x: &[T]| -> Vec<T> {
        let (weight, bias) = p.split_at(x.len() * outputs);
        let unit =
            |j: usize| x.iter().enumerate().map(|(i, &x)| x * weight[i * outputs + j]).sum::<T>() + bias[j];
        (0..outputs).map(unit).collect()
    };
    let relu = |x: Vec<T>| -> Vec<T> { x.into_iter().map(Elementary::relu).collect() };
    let (first, rest) = p.split_at(48);
    let (second, third) = rest.split_at(272);
    let [a, b] = inputs();
    let output = |(&a, &b): (&f64, &f64)| {
        let hidden = relu(layer(first, 16, &[T::constant(a), T::constant(b)]));
        layer(third, 1, &relu(layer(second, 16, &hidden)))[0].square()
    };
    a.iter().zip(&b).map(output).sum::<T>() / BATCH as f64
}

/// `y = x W + b`, followed by ReLU if `relu` is true. The examples of the batch are adjacent in memory.
#[inline(always)]
fn side_by_side<const M: usize, const N: usize>(
    x: &[[f64; BATCH]; M],
    p: &[f64],
    relu: bool,
) -> [[f64; BATCH]; N] {
    let mut y = [[0.0; BATCH]; N];
    for (j, y) in y.iter_mut().enumerate() {
        *y = [p[M * N + j]; BATCH];
        for (i, x) in x.iter().enumerate() {
            let w = p[i * N + j];
            for (y, &x) in y.iter_mut().zip(x) {
                *y += w * x;
            }
        }
        if relu {
            y.iter_mut().for_each(|y| *y = y.max(0.0));
        }
    }
    y
}

fn perceptron(criterion: &mut Criterion) {
    let point = spread(337, -0.5, 1.0);
    let [a, b] = inputs();
    let rows = Arc::new(a.iter().zip(&b).flat_map(|(&a, &b)| [a, b]).collect::<Vec<f64>>());
    let columns: [[f64; BATCH]; 2] = [a, b].map(|x| x.try_into().expect("a batch"));
    let (shared, mut tape) = (Arc::new(point.clone()), ArrayTape::<f64>::new());
    Case {
        name: "perceptron 2-16-16-1, batch 64",
        point,
        vectorised: &|p| {
            vectorised(
                #[inline(always)]
                || {
                    let first: [_; 16] = side_by_side(&columns, &p[..48], true);
                    let second: [_; 16] = side_by_side(&first, &p[48..320], true);
                    let [y] = side_by_side(&second, &p[320..], false);
                    sum_of(&y, |y| y * y) / BATCH as f64
                },
            )
        },
        arrays: &mut |gradient| {
            tape.clear();
            let mut x = tape.shared_constant(&rows, 0..2 * BATCH, &[BATCH, 2]);
            let mut start = 0;
            for [m, n] in [[2, 16], [16, 16], [16, 1]] {
                let (weights, end) = (start + m * n, start + m * n + n);
                let weight = tape.shared_var(&shared, start..weights, &[m, n], true);
                let bias = tape.shared_var(&shared, weights..end, &[n], true);
                x = x.affine(weight, bias);
                x = if n == 1 { x } else { x.relu() };
                start = end;
            }
            let y = x.square().mean();
            y.gradient_into(1.0, gradient);
            y.item()
        },
    }
    .bench(criterion, |p| perceptron_of(p), perceptron_of);
}

criterion_group!(benches, rosenbrock, helmholtz, perceptron);
criterion_main!(benches);
