//! The values that the table states where a rule has a kink, a pole, or nothing but a convention; the same in every
//! mode.

mod support;

use ndarray::arr0;
use support::{One, Rule, Two};
use wengert_ad::rules::{Abs, Maximum, Minimum, PowF, PowI, Power, Relu, Sigmoid, Softplus, Sqrt, Tanh};
use wengert_ad::{ArrayTape, Dual, Tape};

/// The value and the derivative by each operand, after seeing that all modes say the same.
#[track_caller]
fn in_every_mode<R: Rule>(rule: R, xs: &[f64]) -> (f64, Vec<f64>) {
    let value = rule.apply(xs);
    let scalars = Tape::new();
    let on_scalars: Vec<_> = xs.iter().map(|&x| scalars.var(x)).collect();
    let scalar_gradient = rule.apply(&on_scalars).gradient();
    let arrays = ArrayTape::new();
    let on_arrays: Vec<_> = xs.iter().map(|&x| arrays.var(&arr0(x))).collect();
    let array_gradient = rule.apply(&on_arrays).gradient();
    let derivative = |i: usize| {
        let seed = |(j, &x)| Dual::new(x, if i == j { 1.0 } else { 0.0 });
        let forward = rule.apply(&xs.iter().enumerate().map(seed).collect::<Vec<_>>());
        let reverse = scalar_gradient.wrt(on_scalars[i]);
        let by_array = array_gradient.wrt(on_arrays[i])[[]];
        let bits = [forward.primal, forward.tangent, reverse, by_array].map(f64::to_bits);
        let want = [value, reverse, reverse, reverse].map(f64::to_bits);
        assert_eq!(bits, want, "{rule:?} at {xs:?} by {i}: {forward:?}, {reverse}, {by_array}");
        reverse
    };
    (value, (0..xs.len()).map(derivative).collect())
}

#[test]
fn the_rectifier_has_slope_zero_at_zero_of_either_sign() {
    for zero in [0.0, -0.0] {
        assert_eq!(in_every_mode(One(Relu), &[zero]), (0.0, vec![0.0]));
    }
    assert_eq!(in_every_mode(One(Relu), &[f64::MIN_POSITIVE]).1, [1.0]);
}

#[test]
fn the_rectifier_of_nan_is_nan_and_of_infinities_is_exact() {
    assert!(in_every_mode(One(Relu), &[f64::NAN]).0.is_nan());
    assert_eq!(in_every_mode(One(Relu), &[f64::INFINITY]), (f64::INFINITY, vec![1.0]));
    assert_eq!(in_every_mode(One(Relu), &[f64::NEG_INFINITY]), (0.0, vec![0.0]));
}

#[test]
fn the_absolute_value_has_slope_zero_at_zero_of_either_sign() {
    for zero in [0.0, -0.0] {
        assert_eq!(in_every_mode(One(Abs), &[zero]), (0.0, vec![0.0]));
    }
}

#[test]
fn a_tie_of_maximum_or_minimum_gives_each_operand_a_half() {
    assert_eq!(in_every_mode(Two(Maximum), &[1.5, 1.5]), (1.5, vec![0.5, 0.5]));
    assert_eq!(in_every_mode(Two(Minimum), &[1.5, 1.5]), (1.5, vec![0.5, 0.5]));
    assert_eq!(in_every_mode(Two(Maximum), &[0.0, -0.0]).1, [0.5, 0.5]);
}

#[test]
fn maximum_and_minimum_ignore_nan_beside_a_number() {
    assert_eq!(in_every_mode(Two(Maximum), &[f64::NAN, 2.0]), (2.0, vec![0.0, 1.0]));
    assert_eq!(in_every_mode(Two(Minimum), &[2.0, f64::NAN]), (2.0, vec![1.0, 0.0]));
}

#[test]
fn a_power_with_exponent_zero_is_constant_one_at_zero_too() {
    assert_eq!(in_every_mode(One(PowI(0)), &[0.0]), (1.0, vec![0.0]));
    assert_eq!(in_every_mode(One(PowF(0.0)), &[0.0]), (1.0, vec![0.0]));
    assert_eq!(in_every_mode(Two(Power), &[0.0, 0.0]), (1.0, vec![0.0, 0.0]));
}

#[test]
fn a_power_at_zero_has_the_derivatives_of_the_polynomial() {
    assert_eq!(in_every_mode(One(PowI(1)), &[0.0]), (0.0, vec![1.0]));
    assert_eq!(in_every_mode(One(PowI(2)), &[0.0]), (0.0, vec![0.0]));
    assert_eq!(in_every_mode(Two(Power), &[0.0, 1.0]), (0.0, vec![1.0, 0.0]));
    assert_eq!(in_every_mode(Two(Power), &[0.0, 2.0]), (0.0, vec![0.0, 0.0]));
}

#[test]
fn an_integer_power_of_a_negative_number_keeps_its_sign() {
    assert_eq!(in_every_mode(One(PowI(3)), &[-2.0]), (-8.0, vec![12.0]));
    assert_eq!(in_every_mode(One(PowI(-1)), &[-2.0]), (-0.5, vec![-0.25]));
}

#[test]
fn the_square_root_is_infinitely_steep_at_zero() {
    assert_eq!(in_every_mode(One(Sqrt), &[0.0]), (0.0, vec![f64::INFINITY]));
}

#[test]
fn softplus_is_finite_and_exact_where_the_naive_form_overflows() {
    assert_eq!(in_every_mode(One(Softplus), &[800.0]), (800.0, vec![1.0]));
    assert_eq!(in_every_mode(One(Softplus), &[-800.0]), (0.0, vec![0.0]));
    assert!(in_every_mode(One(Softplus), &[f64::NAN]).0.is_nan());
}

#[test]
fn sigmoid_and_tanh_saturate_without_a_nan() {
    assert_eq!(in_every_mode(One(Sigmoid), &[800.0]), (1.0, vec![0.0]));
    assert_eq!(in_every_mode(One(Sigmoid), &[-800.0]), (0.0, vec![0.0]));
    assert_eq!(in_every_mode(One(Tanh), &[800.0]), (1.0, vec![0.0]));
    assert_eq!(in_every_mode(One(Tanh), &[-800.0]), (-1.0, vec![0.0]));
}
