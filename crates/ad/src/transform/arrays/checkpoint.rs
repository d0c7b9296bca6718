//! Checkpointing of array code: less memory at the cost of recomputing part of a function in the
//! reverse sweep.

use crate::element::Element;
use crate::primitive::{Adjoint, Primitive, PullbackStart, Recorded, Requirement, Shape, View};
use crate::tape::{ArrayTape, Tensor};
use ndarray::{ArrayView, IxDyn};
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// `f(inputs)`, of which the tape records only the inputs and the output; the reverse sweep
/// evaluates `f` again.
///
/// The gradient has the same bits as without a checkpoint. All variables that `f` depends on must
/// be among `inputs`. For scalar code see [`checkpoint`](crate::checkpoint).
///
/// ```
/// use ndarray::array;
/// use wengert_ad::{ArrayTape, Elementary, arrays};
///
/// let tape = ArrayTape::<f64>::new();
/// let (mut x, w) = (tape.constant(&array![[1.0, -1.0]]), tape.var(&array![[0.5, 0.1], [0.3, 0.9]]));
/// for _ in 0..5 {
///     x = arrays::checkpoint(&[x, w], |v| v[0].matmul(v[1]).tanh());
/// }
/// assert_eq!(tape.len(), 2 + 5);
/// assert_eq!(x.sum().gradient().wrt(w).shape(), [2, 2]);
/// ```
///
/// # Panics
/// If there are no inputs, or they are on different tapes.
///
/// # Cost
/// `f` is evaluated once more, and its buffers are allocated each time.
#[track_caller]
pub fn checkpoint<'t, T: Element>(
    inputs: &[Tensor<'t, T>],
    f: impl for<'s> Fn(&[Tensor<'s, T>]) -> Tensor<'s, T> + Send + Sync + 'static,
) -> Tensor<'t, T> {
    // An array that appears twice must be one variable in the new recording too.
    let mut distinct: Vec<Tensor<'t, T>> = Vec::new();
    let mut arguments = Vec::new();
    for &input in inputs {
        let known = distinct.iter().position(|&other| other.is_same_node(input));
        arguments.push(known.unwrap_or(distinct.len()));
        if known.is_none() {
            distinct.push(input);
        }
    }
    let Some((first, others)) = distinct.split_first() else {
        panic!("checkpoint: there are no inputs to differentiate with respect to")
    };
    let segment = Segment { f: Arc::new(f), arguments };
    let tape = ArrayTape::new();
    let constants: Vec<_> = distinct.iter().map(|x| tape.constant(&x.value())).collect();
    let y = segment.run(&constants);
    let (shape, ready) = (y.shape(), Some(Arc::from(&*y.elements())));
    first.apply(others, Checkpoint { segment, shape, ready, adjoints: RefCell::default() })
}

/// The part of a function between the inputs and the output of a checkpoint.
struct Segment<F> {
    f: Arc<F>,
    /// For each argument of the function, its position among the distinct inputs.
    arguments: Vec<usize>,
}

impl<F> Segment<F> {
    fn run<'s, T: Element>(&self, distinct: &[Tensor<'s, T>]) -> Tensor<'s, T>
    where
        F: Fn(&[Tensor<'s, T>]) -> Tensor<'s, T>,
    {
        (self.f)(&self.arguments.iter().map(|&input| distinct[input]).collect::<Vec<_>>())
    }

    /// The adjoints of the operands for which `sum_of` returns the sum so far: records the function
    /// again and sweeps, starting from these sums.
    fn adjoints<'a, T: Element>(
        &self,
        at: Recorded<'_, T>,
        sum_of: &dyn Fn(usize) -> Option<&'a [T]>,
    ) -> Vec<Option<Vec<T>>>
    where
        F: for<'s> Fn(&[Tensor<'s, T>]) -> Tensor<'s, T>,
    {
        let tape = ArrayTape::new();
        let sums: Vec<Option<&[T]>> = (0..at.xs.len()).map(sum_of).collect();
        let record = |(x, sum): (&View<'_, T>, &Option<&[T]>)| {
            let x = array(x.shape, x.data);
            if sum.is_some() { tape.var(&x) } else { tape.constant(&x) }
        };
        let inputs: Vec<_> = at.xs.iter().zip(&sums).map(record).collect();
        let y = self.run(&inputs);
        // The sums are seeds of the sweep, so that the order of additions, and therefore every bit
        // of the result, is that of a sweep without checkpoints: terms recorded last are swept
        // first.
        let started = inputs.iter().zip(&sums).filter_map(|(&x, &sum)| Some((x, sum?)));
        let total = started
            .filter(|(_, sum)| !sum.is_empty())
            .fold(weighted(y, at.y_bar), |total, (x, sum)| total + weighted(x, sum));
        let gradient = total.gradient();
        // Without a path to the output there was no earlier sum either.
        let zeros = |x: Tensor<'_, T>| vec![T::constant(0.0); x.elements().len()];
        let adjoint = |x| gradient.get(x).map_or_else(|| zeros(x), |x_bar| x_bar.into_iter().collect());
        inputs.iter().zip(&sums).map(|(&x, sum)| sum.map(|_| adjoint(x))).collect()
    }
}

struct Checkpoint<T, F> {
    segment: Segment<F>,
    shape: Shape,
    /// The value for the operands of the first call of `primal`, so that `f` is not evaluated twice
    /// when it is recorded.
    ready: Option<Arc<[T]>>,
    /// The adjoints of the operands, between `begin` and the call of `vjp` for each operand.
    adjoints: RefCell<Vec<Option<Vec<T>>>>,
}

impl<T, F> Clone for Checkpoint<T, F> {
    fn clone(&self) -> Self {
        let segment = Segment { f: Arc::clone(&self.segment.f), arguments: self.segment.arguments.clone() };
        let (shape, ready) = (self.shape.clone(), self.ready.clone());
        Self { segment, shape, ready, adjoints: RefCell::default() }
    }
}

impl<T, F> fmt::Debug for Checkpoint<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a checkpoint with a value of shape {:?}", self.shape)
    }
}

impl<T, F> Primitive<T> for Checkpoint<T, F>
where
    T: Element,
    F: for<'s> Fn(&[Tensor<'s, T>]) -> Tensor<'s, T> + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        "checkpoint"
    }
    fn shape(&self, _: &[&[usize]]) -> Result<Shape, Requirement> {
        Ok(self.shape.clone())
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        if let Some(ready) = self.ready.take() {
            return y.copy_from_slice(&ready);
        }
        let tape = ArrayTape::new();
        let constants: Vec<_> = xs.iter().map(|x| tape.constant(&array(x.shape, x.data))).collect();
        y.copy_from_slice(&self.segment.run(&constants).elements());
    }
    fn start_pullback(&self, start: &mut PullbackStart<'_, T>) {
        self.adjoints.replace(self.segment.adjoints(start.recorded(), &|operand| start.sum_so_far(operand)));
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let slot = x_bar.slot();
        let begun = self.adjoints.borrow_mut().get_mut(wrt).and_then(Option::take);
        // A caller that needs the pullback of one operand only has not called `begin`.
        let alone = || self.segment.adjoints(at, &|i| (i == wrt).then_some(&*slot)).swap_remove(wrt);
        if let Some(adjoint) = begun.or_else(alone) {
            slot.copy_from_slice(&adjoint);
        }
    }
}

/// The inner product `<weights, x>`.
fn weighted<'s, T: Element>(x: Tensor<'s, T>, weights: &[T]) -> Tensor<'s, T> {
    (x * x.tape().constant(&array(&x.shape(), weights))).sum()
}

fn array<'a, T>(shape: &[usize], data: &'a [T]) -> ArrayView<'a, T, IxDyn> {
    ArrayView::from_shape(IxDyn(shape), data).expect("the number of elements of a view matches its shape")
}
