//! A function as a value that runs in every mode.

use crate::element::Element;
use crate::number::Number;
use crate::tape::Tensor;

/// A function of several numbers, written once over [`Number`].
///
/// A closure has one type of argument. What compares modes, or takes second derivatives, needs the same function at
/// several types, and so a type of its own:
///
/// ```
/// use wengert_ad::{Elementary, Function, Number};
///
/// struct Cubic;
///
/// impl Function for Cubic {
///     fn eval<T: Number>(&self, v: &[T]) -> T {
///         v[0].powi(3) * (v[0] + v[1] * 3.0)
///     }
/// }
/// assert_eq!(Cubic.eval(&[2.0, 3.0]), 88.0);
/// ```
pub trait Function {
    /// The value at `x`.
    // Without `#[track_caller]`: the operators in the body are to report the lines of the body.
    fn eval<T: Number>(&self, x: &[T]) -> T;
}

/// A function of several arrays, written once over [`Element`].
pub trait ArrayFunction {
    /// The value at `xs`, on the tape of the `xs`.
    fn eval<'t, T: Element>(&self, xs: &[Tensor<'t, T>]) -> Tensor<'t, T>;
}
