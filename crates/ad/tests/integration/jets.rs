//! Derivatives of any order from the rule table: against nested modes for every rule, and against exact
//! answers.

use crate::support::modes::{four_derivatives, four_levels};
use crate::support::rules::all_rules;
use crate::support::{DIFFERENCE, ROUNDING, assert_close, blames_this_line, difference, smooth};
use wengert_ad::{
    Arithmetic, Dual, Elementary, Jet, Numeric, Tape, arrays, derivatives, derivatives_along, grad, hvp, jvp,
};

#[test]
fn every_rule_has_the_derivatives_of_nested_modes() {
    let slope = |i: usize| 1.0 - 0.4 * i as f64;
    for rule in &all_rules() {
        for x in &rule.points {
            // `t -> rule(x + t v)` and its first four derivatives, with jets and with duals of jets.
            let line: Vec<Jet<5>> = x.iter().enumerate().map(|(i, &x)| Jet::line(x, slope(i))).collect();
            let nested: Vec<_> = x.iter().enumerate().map(|(i, &x)| four_levels(x, slope(i))).collect();
            let (jets, duals) = (rule.apply(&line).derivatives(), four_derivatives(rule.apply(&nested)));
            for (order, (jet, dual)) in jets.into_iter().zip(duals).enumerate() {
                // Both use the same partials in another order; at the ends of the domains, fourth
                // derivatives of size 1e5 are differences of terms some hundred times as large.
                assert_close((rule, x, order), jet, dual, 100.0 * ROUNDING);
            }
        }
    }
}

#[test]
fn polynomials_are_exact_to_every_order() {
    assert_eq!(derivatives(|x| x.powi(4), 3.0), [81.0, 108.0, 108.0, 72.0, 24.0, 0.0, 0.0]);
    assert_eq!(derivatives(|x| x * x * x * x, 3.0), [81.0, 108.0, 108.0, 72.0, 24.0, 0.0, 0.0]);
    assert_eq!(derivatives(|x| (x - 1.0) * 0.1 + 7.0, 3.0), [7.2, 0.1, 0.0]);
    assert_eq!(derivatives(|_: Jet<3>| Numeric::constant(5.0), 3.0), [5.0, 0.0, 0.0]);
    assert_eq!(derivatives(|x: Jet<1>| x.sin(), 0.5), [0.5_f64.sin()]);
}

#[test]
fn known_series_are_met_to_order_twenty() {
    let at = 0.4_f64;
    let (sin, cos) = at.sin_cos();
    let exp: [f64; 21] = derivatives(|x| x.exp(), at);
    let sine: [f64; 21] = derivatives(|x| x.sin(), at);
    let inverse: [f64; 21] = derivatives(|x| 1.0 / x, 2.0);
    let logarithm: [f64; 21] = derivatives(|x| x.ln(), 2.0);
    let mut factorial = 1.0;
    for k in 0..=20 {
        assert_close(k, exp[k], at.exp(), ROUNDING);
        assert_close(k, sine[k], [sin, cos, -sin, -cos][k % 4], ROUNDING);
        // d^k/dx^k 1/x = (-1)^k k! / x^(k+1), and that of ln x is the one of order k - 1 of 1/x.
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        let expected = sign * factorial / 2.0_f64.powi(k as i32 + 1);
        assert_close(k, inverse[k], expected, ROUNDING);
        if k < 20 {
            assert_close(k, logarithm[k + 1], expected, ROUNDING);
        }
        factorial *= (k + 1) as f64;
    }
}

#[test]
fn a_power_with_a_variable_exponent_is_differentiated_in_both_operands() {
    // x^x = e^(x ln x): f' = f (ln x + 1), f'' = f ((ln x + 1)^2 + 1/x).
    let [y, first, second, third, ..]: [f64; 8] = derivatives(|x| x.pow(x), 1.0);
    assert_eq!((y, first, second, third), (1.0, 1.0, 2.0, 3.0));
    let by_exp: [f64; 8] = derivatives(|x| (x.ln() * x).exp(), 1.7);
    let by_pow: [f64; 8] = derivatives(|x| x.pow(x), 1.7);
    by_exp.into_iter().zip(by_pow).enumerate().for_each(|(k, (a, b))| assert_close(k, a, b, ROUNDING));
}

#[test]
fn a_still_point_keeps_an_infinite_slope_to_itself() {
    assert_eq!(derivatives(|x: Jet<3>| Jet::constant(0.0).sqrt() + x, 1.0), [1.0, 1.0, 0.0]);
    assert_eq!(derivatives(|x: Jet<3>| x.sqrt(), 0.0)[..2], [0.0, f64::INFINITY]);
}

#[test]
fn derivatives_along_a_line_are_those_of_the_gradient_and_the_hessian() {
    let (x, v) = ([0.7, -1.1, 0.4], [0.3, -2.0, 0.9]);
    let [y, slope, curvature, third] = derivatives_along(smooth, &x, &v);
    let dot = |a: &[f64]| a.iter().zip(v).map(|(a, v)| a * v).sum::<f64>();
    assert_close("value", y, smooth(&x), ROUNDING);
    assert_close("slope", slope, dot(&grad(|v| smooth(v), &x)), ROUNDING);
    let product = |t: f64| dot(&hvp(|v| smooth(v), &[x[0] + t * v[0], x[1] + t * v[1], x[2] + t * v[2]], &v));
    assert_close("curvature", curvature, product(0.0), ROUNDING);
    assert_close("third", third, difference(|t| product(t[0]), &[0.0], 0), DIFFERENCE);
    // The directional second derivative by duals of duals.
    let twice = [0, 1, 2].map(|i| Dual::new(Dual::new(x[i], v[i]), Dual::new(v[i], 0.0)));
    assert_close("dual of dual", curvature, smooth(&twice).tangent.tangent, ROUNDING);
}

#[test]
fn jets_nest_with_the_other_modes() {
    // d/dx of the derivatives of x^2 y along y: (x^2 y, x^2, 0), so (2 x y, 2 x, 0).
    let by_reverse = grad(
        |v| derivatives(|y: Jet<3, _>| y * Jet::line(v[0].square(), v[0].scale(0.0)), v[1])[1],
        &[3.0, 5.0],
    );
    assert_eq!(by_reverse, [6.0, 0.0]);
    let by_forward = jvp(
        |v| derivatives(|y: Jet<3, _>| y.square() * Jet::line(v[0], v[0].scale(0.0)), v[1])[2],
        &[3.0, 5.0],
        &[1.0, 0.0],
    );
    assert_eq!(by_forward, (6.0, 2.0));
    // A reverse sweep over jets: the gradient, and how it changes along a line, to second order.
    let tape = Tape::new();
    let (x, y) = (tape.var(Jet::<3>::line(2.0, 1.0)), tape.var(Jet::line(3.0, 0.0)));
    let g = (x.powi(3) * (x + y * 3.0)).gradient();
    // d/dx = 4 x^3 + 9 x^2 y: 140; along x 12 x^2 + 18 x y = 156; again 24 x + 18 y = 102.
    assert_eq!(g.wrt(x).derivatives(), [140.0, 156.0, 102.0]);
    assert_eq!(g.wrt(y).derivatives(), [24.0, 36.0, 36.0]);
}

#[test]
fn array_functions_have_derivatives_along_a_line_too() {
    let (x, v) = (ndarray::array![1.0, 2.0].into_dyn(), ndarray::array![1.0, -1.0].into_dyn());
    let [y, first, second] = arrays::derivatives_along(|x| x[0].powi(3).sum(), &[x], &[v]);
    assert_eq!([y[[]], first[[]], second[[]]], [9.0, 3.0 - 12.0, 6.0 + 12.0]);
}

#[test]
fn a_direction_of_another_length_is_refused_where_it_was_given() {
    let f = |v: &[Jet<2>]| v[0];
    blames_this_line(&["derivatives_along", "2", "1"], || derivatives_along(f, &[1.0, 2.0], &[1.0]));
}
