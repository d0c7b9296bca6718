//! Second derivatives of the loss of a model, and the gradient of each example: flat in, flat out.
//!
//! All of them belong to the mean loss over a batch in an evaluation pass, `sum w_i l_i / sum w_i` for
//! examples with weights, as [`Backprop::for_evaluation`](crate::Backprop::for_evaluation) computes it.
//! Directions, products and gradients have the layout of the parameters; frozen parameters are constants:
//! their entries of a direction do not count, and their entries of a result are 0.
//!
//! [`SecondOrder`] keeps its tapes and buffers, for one product after another; the functions of this module
//! compute a single result. The model and the loss must be defined for the number types on which these run:
//! write `impl<T: Element> Module<T>` and `impl<T: Element> Loss<T>`, as the layers and losses of the library
//! are. Derivatives with respect to the inputs of a model, inside its loss, are tensors:
//! [`InputDerivatives`](wengert_nn::InputDerivatives).
//!
//! ```
//! use wengert_data::moons;
//! use wengert_nn::{Architecture, CrossEntropy, Mlp};
//! use wengert_train::second_order;
//!
//! let data = moons(40, 0.1, 7).cast::<f64>();
//! let model = Mlp::new([2, 4, 2]).into_model();
//! let params = model.layout().initialise::<f64>(7);
//! let indices: Vec<usize> = (0..40).collect();
//! let batch = data.batch(&indices);
//!
//! // H v, where H is the Hessian of the mean loss. It is symmetric: u'(H v) = v'(H u).
//! let n = params.len();
//! let (u, v): (Vec<f64>, Vec<f64>) = (0..n).map(|i| ((i as f64).sin(), (i as f64).cos())).unzip();
//! let [hu, hv] = [&u, &v].map(|v| second_order::hvp(&model, &CrossEntropy, &params, &batch, v));
//! let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
//! assert!((dot(&u, &hv) - dot(&v, &hu)).abs() < 1e-13);
//!
//! // One gradient per example, in rows.
//! let gradients = second_order::gradients(&model, &CrossEntropy, &params, &batch);
//! assert_eq!(gradients.dim(), (40, params.len()));
//! ```

mod jacobians;
mod workspace;

pub use jacobians::{input_jacobian, jacobian};
pub use workspace::SecondOrder;

use ndarray::Array2;
use wengert_ad::{Dual, Real};
use wengert_data::Batch;
use wengert_nn::{Loss, Model, Module, Params};

/// The product of the Hessian of the mean loss with `direction`: see [`SecondOrder::hvp`].
///
/// # Panics
/// As [`SecondOrder::hvp`].
#[track_caller]
pub fn hvp<M: Module<Dual<T>>, L: Loss<Dual<T>>, T: Real>(
    model: &Model<M>,
    loss: &L,
    params: &Params<T>,
    batch: &Batch<'_, T>,
    direction: &[T],
) -> Vec<T> {
    let mut product = vec![T::literal(0.0); params.len()];
    SecondOrder::new(model, loss).hvp(params, batch, direction, &mut product);
    product
}

/// The product of the Gauss-Newton matrix with `direction`: see [`SecondOrder::gauss_newton_product`].
///
/// # Panics
/// As [`SecondOrder::gauss_newton_product`].
#[track_caller]
pub fn gauss_newton_product<M, L, T: Real>(
    model: &Model<M>,
    loss: &L,
    params: &Params<T>,
    batch: &Batch<'_, T>,
    direction: &[T],
) -> Vec<T>
where
    M: Module<T> + Module<Dual<T>>,
    L: Loss<Dual<T>>,
{
    let mut product = vec![T::literal(0.0); params.len()];
    SecondOrder::new(model, loss).gauss_newton_product(params, batch, direction, &mut product);
    product
}

/// The gradient of the loss of each example, in rows: see [`SecondOrder::gradients`].
///
/// # Panics
/// As [`SecondOrder::gradients`].
#[track_caller]
pub fn gradients<M: Module<T>, L: Loss<T>, T: Real>(
    model: &Model<M>,
    loss: &L,
    params: &Params<T>,
    batch: &Batch<'_, T>,
) -> Array2<T> {
    let mut gradients = Array2::from_elem((batch.indices.len(), params.len()), T::literal(0.0));
    let rows = gradients.as_slice_mut().expect("a new array is contiguous");
    SecondOrder::new(model, loss).gradients(params, batch, rows);
    gradients
}

/// The Euclidean norm of the gradient of the loss of each example: see [`SecondOrder::gradient_norms`].
///
/// # Panics
/// As [`SecondOrder::gradients`].
#[track_caller]
pub fn gradient_norms<M: Module<T>, L: Loss<T>, T: Real>(
    model: &Model<M>,
    loss: &L,
    params: &Params<T>,
    batch: &Batch<'_, T>,
) -> Vec<f64> {
    let mut norms = vec![0.0; batch.indices.len()];
    SecondOrder::new(model, loss).gradient_norms(params, batch, &mut norms);
    norms
}
