//! The values and partials of single rules at kinks, poles, limits and points of convention, the same in
//! every mode. The properties that all rules share there are in `limits.rs`.

use crate::support::blames_this_line;
use crate::support::modes::modes;
use crate::support::rules::AnyRule;
use std::f64::consts::{FRAC_2_SQRT_PI, FRAC_PI_2, FRAC_PI_4, LN_2, PI};
use wengert_ad::rules::*;
use wengert_ad::{Binary, Elementary, Tape, Unary};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Panics unless the rule has this value and these partials in every mode; 0 and -0 count as the same.
#[track_caller]
fn expect(rule: &AnyRule, xs: &[f64], value: f64, partials: &[f64]) {
    let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
    for (mode, value_and_gradient) in modes() {
        let (y, gradient) = value_and_gradient(rule, xs);
        assert!(same(y, value), "{rule:?} at {xs:?} is {y:?} in {mode}, not {value:?}");
        for (i, (&got, &want)) in gradient.iter().zip(partials).enumerate() {
            assert!(same(got, want), "{rule:?} at {xs:?}: partial {i} is {got:?} in {mode}, not {want:?}");
        }
    }
}

/// Checks rows of operand, value, partial.
#[track_caller]
fn unary(rule: impl Unary, rows: &[[f64; 3]]) {
    expect_rows(&AnyRule::unary(rule), rows.as_flattened());
}

/// Checks rows of both operands, value, both partials.
#[track_caller]
fn binary(rule: impl Binary, rows: &[[f64; 5]]) {
    expect_rows(&AnyRule::binary(rule), rows.as_flattened());
}

/// Checks the rows, which hold the operands, the value and the partials.
#[track_caller]
fn expect_rows(rule: &AnyRule, rows: &[f64]) {
    for row in rows.chunks_exact(2 * rule.operands + 1) {
        let (xs, rest) = row.split_at(rule.operands);
        expect(rule, xs, rest[0], &rest[1..]);
    }
}

#[test]
fn affine_rules_have_one_slope_everywhere() {
    unary(Negation, &[[0.0, 0.0, -1.0], [INF, -INF, -1.0], [-INF, INF, -1.0], [NAN, NAN, -1.0]]);
    unary(Shift(0.5), &[[0.0, 0.5, 1.0], [INF, INF, 1.0], [-INF, -INF, 1.0], [NAN, NAN, 1.0]]);
    unary(Scale(-1.5), &[[0.0, 0.0, -1.5], [INF, -INF, -1.5], [-INF, INF, -1.5], [NAN, NAN, -1.5]]);
    unary(Divide(2.0), &[[0.0, 0.0, 0.5], [INF, INF, 0.5], [-INF, -INF, 0.5], [NAN, NAN, 0.5]]);
    unary(SubtractFrom(0.5), &[[0.0, 0.5, -1.0], [INF, -INF, -1.0], [-INF, INF, -1.0], [NAN, NAN, -1.0]]);
    binary(Sum, &[[INF, 1.0, INF, 1.0, 1.0], [INF, -INF, NAN, 1.0, 1.0], [NAN, 0.0, NAN, 1.0, 1.0]]);
    binary(Difference, &[[INF, 1.0, INF, 1.0, -1.0], [INF, INF, NAN, 1.0, -1.0]]);
}

#[test]
fn quotients_have_poles_at_zero_and_vanish_at_infinity() {
    unary(Recip, &[[0.0, INF, -INF], [-0.0, -INF, -INF], [INF, 0.0, 0.0], [-INF, 0.0, 0.0]]);
    unary(DivideInto(2.0), &[[0.0, INF, -INF], [-0.0, -INF, -INF], [INF, 0.0, 0.0], [-INF, 0.0, 0.0]]);
    binary(Quotient, &[[1.0, 0.0, INF, INF, -INF], [1.0, -0.0, -INF, -INF, -INF], [2.0, INF, 0.0, 0.0, 0.0]]);
    binary(Quotient, &[[0.0, 2.0, 0.0, 0.5, 0.0], [INF, 2.0, INF, 0.5, -INF]]);
    binary(Product, &[[0.0, 2.0, 0.0, 2.0, 0.0], [INF, 2.0, INF, 2.0, INF], [0.0, INF, NAN, INF, 0.0]]);
}

#[test]
fn the_remainder_counts_what_was_taken_away() {
    // `1 / 0.1` rounds to 10, but nine times 0.1, which is a little more than a tenth, is taken away.
    binary(Remainder, &[[1.0, 0.1, 1.0 % 0.1, 1.0, -9.0], [5.5, 2.0, 1.5, 1.0, -2.0]]);
    binary(Remainder, &[[-5.5, 2.0, -1.5, 1.0, 2.0], [5.5, -2.0, 1.5, 1.0, 2.0]]);
    binary(Remainder, &[[5.0, INF, 5.0, 1.0, 0.0], [6.0, 2.0, 0.0, 1.0, -3.0], [0.0, 2.0, 0.0, 1.0, 0.0]]);
    binary(Remainder, &[[1.0, 0.0, NAN, 1.0, NAN], [INF, 2.0, NAN, 1.0, NAN]]);
}

#[test]
fn integer_powers_are_polynomials_at_zero_and_keep_their_sign() {
    unary(Square, &[[0.0, 0.0, 0.0], [-0.0, 0.0, 0.0], [INF, INF, INF], [-INF, INF, -INF]]);
    unary(PowI(3), &[[-2.0, -8.0, 12.0], [0.0, 0.0, 0.0], [INF, INF, INF], [-INF, -INF, INF]]);
    unary(PowI(2), &[[0.0, 0.0, 0.0]]);
    unary(PowI(1), &[[0.0, 0.0, 1.0], [-INF, -INF, 1.0]]);
    unary(PowI(-1), &[[-2.0, -0.5, -0.25], [0.0, INF, -INF], [-0.0, -INF, -INF], [INF, 0.0, 0.0]]);
    unary(PowI(0), &[[0.0, 1.0, 0.0], [INF, 1.0, 0.0], [NAN, 1.0, 0.0]]);
    let (tape, lowest) = (Tape::new(), ["powi: needs n > i32::MIN", "-2147483648"]);
    blames_this_line(&lowest, || tape.var(1.0).powi(i32::MIN));
    assert_eq!(PowI::with_parameters(&[f64::from(i32::MIN)]), None);
}

#[test]
fn real_powers_start_at_zero_with_the_slope_of_their_limit() {
    unary(PowF(2.5), &[[0.0, 0.0, 0.0], [INF, INF, INF], [-1.0, NAN, NAN]]);
    unary(PowF(0.5), &[[0.0, 0.0, INF], [INF, INF, 0.0]]);
    unary(PowF(1.0), &[[0.0, 0.0, 1.0], [INF, INF, 1.0]]);
    unary(PowF(0.0), &[[0.0, 1.0, 0.0], [INF, 1.0, 0.0], [NAN, 1.0, 0.0]]);
    unary(PowF(-1.0), &[[0.0, INF, -INF], [INF, 0.0, 0.0]]);
    unary(Sqrt, &[[0.0, 0.0, INF], [-0.0, 0.0, INF], [INF, INF, 0.0], [-1.0, NAN, NAN]]);
    unary(Cbrt, &[[0.0, 0.0, INF], [-0.0, 0.0, INF], [INF, INF, 0.0], [-INF, -INF, 0.0]]);
}

#[test]
fn a_power_of_two_operands_has_its_limits_wherever_one_factor_vanishes() {
    binary(Power, &[[0.0, 0.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 0.0, 0.0]]);
    binary(Power, &[[0.0, -1.0, INF, -INF, -INF], [-0.0, 2.0, 0.0, 0.0, 0.0], [-2.0, 2.0, 4.0, -4.0, NAN]]);
    binary(Power, &[[INF, -1.0, 0.0, 0.0, 0.0], [INF, 0.0, 1.0, 0.0, INF], [INF, 2.0, INF, INF, INF]]);
    binary(Power, &[[0.5, INF, 0.0, 0.0, 0.0], [0.5, -INF, INF, -INF, -INF], [2.0, -INF, 0.0, 0.0, 0.0]]);
    binary(Power, &[[1.0, INF, 1.0, INF, 0.0], [NAN, 0.0, 1.0, NAN, NAN], [1.0, NAN, 1.0, NAN, 0.0]]);
    binary(Power, &[[0.0, INF, 0.0, 0.0, 0.0], [INF, -INF, 0.0, 0.0, 0.0]]);
}

#[test]
fn exponentials_and_logarithms_vanish_or_diverge_with_their_slopes() {
    unary(Exp, &[[0.0, 1.0, 1.0], [INF, INF, INF], [-INF, 0.0, 0.0], [-800.0, 0.0, 0.0]]);
    unary(Exp2, &[[0.0, 1.0, LN_2], [INF, INF, INF], [-INF, 0.0, 0.0]]);
    unary(ExpM1, &[[0.0, 0.0, 1.0], [INF, INF, INF], [-INF, -1.0, 0.0]]);
    unary(Ln, &[[0.0, -INF, INF], [-0.0, -INF, INF], [1.0, 0.0, 1.0], [INF, INF, 0.0]]);
    unary(Log2, &[[0.0, -INF, INF], [-0.0, -INF, INF], [1.0, 0.0, LN_2.recip()], [INF, INF, 0.0]]);
    unary(Log10, &[[0.0, -INF, INF], [-0.0, -INF, INF], [INF, INF, 0.0]]);
    unary(Ln1p, &[[0.0, 0.0, 1.0], [-0.0, 0.0, 1.0], [-1.0, -INF, INF], [INF, INF, 0.0]]);
}

#[test]
fn circular_functions_have_poles_at_multiples_and_no_limit_at_infinity() {
    unary(Sin, &[[0.0, 0.0, 1.0], [-0.0, 0.0, 1.0], [INF, NAN, NAN], [-INF, NAN, NAN]]);
    unary(Cos, &[[0.0, 1.0, 0.0], [INF, NAN, NAN], [-INF, NAN, NAN]]);
    unary(Tan, &[[0.0, 0.0, 1.0], [INF, NAN, NAN], [-INF, NAN, NAN]]);
    unary(Sec, &[[0.0, 1.0, 0.0], [INF, NAN, NAN], [-INF, NAN, NAN]]);
    unary(Csc, &[[0.0, INF, -INF], [-0.0, -INF, -INF], [INF, NAN, NAN], [-INF, NAN, NAN]]);
    unary(Cot, &[[0.0, INF, -INF], [-0.0, -INF, -INF], [INF, NAN, NAN], [-INF, NAN, NAN]]);
}

#[test]
fn inverse_circular_functions_are_infinitely_steep_at_their_ends() {
    unary(Asin, &[[0.0, 0.0, 1.0], [1.0, FRAC_PI_2, INF], [-1.0, -FRAC_PI_2, INF], [2.0, NAN, NAN]]);
    unary(Asin, &[[INF, NAN, NAN], [-INF, NAN, NAN]]);
    unary(Acos, &[[0.0, FRAC_PI_2, -1.0], [1.0, 0.0, -INF], [-1.0, PI, -INF], [-2.0, NAN, NAN]]);
    unary(Acos, &[[INF, NAN, NAN], [-INF, NAN, NAN]]);
    unary(Atan, &[[0.0, 0.0, 1.0], [INF, FRAC_PI_2, 0.0], [-INF, -FRAC_PI_2, 0.0]]);
}

#[test]
fn hyperbolic_functions_and_their_inverses_have_their_limits() {
    unary(Sinh, &[[0.0, 0.0, 1.0], [INF, INF, INF], [-INF, -INF, INF]]);
    unary(Cosh, &[[0.0, 1.0, 0.0], [INF, INF, INF], [-INF, INF, -INF]]);
    unary(Tanh, &[[0.0, 0.0, 1.0], [INF, 1.0, 0.0], [-INF, -1.0, 0.0], [800.0, 1.0, 0.0]]);
    unary(Asinh, &[[0.0, 0.0, 1.0], [INF, INF, 0.0], [-INF, -INF, 0.0], [1e200, 1e200_f64.asinh(), 1e-200]]);
    unary(Acosh, &[[1.0, 0.0, INF], [INF, INF, 0.0], [0.5, NAN, NAN], [1e200, 1e200_f64.acosh(), 1e-200]]);
    unary(Atanh, &[[0.0, 0.0, 1.0], [1.0, INF, INF], [-1.0, -INF, INF]]);
}

#[test]
fn special_functions_have_their_limits_and_poles() {
    unary(Erf, &[[0.0, 0.0, FRAC_2_SQRT_PI], [INF, 1.0, 0.0], [-INF, -1.0, 0.0]]);
    unary(Erfc, &[[0.0, 1.0, -FRAC_2_SQRT_PI], [INF, 0.0, 0.0], [-INF, 2.0, 0.0]]);
    unary(
        LnGamma,
        &[[0.0, INF, -INF], [-0.0, INF, INF], [INF, INF, INF], [-1.0, INF, NAN], [-INF, INF, NAN]],
    );
    unary(
        Digamma,
        &[[0.0, -INF, INF], [-0.0, INF, INF], [INF, INF, 0.0], [-1.0, NAN, INF], [-INF, NAN, NAN]],
    );
    unary(Polygamma(1), &[[0.0, INF, -INF], [-0.0, INF, INF], [INF, 0.0, 0.0], [-3.0, INF, NAN]]);
    unary(Polygamma(2), &[[0.0, -INF, INF], [-0.0, INF, INF], [INF, 0.0, 0.0], [-INF, NAN, NAN]]);
    let tape = Tape::new();
    blames_this_line(&["polygamma: needs n <= 150", "151"], || tape.var(1.0).polygamma(151));
    assert_eq!(Polygamma::with_parameters(&[151.0]), None);
}

#[test]
fn the_absolute_value_and_the_sign_have_slope_zero_at_zero() {
    unary(Abs, &[[0.0, 0.0, 0.0], [-0.0, 0.0, 0.0], [INF, INF, 1.0], [-INF, INF, -1.0], [NAN, NAN, NAN]]);
    unary(Signum, &[[0.0, 0.0, 0.0], [-0.0, 0.0, 0.0], [INF, 1.0, 0.0], [-INF, -1.0, 0.0], [NAN, NAN, NAN]]);
}

#[test]
fn a_clamped_number_still_moves_at_the_ends_and_not_beyond() {
    let (lo, hi) = (-0.5, 0.75);
    unary(Clamp(lo, hi), &[[lo, lo, 1.0], [hi, hi, 1.0], [0.0, 0.0, 1.0], [-0.0, 0.0, 1.0]]);
    unary(
        Clamp(lo, hi),
        &[[lo.next_down(), lo, 0.0], [hi.next_up(), hi, 0.0], [INF, hi, 0.0], [-INF, lo, 0.0]],
    );
    unary(Clamp(0.0, 0.0), &[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [NAN, NAN, NAN]]);
    let tape = Tape::new();
    for (lo, hi) in [(1.0, 0.0), (NAN, 1.0), (0.0, NAN)] {
        blames_this_line(&["clamp: needs lo <= hi, given"], || tape.var(1.0).clamp(lo, hi));
        assert_eq!(Clamp::with_parameters(&[lo, hi]), None);
    }
}

#[test]
fn rectifiers_have_the_slope_of_the_left_at_zero() {
    let tiny = f64::MIN_POSITIVE;
    unary(Relu, &[[0.0, 0.0, 0.0], [-0.0, 0.0, 0.0], [tiny, tiny, 1.0], [INF, INF, 1.0], [-INF, 0.0, 0.0]]);
    unary(Relu, &[[NAN, NAN, NAN]]);
    unary(LeakyRelu(0.25), &[[0.0, 0.0, 0.25], [-0.0, 0.0, 0.25], [tiny, tiny, 1.0], [INF, INF, 1.0]]);
    unary(LeakyRelu(0.25), &[[-INF, -INF, 0.25], [NAN, NAN, NAN]]);
    unary(Elu(0.5), &[[0.0, 0.0, 0.5], [-0.0, 0.0, 0.5], [tiny, tiny, 1.0], [INF, INF, 1.0]]);
    unary(Elu(0.5), &[[-INF, -0.5, 0.0], [800.0, 800.0, 1.0]]);
}

#[test]
fn smooth_activations_saturate_without_a_nan() {
    unary(Sigmoid, &[[0.0, 0.5, 0.25], [INF, 1.0, 0.0], [-INF, 0.0, 0.0]]);
    unary(Sigmoid, &[[800.0, 1.0, 0.0], [-800.0, 0.0, 0.0]]);
    unary(LogSigmoid, &[[0.0, -LN_2, 0.5], [INF, 0.0, 0.0], [-INF, -INF, 1.0], [-800.0, -800.0, 1.0]]);
    unary(LogSigmoid, &[[800.0, 0.0, 0.0]]);
    unary(Softplus, &[[0.0, LN_2, 0.5], [INF, INF, 1.0], [-INF, 0.0, 0.0], [800.0, 800.0, 1.0]]);
    unary(Softplus, &[[-800.0, 0.0, 0.0]]);
    unary(Softsign, &[[0.0, 0.0, 1.0], [-0.0, 0.0, 1.0], [INF, 1.0, 0.0], [-INF, -1.0, 0.0]]);
    let far = 2_f64.powi(100);
    unary(Softsign, &[[far, 1.0, far.powi(-2)]]);
    unary(
        Silu,
        &[[0.0, 0.0, 0.5], [INF, INF, 1.0], [-INF, 0.0, 0.0], [800.0, 800.0, 1.0], [-800.0, 0.0, 0.0]],
    );
    unary(
        Gelu,
        &[[0.0, 0.0, 0.5], [INF, INF, 1.0], [-INF, 0.0, 0.0], [800.0, 800.0, 1.0], [-800.0, 0.0, 0.0]],
    );
    unary(
        GeluTanh,
        &[[0.0, 0.0, 0.5], [INF, INF, 1.0], [-INF, 0.0, 0.0], [-800.0, 0.0, 0.0], [1e200, 1e200, 1.0]],
    );
}

#[test]
fn lengths_and_angles_have_slope_zero_at_the_origin_and_do_not_overflow() {
    binary(Hypot, &[[0.0, 0.0, 0.0, 0.0, 0.0], [3.0, 4.0, 5.0, 0.6, 0.8], [0.0, -2.0, 2.0, 0.0, -1.0]]);
    binary(Hypot, &[[INF, 1.0, INF, 1.0, 0.0], [-INF, INF, INF, -1.0, 1.0]]);
    let far = 2_f64.powi(600);
    binary(Hypot, &[[3.0 * far, 4.0 * far, 5.0 * far, 0.6, 0.8]]);
    binary(Atan2, &[[0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0, 0.0], [1.0, 0.0, FRAC_PI_2, 0.0, -1.0]]);
    binary(
        Atan2,
        &[[0.0, -1.0, PI, -1.0, 0.0], [-0.0, -1.0, -PI, -1.0, 0.0], [0.0, 1e200, 0.0, 1e-200, 0.0]],
    );
    binary(
        Atan2,
        &[[INF, 1.0, FRAC_PI_2, 0.0, 0.0], [1.0, -INF, PI, 0.0, 0.0], [INF, INF, FRAC_PI_4, 0.0, 0.0]],
    );
}

#[test]
fn a_tie_of_maximum_or_minimum_gives_each_operand_a_half() {
    binary(Maximum, &[[1.5, 1.5, 1.5, 0.5, 0.5], [0.0, -0.0, 0.0, 0.5, 0.5], [INF, INF, INF, 0.5, 0.5]]);
    binary(Minimum, &[[1.5, 1.5, 1.5, 0.5, 0.5], [0.0, -0.0, 0.0, 0.5, 0.5], [-INF, -INF, -INF, 0.5, 0.5]]);
}

#[test]
fn maximum_and_minimum_ignore_nan_beside_a_number_only() {
    binary(Maximum, &[[NAN, 2.0, 2.0, 0.0, 1.0], [2.0, NAN, 2.0, 1.0, 0.0], [NAN, NAN, NAN, NAN, NAN]]);
    binary(Minimum, &[[NAN, 2.0, 2.0, 0.0, 1.0], [2.0, NAN, 2.0, 1.0, 0.0], [NAN, NAN, NAN, NAN, NAN]]);
    binary(Maximum, &[[-INF, 2.0, 2.0, 0.0, 1.0], [NAN, -INF, -INF, 0.0, 1.0]]);
}
