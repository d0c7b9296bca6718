//! An affine map with its activation in one operation: the bits of the two operations apart.

use crate::support::{ROUNDING, assert_close};
use ndarray::{Array1, Array2, ArrayD};
use wengert_ad::rules::{Gelu, Relu, Sigmoid, Softplus, Tanh};
use wengert_ad::{ArrayTape, Elementary, Operand, Real, Tensor, Unary};

/// The operands: rows, weights, biases.
fn operands<T: Real>() -> (Array2<T>, Array2<T>, Array1<T>) {
    let number = |i: usize| T::literal((i as f64 * 0.9).sin());
    (
        Array2::from_shape_fn((13, 5), |(i, j)| number(5 * i + j)),
        Array2::from_shape_fn((5, 7), |(i, j)| number(100 + 7 * i + j)),
        Array1::from_shape_fn(7, |j| number(200 + j)),
    )
}

/// The hidden layer, and the derivatives of a loss behind it by rows, weights, biases and the layer itself.
fn layer<T: Real>(
    hidden: impl for<'t> Fn(Tensor<'t, T>, Tensor<'t, T>, Tensor<'t, T>) -> Tensor<'t, T>,
) -> (ArrayD<T>, [ArrayD<T>; 4]) {
    let (x, w, b) = operands::<T>();
    let tape = ArrayTape::new();
    let (x, w, b) = (tape.var(&x), tape.var(&w), tape.var(&b));
    let hidden = hidden(x, w, b);
    // Used twice, so that its cotangent is a sum.
    let loss = (hidden * hidden).sum() + hidden.matmul(w.transpose()).sum();
    let gradient = loss.gradient();
    (hidden.value(), [x, w, b, hidden].map(|v| gradient.wrt(v)))
}

fn check<T: Real + PartialEq>(rule: impl Unary) {
    let together = layer::<T>(|x, w, b| x.affine_map(w, b, rule));
    let apart = layer::<T>(|x, w, b| x.affine(w, b).unary(rule));
    assert_eq!(together, apart, "{rule:?}");
}

#[test]
fn the_bits_are_those_of_the_operations_apart() {
    check::<f64>(Relu);
    check::<f32>(Relu);
}

#[test]
fn the_derivative_of_a_fused_tanh_is_that_of_its_output_to_within_the_rounding() {
    let (together, apart) =
        (layer::<f64>(|x, w, b| x.affine_map(w, b, Tanh)), layer::<f64>(|x, w, b| x.affine(w, b).tanh()));
    assert_eq!(together.0, apart.0);
    for (fused, separate) in together.1.iter().zip(&apart.1) {
        // Sums of some hundred products of order one.
        fused.iter().zip(separate).for_each(|(a, b)| assert_close("gradient", *a, *b, ROUNDING));
    }
    // In the tail, where the output rounds to 1, the fused derivative is 0.
    let slope = |fused: bool| {
        let tape = ArrayTape::new();
        let (x, w, b) = (
            tape.var(&ndarray::array![[20.0]]),
            tape.constant(&ndarray::array![[1.0]]),
            tape.constant(&ndarray::array![0.0]),
        );
        let y = if fused { x.affine_map(w, b, Tanh) } else { x.affine(w, b).tanh() };
        y.sum().gradient().wrt(x)[[0, 0]]
    };
    assert_eq!(slope(true), 0.0);
    assert!((slope(false) / 1.699_341_702_116_635e-17 - 1.0).abs() < 1e-14);
}

#[test]
fn a_rule_whose_derivative_takes_the_input_stays_an_operation_of_its_own() {
    check::<f64>(Sigmoid);
    check::<f64>(Softplus);
    check::<f64>(Gelu);
    let nodes = |relu: bool| {
        let (x, w, b) = operands::<f64>();
        let tape = ArrayTape::new();
        let (x, w, b) = (tape.var(&x), tape.var(&w), tape.var(&b));
        if relu {
            x.affine_map(w, b, Relu)
        } else {
            x.affine_map(w, b, Gelu)
        };
        tape.len()
    };
    assert_eq!((nodes(true), nodes(false)), (4, 5));
}

#[test]
fn under_an_observer_both_operations_are_seen() {
    let (x, w, b) = operands::<f64>();
    let mut tape = ArrayTape::new();
    tape.set_checks(true);
    let (x, w, b) = (tape.var(&(x * 1e200)), tape.var(&(w * 1e200)), tape.var(&b));
    x.affine_map(w, b, Relu);
    assert_eq!(tape.first_non_finite().map(|found| found.operator), Some("affine"));
    assert_eq!(tape.len(), 5);
}
