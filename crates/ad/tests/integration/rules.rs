//! Every rule of the table in every mode. The table is walked, so a new row is tested without being named.

use crate::support::modes::{Mode, array_tape, forward, modes, scalar_tape, traced_graph};
use crate::support::rules::{AnyRule, all_rules};
use crate::support::{DIFFERENCE, ROUNDING, SINGLE, assert_close, difference};
use wengert_ad::Dual;

/// The derivatives are those of the primal, and the value has the same bits in the mode as in plain `f64`.
fn agrees_with_differences(mode: Mode<f64>) {
    for rule in &all_rules() {
        for x in &rule.points {
            let (value, gradient) = mode(rule, x);
            let plain: f64 = rule.apply(x);
            assert_eq!(
                value.to_bits(),
                plain.to_bits(),
                "{rule:?} at {x:?}: {value} is not {plain}, the value in f64"
            );
            for (i, &derivative) in gradient.iter().enumerate() {
                let quotient = difference(|x| rule.apply(x), x, i);
                assert_close((rule, x, i), derivative, quotient, DIFFERENCE);
            }
        }
    }
}

#[test]
fn every_rule_agrees_with_central_differences_in_forward_mode() {
    agrees_with_differences(forward);
}

#[test]
fn every_rule_agrees_with_central_differences_on_the_scalar_tape() {
    agrees_with_differences(scalar_tape);
}

#[test]
fn every_rule_agrees_with_central_differences_on_the_array_tape() {
    agrees_with_differences(array_tape);
}

#[test]
fn every_rule_gives_the_same_bits_in_every_mode() {
    for rule in &all_rules() {
        for x in &rule.points {
            let expected = forward(rule, x);
            assert_eq!(expected, scalar_tape(rule, x), "{rule:?} at {x:?}: scalar tape");
            assert_eq!(expected, array_tape(rule, x), "{rule:?} at {x:?}: array tape");
            assert_eq!(expected, traced_graph(rule, x), "{rule:?} at {x:?}: traced graph");
        }
    }
}

#[test]
fn every_rule_in_single_precision_is_the_rule_in_double_precision_rounded() {
    for rule in &all_rules() {
        for ((name, double), (_, single)) in modes::<f64>().into_iter().zip(modes::<f32>()) {
            for x in &rule.points {
                // The ends of the intervals are not exact in f32, so both precisions start from numbers
                // that are.
                let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
                let wide: Vec<f64> = narrow.iter().map(|&x| f64::from(x)).collect();
                let ((value, gradient), (value_32, gradient_32)) =
                    (double(rule, &wide), single(rule, &narrow));
                assert_close((rule, name, x), value_32.into(), value, SINGLE);
                for (i, (d_32, d)) in gradient_32.into_iter().zip(gradient).enumerate() {
                    assert_close((rule, name, x, i), d_32.into(), d, SINGLE);
                }
            }
        }
    }
}

/// Row `i` of the Hessian of the rule: the mode on dual numbers that move along input `i`.
fn hessian_row(mode: Mode<Dual>, rule: &AnyRule, x: &[f64], i: usize) -> Vec<f64> {
    let seed = |(j, &x)| Dual::new(x, if i == j { 1.0 } else { 0.0 });
    let moving: Vec<Dual> = x.iter().enumerate().map(seed).collect();
    mode(rule, &moving).1.iter().map(|d| d.tangent).collect()
}

#[test]
fn second_derivatives_agree_forward_over_forward_forward_over_reverse_and_by_differences() {
    for rule in &all_rules() {
        for (x, i) in rule.points.iter().flat_map(|x| (0..x.len()).map(move |i| (x, i))) {
            let over_forward = hessian_row(forward, rule, x, i);
            let over_scalars = hessian_row(scalar_tape, rule, x, i);
            let over_arrays = hessian_row(array_tape, rule, x, i);
            for j in 0..x.len() {
                let partial = |x: &[f64]| forward(rule, x).1[j];
                assert_close((rule, x, i, j), over_forward[j], difference(partial, x, i), DIFFERENCE);
                assert_close((rule, x, i, j), over_forward[j], over_scalars[j], ROUNDING);
                assert_close((rule, x, i, j), over_forward[j], over_arrays[j], ROUNDING);
            }
        }
    }
}

#[test]
fn every_row_of_the_table_is_visited() {
    let sources =
        [include_str!("../../src/rules/elementary.rs"), include_str!("../../src/rules/arithmetic.rs")];
    let lines = sources.iter().flat_map(|source| source.lines());
    // Each row has its primal on a line of its own; the macro's pattern has one too, with `$` before the
    // operand.
    let rows = lines.filter(|line| line.starts_with("        primal |") && !line.contains("|$"));
    let rules = all_rules();
    assert_eq!(rules.len(), rows.count());
    for rule in rules {
        assert!(rule.points.len() >= 16, "{rule:?}: too few points to find anything");
    }
}
