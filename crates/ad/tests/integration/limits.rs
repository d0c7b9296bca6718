//! Every rule of the table at zeros of both signs, at infinities, at NaN and at huge and tiny numbers, in every mode:
//! walked, never named, so that a new row is held to the policy of `wengert_ad::rules`. The values that single rules have
//! there are in `kinks.rs`.

use crate::support::modes::{Forward, Mode, OnArrays, ScalarTape};
use crate::support::{Property, Rule, each_rule};
use wengert_ad::trace::Graph;
use wengert_ad::{Element, Lanes, Tape};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Finite in `f32` too.
const EDGES: [f64; 16] =
    [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 3.0, -2.5, 1e-30, -1e-30, 1e30, -1e30, 100.0, INF, -INF, NAN];

/// All lists of edges, as many as the rule has operands.
fn edges(operands: usize) -> Vec<Vec<f64>> {
    if operands == 1 {
        return EDGES.map(|x| vec![x]).into();
    }
    EDGES.iter().flat_map(|&a| EDGES.map(|b| vec![a, b])).collect()
}

/// A property of a rule at one list of operands, given the value and the partials that the table gives in `f64`.
trait AtEdges {
    fn check<R: Rule>(&mut self, rule: R, xs: &[f64], y: f64, partials: &[f64]);
}

struct Walk<P>(P);

impl<P: AtEdges> Property for Walk<P> {
    fn check<R: Rule>(&mut self, rule: R, points: &[Vec<f64>]) {
        for xs in edges(points[0].len()) {
            self.0.check(rule, &xs, rule.apply(&xs), &rule.partials(&xs));
        }
    }
}

/// The bits, but one NaN and one zero: no sweep keeps the sign of a zero.
fn bits(x: f64) -> u64 {
    if x.is_nan() { NAN.to_bits() } else { (x + 0.0).to_bits() }
}

/// In mode `M` at elements `T`, value and partials are those of the rule itself at `T`.
fn same_in_mode<M: Mode, T: Element, R: Rule>(rule: R, xs: &[f64], mode: &str) {
    let xs: Vec<T> = xs.iter().map(|&x| T::constant(x)).collect();
    let (y, gradient) = M::value_and_gradient(rule, &xs);
    assert_eq!(bits(y.value()), bits(rule.apply(&xs).value()), "{rule:?} at {xs:?}: value, {mode}");
    let partials = rule.partials(&xs);
    for i in 0..xs.len() {
        // Forward mode sums over all operands, so an infinite partial spoils the others: `inf * 0` is a NaN.
        let alone = (0..xs.len()).all(|j| j == i || partials[j].is_finite());
        if alone || mode != "forward" {
            let (got, want) = (gradient[i].value(), partials[i].value());
            assert_eq!(
                bits(got),
                bits(want),
                "{rule:?} at {xs:?}, partial {i}: {got:e} {mode}, {want:e} table"
            );
        }
    }
}

#[test]
fn every_mode_gives_the_value_and_the_partials_of_the_table_at_the_edges() {
    struct EveryMode;
    impl AtEdges for EveryMode {
        fn check<R: Rule>(&mut self, rule: R, xs: &[f64], _: f64, _: &[f64]) {
            same_in_mode::<Forward, f64, R>(rule, xs, "forward");
            same_in_mode::<ScalarTape, f64, R>(rule, xs, "scalar tape");
            same_in_mode::<OnArrays, f64, R>(rule, xs, "array tape");
            same_in_mode::<Forward, f32, R>(rule, xs, "forward");
            same_in_mode::<ScalarTape, f32, R>(rule, xs, "scalar tape");
            same_in_mode::<OnArrays, f32, R>(rule, xs, "array tape");
        }
    }
    each_rule(&mut Walk(EveryMode));
}

#[test]
fn lanes_and_the_traced_graph_agree_with_the_table_at_the_edges() {
    struct LanesAndGraph;
    impl AtEdges for LanesAndGraph {
        fn check<R: Rule>(&mut self, rule: R, xs: &[f64], y: f64, partials: &[f64]) {
            // The other lane is at an ordinary point.
            let tape = Tape::new();
            let variables: Vec<_> = xs.iter().map(|&x| tape.var(Lanes([0.5, x]))).collect();
            let lanes = rule.apply(&variables);
            let inputs: Vec<_> = ["a", "b"].into_iter().zip(xs.iter().copied()).collect();
            let graph = Graph::of(&inputs, |v| rule.apply(v));
            let (gradient, traced) = (lanes.gradient(), graph.reverse().derivatives);
            assert_eq!(bits(lanes.primal().0[1]), bits(y), "{rule:?} at {xs:?}: lanes");
            assert_eq!(bits(graph.value()), bits(y), "{rule:?} at {xs:?}: graph");
            for (i, &partial) in partials.iter().enumerate() {
                let by_lanes = gradient.wrt(variables[i]).0[1];
                assert_eq!(bits(by_lanes), bits(partial), "{rule:?} at {xs:?}, partial {i}: lanes");
                assert_eq!(bits(traced[i]), bits(partial), "{rule:?} at {xs:?}, partial {i}: graph");
            }
        }
    }
    each_rule(&mut Walk(LanesAndGraph));
}

/// Why the value of a rule is a number although an operand is NaN.
fn nan_is_ignored(name: &str, xs: &[f64]) -> bool {
    match name {
        // The documented choice, that of `f64`: the other operand.
        "max" | "min" => !(xs[0].is_nan() && xs[1].is_nan()),
        // IEEE 754: `a^0 = 1^b = 1`, whatever the other is.
        "pow" => xs[0] == 1.0 || xs[1] == 0.0,
        // IEEE 754: infinite, whatever the other is.
        "hypot" => xs[0].is_infinite() || xs[1].is_infinite(),
        _ => false,
    }
}

/// Rules with the same partials everywhere: there is no operand for which another number could stand.
const AFFINE: [&str; 7] = ["negation", "shift", "scale", "divide", "subtract_from", "+", "-"];

#[test]
fn a_nan_operand_gives_a_nan_value_and_a_nan_partial() {
    struct NanStaysNan;
    impl AtEdges for NanStaysNan {
        fn check<R: Rule>(&mut self, rule: R, xs: &[f64], y: f64, partials: &[f64]) {
            if !xs.iter().any(|x| x.is_nan()) {
                return;
            }
            assert_eq!(y.is_nan(), !nan_is_ignored(R::NAME, xs), "{rule:?} at {xs:?}: value {y}");
            if y.is_nan() && !AFFINE.contains(&R::NAME) {
                assert!(partials.iter().any(|partial| partial.is_nan()), "{rule:?} at {xs:?}: {partials:?}");
            }
        }
    }
    each_rule(&mut Walk(NanStaysNan));
}

/// Why a partial is NaN although the value is finite.
fn has_no_partial(name: &str, xs: &[f64], operand: usize) -> bool {
    match name {
        // `a^0 = 1^b = 1` even for a NaN, but the slope depends on it.
        "pow" if xs.iter().any(|x| x.is_nan()) => true,
        // A power of a negative number exists for integer exponents only, so it has no slope by the exponent.
        "pow" => operand == 1 && xs[0] < 0.0,
        _ => false,
    }
}

#[test]
fn a_finite_value_never_comes_with_a_nan_partial() {
    struct FiniteStaysFinite;
    impl AtEdges for FiniteStaysFinite {
        fn check<R: Rule>(&mut self, rule: R, xs: &[f64], y: f64, partials: &[f64]) {
            for (i, partial) in partials.iter().enumerate() {
                let excused = !y.is_finite() || has_no_partial(R::NAME, xs, i);
                assert!(excused || !partial.is_nan(), "{rule:?} at {xs:?}: value {y}, partials {partials:?}");
            }
        }
    }
    each_rule(&mut Walk(FiniteStaysFinite));
}
