//! Kinks: operands at which a rule has no derivative, only a convention.

use super::traced::traced;
use crate::function::Function;
use crate::trace::{AppliedRule, Graph, Node, Source};
use std::fmt;
use std::panic::Location;

/// An operation with an operand exactly at a point where its derivative jumps, such as `relu` at 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Kink {
    /// The operator's name.
    pub operator: String,
    /// The operation as a formula, such as `v2 = relu(v1)`; for arrays, the shapes of the operands.
    pub application: String,
    /// The values of the operands; empty for arrays.
    pub operands: Vec<f64>,
    /// The derivative with respect to the first operand at which it jumps: the limit from the left,
    /// the value that the rule chose, and the limit from the right. For arrays, its weighted sum
    /// over the elements of result and operand.
    pub derivative: [f64; 3],
    /// The line of code that applied the operator.
    pub site: &'static Location<'static>,
}

impl fmt::Display for Kink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operator, application, operands, derivative: [left, chosen, right], site } = self;
        write!(
            f,
            "kink: `{operator}` in {application} at {operands:?}, applied at {site}: the derivative is \
             {left} on the left and {right} on the right, the rule chose {chosen}"
        )
    }
}

/// The operations of `f` with an operand exactly on a kink at `x`, one [`Kink`] per operation.
///
/// Kinks are found by evaluating the rule at the floating-point numbers next to the operand, not
/// from a list. A branch in the code of `f` (`if x.value() > 0.0`) is not an operation and is not
/// found.
///
/// ```
/// use wengert_ad::{Elementary, Function, Number, check::kinks};
///
/// struct Hinge;
///
/// impl Function for Hinge {
///     fn eval<T: Number>(&self, v: &[T]) -> T {
///         (v[0] - 1.0).relu()
///     }
/// }
/// assert_eq!(kinks(&Hinge, &[1.0]).len(), 1);
/// assert!(kinks(&Hinge, &[1.5]).is_empty());
/// ```
#[track_caller]
pub fn kinks(f: &impl Function, x: &[f64]) -> Vec<Kink> {
    kinks_of(&traced(f, x))
}

pub(super) fn kinks_of(graph: &Graph) -> Vec<Kink> {
    found(graph, &|rule, xs, operand, _| is_kink(rule, xs, operand).then_some(operand))
}

/// The operations at which the second derivatives are not to be trusted: those on a kink, and those with
/// a partial that is not continuous in an operand, such as `x^y` at (0, 1).
pub(super) fn second_order_kinks_of(graph: &Graph) -> Vec<Kink> {
    found(graph, &|rule, xs, moved, active| {
        let is_kink = is_kink(rule, xs, moved).then_some(moved);
        is_kink.or_else(|| active.iter().copied().find(|&operand| is_edge(rule, xs, moved, operand)))
    })
}

/// A search for a partial that jumps when the operand in the third place moves; the last place has the
/// operands that are not constant.
type Search<'s> = &'s dyn Fn(&dyn AppliedRule, &[f64], usize, &[usize]) -> Option<usize>;

/// One kink for each operation in which the search finds a partial that jumps.
fn found(graph: &Graph, search: Search<'_>) -> Vec<Kink> {
    let kink = |node: &Node| {
        let rule = graph.rule(node)?;
        let xs = graph.operand_values(node);
        let is_active = |&operand: &usize| matches!(node.operands[operand].0, Source::Node(_));
        let active: Vec<usize> = (0..xs.len()).filter(is_active).collect();
        let jump = |&moved: &usize| search(rule, &xs, moved, &active).map(|operand| (moved, operand));
        let (moved, operand) = active.iter().find_map(jump)?;
        let slope = |steps: i32| Sample::at(rule, &xs, moved, steps).partials[operand];
        Some(Kink {
            operator: node.operator.to_owned(),
            application: format!("{} = {}", node.name, node.formula),
            derivative: [slope(-1), node.operands[operand].1, slope(1)],
            operands: xs,
            site: node.site,
        })
    };
    graph.nodes().iter().filter_map(kink).collect()
}

/// Whether the value or its derivative with respect to an operand jumps at the operand.
pub(super) fn is_kink(rule: &dyn AppliedRule, xs: &[f64], operand: usize) -> bool {
    let samples = [-3, -1, 1, 3].map(|steps| Sample::at(rule, xs, operand, steps));
    jumps(samples.each_ref().map(|sample| sample.partials[operand]))
        || jumps(samples.each_ref().map(|sample| sample.value))
}

/// Whether four values, at one and at three steps from a point, jump between the inner two. Those of a
/// smooth function change there as much as between the others, whatever the scale of function and operand.
fn jumps([far_left, left, right, far_right]: [f64; 4]) -> bool {
    let (jump, size) = ((left - right).abs(), left.abs().max(right.abs()));
    let elsewhere = (far_left - left).abs().max((right - far_right).abs());
    size.is_finite() && jump > 1e-6 * size && (elsewhere.is_nan() || jump > 4.0 * elsewhere)
}

/// Whether the partial with respect to `operand`, finite at the point, is not continuous there as a
/// function of the operand `moved`.
fn is_edge(rule: &dyn AppliedRule, xs: &[f64], moved: usize, operand: usize) -> bool {
    let partial = |steps: i32| Sample::at(rule, xs, moved, steps).partials[operand];
    let here = partial(0);
    let leaves = |side: i32| {
        let (near, far) = (partial(side), partial(3 * side));
        let (jump, size) = ((near - here).abs(), near.abs().max(here.abs()));
        near.is_infinite() || jump > 1e-6 * size && jump > 4.0 * (far - near).abs()
    };
    here.is_finite() && (leaves(-1) || leaves(1))
}

/// The value and the partials of a rule with one operand moved by a number of floating-point numbers.
struct Sample {
    value: f64,
    partials: Vec<f64>,
}

impl Sample {
    fn at(rule: &dyn AppliedRule, xs: &[f64], moved: usize, steps: i32) -> Self {
        let mut xs = xs.to_vec();
        for _ in 0..steps.abs() {
            xs[moved] = if steps < 0 { xs[moved].next_down() } else { xs[moved].next_up() };
        }
        let value = rule.primal(&xs);
        Self { value, partials: rule.partials(&xs, value) }
    }
}
