//! Derivatives of a module with respect to its inputs, which are differentiated again with respect to its
//! parameters.

mod along;
mod gradient;
mod recording;

use crate::bound::Bound;
use crate::model::Module;
use along::Along;
use gradient::InputGradient;
use recording::{OutputWidth, Pass};
use std::sync::Arc;
use wengert_ad::{Dual, Element, Jet, Tensor};

/// A module with its derivatives with respect to its inputs, as tensors on the tape of the pass.
///
/// The derivatives are differentiable like any other tensor, with respect to the parameters and the inputs:
/// the residual of a differential equation or a penalty on a gradient can be part of a loss. Put it into a
/// module of your own, whose outputs are such quantities: it then works in training, in the Hessian-vector
/// products of the loss, and in objectives for minimisation.
///
/// Rows must be independent in the pass, which batch normalisation in training violates: then the derivative
/// for one row includes how the outputs of the other rows move with it. Running statistics are not updated
/// by these passes.
///
/// ```
/// use ndarray::array;
/// use wengert_ad::rules::Tanh;
/// use wengert_ad::{ArrayTape, Element, Elementary, Tensor};
/// use wengert_nn::{Architecture, Bound, InputDerivatives, Mlp, MlpModule, Model, Module};
///
/// /// The residual `u'' + u` of the differential equation `u'' = -u`.
/// struct Oscillator {
///     u: InputDerivatives<MlpModule<Tanh>>,
/// }
///
/// impl<T: Element> Module<T> for Oscillator {
///     fn forward<'t>(&self, p: &Bound<'t, T>, t: Tensor<'t, T>) -> Tensor<'t, T> {
///         let [u, _, acceleration] = self.u.along(p, t, &[1.0]);
///         acceleration + u
///     }
/// }
///
/// let network = Mlp::new([1, 8, 1]).activation(Tanh).into_model();
/// let params = network.layout().initialise::<f64>(7);
/// let oscillator = Oscillator { u: InputDerivatives::new(network.module().clone()) };
/// let tape = ArrayTape::new();
/// let p = params.bind_for_evaluation(&tape);
/// let residual = oscillator.forward(&p, tape.constant(&array![[0.0], [0.5], [1.0]]));
/// let mut gradient = vec![0.0; params.len()];
/// residual.square().mean().gradient_into(1.0, &mut gradient);
/// assert!(gradient.iter().any(|&g| g != 0.0));
/// ```
#[derive(Debug)]
pub struct InputDerivatives<M> {
    module: Arc<M>,
    outputs: OutputWidth,
}

impl<M> Clone for InputDerivatives<M> {
    fn clone(&self) -> Self {
        Self { module: Arc::clone(&self.module), outputs: OutputWidth::default() }
    }
}

impl<M> InputDerivatives<M> {
    /// The derivatives of this module.
    pub fn new(module: M) -> Self {
        Self { module: Arc::new(module), outputs: OutputWidth::default() }
    }

    /// The module.
    pub fn module(&self) -> &M {
        &self.module
    }

    /// The outputs `u` for the inputs `x + t v` and their first `N - 1` derivatives with respect to `t` at 0,
    /// each of shape `(m, outputs)`, for inputs of shape `(m, k)` and a direction `v` of `k` numbers.
    ///
    /// The length of the array says how many: `let [u, u_x, u_xx] = net.along(p, x, &[1.0])`. Mixed
    /// derivatives follow from those along sums of directions:
    /// `u_xy = (D_(1,1)^2 u - D_(1,0)^2 u - D_(0,1)^2 u) / 2`.
    ///
    /// # Panics
    /// If the inputs are not a matrix with one column per number of the direction.
    ///
    /// # Cost
    /// One pass on jets of order `N - 1`; its pullback is a sweep on jets. Products of matrices cost `N`
    /// times a product of numbers forward, since parameters do not depend on `t`, and `N` times a product for
    /// each operand backward, of whose adjoints only the derivatives of the highest order are needed.
    #[track_caller]
    pub fn along<'t, const N: usize, T: Element>(
        &self,
        p: &Bound<'t, T>,
        x: Tensor<'t, T>,
        direction: &[f64],
    ) -> [Tensor<'t, T>; N]
    where
        M: Module<Jet<N, T>> + 'static,
    {
        let (shape, columns) = (x.shape(), direction.len());
        assert!(
            shape.len() == 2 && shape[1] == columns,
            "derivatives along: the inputs have shape {shape:?}, but the direction has {columns} numbers"
        );
        let outputs = self.outputs.of::<T, Jet<N, T>>(&*self.module, p, columns);
        let (others, pass): (Vec<_>, _) = (p.tensors().collect(), Pass::beside(&self.module, p, x));
        let all = x.apply_with(&others, Along::<N, M, T>::default, |along| {
            along.pass = Some(pass);
            along.direction.clear();
            along.direction.extend_from_slice(direction);
            along.outputs = outputs;
        });
        std::array::from_fn(|order| all.slice(0, order..order + 1).reshape(&[shape[0], outputs]))
    }

    /// The gradient of the sum of the outputs of each row with respect to the inputs of the row, of the shape
    /// `(m, k)` of the inputs. For a module with one output, this is its gradient.
    ///
    /// # Panics
    /// If the inputs are not a matrix.
    ///
    /// # Cost
    /// A pass and a reverse sweep, for any number of inputs; its pullback is a pass and a sweep on dual
    /// numbers.
    #[track_caller]
    pub fn gradient<'t, T: Element>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T>
    where
        M: Module<T> + Module<Dual<T>> + 'static,
    {
        let (others, pass): (Vec<_>, _) = (p.tensors().collect(), Pass::beside(&self.module, p, x));
        x.apply_with(&others, InputGradient::<M, T>::default, |gradient| gradient.pass = Some(pass))
    }
}

impl<T: Element, M: Module<T>> Module<T> for InputDerivatives<M> {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        self.module.forward(p, x)
    }
    fn input_width(&self) -> Option<usize> {
        self.module.input_width()
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        self.module.output_width(input)
    }
}
