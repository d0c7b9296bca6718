//! The numbers of the function `F = c s` with `c = x^3` and `s = x + 3y`, at (2, 3).

use super::formula::{Formula, gradient};
use crate::number::Number;
use wengert_ad::trace::Graph;
use wengert_ad::{Elementary, hessian};

/// The text of the function, and of the point.
pub(super) const FUNCTION: &str = "x^3*(x+3*y)";
pub(super) const POINT: &str = "x=2,y=3";

/// The positions of `c` and `s` among the nodes `x`, `y`, `c = x^3`, `3y`, `s = x + 3y`, `F`.
const C: usize = 2;
const S: usize = 4;

/// What a person computes with a pencil. All numbers are small integers, so the sweeps are exact.
pub(super) fn numbers(graph: &Graph) -> Vec<Number> {
    let [along_x, along_y] = [0, 1].map(|input| graph.forward(input));
    let backward = graph.reverse();
    let value = |node: usize| graph.nodes()[node].value;
    let curvature = hessian(|v| v[0].powi(3) * (v[0] + v[1] * 3.0), &[2.0, 3.0]);
    let variant = Formula::parse("x^3*(x+2*y)").expect("the formula is valid").graph(&[2.0, 3.0]);
    let of_variant = gradient(&variant);
    let exact = [
        ("F", graph.value(), 88.0),
        ("c = x^3", value(C), 8.0),
        ("s = x + 3y", value(S), 11.0),
        ("dc/dx", along_x.derivatives[C], 12.0),
        ("dc/dy", along_y.derivatives[C], 0.0),
        ("ds/dx", along_x.derivatives[S], 1.0),
        ("ds/dy", along_y.derivatives[S], 3.0),
        ("dF/dc", backward.derivatives[C], 11.0),
        ("dF/ds", backward.derivatives[S], 8.0),
        ("dF/dx", backward.derivatives[0], 140.0),
        ("dF/dy", backward.derivatives[1], 24.0),
        ("d2F/dx2", curvature[[0, 0]], 156.0),
        ("d2F/dxdy", curvature[[0, 1]], 36.0),
        ("d2F/dy2", curvature[[1, 1]], 0.0),
        ("value of x^3 (x + 2y)", variant.value(), 64.0),
        ("its derivative with respect to x", of_variant[0], 104.0),
        ("its derivative with respect to y", of_variant[1], 16.0),
        ("operations of the sweep of x", along_x.operations.total() as f64, 8.0),
        ("operations of the sweep of y", along_y.operations.total() as f64, 8.0),
        ("operations of the reverse sweep", backward.operations.total() as f64, 7.0),
    ];
    exact
        .into_iter()
        .map(|(name, value, known)| Number::new("1.1", name, value).exactly(known, 0.0))
        .collect()
}
