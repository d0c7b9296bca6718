//! Tests of derivatives against other ways to compute them, and diagnosis of wrong, lost and
//! non-finite ones.
//!
//! | question | function |
//! |---|---|
//! | Is the gradient right? | [`gradcheck`] (closures), [`gradcheck_modes`] (all modes) |
//! | Are the second derivatives right? | [`gradgradcheck`] |
//! | Does the linear approximation hold, without choosing a step? | [`taylor_test`] |
//! | Where did the first infinity or NaN come from? | [`first_non_finite`], [`ArrayTape::set_checks`] |
//! | Which parameters get no gradient? | [`audit`] |
//! | Is the point on a kink, where there is no derivative? | [`kinks`] |
//!
//! A check of derivatives has one of three results, its [`Verdict`]: passed, failed, or that the differences
//! cannot tell. Errors are measured relative to the derivative, and steps follow the operands, so that
//! functions of any scale can be checked. A derivative is called wrong only if the differences
//! converged to another one.
//!
//! The inputs of a check are numbers, named numbers or arrays: see [`CheckInput`]. Every result is
//! a value with a `Display` for people. A wrong partial is traced to its operator and to the line
//! of code that applied it: the function is run again with every operation recorded, and each
//! partial is compared with a central difference of that operation alone.

mod audit;
mod difference;
mod estimate;
mod function;
mod gradcheck;
mod gradgradcheck;
mod input;
mod kinks;
mod ladder;
mod non_finite;
mod precision;
mod pullbacks;
mod report;
mod single;
mod taylor;
mod traced;
mod verdict;
mod wrong_partials;

#[cfg(doc)]
use crate::tape::ArrayTape;
pub use crate::tape::{NonFinite, Phase, ValueRange};
pub use audit::{Audit, AuditedVariable, audit};
pub use difference::difference;
pub use estimate::Difference;
pub use function::CheckFunction;
pub use gradcheck::{gradcheck, gradcheck_modes};
pub use gradgradcheck::{GradgradcheckReport, SecondComparison, gradgradcheck};
pub use input::CheckInput;
pub use kinks::{Kink, kinks};
pub use non_finite::first_non_finite;
pub use precision::Precision;
pub use report::{Comparison, GradcheckReport};
pub use single::Single;
pub use taylor::{TaylorReport, taylor_test};
pub use verdict::{ROUNDING, TOLERANCE, Verdict};
pub use wrong_partials::WrongPartial;
