//! Every rule of the table, in every mode: walked, never named, so that a new row is tested by being there.

use crate::support::modes::{Forward, Mode, OnArrays, ScalarTape};
use crate::support::{DIFFERENCE, Property, ROUNDING, Rule, SINGLE, assert_close, difference, each_rule};
use wengert_ad::Dual;
use wengert_ad::trace::Graph;

/// The derivatives are those of the primal, which is the same in the mode as in plain `f64`.
struct AgreesWithDifferences<M>(M);

impl<M: Mode> Property for AgreesWithDifferences<M> {
    fn check<R: Rule>(&mut self, rule: R, points: &[Vec<f64>]) {
        for x in points {
            let (value, gradient) = M::value_and_gradient(rule, x);
            assert_eq!(
                value.to_bits(),
                rule.apply(x).to_bits(),
                "{rule:?} at {x:?}: another value than in f64"
            );
            for (i, &derivative) in gradient.iter().enumerate() {
                let by_difference = difference(|x| rule.apply(x), x, i);
                assert_close((rule, x, i), derivative, by_difference, DIFFERENCE);
            }
        }
    }
}

#[test]
fn every_rule_agrees_with_central_differences_in_forward_mode() {
    each_rule(&mut AgreesWithDifferences(Forward));
}

#[test]
fn every_rule_agrees_with_central_differences_on_the_scalar_tape() {
    each_rule(&mut AgreesWithDifferences(ScalarTape));
}

#[test]
fn every_rule_agrees_with_central_differences_on_the_array_tape() {
    each_rule(&mut AgreesWithDifferences(OnArrays));
}

#[test]
fn every_rule_gives_the_same_bits_in_every_mode() {
    struct SameInEveryMode;
    impl Property for SameInEveryMode {
        fn check<R: Rule>(&mut self, rule: R, points: &[Vec<f64>]) {
            for x in points {
                let forward = Forward::value_and_gradient(rule, x);
                assert_eq!(
                    forward,
                    ScalarTape::value_and_gradient(rule, x),
                    "{rule:?} at {x:?}: scalar tape"
                );
                assert_eq!(forward, OnArrays::value_and_gradient(rule, x), "{rule:?} at {x:?}: array tape");
                let names = ["a", "b"];
                let inputs: Vec<_> = names.into_iter().zip(x.iter().copied()).collect();
                let graph = Graph::of(&inputs, |v| rule.apply(v));
                let traced = (graph.value(), graph.reverse().derivatives[..x.len()].to_vec());
                assert_eq!(forward, traced, "{rule:?} at {x:?}: traced graph");
            }
        }
    }
    each_rule(&mut SameInEveryMode);
}

/// In `f32`, the value and the derivatives of `f64`, rounded.
struct AgreesInSinglePrecision<M>(M);

impl<M: Mode> Property for AgreesInSinglePrecision<M> {
    fn check<R: Rule>(&mut self, rule: R, points: &[Vec<f64>]) {
        for x in points {
            // The ends of the intervals are not exact in f32, so both precisions start from what f32 holds.
            let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let double: Vec<f64> = single.iter().map(|&x| f64::from(x)).collect();
            let (value, gradient) = M::value_and_gradient(rule, &double);
            let (value_32, gradient_32) = M::value_and_gradient(rule, &single);
            assert_close((rule, x), value_32.into(), value, SINGLE);
            for (i, (d_32, d)) in gradient_32.into_iter().zip(gradient).enumerate() {
                assert_close((rule, x, i), d_32.into(), d, SINGLE);
            }
        }
    }
}

#[test]
fn every_rule_agrees_with_itself_in_single_precision_in_every_mode() {
    each_rule(&mut AgreesInSinglePrecision(Forward));
    each_rule(&mut AgreesInSinglePrecision(ScalarTape));
    each_rule(&mut AgreesInSinglePrecision(OnArrays));
}

/// Row `i` of the Hessian of the rule: the mode at dual numbers that move along input `i`.
fn hessian_row<M: Mode, R: Rule>(rule: R, x: &[f64], i: usize) -> Vec<f64> {
    let seed = |(j, &x)| Dual::new(x, if i == j { 1.0 } else { 0.0 });
    let moving: Vec<Dual> = x.iter().enumerate().map(seed).collect();
    M::value_and_gradient(rule, &moving).1.iter().map(|d| d.tangent).collect()
}

#[test]
fn second_derivatives_agree_forward_over_forward_forward_over_reverse_and_by_differences() {
    struct SecondDerivatives;
    impl Property for SecondDerivatives {
        fn check<R: Rule>(&mut self, rule: R, points: &[Vec<f64>]) {
            for (x, i) in points.iter().flat_map(|x| (0..x.len()).map(move |i| (x, i))) {
                let forward = hessian_row::<Forward, R>(rule, x, i);
                let scalar = hessian_row::<ScalarTape, R>(rule, x, i);
                let arrays = hessian_row::<OnArrays, R>(rule, x, i);
                for j in 0..x.len() {
                    let partial = |x: &[f64]| Forward::value_and_gradient(rule, x).1[j];
                    assert_close((rule, x, i, j), forward[j], difference(partial, x, i), DIFFERENCE);
                    assert_close((rule, x, i, j), forward[j], scalar[j], ROUNDING);
                    assert_close((rule, x, i, j), forward[j], arrays[j], ROUNDING);
                }
            }
        }
    }
    each_rule(&mut SecondDerivatives);
}

#[test]
fn every_row_of_the_table_is_visited() {
    struct Nothing;
    impl Property for Nothing {
        fn check<R: Rule>(&mut self, _: R, points: &[Vec<f64>]) {
            assert!(points.len() >= 16, "{}: too few points to find anything", R::NAME);
        }
    }
    let sources =
        [include_str!("../../src/rules/elementary.rs"), include_str!("../../src/rules/arithmetic.rs")];
    let lines = sources.iter().flat_map(|source| source.lines());
    // A row has its primal on a line of its own; so has the pattern of the macro, with `$` before the operand.
    let rows = lines.filter(|line| line.starts_with("        primal |") && !line.contains("|$"));
    assert_eq!(each_rule(&mut Nothing).len(), rows.count());
}
