//! Random programs: whatever the graph, with shared subexpressions and up to 200 operations deep, all
//! modes agree.
//!
//! 1,000 programs by default; `PROPTEST_CASES=100000 cargo test --release -p wengert-ad random_graphs`
//! runs the heavy version.

use crate::support::assert_close;
use ndarray::Array1;
use proptest::prelude::*;
use wengert_ad::check::difference;
use wengert_ad::{Arithmetic, ArrayTape, Dual, Elementary, Operand, Tape, Tensor, Var};

const INPUTS: usize = 4;

/// One operation: which, and how far back its operands stand.
#[derive(Clone, Copy, Debug)]
struct Step {
    operator: u8,
    back: (usize, usize),
}

/// The number of operators below.
const OPERATORS: u8 = 14;

/// Applies a step. Every operator maps numbers between -1 and 1 there again and is smooth, so that no
/// program overflows.
fn apply<X: Operand>(operator: u8, a: X, b: X) -> X {
    match operator {
        0 => a.sin(),
        1 => a.cos(),
        2 => a.tanh(),
        3 => a.sigmoid(),
        4 => a.shift(1.5).ln(),
        5 => a.square(),
        6 => a.scale(0.5).exp().scale(0.5),
        7 => a.shift(1.5).recip().scale(0.5),
        8 => a.atan(),
        9 => a.plus(b).scale(0.5),
        10 => a.minus(b).scale(0.5),
        11 => a.times(b),
        12 => a.over(b.shift(2.5)),
        _ => a.shift(1.5).pow(b).scale(0.3),
    }
}

/// The last result of the program on these inputs.
fn run<X: Operand>(program: &[Step], inputs: &[X]) -> X {
    let mut values = inputs.to_vec();
    for step in program {
        let operand = |back: usize| values[values.len() - 1 - back % values.len()];
        let y = apply(step.operator, operand(step.back.0), operand(step.back.1));
        values.push(y);
    }
    values[values.len() - 1]
}

/// A program; most first operands are the latest result, so that it is deep, the others stand anywhere.
fn program() -> impl Strategy<Value = Vec<Step>> {
    let back = prop_oneof![3 => Just(0_usize), 1 => 0..200_usize];
    let step = (0..OPERATORS, back, 0..200_usize);
    prop::collection::vec(step.prop_map(|(operator, a, b)| Step { operator, back: (a, b) }), 1..200)
}

/// The gradient by the scalar tape, 0 where there is no path; the variables are made by `variables`.
fn reverse(
    program: &[Step],
    x: &[f64],
    variables: for<'t> fn(&'t Tape, &[f64]) -> Vec<Var<'t>>,
) -> (f64, Vec<f64>) {
    let tape = Tape::new();
    let inputs = variables(&tape, x);
    let y = run(program, &inputs);
    let gradient = y.gradient();
    (y.value(), inputs.iter().map(|&x| gradient.get(x).unwrap_or(0.0)).collect())
}

/// The same by the array tape, each number as an array of one.
fn reverse_on_arrays(program: &[Step], x: &[f64]) -> (f64, Vec<f64>) {
    let tape = ArrayTape::new();
    let inputs: Vec<Tensor<'_, f64>> = x.iter().map(|&x| tape.var(&Array1::from_elem(1, x))).collect();
    let y = run(program, &inputs);
    let gradient = y.gradient();
    (y.item(), inputs.iter().map(|&x| gradient.get(x).map_or(0.0, |g| g[0])).collect())
}

fn forward(program: &[Step], x: &[f64], wrt: usize) -> f64 {
    let seed = |i| f64::from(u8::from(i == wrt));
    let inputs: Vec<Dual> = x.iter().enumerate().map(|(i, &x)| Dual::new(x, seed(i))).collect();
    run(program, &inputs).tangent
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(
        std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000)) })]

    #[test]
    fn all_modes_agree_on_any_graph(program in program(), x in prop::collection::vec(-0.9..0.9_f64, INPUTS)) {
        let (value, gradient) = reverse(&program, &x, Tape::vars);
        prop_assert!(value.is_finite());
        prop_assert_eq!((value, gradient.clone()), reverse_on_arrays(&program, &x));
        let scale = gradient.iter().fold(1.0, |largest: f64, g| largest.max(g.abs()));
        let (fused_value, fused_gradient) = reverse(&program, &x, Tape::inputs);
        prop_assert_eq!(value, fused_value);
        for (wrt, &derivative) in gradient.iter().enumerate() {
            assert_close("inputs", fused_gradient[wrt] / scale, derivative / scale, 1e-12);
            // The same products in another order: 200 steps leave some hundred roundings of the largest
            // derivative.
            assert_close("forward", forward(&program, &x, wrt) / scale, derivative / scale, 1e-12);
            let along = |t: f64| {
                let mut moved = x.clone();
                moved[wrt] = t;
                run(&program, &moved)
            };
            let quotient = difference(along, x[wrt]);
            let error = (quotient.value - derivative).abs();
            let is_close = error <= 1e-6 * scale + quotient.uncertainty;
            prop_assert!(is_close, "{error:e} with respect to input {wrt}, {quotient:?}");
        }
    }
}
