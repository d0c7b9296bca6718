//! Derivatives against other ways to compute them, and what a wrong or lost one comes from.
//!
//! | question | answer |
//! |---|---|
//! | is the gradient right? | [`gradcheck_modes`], [`gradcheck`], [`gradcheck_arrays_modes`], [`gradcheck_arrays`] |
//! | are the second derivatives right? | [`gradgradcheck`], [`gradgradcheck_arrays`] |
//! | does the linear approximation hold, without choosing a step? | [`taylor_test`], [`taylor_test_arrays`] |
//! | where did the first infinity or NaN come from? | [`first_non_finite`], [`ArrayTape::set_checks`](crate::ArrayTape::set_checks) |
//! | which parameters get no gradient? | [`audit`], [`audit_arrays`] |
//! | did the point hit a kink, where there is no derivative? | [`kinks`] |
//!
//! Every answer is a value with a `Display` for people. A wrong partial is blamed on its operator and on the line of code
//! that applied it: the function is run again with every operation recorded, and each partial is compared with a
//! difference of its own operator.

mod arrays;
mod audit;
mod blame;
mod difference;
mod finite;
mod gradcheck;
mod kinks;
mod second;
mod taylor;

pub use crate::tape::{NonFinite, Phase, ValueRange};
pub use arrays::{gradcheck_arrays, gradcheck_arrays_modes, gradgradcheck_arrays};
pub use audit::{Audit, audit, audit_arrays};
pub use blame::WrongPartial;
pub use difference::{Difference, difference};
pub use finite::first_non_finite;
pub use gradcheck::{
    Comparison, GradcheckReport, ROUNDING, TOLERANCE, gradcheck, gradcheck_modes, gradcheck_named,
};
pub use kinks::{Kink, kinks};
pub use second::{GradgradcheckReport, SecondComparison, gradgradcheck};
pub use taylor::{TaylorReport, taylor_test, taylor_test_arrays};

use crate::function::Function;
use crate::trace::{Graph, Traced};

/// The graph of `f` at `x`, for a closer look; the inputs are called `x0`, `x1`, ...
#[track_caller]
fn traced(f: &impl Function, x: &[f64]) -> Graph {
    let names = input_names(x.len());
    Graph::of(&named(&names, x), |v: &[Traced<'_>]| f.eval(v))
}

fn input_names(inputs: usize) -> Vec<String> {
    (0..inputs).map(|i| format!("x{i}")).collect()
}

fn named<'n>(names: &'n [String], x: &[f64]) -> Vec<(&'n str, f64)> {
    names.iter().map(String::as_str).zip(x.iter().copied()).collect()
}

/// `|a - b| / max(1, |a|, |b|)`; infinite if either is not finite.
fn relative_error(a: f64, b: f64) -> f64 {
    let error = (a - b).abs() / a.abs().max(b.abs()).max(1.0);
    if error.is_finite() { error } else { f64::INFINITY }
}
