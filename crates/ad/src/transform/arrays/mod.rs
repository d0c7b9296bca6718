//! Derivatives of functions of arrays, which take tensors on a tape and return one tensor.

mod checkpoint;
mod custom;
mod matrices;
mod per_example;

pub use checkpoint::checkpoint;
pub use custom::custom;
pub use matrices::{hessian, jacobian};
pub use per_example::per_example_gradients;

use super::{assert_same_length, dual};
use crate::element::Element;
use crate::modes::Dual;
use crate::modes::Jet;
use crate::tape::{ArrayGradient, ArrayTape, Tensor};
use ndarray::ArrayD;

/// The gradients of `f`, which returns one number, with respect to each of the arrays `xs`.
///
/// The gradient with respect to an array that `f` ignores is 0. To distinguish a missing path from
/// a zero gradient, record `f` on an [`ArrayTape`] and use its [`ArrayGradient`].
///
/// # Panics
/// If `f` returns an array with more than one element.
#[track_caller]
pub fn grad<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T>,
    xs: &[ArrayD<T>],
) -> Vec<ArrayD<T>> {
    value_and_grad(f, xs).1
}

/// The value of `f`, which returns one number, and its gradients with respect to each of the arrays
/// `xs`.
///
/// # Panics
/// If `f` returns an array with more than one element.
#[track_caller]
pub fn value_and_grad<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T>,
    xs: &[ArrayD<T>],
) -> (T, Vec<ArrayD<T>>) {
    let tape = ArrayTape::new();
    let variables: Vec<_> = xs.iter().map(|x| tape.var(x)).collect();
    let y = f(&variables);
    (y.item(), gradients(&y.gradient(), &variables))
}

/// The value of `f` at `xs` and its derivative along `directions` (Jacobian-vector product),
/// computed by one evaluation on arrays of [`Dual`] numbers.
///
/// # Panics
/// If the shapes of `directions` differ from those of the `xs`.
#[track_caller]
pub fn jvp<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, Dual<T>>]) -> Tensor<'t, Dual<T>>,
    xs: &[ArrayD<T>],
    directions: &[ArrayD<T>],
) -> (ArrayD<T>, ArrayD<T>) {
    let tape = ArrayTape::new();
    let inputs: Vec<_> = dual_arrays("jvp", xs, directions).iter().map(|x| tape.constant(x)).collect();
    let y = f(&inputs).value();
    (y.mapv(|y| y.primal), y.mapv(|y| y.tangent))
}

/// The value of `f` at `xs` and, for each of the `xs`, `J' cotangent`, where `J` is the Jacobian
/// with respect to it (vector-Jacobian product).
///
/// # Panics
/// If the number of elements of `cotangent` differs from that of the output of `f`.
#[track_caller]
pub fn vjp<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T>,
    xs: &[ArrayD<T>],
    cotangent: &ArrayD<T>,
) -> (ArrayD<T>, Vec<ArrayD<T>>) {
    let tape = ArrayTape::new();
    let variables: Vec<_> = xs.iter().map(|x| tape.var(x)).collect();
    let y = f(&variables);
    let elements: Vec<T> = cotangent.iter().copied().collect();
    (y.value(), gradients(&y.vjp(&elements), &variables))
}

/// The Hessian of `f`, which returns one number, times `directions` (Hessian-vector product),
/// computed forward over reverse: by a reverse sweep on [`Dual`] numbers.
///
/// # Panics
/// If the shapes of `directions` differ from those of the `xs`, or `f` returns an array with more
/// than one element.
#[track_caller]
pub fn hvp<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, Dual<T>>]) -> Tensor<'t, Dual<T>>,
    xs: &[ArrayD<T>],
    directions: &[ArrayD<T>],
) -> Vec<ArrayD<T>> {
    let gradients = grad(f, &dual_arrays("hvp", xs, directions));
    gradients.into_iter().map(|g| g.mapv(|g| g.tangent)).collect()
}

/// The value of `f` at `xs` and the first `N - 1` derivatives of `t -> f(xs + t directions)` at 0,
/// computed by one evaluation on arrays of [`Jet`]s.
///
/// # Panics
/// If the shapes of `directions` differ from those of the `xs`.
#[track_caller]
pub fn derivatives_along<const N: usize, T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, Jet<N, T>>]) -> Tensor<'t, Jet<N, T>>,
    xs: &[ArrayD<T>],
    directions: &[ArrayD<T>],
) -> [ArrayD<T>; N] {
    let tape = ArrayTape::new();
    let line = |x: &ArrayD<Dual<T>>| tape.constant(&x.mapv(|x| Jet::line(x.primal, x.tangent)));
    let inputs: Vec<_> = dual_arrays("derivatives_along", xs, directions).iter().map(line).collect();
    let y = f(&inputs).value();
    std::array::from_fn(|order| y.mapv(|y| y.derivatives()[order]))
}

/// The gradient with respect to each variable; zeros without a path to the output.
fn gradients<T: Element>(gradient: &ArrayGradient<'_, T>, variables: &[Tensor<'_, T>]) -> Vec<ArrayD<T>> {
    let zeros = |x: Tensor<'_, T>| x.value().mapv(|_| T::constant(0.0));
    variables.iter().map(|&x| gradient.get(x).unwrap_or_else(|| zeros(x))).collect()
}

#[track_caller]
fn dual_arrays<T: Element>(
    transform: &str,
    xs: &[ArrayD<T>],
    directions: &[ArrayD<T>],
) -> Vec<ArrayD<Dual<T>>> {
    assert_same_length(transform, xs.len(), directions.len());
    for (x, direction) in xs.iter().zip(directions) {
        let (have, want) = (direction.shape(), x.shape());
        assert!(have == want, "{transform}: the array has shape {want:?}, its direction has shape {have:?}");
    }
    let dual_array = |(x, direction): (&ArrayD<T>, &ArrayD<T>)| {
        let elements = x.iter().zip(direction).map(dual).collect();
        ArrayD::from_shape_vec(x.raw_dim(), elements).expect("there is one dual number per element")
    };
    xs.iter().zip(directions).map(dual_array).collect()
}
