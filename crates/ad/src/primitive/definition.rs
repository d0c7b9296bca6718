//! The trait of whole-array rules.

use super::adjoint::Adjoint;
use super::pullback_start::PullbackStart;
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use std::fmt::Debug;

/// A requirement on the operands that is not met, as the end of the sentence "it needs ...".
pub type Requirement = &'static str;

/// A whole-array rule: a shape, a primal and a vector-Jacobian product.
///
/// ```
/// use ndarray::array;
/// use wengert_ad::primitive::{Adjoint, Primitive, Recorded, Requirement, Shape, View};
/// use wengert_ad::{ArrayTape, Element};
///
/// /// `y_i = x_i^2`; pullback `x_bar_i += 2 x_i y_bar_i`.
/// #[derive(Clone, Debug)]
/// struct Squares;
///
/// impl<T: Element> Primitive<T> for Squares {
///     fn name(&self) -> &'static str {
///         "squares"
///     }
///     fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
///         Ok(operands[0].into())
///     }
///     fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
///         y.iter_mut().zip(xs[0].data).for_each(|(y, &x)| *y = x * x);
///     }
///     fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
///         x_bar.add(at.xs[0].data.iter().zip(at.y_bar).map(|(&x, &y_bar)| (x + x) * y_bar));
///     }
/// }
///
/// let tape = ArrayTape::<f64>::new();
/// let x = tape.var(&array![1.0, 3.0]);
/// assert_eq!(x.apply(&[], Squares).sum().gradient().wrt(x), array![2.0, 6.0].into_dyn());
/// ```
pub trait Primitive<T: Element>: Debug + Send + 'static {
    /// The name, for messages and graphs.
    fn name(&self) -> &'static str;

    /// The shape of the output for operands of these shapes.
    ///
    /// # Errors
    /// If there is no output for operands of these shapes: what they must satisfy.
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement>;

    /// Writes the output to `y`, which has arbitrary contents at first. May keep in `self` what the
    /// pullback needs.
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]);

    /// Called once in a sweep, before [`vjp`](Self::vjp), for work that the pullbacks of all operands
    /// share. Most primitives have none. Whoever calls `vjp` outside of a sweep must call this method
    /// before.
    fn start_pullback(&self, _start: &mut PullbackStart<'_, T>) {}

    /// Adds `J' y_bar` to the adjoint of operand `wrt`, where `J` is the Jacobian with respect to
    /// that operand. Called once in a sweep for each operand that needs a gradient.
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>);
}
