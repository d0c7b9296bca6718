//! Kinks: operands at which a rule has no derivative, only a convention.

use super::traced::traced;
use crate::function::Function;
use crate::trace::{AppliedRule, Graph, Node};
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
    let kink = |node: &Node| {
        let rule = graph.rule(node)?;
        let xs = graph.operand_values(node);
        let operand = (0..xs.len()).find(|&operand| is_kink(rule, &xs, operand))?;
        let [left, right] = sides(rule, &xs, operand);
        Some(Kink {
            operator: node.operator.to_owned(),
            application: format!("{} = {}", node.name, node.formula),
            derivative: [left.1, node.operands[operand].1, right.1],
            operands: xs,
            site: node.site,
        })
    };
    graph.nodes().iter().filter_map(kink).collect()
}

/// Whether the value or its derivative with respect to an operand jumps at the operand.
pub(super) fn is_kink(rule: &dyn AppliedRule, xs: &[f64], operand: usize) -> bool {
    let [(y_left, left), (y_right, right)] = sides(rule, xs, operand);
    let apart = xs[operand].next_up() - xs[operand].next_down();
    jumps(left, right, apart) || jumps(y_left, y_right, apart * left.abs().max(right.abs()).max(1.0))
}

/// Whether values at two points at distance `apart` differ by more than those of a smooth function:
/// absolutely, because a smooth function has a slope, and relatively, because the slope may be
/// large.
fn jumps(left: f64, right: f64, apart: f64) -> bool {
    let (jump, size) = ((left - right).abs(), left.abs().max(right.abs()));
    size.is_finite() && jump > 1e-6 * size && jump > 1e3 * apart * size.max(1.0)
}

/// The value and the partial at the floating-point numbers just below and just above the operand.
fn sides(rule: &dyn AppliedRule, xs: &[f64], operand: usize) -> [(f64, f64); 2] {
    [xs[operand].next_down(), xs[operand].next_up()].map(|x| {
        let mut moved = xs.to_vec();
        moved[operand] = x;
        let y = rule.primal(&moved);
        (y, rule.partials(&moved, y)[operand])
    })
}
