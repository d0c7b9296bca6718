//! Every rule of the table at zeros of both signs, infinities, NaN, huge and tiny numbers, in every mode.
//! The table is walked, so a new row is held to the policy of `wengert_ad::rules` without being named.
//! The values that single rules have there are in `kinks.rs`.

use crate::support::modes::{graph, modes};
use crate::support::rules::{AnyRule, Apply, EveryMode, Partials, all_rules, edges};
use wengert_ad::{Dual, Element, Lanes, Tape, Tensor, Var};

const NAN: f64 = f64::NAN;

/// A property of a rule at one list of operands, given the value and the partials that the table states
/// in `f64`.
type AtEdge = fn(&AnyRule, xs: &[f64], y: f64, partials: &[f64]);

fn at_every_edge(check: AtEdge) {
    for rule in &all_rules() {
        for xs in edges(rule.operands) {
            check(rule, &xs, rule.apply(&xs), &rule.partials(&xs));
        }
    }
}

/// The bits, with one NaN and one zero: no sweep keeps the sign of a zero.
fn bits(x: f64) -> u64 {
    if x.is_nan() { NAN.to_bits() } else { (x + 0.0).to_bits() }
}

/// In every mode with elements `T`, value and partials are those of the rule itself at `T`.
fn same_in_every_mode<T: Element>(rule: &AnyRule, xs: &[f64])
where
    dyn EveryMode: Apply<T> + Partials<T> + Apply<Dual<T>>,
    dyn EveryMode: for<'t> Apply<Var<'t, T>> + for<'t> Apply<Tensor<'t, T>>,
{
    let xs: Vec<T> = xs.iter().map(|&x| T::constant(x)).collect();
    let (value, partials) = (rule.apply(&xs).value(), rule.partials(&xs));
    for (mode, value_and_gradient) in modes::<T>() {
        let (y, gradient) = value_and_gradient(rule, &xs);
        assert_eq!(bits(y.value()), bits(value), "{rule:?} at {xs:?}: value, {mode}");
        for i in 0..xs.len() {
            let (got, want) = (gradient[i].value(), partials[i].value());
            let message = "is not the partial of the table";
            assert_eq!(
                bits(got),
                bits(want),
                "{rule:?} at {xs:?}: {got:e} {message} {i}, {want:e}, in {mode}"
            );
        }
    }
}

#[test]
fn every_mode_gives_the_value_and_the_partials_of_the_table_at_the_edges() {
    at_every_edge(|rule, xs, _, _| {
        same_in_every_mode::<f64>(rule, xs);
        same_in_every_mode::<f32>(rule, xs);
    });
}

#[test]
fn lanes_and_the_traced_graph_agree_with_the_table_at_the_edges() {
    at_every_edge(|rule, xs, y, partials| {
        // The other lane is at an ordinary point.
        let tape = Tape::new();
        let variables: Vec<_> = xs.iter().map(|&x| tape.var(Lanes([0.5, x]))).collect();
        let (lanes, graph) = (rule.apply(&variables), graph(rule, xs));
        let (gradient, traced) = (lanes.gradient(), graph.reverse().derivatives);
        assert_eq!(bits(lanes.primal().0[1]), bits(y), "{rule:?} at {xs:?}: lanes");
        assert_eq!(bits(graph.value()), bits(y), "{rule:?} at {xs:?}: graph");
        for (i, &partial) in partials.iter().enumerate() {
            let of_lane = gradient.wrt(variables[i]).0[1];
            assert_eq!(bits(of_lane), bits(partial), "{rule:?} at {xs:?}, partial {i}: lanes");
            assert_eq!(bits(traced[i]), bits(partial), "{rule:?} at {xs:?}, partial {i}: graph");
        }
    });
}

/// Whether the value of a rule is a number although an operand is NaN.
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

/// Rules with the same partials everywhere, which a NaN operand does not change.
const AFFINE: [&str; 7] = ["negation", "shift", "scale", "divide", "subtract_from", "+", "-"];

#[test]
fn a_nan_operand_gives_a_nan_value_and_a_nan_partial() {
    at_every_edge(|rule, xs, y, partials| {
        if !xs.iter().any(|x| x.is_nan()) {
            return;
        }
        assert_eq!(y.is_nan(), !nan_is_ignored(rule.name, xs), "{rule:?} at {xs:?}: value {y}");
        if y.is_nan() && !AFFINE.contains(&rule.name) {
            assert!(partials.iter().any(|partial| partial.is_nan()), "{rule:?} at {xs:?}: {partials:?}");
        }
    });
}

/// Whether a partial is NaN although the value is finite.
fn has_no_partial(name: &str, xs: &[f64], operand: usize) -> bool {
    match name {
        // `a^0 = 1^b = 1` even for a NaN, but the slope depends on it.
        "pow" if xs.iter().any(|x| x.is_nan()) => true,
        // Powers of a negative number exist for integer exponents only: there is no slope with respect to
        // the exponent.
        "pow" => operand == 1 && xs[0] < 0.0,
        _ => false,
    }
}

#[test]
fn a_finite_value_never_comes_with_a_nan_partial() {
    at_every_edge(|rule, xs, y, partials| {
        for (i, partial) in partials.iter().enumerate() {
            let excused = !y.is_finite() || has_no_partial(rule.name, xs, i);
            assert!(excused || !partial.is_nan(), "{rule:?} at {xs:?}: value {y}, partials {partials:?}");
        }
    });
}
