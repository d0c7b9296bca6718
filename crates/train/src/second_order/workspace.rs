//! The tapes and buffers of second derivatives.

use crate::batch::{ExampleBuffers, forward, gather, gather_constants, inputs, mean_weight, total_loss};
use std::sync::Arc;
use wengert_ad::{ArrayTape, Dual, Real};
use wengert_data::Batch;
use wengert_kernels::norm;
use wengert_nn::{Layout, Loss, Model, Module, Params};

/// Second derivatives of the mean loss of a model over a batch, and the gradient of each example.
///
/// It keeps its tapes and buffers: after the first product, a product with a batch of the same size
/// allocates nothing. Everything runs on one thread, except large products of matrices, which use the rayon
/// pool in which they are called.
///
/// ```
/// use wengert_data::iris;
/// use wengert_nn::{Architecture, CrossEntropy, Mlp};
/// use wengert_train::second_order::SecondOrder;
///
/// let data = iris().cast::<f64>();
/// let (model, all) = (Mlp::new([4, 3]).into_model(), Vec::from_iter(0..data.examples()));
/// let params = model.layout().initialise::<f64>(7);
/// let mut second = SecondOrder::new(&model, &CrossEntropy);
/// let v = vec![1.0; params.len()];
/// let [mut hessian, mut gauss_newton] = [(); 2].map(|()| vec![0.0; params.len()]);
/// second.hvp(&params, &data.batch(&all), &v, &mut hessian);
/// second.gauss_newton_product(&params, &data.batch(&all), &v, &mut gauss_newton);
/// // They are equal for a model that is linear in its parameters.
/// assert!(hessian.iter().zip(&gauss_newton).all(|(h, g)| (h - g).abs() < 1e-12));
/// ```
pub struct SecondOrder<'m, M, L, T: Real = f32> {
    model: &'m Model<M>,
    loss: &'m L,
    /// The parameters with the direction as their tangents; `None` before the first product.
    moving: Option<Params<Dual<T>>>,
    dual_tape: ArrayTape<Dual<T>>,
    /// For the first half of a Gauss-Newton product: the same operations in the same order find their
    /// buffers.
    loss_tape: ArrayTape<Dual<T>>,
    dual_gradient: Vec<Dual<T>>,
    /// The outputs of the model with their tangents.
    outputs: Arc<Vec<Dual<T>>>,
    cotangent: Vec<T>,
    tape: ArrayTape<T>,
    gradient: Vec<T>,
    /// The same gradient in double precision.
    widened: Vec<f64>,
    examples: ExampleBuffers,
}

impl<'m, M, L, T: Real> SecondOrder<'m, M, L, T> {
    /// Second derivatives of the loss of this model.
    pub fn new(model: &'m Model<M>, loss: &'m L) -> Self {
        Self {
            model,
            loss,
            moving: None,
            dual_tape: ArrayTape::new(),
            loss_tape: ArrayTape::new(),
            dual_gradient: Vec::new(),
            outputs: Arc::default(),
            cotangent: Vec::new(),
            tape: ArrayTape::new(),
            gradient: Vec::new(),
            widened: Vec::new(),
            examples: ExampleBuffers::default(),
        }
    }

    /// Writes `H v` into `product`, where `H` is the Hessian of the mean loss over the batch and `v` the
    /// `direction`; returns the mean loss.
    ///
    /// Computed forward over reverse: by a pass and a reverse sweep on dual numbers (Pearlmutter 1994).
    ///
    /// # Panics
    /// If the direction or the product does not have the length of the parameters, if the batch is empty, or
    /// if the shapes of model, loss and data do not match.
    ///
    /// # Cost
    /// Two to three times a gradient of the loss.
    #[track_caller]
    pub fn hvp(&mut self, params: &Params<T>, batch: &Batch<'_, T>, direction: &[T], product: &mut [T]) -> f64
    where
        M: Module<Dual<T>>,
        L: Loss<Dual<T>>,
    {
        self.move_along("hvp", params, batch, direction, product.len());
        let Self { moving, dual_tape: tape, dual_gradient: gradient, .. } = self;
        let (moving, zero) = (moving.as_ref().expect(MOVING), T::literal(0.0));
        let bound = moving.bind_for_evaluation(tape);
        let (module, weight, examples) = (self.model.module(), mean_weight(*batch), &mut self.examples);
        let gather = gather_constants::<Dual<T>, T>;
        let (_, total) = forward(module, self.loss, &bound, *batch, Some(weight), examples, gather);
        let (value, total) = (total.item().primal.value(), total.node());
        let factor = Dual::new(T::literal(1.0 / batch.indices.len() as f64), zero);
        gradient.resize(moving.len(), Dual::new(zero, zero));
        tape.highest_derivatives_into_and_clear(total, factor, gradient);
        product.iter_mut().zip(gradient).for_each(|(product, g)| *product = g.tangent);
        value / batch.indices.len() as f64
    }

    /// Writes `G v` into `product`, where `G = J' H_L J` is the (generalised) Gauss-Newton matrix of the mean
    /// loss: `J` is the Jacobian of the outputs with respect to the parameters, and `H_L` the Hessian of the
    /// loss with respect to the outputs. Positive semi-definite for a loss that is convex in the outputs
    /// (Schraudolph 2002). For cross-entropies it is the Fisher matrix. Returns the mean loss.
    ///
    /// # Panics
    /// As [`hvp`](Self::hvp).
    ///
    /// # Cost
    /// A pass of the model on dual numbers, and a gradient.
    #[track_caller]
    pub fn gauss_newton_product(
        &mut self,
        params: &Params<T>,
        batch: &Batch<'_, T>,
        direction: &[T],
        product: &mut [T],
    ) -> f64
    where
        M: Module<T> + Module<Dual<T>>,
        L: Loss<Dual<T>>,
    {
        self.move_along("gauss_newton_product", params, batch, direction, product.len());
        let value = self.pull_back_loss(batch);
        let bound = params.bind_for_evaluation(&self.tape);
        let outputs = self.model.module().forward(&bound, inputs(&self.tape, *batch, gather));
        self.cotangent.clear();
        self.cotangent.extend(self.dual_gradient.iter().map(|g| g.tangent));
        outputs.vjp_into(&self.cotangent, product);
        self.tape.clear();
        value
    }

    /// Computes the outputs with their tangents, and the gradient of the mean loss with respect to them,
    /// whose tangents are `H_L J v`; returns the mean loss.
    #[track_caller]
    fn pull_back_loss(&mut self, batch: &Batch<'_, T>) -> f64
    where
        M: Module<Dual<T>>,
        L: Loss<Dual<T>>,
    {
        let Self { moving, loss_tape: tape, dual_gradient: gradient, outputs, examples, .. } = self;
        let gather = gather_constants::<Dual<T>, T>;
        let bound = moving.as_ref().expect(MOVING).bind_constant(tape);
        let recorded = self.model.module().forward(&bound, inputs(tape, *batch, gather));
        let kept = Arc::make_mut(outputs);
        kept.clear();
        kept.extend_from_slice(&recorded.elements());
        let x = tape.shared_var(outputs, 0..outputs.len(), &recorded.shape(), true);
        let total = total_loss(self.loss, x, *batch, Some(mean_weight(*batch)), examples, gather);
        let (value, rows) = (total.item().primal.value(), batch.indices.len() as f64);
        let zero = T::literal(0.0);
        gradient.resize(outputs.len(), Dual::new(zero, zero));
        total.gradient_into(Dual::new(T::literal(1.0 / rows), zero), gradient);
        tape.clear();
        value / rows
    }

    /// Writes the gradient of the loss of each example into `rows`, one row of the length of the parameters
    /// after another, without the weights of the examples. Their mean is the gradient of the mean loss of
    /// examples without weights.
    ///
    /// # Panics
    /// If `rows` does not have `examples * parameters` elements; if the loss or, in evaluation, the model
    /// [mixes rows](wengert_nn::RowMixing), so that the loss of an example depends on the others; or if the
    /// shapes of model, loss and data do not match.
    ///
    /// # Cost
    /// A pass and a reverse sweep per example, each on a batch of one.
    #[track_caller]
    pub fn gradients(&mut self, params: &Params<T>, batch: &Batch<'_, T>, rows: &mut [T])
    where
        M: Module<T>,
        L: Loss<T>,
    {
        let (have, count, length) = (rows.len(), batch.indices.len(), params.len());
        assert!(
            have == count * length,
            "gradients: {count} examples and {length} parameters need {} elements, {have} were given",
            count * length
        );
        self.assert_independent("gradients", params.layout());
        for (i, row) in rows.chunks_exact_mut(length.max(1)).enumerate() {
            self.gradient_of(params, batch, i, row);
        }
    }

    /// Writes the Euclidean norm of the gradient of the loss of each example into `norms`: the
    /// [`gradients`](Self::gradients), of which only one is in memory at a time.
    ///
    /// # Panics
    /// If there is not one norm per example; and as `gradients`.
    #[track_caller]
    pub fn gradient_norms(&mut self, params: &Params<T>, batch: &Batch<'_, T>, norms: &mut [f64])
    where
        M: Module<T>,
        L: Loss<T>,
    {
        let (have, count) = (norms.len(), batch.indices.len());
        assert!(have == count, "gradient_norms: there are {count} examples, but {have} norms");
        self.assert_independent("gradient_norms", params.layout());
        let mut gradient = std::mem::take(&mut self.gradient);
        gradient.resize(params.len(), T::literal(0.0));
        for (i, slot) in norms.iter_mut().enumerate() {
            self.gradient_of(params, batch, i, &mut gradient);
            self.widened.clear();
            self.widened.extend(gradient.iter().map(|g| g.widened()));
            *slot = norm(&self.widened);
        }
        self.gradient = gradient;
    }

    /// The gradient of the loss of example `i` of the batch.
    #[track_caller]
    fn gradient_of(&mut self, params: &Params<T>, batch: &Batch<'_, T>, i: usize, gradient: &mut [T])
    where
        M: Module<T>,
        L: Loss<T>,
    {
        let one = Batch { indices: &batch.indices[i..i + 1], ..*batch };
        let bound = params.bind_for_evaluation(&self.tape);
        let module = self.model.module();
        let (_, total) = forward(module, self.loss, &bound, one, None, &mut self.examples, gather);
        let total = total.node();
        self.tape.gradient_into_and_clear(total, T::literal(1.0), gradient);
    }

    #[track_caller]
    fn assert_independent(&self, method: &str, layout: &Layout)
    where
        L: Loss<T>,
    {
        let mixed = self.loss.mixes_rows() || layout.row_mixing().applies(false);
        assert!(
            !mixed,
            "{method}: an example has no gradient of its own: its loss depends on other examples"
        );
    }

    /// Sets the moving parameters.
    #[track_caller]
    fn move_along(
        &mut self,
        method: &str,
        params: &Params<T>,
        batch: &Batch<'_, T>,
        direction: &[T],
        product: usize,
    ) {
        let (want, have) = (params.len(), direction.len());
        assert!(want == have, "{method}: there are {want} parameters, but the direction has {have} elements");
        assert!(
            want == product,
            "{method}: there are {want} parameters, but the product has {product} elements"
        );
        assert!(!batch.indices.is_empty(), "{method}: the batch is empty, so it has no mean loss");
        let moving = self.moving.get_or_insert_with(|| Params::like(params));
        moving.assign(params, params.values().iter().zip(direction).map(|(&x, &v)| Dual::new(x, v)));
        if params.layout().has_frozen() {
            let (entries, values) = (params.layout().parameters(), moving.values_mut());
            for entry in entries.iter().filter(|entry| !entry.trainable) {
                values[entry.range.clone()].iter_mut().for_each(|x| x.tangent = T::literal(0.0));
            }
        }
    }
}

const MOVING: &str = "the parameters were set before";
