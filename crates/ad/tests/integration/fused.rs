//! An affine map with its activation in one operation: the bits of the two operations apart.

use crate::support::{ROUNDING, assert_close};
use ndarray::{Array1, Array2, ArrayD};
use std::sync::Arc;
use wengert_ad::rules::{Gelu, Relu, Sigmoid, Softplus, Tanh};
use wengert_ad::{ArrayTape, Dual, Element, Elementary, Jet, Operand, Real, Tensor, Unary};

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

/// The hidden layer of 16 rows, 9 inputs and 11 outputs, large enough for products of components, and the
/// derivatives by rows, weights and biases.
fn wide_layer<T: Element>(number: impl Fn(usize) -> T, rule: impl Unary, fused: bool) -> [ArrayD<T>; 4] {
    let tape = ArrayTape::new();
    let x = tape.var(&Array2::from_shape_fn((16, 9), |(i, j)| number(9 * i + j)));
    let w = tape.var(&Array2::from_shape_fn((9, 11), |(i, j)| number(200 + 11 * i + j)));
    let b = tape.var(&Array1::from_shape_fn(11, |j| number(400 + j)));
    let hidden = if fused { x.affine_map(w, b, rule) } else { x.affine(w, b).unary(rule) };
    let gradient = (hidden * hidden).sum().gradient();
    [hidden.value(), gradient.wrt(x), gradient.wrt(w), gradient.wrt(b)]
}

/// Asserts that the layer is the same in one operation and in two, component by component.
fn check_components<T: Element, const N: usize>(
    number: impl Fn(usize) -> T + Copy,
    components: impl Fn(T) -> [f64; N],
) {
    let [fused, apart] = [true, false].map(|fused| wide_layer(number, Tanh, fused));
    for (x, y) in fused.iter().flatten().zip(apart.iter().flatten()) {
        for (x, y) in components(*x).into_iter().zip(components(*y)) {
            // Sums of some hundred products of order one.
            assert_close("component", x, y, 10.0 * ROUNDING);
        }
    }
    // With an infinite operand, the products are computed element by element.
    let number = |i: usize| if i == 205 { T::constant(f64::INFINITY) } else { number(i) };
    let [fused, apart] = [true, false].map(|fused| {
        let arrays = wide_layer(number, Relu, fused);
        // The sign of a NaN is not specified.
        let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
        Vec::from_iter(arrays.into_iter().flatten().flat_map(|x| components(x).map(bits)))
    });
    assert_eq!(fused, apart);
}

#[test]
fn numbers_that_carry_derivatives_have_those_of_the_operations_apart() {
    let value = |i: usize| (i as f64 * 0.9).sin();
    check_components(|i| Dual::new(value(i), value(i + 1)), |x| [x.primal, x.tangent]);
    check_components(|i| Jet::new([value(i), value(i + 1), value(i + 2)]), Jet::derivatives);
    let nested = |i: usize| Dual::new(Dual::new(value(i), value(i + 1)), Dual::new(value(i + 2), 0.5));
    check_components(nested, |x| [x.primal.primal, x.primal.tangent, x.tangent.primal, x.tangent.tangent]);
    // Constant weights, whose tangents are zero.
    let of_inputs = |i: usize| Dual::new(value(i), if i < 200 { value(i + 1) } else { 0.0 });
    check_components(of_inputs, |x| [x.primal, x.tangent]);
}

#[test]
fn the_highest_derivatives_of_a_gradient_are_those_of_the_whole_gradient() {
    let value = |i: usize| (i as f64 * 0.9).sin();
    let flat = Arc::new(Vec::from_iter((0..110).map(|i| Jet::new([value(i), 0.0, value(i + 2)]))));
    let tape = ArrayTape::new();
    let x = tape.constant_from(&[16, 9], |buffer| {
        buffer.extend((0..144).map(|i| Jet::<3>::line(value(i + 1), value(i + 3))));
    });
    let w = tape.shared_var(&flat, 0..99, &[9, 11], true);
    let b = tape.shared_var(&flat, 99..110, &[11], true);
    let y = x.affine_map(w, b, Tanh);
    let cotangent = Vec::from_iter((0..176).map(|i| Jet::new([value(i), value(i + 1), 0.25])));
    let mut gradients = [(); 2].map(|()| vec![Jet::<3>::variable(0.0); 110]);
    let [whole, highest] = &mut gradients;
    y.vjp_into(&cotangent, whole);
    y.highest_derivatives_into(&cotangent, highest);
    for (x, y) in whole.iter().zip(&*highest) {
        assert_eq!(x.derivatives()[2], y.derivatives()[2]);
    }
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
