//! Derivatives of functions of arrays. A function takes tensors on a tape and returns one.

mod checkpoint;
mod custom;
mod examples;
mod matrices;

pub use checkpoint::checkpoint;
pub use custom::custom;
pub use examples::per_example_gradients;
pub use matrices::{hessian, jacobian};

use super::{along, expect_same_length};
use crate::element::Element;
use crate::modes::Dual;
use crate::modes::Jet;
use crate::tape::{ArrayGradient, ArrayTape, Tensor};
use ndarray::ArrayD;

/// The gradient of `f`, which returns one number, by each of the arrays `xs`.
///
/// An array that `f` ignores has gradient 0. To tell "no path" from "zero", record with an [`ArrayTape`] and ask its
/// [`ArrayGradient`].
///
/// # Panics
/// If `f` returns more than one number.
#[track_caller]
pub fn grad<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T>,
    xs: &[ArrayD<T>],
) -> Vec<ArrayD<T>> {
    value_and_grad(f, xs).1
}

/// The value of `f`, which returns one number, and its gradient by each of the arrays `xs`.
///
/// # Panics
/// If `f` returns more than one number.
#[track_caller]
pub fn value_and_grad<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, T>]) -> Tensor<'t, T>,
    xs: &[ArrayD<T>],
) -> (T, Vec<ArrayD<T>>) {
    let tape = ArrayTape::new();
    let variables: Vec<_> = xs.iter().map(|x| tape.var(x)).collect();
    let y = f(&variables);
    (y.item(), by_each(&y.gradient(), &variables))
}

/// The value of `f` at `xs` and its derivative along `directions`: the primal on arrays of [`Dual`] numbers.
///
/// # Panics
/// If the directions have not the shapes of the `xs`.
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

/// The value of `f` at `xs` and, for each of the `xs`, `J' cotangent`, `J` the Jacobian by it.
///
/// # Panics
/// If the cotangent has another number of elements than the output of `f`.
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
    (y.value(), by_each(&y.vjp(&elements), &variables))
}

/// The Hessian of `f`, which returns one number, times `directions`: the reverse sweep at [`Dual`].
///
/// # Panics
/// If the directions have not the shapes of the `xs`, or `f` returns more than one number.
#[track_caller]
pub fn hvp<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, Dual<T>>]) -> Tensor<'t, Dual<T>>,
    xs: &[ArrayD<T>],
    directions: &[ArrayD<T>],
) -> Vec<ArrayD<T>> {
    let gradients = grad(f, &dual_arrays("hvp", xs, directions));
    gradients.into_iter().map(|g| g.mapv(|g| g.tangent)).collect()
}

/// The value of `f` at `xs` and the first `N - 1` derivatives of `t -> f(xs + t directions)` at 0: the primal on arrays of
/// [`Jet`]s.
///
/// # Panics
/// If the directions have not the shapes of the `xs`.
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

fn by_each<T: Element>(gradient: &ArrayGradient<'_, T>, variables: &[Tensor<'_, T>]) -> Vec<ArrayD<T>> {
    let zeros = |x: Tensor<'_, T>| x.value().mapv(|_| T::constant(0.0));
    variables.iter().map(|&x| gradient.get(x).unwrap_or_else(|| zeros(x))).collect()
}

#[track_caller]
fn dual_arrays<T: Element>(
    transform: &str,
    xs: &[ArrayD<T>],
    directions: &[ArrayD<T>],
) -> Vec<ArrayD<Dual<T>>> {
    expect_same_length(transform, xs.len(), directions.len());
    for (x, direction) in xs.iter().zip(directions) {
        let (have, want) = (direction.shape(), x.shape());
        assert!(have == want, "{transform}: the array has shape {want:?}, its direction {have:?}");
    }
    let dual = |(x, direction): (&ArrayD<T>, &ArrayD<T>)| {
        let elements = x.iter().zip(direction).map(along).collect();
        ArrayD::from_shape_vec(x.raw_dim(), elements).expect("as many elements as the array")
    };
    xs.iter().zip(directions).map(dual).collect()
}
