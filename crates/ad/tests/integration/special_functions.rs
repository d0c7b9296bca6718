//! Special functions and their nested derivatives to order 4, against values from 60 digits
//! (`goldens/special_functions.py`).

use crate::support::SINGLE;
use crate::support::modes::{four_derivatives, four_levels};
use wengert_ad::{Dual, Elementary, Scalar, grad, value_and_grad};

/// The function of a golden row, `polygamma:3` with its order.
fn apply<T: Scalar>(function: &str, x: T) -> T {
    match function.split_once(':').unwrap_or((function, "")) {
        ("erf", _) => x.erf(),
        ("erfc", _) => x.erfc(),
        ("exp_m1", _) => x.exp_m1(),
        ("elu", _) => x.elu(0.5),
        ("sigmoid", _) => x.sigmoid(),
        ("log_sigmoid", _) => x.log_sigmoid(),
        ("softplus", _) => x.softplus(),
        ("silu", _) => x.silu(),
        ("gelu", _) => x.gelu(),
        ("gelu_tanh", _) => x.gelu_tanh(),
        ("ln_gamma", _) => x.ln_gamma(),
        ("digamma", _) => x.digamma(),
        ("polygamma", order) => x.polygamma(order.parse().expect("an order")),
        _ => panic!("a golden row for {function}, which is not known here"),
    }
}

/// A row: the function, the point, the value and its derivatives.
fn goldens() -> Vec<(&'static str, f64, [f64; 5])> {
    let number = |text: &str| text.parse::<f64>().expect("a golden is a number");
    let row = |line: &'static str| {
        let fields: Vec<&str> = line.split(' ').collect();
        let values = std::array::from_fn(|order| number(fields[2 + order]));
        (fields[0], number(fields[1]), values)
    };
    include_str!("goldens/special_functions.txt").lines().map(row).collect()
}

#[test]
fn values_are_within_a_few_ulps_of_the_exact_ones() {
    for (function, x, want) in goldens() {
        // Of ten roundings in a row; the functions have no zeros near these points.
        let (got, tolerance) = (apply(function, x), 1e-14 * want[0].abs());
        assert!((got - want[0]).abs() <= tolerance, "{function}({x}): {got:e}, exactly {:e}", want[0]);
    }
}

#[test]
fn derivatives_nest_to_order_four_in_the_tails_too() {
    for (function, x, want) in goldens() {
        let got = four_derivatives(apply(function, four_levels(x, 1.0)));
        // Terms of a derivative may cancel, but not beyond the size of its neighbours.
        let scale = want[1..].iter().fold(0.0_f64, |scale, d| scale.max(d.abs()));
        for order in 1..5 {
            let tolerance = 1e-12 * want[order].abs() + 1e-14 * scale;
            let error = (got[order] - want[order]).abs();
            assert!(error <= tolerance, "{function} at {x}: {got:?}, exactly {want:?}, order {order}");
        }
    }
}

#[test]
fn single_precision_is_double_precision_rounded() {
    for (function, x, want) in goldens() {
        // Of the lesser range of `f32`, what overflows or is subnormal is not to be compared.
        let comparable = (want[0] as f32).is_normal() && f64::from(x as f32) == x;
        let got = f64::from(apply(function, x as f32));
        // Rounding inside an exponent moves the value as rounding the operand does, by `x f' eps`.
        let tolerance = SINGLE * want[0].abs() + f64::from(f32::EPSILON) * (x * want[1]).abs();
        assert!(
            !comparable || (got - want[0]).abs() <= tolerance,
            "{function}({x}): {got}, want {}",
            want[0]
        );
    }
}

#[test]
fn the_sigmoid_has_the_same_slope_on_both_sides() {
    for x in [0.5, 3.0, 20.0, 40.0, 700.0] {
        let slope = |x: f64| apply("sigmoid", Dual::new(x, 1.0)).tangent;
        assert_eq!(slope(x), slope(-x));
        assert!(slope(x) > 0.0, "{x}");
    }
}

/// Panics unless `got` is within `tolerance`, relative to `want`.
#[track_caller]
fn close(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance * want.abs(), "{got:e}, exactly {want:e}");
}

/// A few units in the last place, relative.
const FEW: f64 = 8.0 * f64::EPSILON;

#[test]
fn inverse_hyperbolic_functions_neither_overflow_nor_cancel() {
    // From 60 digits.
    close(value_and_grad(|v| v[0].asinh(), &[1.5e308]).0, 710.294_820_930_834_2, FEW);
    close(value_and_grad(|v| v[0].asinh(), &[-1.5e308]).0, -710.294_820_930_834_2, FEW);
    close(value_and_grad(|v| v[0].acosh(), &[1.5e308]).0, 710.294_820_930_834_2, FEW);
    close(value_and_grad(|v| v[0].acosh(), &[1.0 + 2_f64.powi(-40)]).0, 1.348_699_152_348_506_8e-6, FEW);
    close(value_and_grad(|v| v[0].atanh(), &[-1.0 + f64::EPSILON]).0, -18.368_400_284_838_55, FEW);
    close(value_and_grad(|v| v[0].atanh(), &[1e-20]).0, 1e-20, FEW);
}

#[test]
fn slopes_in_the_tails_keep_their_digits() {
    close(grad(|v| v[0].tanh(), &[20.0])[0], 1.699_341_702_116_635e-17, FEW);
    close(grad(|v| v[0].tanh(), &[-350.0])[0], 3.943_870_617_503_908e-304, FEW);
    close(grad(|v| v[0].tanh(), &[8.0_f32])[0].into(), 4.501_405_975_637_291_7e-7, SINGLE);
    close(grad(|v| v[0].sigmoid(), &[-720.0])[0], 2.032_230_802_4e-313, 1e-9);
    close(value_and_grad(|v| v[0].sigmoid(), &[-720.0]).0, 2.032_230_802_4e-313, 1e-9);
    close(value_and_grad(|v| v[0].erfc(), &[20.0]).0, 5.395_865_611_607_901e-176, FEW);
    close(value_and_grad(|v| v[0].gelu(), &[-12.0]).0, -2.131_778_534_493_214_8e-32, FEW);
    close(grad(|v| v[0].gelu(), &[-12.0])[0], -2.557_895_661_674_895_6e-31, FEW);
    close(value_and_grad(|v| v[0].gelu(), &[-6.0_f32]).0.into(), -5.919_525_870_226_188e-9, SINGLE);
}

#[test]
fn integer_powers_keep_their_digits_and_their_range() {
    close(value_and_grad(|v| v[0].powi(1_000_000), &[1.000_001]).0, 2.718_280_469_095_753_3, FEW);
    // Subnormal, where the reciprocal of an overflow would be 0.
    close(value_and_grad(|v| v[0].powi(-310), &[10.0]).0, 1e-310, 1e-13);
    close(value_and_grad(|v| v[0].powi(-2), &[1e155]).0, 1e-310, 1e-13);
    assert_eq!(value_and_grad(|v| v[0].powi(31), &[-2.0]).0, -2_147_483_648.0);
    assert_eq!(grad(|v| v[0].powi(32), &[-2.0]), [-32.0 * 2_147_483_648.0]);
}

#[test]
fn a_quotient_by_a_subnormal_number_has_its_finite_slope() {
    let (a, b): (f64, f64) = (1e-320, 1e-309);
    let gradient = grad(|v| v[0] / v[1], &[a, b]);
    assert_eq!(gradient, [f64::INFINITY, -(a / b) / b]);
    assert!(gradient[1].is_finite());
    assert_eq!(grad(|v| v[0] / v[1], &[1e-200, 1e-200]), [1e200, -1e200]);
}
