//! Functions as values that run in every mode.

use crate::element::Element;
use crate::number::Number;
use crate::tape::Tensor;

/// A function of several numbers, written once over [`Number`].
///
/// A closure has one argument type. A comparison of modes, or of first and second derivatives,
/// evaluates the same function on several types of numbers, so that the function needs a type of
/// its own:
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
    // Not `#[track_caller]`, so that the operators in the body report lines of the body.
    fn eval<T: Number>(&self, x: &[T]) -> T;
}

/// A function of several arrays, written once over [`Element`].
///
/// ```
/// use wengert_ad::{ArrayFunction, Element, Elementary, Tensor};
///
/// struct SumOfTanh;
///
/// impl ArrayFunction for SumOfTanh {
///     fn eval<'t, T: Element>(&self, xs: &[Tensor<'t, T>]) -> Tensor<'t, T> {
///         xs[0].affine(xs[1], xs[2]).tanh().sum()
///     }
/// }
/// ```
pub trait ArrayFunction {
    /// The value at `xs`, recorded on the tape of the `xs`.
    fn eval<'t, T: Element>(&self, xs: &[Tensor<'t, T>]) -> Tensor<'t, T>;
}
