//! Scalar formulas such as `x^3 * (x + 3*y)`, parsed from text and evaluated in every mode of
//! differentiation.
//!
//! | module | contents |
//! |---|---|
//! | `error` | parse errors: the problem, its column and the remedy |
//! | `functions` | the rule table by name: which functions exist, and their application |
//! | `lexer` | text to tokens |
//! | `program` | [`Expression`]: the steps of a formula, and their evaluation |
//! | `parser` | tokens to an [`Expression`]: precedence, calls, constants |
//! | `point` | values of the variables, as in `x=2,y=3` |
//!
//! From weakest to strongest, operators bind as `+ -`, `* /`, unary minus, `^`. `^` groups to the
//! right, the other binary operators to the left, and `-x^2` is `-(x^2)`. `pi` and `e` are
//! constants. Every other name is a function of the rule table if a parenthesis follows, and a
//! variable otherwise.
//!
//! ```
//! use wengert_ad::jvp;
//! use wengert_formula::Expression;
//!
//! let f = Expression::parse("x^3 * (x + 3*y)")?;
//! assert_eq!(f.variables(), ["x", "y"]);
//! assert_eq!(f.evaluate(&[2.0, 3.0]), 88.0);
//! assert_eq!(jvp(|v| f.evaluate(v), &[2.0, 3.0], &[0.0, 1.0]), (88.0, 24.0));
//! # Ok::<(), wengert_formula::ParseError>(())
//! ```

mod error;
mod functions;
mod lexer;
mod parser;
mod point;
mod program;

pub use error::ParseError;
pub use point::{Binding, PointError};
pub use program::Expression;

#[cfg(test)]
mod tests;
