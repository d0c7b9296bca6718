//! The cost of each mode, in counted operations and in measured time, as ratios to the plain `f64`
//! function or to another method that computes the same numbers.
//!
//! Each time is the minimum of several runs. The methods to be compared take turns, so that other load
//! on the machine affects them equally. The program panics if two methods disagree.
//!
//! ```text
//! cargo run --release --example cost_of_modes
//! ```

use ndarray::{Array2, Axis};
use std::fmt::Display;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use wengert::ad::primitive::Pointwise;
use wengert::ad::trace::{Graph, Traced};
use wengert::ad::transform::DirectionBlock;
use wengert::ad::{
    Sweeps, checkpoint, hessian_diagonal_estimate, implicit, per_example_gradients, value_and_jacobian,
};
use wengert::prelude::*;

/// The number of timed runs per method.
const RUNS: usize = 11;

/// Repeats some work the given number of times and returns the mean time of one repetition in seconds.
type Clock<'a> = Box<dyn FnMut(u32) -> f64 + 'a>;

fn clock<'a, Y>(mut work: impl FnMut() -> Y + 'a) -> Clock<'a> {
    Box::new(move |repetitions| {
        let start = Instant::now();
        for _ in 0..repetitions {
            black_box(work());
        }
        start.elapsed().as_secs_f64() / f64::from(repetitions)
    })
}

/// The minimum of [`RUNS`] runs of each clock, taken in turns, each at least 0.3 ms long.
fn shortest<const N: usize>(mut clocks: [Clock<'_>; N]) -> [f64; N] {
    let repetitions = clocks.each_mut().map(|clock| (3e-4 / clock(3)).ceil().clamp(1.0, 1e6) as u32);
    let mut best = [f64::INFINITY; N];
    for _ in 0..RUNS {
        for ((best, clock), repetitions) in best.iter_mut().zip(&mut clocks).zip(repetitions) {
            *best = best.min(clock(repetitions));
        }
    }
    best
}

fn row(name: impl Display, against: &str, counted: impl Display, time: impl Display) {
    println!("{:44}{against:20}{:>25}{:>10}", name.to_string(), counted.to_string(), time.to_string());
}

/// Formats a ratio with three significant digits.
fn ratio(x: f64) -> String {
    let decimals = (2.0 - x.log10().floor()).clamp(0.0, 5.0) as usize;
    format!("{x:.decimals$}")
}

/// Asserts that both slices contain the same numbers up to rounding.
#[track_caller]
fn expect_equal(a: &[f64], b: &[f64]) {
    let size = b.iter().fold(0.0_f64, |size, b| size.max(b.abs()));
    let close = a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-10 * size);
    assert!(
        a.len() == b.len() && size > 0.0 && close,
        "the results differ, or are all zero, which proves nothing"
    );
}

/// The number of operations that are carried out to compute `output` from `n` inputs.
fn count(n: usize, output: impl for<'g> FnOnce(&[Traced<'g>]) -> Traced<'g>) -> f64 {
    (Graph::of(&vec![("x", 0.5); n], output).nodes().len() - n) as f64
}

/// `n` numbers from 0.5 to 1.5 in a scattered order.
fn spread(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.5 + (i * 7919 % 101) as f64 / 101.0).collect()
}

/// Four vectors of `n` signs, such that the four signs at adjacent indices are orthogonal (Hadamard).
fn signs(n: usize) -> impl FnMut() -> bool {
    let mut indices = 0..4 * n;
    move || indices.next().is_some_and(|k| ((k / n) & (k % n) & 3).count_ones().is_multiple_of(2))
}

/// `sum_i x_i^3 (x_i + 3 x_(i+1))`.
fn chain<T: Number>(x: &[T]) -> T {
    x.windows(2).map(|v| v[0].powi(3) * (v[0] + v[1] * 3.0)).sum()
}

fn modes(terms: usize) {
    let (n, x, along) = (terms + 1, spread(terms + 1), vec![1.0; terms + 1]);
    let (mut tape, mut gradient) = (Tape::new(), vec![0.0; n]);
    let product = || hvp(|v| chain(v), black_box(&x), &along);
    let estimate = || hessian_diagonal_estimate(|v| chain(v), black_box(&x), 4, signs(n));
    let times = shortest([
        clock(|| chain(black_box(&x[..]))),
        clock(|| jvp(chain, black_box(&x), &along)),
        clock(|| value_and_grad_into(&mut tape, |v| chain(v), black_box(&x), &mut gradient)),
        clock(product),
        clock(estimate),
        clock(|| hessian(|v| chain(v), black_box(&x))),
    ]);
    let hessian = hessian(|v| chain(v), &x);
    expect_equal(&[jvp(chain, &x, &along).1], &[gradient.iter().sum()]);
    expect_equal(&product(), &hessian.sum_axis(Axis(1)).to_vec());
    // The Hessian is tridiagonal, so that these signs reproduce its diagonal exactly.
    expect_equal(&estimate(), &hessian.diag().to_vec());

    let (function, plain) = (count(n, |x| chain(x)), format!("{:.1} ns", times[0] * 1e9));
    row(format_args!("the function, {terms} terms"), "", format_args!("{function} operations"), plain);
    for ((name, counted), time) in counts_of_modes(n).into_iter().zip(&times[1..]) {
        row(name, "function", ratio(counted / function), ratio(time / times[0]));
    }
}

/// The operations of each mode for the chain with `n` inputs.
fn counts_of_modes(n: usize) -> [(&'static str, f64); 5] {
    let ones = || vec![Numeric::constant(1.0); n];
    let four_columns = count(n, |x| {
        let several: Vec<_> =
            x.iter().map(|&x| DirectionBlock::new(x, [Numeric::constant(1.0); 4])).collect();
        grad(|v| chain(v), &several)[0].tangents[0]
    });
    [
        ("jvp", count(n, |x| jvp(chain, x, &ones()).1)),
        ("gradient, kept tape", count(n, |x| grad(|v| chain(v), x)[0])),
        ("hvp", count(n, |x| hvp(|v| chain(v), x, &ones())[0])),
        ("hessian_diagonal_estimate, four probes", four_columns),
        ("hessian", four_columns * n.div_ceil(4) as f64),
    ]
}

/// The last `outputs` of 40 steps of `z <- sin(z a) + a`, which use the parameters `a` in turn.
fn steps<T: Number>(v: &[T], outputs: usize) -> Vec<T> {
    let mut z = v[0];
    let step = |k: usize| {
        let a = v[1 + k % (v.len() - 1)];
        z = (z * a).sin() + a;
        z
    };
    (0..40).map(step).collect::<Vec<T>>().split_off(40 - outputs)
}

fn jacobians(inputs: usize, outputs: usize) {
    let x: Vec<f64> = spread(inputs).iter().map(|x| 0.5 * x).collect();
    let jacobian = |sweeps| value_and_jacobian(|v| steps(v, outputs), black_box(&x), sweeps).1;
    let elements = |sweeps| jacobian(sweeps).flatten().to_vec();
    expect_equal(&elements(Sweeps::Forward), &elements(Sweeps::Reverse));
    let function = count(inputs, |x| steps(x, 1)[0]);
    for sweeps in [Sweeps::Forward, Sweeps::Reverse] {
        let times = shortest([clock(|| steps(black_box(&x[..]), outputs)), clock(|| jacobian(sweeps))]);
        let counted = count(inputs, |x| value_and_jacobian(|v| steps(v, outputs), x, sweeps).1[[0, 0]]);
        let name = format!("Jacobian, {inputs} -> {outputs}, {sweeps:?}");
        row(name, "function", ratio(counted / function), ratio(times[1] / times[0]));
    }
}

/// Compares `A (B C)` with `(A B) C`, in multiply-adds and in time.
fn products([m, n, p, q]: [usize; 4]) {
    let [a, b, c] = [[m, n], [n, p], [p, q]].map(|shape| (Arc::new(spread(shape[0] * shape[1])), shape));
    let product = |from_the_right: bool| {
        let (a, b, c) = (&a, &b, &c);
        let mut tape = ArrayTape::<f64>::new();
        move || {
            tape.clear();
            let [a, b, c] = [a, b, c].map(|(data, shape)| tape.shared_constant(data, 0..data.len(), shape));
            let y = if from_the_right { a.matmul(b.matmul(c)) } else { a.matmul(b).matmul(c) };
            y.value().into_raw_vec_and_offset().0
        }
    };
    expect_equal(&product(true)(), &product(false)());
    let times = shortest([clock(product(true)), clock(product(false))]);
    let counted = format!("{} / {}", n * p * q + m * n * q, m * n * p + m * p * q);
    row(format_args!("A (B C), {m} x {n} x {p} x {q}"), "(A B) C", counted, ratio(times[0] / times[1]));
}

fn wave<T: Number>(x: T) -> T {
    x.sin() * x.exp() / (x * x + 1.0)
}

/// Adds a level of duals, whose tangent is the derivative with respect to `x`.
fn dual<T: Scalar>(x: T) -> Dual<T> {
    Dual::new(x, T::constant(1.0))
}

/// Compares jets of order `N - 1` with nested duals, which take `operations` operations.
fn jets<const N: usize>(nested: impl Fn(f64) -> f64, operations: impl Display) {
    let jet = |x| derivatives::<N, f64>(wave, x)[N - 1];
    expect_equal(&[jet(0.7)], &[nested(0.7)]);
    let times = shortest([clock(|| jet(black_box(0.7))), clock(|| nested(black_box(0.7)))]);
    let counted = count(1, |x| derivatives::<N, _>(wave, x[0])[N - 1]);
    let counted = format!("{counted} / {operations}");
    row(format_args!("jets of order {}", N - 1), "nested duals", counted, ratio(times[0] / times[1]));
}

fn orders() {
    let counted = [
        count(1, |x| wave(dual(x[0])).tangent),
        count(1, |x| wave(dual(dual(x[0]))).tangent.tangent),
        count(1, |x| wave(dual(dual(dual(x[0])))).tangent.tangent.tangent),
        count(1, |x| wave(dual(dual(dual(dual(x[0]))))).tangent.tangent.tangent.tangent),
    ];
    jets::<2>(|x| wave(dual(x)).tangent, counted[0]);
    jets::<3>(|x| wave(dual(dual(x))).tangent.tangent, counted[1]);
    jets::<4>(|x| wave(dual(dual(dual(x)))).tangent.tangent.tangent, counted[2]);
    jets::<5>(|x| wave(dual(dual(dual(dual(x))))).tangent.tangent.tangent.tangent, counted[3]);
    // Not counted: five nested levels of duals over traced numbers would take minutes to compile.
    jets::<6>(|x| wave(dual(dual(dual(dual(dual(x)))))).tangent.tangent.tangent.tangent.tangent, "-");
    let six = |x| wave(dual(dual(dual(dual(dual(dual(x)))))));
    jets::<7>(|x| six(x).tangent.tangent.tangent.tangent.tangent.tangent, "-");
}

fn lanes() {
    let points: [Vec<f64>; 4] = std::array::from_fn(|w| spread(101).iter().map(|x| x + w as f64).collect());
    let together: Vec<Lanes<4>> = (0..101).map(|i| Lanes(std::array::from_fn(|w| points[w][i]))).collect();
    let (mut tape, mut wide) = (Tape::new(), Tape::new());
    let (mut gradient, mut wide_gradient) = (vec![0.0; 101], vec![Lanes([0.0; 4]); 101]);
    let times = shortest([
        clock(|| value_and_grad_into(&mut wide, |v| chain(v), black_box(&together), &mut wide_gradient)),
        clock(|| points.each_ref().map(|x| value_and_grad_into(&mut tape, |v| chain(v), x, &mut gradient))),
    ]);
    for (w, point) in points.iter().enumerate() {
        let lane: Vec<f64> = wide_gradient.iter().map(|g| g.0[w]).collect();
        expect_equal(&lane, &grad(|v| chain(v), point));
    }
    row("gradients at four points, Lanes<4>", "separately", "1 / 4 recordings", ratio(times[0] / times[1]));
}

/// The logistic loss of one example: the features, then the label, 1 or -1.
fn logistic<T: Number>(p: &[T], example: &[T]) -> T {
    let score: T = p.iter().zip(example).map(|(&p, &x)| p * x).sum();
    (-score * example[p.len()]).softplus()
}

fn examples() {
    let parameters = spread(16);
    let number = |(i, j)| if j == 16 { [1.0, -1.0][i % 2] } else { ((17 * i + j) as f64).sin() };
    let data = Array2::from_shape_fn((1000, 17), number);
    let mut tape = Tape::new();
    let mut one_by_one = || {
        let mut gradients = vec![0.0; 16_000];
        for (example, gradient) in data.rows().into_iter().zip(gradients.chunks_mut(16)) {
            let example: Vec<_> = example.iter().map(|&x| Var::passive(x)).collect();
            value_and_grad_into(&mut tape, |p| logistic(p, &example), &parameters, gradient);
        }
        gradients
    };
    let together = || per_example_gradients(|p, e| logistic(p, e), &parameters, &data);
    expect_equal(&together().flatten().to_vec(), &one_by_one());
    let times = shortest([clock(together), clock(&mut one_by_one)]);
    row("per_example_gradients", "a loop", "250 / 1000 recordings", ratio(times[0] / times[1]));
}

/// `steps` steps of Euler's method for `y' = p - y^2`.
fn euler<T: Number>(y: T, p: T, steps: usize) -> T {
    (0..steps).fold(y, |y, _| y + (p - y * y) * 1e-6)
}

/// The same steps in checkpointed parts; `longest` is set to the length of the longest tape of a part.
fn euler_in_parts<'t>(v: &[Var<'t>], [parts, part]: [usize; 2], longest: &Arc<AtomicUsize>) -> Var<'t> {
    (0..parts).fold(v[0], |y, _| {
        let longest = Arc::clone(longest);
        checkpoint(&[y, v[1]], move |v| {
            let y = euler(v[0], v[1], part);
            longest.fetch_max(y.tape().map_or(0, Tape::len), Ordering::Relaxed);
            vec![y]
        })[0]
    })
}

fn checkpoints() {
    let (sizes, x, longest) = ([1000, 1000], [0.5, 2.0], Arc::default());
    let steps = sizes[0] * sizes[1];
    let (mut tape, mut plain) = (Tape::new(), [0.0; 2]);
    let (mut outer, mut cut) = (Tape::new(), [0.0; 2]);
    let times = shortest([
        clock(|| euler(black_box(x[0]), x[1], steps)),
        clock(|| value_and_grad_into(&mut tape, |v| euler(v[0], v[1], steps), &x, &mut plain)),
        clock(|| value_and_grad_into(&mut outer, |v| euler_in_parts(v, sizes, &longest), &x, &mut cut)),
    ]);
    assert!(plain == cut, "the gradient with checkpoints differs: {cut:?} instead of {plain:?}");
    let peaks = [tape.len(), outer.len() + longest.load(Ordering::Relaxed)];
    for ((name, peak), time) in ["no checkpoint", "1000 x 1000"].iter().zip(peaks).zip(&times[1..]) {
        let counted = format!("{peak} nodes, {} kB", peak * size_of::<[f64; 3]>() / 1000);
        row(format_args!("gradient of 10^6 steps, {name}"), "function", counted, ratio(time / times[0]));
    }
}

/// Spring `i` joins masses `i - 1` and `i`, the first a wall and mass 0. The forces balance a load of 1.
fn residual<T: Number>(u: &[T], p: &[T]) -> Vec<T> {
    let force = |i: usize| if i == 0 { p[0] * u[0] } else { p[i] * (u[i] - u[i - 1]) };
    let balance = |i: usize| if i + 1 < p.len() { force(i) - force(i + 1) - 1.0 } else { force(i) - 1.0 };
    (0..p.len()).map(balance).collect()
}

/// Solves `A(p) x = b`: the force in a spring is the sum of all loads beyond it. `A` is symmetric.
fn solve(p: &[f64], b: &[f64]) -> Vec<f64> {
    let (mut force, mut position): (f64, f64) = (b.iter().sum(), 0.0);
    let mass = |(p, b): (&f64, &f64)| {
        position += force / p;
        force -= b;
        position
    };
    p.iter().zip(b).map(mass).collect()
}

/// `sum_i u_i^2` of the solution; the solver is not recorded.
fn energy<'t>(solution: &[f64], p: &[Var<'t>]) -> Var<'t> {
    let u = implicit(|u, p| residual(u, p), |_, p, u_bar| solve(p, u_bar), solution, p);
    u.iter().map(|u| u.square()).sum()
}

/// The gradient of the energy with respect to `n` stiffnesses.
fn adjoint_method(n: usize) {
    let (p, load) = (spread(n), vec![1.0; n]);
    let reverse = || {
        let u = solve(black_box(&p), &load);
        grad(|p| energy(&u, p), &p)
    };
    let forward = || {
        let u = solve(black_box(&p), &load);
        let fixed: Vec<Dual> = u.iter().map(|&u| Dual::new(u, 0.0)).collect();
        let mut moving: Vec<Dual> = p.iter().map(|&p| Dual::new(p, 0.0)).collect();
        let slope = |i: usize| {
            moving[i].tangent = 1.0;
            let right: Vec<f64> = residual(&fixed, &moving).iter().map(|r| -r.tangent).collect();
            moving[i].tangent = 0.0;
            solve(&p, &right).iter().zip(&u).map(|(u_dot, u)| 2.0 * u * u_dot).sum()
        };
        (0..n).map(slope).collect::<Vec<f64>>()
    };
    expect_equal(&reverse(), &forward());
    let times = shortest([clock(reverse), clock(forward)]);
    let counted = format!("1 / {n} solves");
    row(format_args!("adjoint method, {n} parameters"), "forward mode", counted, ratio(times[0] / times[1]));
}

/// `100 (b - a^2)^2 + (a - 1)^2`, a term of the Rosenbrock function.
#[derive(Clone, Copy, Debug)]
struct Valley;

impl Pointwise<2> for Valley {
    #[inline(always)]
    fn at<T: Scalar>(self, [a, b]: [T; 2]) -> T {
        (b - a.square()).square().scale(100.0) + a.shift(-1.0).square()
    }
}

/// All elements of a vector but the last, and all but the first.
fn neighbours(x: Tensor<'_, f64>) -> [Tensor<'_, f64>; 2] {
    let n = x.shape()[0];
    [x.slice(0, 0..n - 1), x.slice(0, 1..n)]
}

type Formula = fn(Tensor<'_, f64>) -> Tensor<'_, f64>;

fn formulas() {
    let (n, x) = (100_000, Arc::new(spread(100_000)));
    let plain = || black_box(&x[..]).windows(2).map(|v| Valley.at([v[0], v[1]])).sum::<f64>();
    let expected = grad(|v| v.windows(2).map(|v| Valley.at([v[0], v[1]])).sum(), &x);
    let forms: [(&str, Formula); 3] = [
        ("separate primitives", |x| {
            let [a, b] = neighbours(x);
            ((b - a.square()).square().scale(100.0) + a.shift(-1.0).square()).sum()
        }),
        ("pointwise", |x| Tensor::pointwise(neighbours(x), Valley).sum()),
        ("window_sum", |x| x.window_sum(Valley)),
    ];
    for (name, form) in forms {
        let (mut tape, mut gradient) = (ArrayTape::<f64>::new(), vec![0.0; n]);
        let derivative = || {
            tape.clear();
            form(tape.shared_var(&x, 0..n, &[n], true)).gradient_into(1.0, &mut gradient);
        };
        let times = shortest([clock(plain), clock(derivative)]);
        expect_equal(&gradient, &expected);
        let counted = format!("{} nodes", tape.len());
        row(format_args!("gradient of 10^5 terms, {name}"), "function", counted, ratio(times[1] / times[0]));
    }
}

fn main() {
    row("", "against", "counted", "time");
    [10, 100, 1000].into_iter().for_each(modes);
    jacobians(2, 40);
    jacobians(41, 1);
    products([200, 200, 200, 1]);
    products([1, 200, 200, 200]);
    orders();
    lanes();
    examples();
    checkpoints();
    [10, 50, 500].into_iter().for_each(adjoint_method);
    formulas();
}
