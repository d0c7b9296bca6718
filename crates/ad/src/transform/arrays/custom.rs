//! Custom array operations, given by two closures.

use crate::element::Element;
use crate::primitive::{Adjoint, Primitive, Recorded, Requirement, Shape, View};
use crate::tape::Tensor;
use ndarray::ArrayD;
use std::fmt;
use std::sync::Arc;

/// `value(operands)` with a custom pullback, for code that cannot be differentiated automatically,
/// or not efficiently.
///
/// `vjp(wrt, at)` returns the contribution `J' y_bar` to the adjoint of operand `wrt`, row-major,
/// where `J` is the Jacobian with respect to that operand. A sweep calls it once for each operand
/// that needs a gradient. For an operation that runs in forward mode too, or allocates nothing,
/// implement [`Primitive`]. To check the pullback, call [`gradcheck`](crate::gradcheck) on a
/// function that uses the operation.
///
/// ```
/// use ndarray::{Array1, array};
/// use wengert_ad::{ArrayTape, arrays};
///
/// // The reversed vector.
/// let tape = ArrayTape::<f64>::new();
/// let x = tape.var(&array![1.0, 2.0, 3.0]);
/// let y = arrays::custom(
///     "reversed",
///     &[x],
///     |xs| Array1::from_iter(xs[0].data.iter().rev().copied()).into_dyn(),
///     |_, at| at.y_bar.iter().rev().copied().collect(),
/// );
/// assert_eq!(y.vjp(&[1.0, 0.0, 5.0]).wrt(x), array![5.0, 0.0, 1.0].into_dyn());
/// ```
///
/// # Panics
/// If there are no operands, or they are on different tapes. In the reverse sweep, if the result of
/// `vjp` does not have one element per element of the operand.
#[track_caller]
pub fn custom<'t, T: Element>(
    name: &'static str,
    operands: &[Tensor<'t, T>],
    value: impl Fn(&[View<'_, T>]) -> ArrayD<T> + Send + Sync + 'static,
    vjp: impl Fn(usize, Recorded<'_, T>) -> Vec<T> + Send + Sync + 'static,
) -> Tensor<'t, T> {
    let Some((first, others)) = operands.split_first() else {
        panic!("{name}: a custom operation needs at least one operand; record a constant instead")
    };
    let y = {
        let shapes: Vec<Shape> = operands.iter().map(|x| x.shape()).collect();
        let elements: Vec<_> = operands.iter().map(|x| x.elements()).collect();
        let views = shapes.iter().zip(&elements).map(|(shape, data)| View { shape, data });
        value(&views.collect::<Vec<_>>())
    };
    let (shape, ready) = (y.shape().into(), Some(y.iter().copied().collect()));
    first.apply(others, Custom { name, shape, ready, rule: Arc::new((value, vjp)) })
}

/// A value and its pullback as a primitive.
struct Custom<T, R> {
    name: &'static str,
    shape: Shape,
    /// The value for the operands of the first call of `primal`, so that it is not computed twice
    /// when it is recorded.
    ready: Option<Arc<[T]>>,
    rule: Arc<R>,
}

impl<T, R> Clone for Custom<T, R> {
    fn clone(&self) -> Self {
        let Self { name, shape, ready, rule } = self;
        Self { name, shape: shape.clone(), ready: ready.clone(), rule: Arc::clone(rule) }
    }
}

impl<T, R> fmt::Debug for Custom<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, a custom operation with a value of shape {:?}", self.name, self.shape)
    }
}

impl<T, V, P> Primitive<T> for Custom<T, (V, P)>
where
    T: Element,
    V: Fn(&[View<'_, T>]) -> ArrayD<T> + Send + Sync + 'static,
    P: Fn(usize, Recorded<'_, T>) -> Vec<T> + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        self.name
    }
    fn shape(&self, _: &[&[usize]]) -> Result<Shape, Requirement> {
        Ok(self.shape.clone())
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        match self.ready.take() {
            Some(ready) => y.copy_from_slice(&ready),
            None => y.iter_mut().zip(&(self.rule.0)(xs)).for_each(|(y, &value)| *y = value),
        }
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let contribution = (self.rule.1)(wrt, at);
        let (name, have, want) = (self.name, contribution.len(), at.xs[wrt].data.len());
        assert!(
            have == want,
            "{name}: the vjp for operand {wrt} has {have} elements, the operand has {want}"
        );
        x_bar.add(contribution.into_iter());
    }
}
