//! Special functions and their nested derivatives to order 4, against values from 60 digits
//! (`goldens/special_functions.py`).

use crate::support::SINGLE;
use crate::support::modes::{four_derivatives, four_duals};
use wengert_ad::{Dual, Elementary, Scalar};

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
        let got = four_derivatives(apply(function, four_duals(x, 1.0)));
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
