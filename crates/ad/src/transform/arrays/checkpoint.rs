//! Memory for time: a part of a function of arrays that is forgotten, and recorded again when the sweep needs it.

use crate::element::Element;
use crate::primitive::{Adjoint, Primitive, PullbackStart, Recorded, Requirement, Shape, View};
use crate::tape::{ArrayTape, Tensor};
use ndarray::{ArrayView, IxDyn};
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// `f(inputs)`, of which the tape keeps only the inputs and the output; the reverse sweep runs `f` again.
///
/// The gradient has the same bits as without. See [`checkpoint`](crate::checkpoint) for scalar code.
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
/// If there are no inputs, or they live on different tapes.
///
/// # Cost
/// `f` is computed once more, and its buffers are allocated anew each time.
#[track_caller]
pub fn checkpoint<'t, T: Element>(
    inputs: &[Tensor<'t, T>],
    f: impl for<'s> Fn(&[Tensor<'s, T>]) -> Tensor<'s, T> + Send + Sync + 'static,
) -> Tensor<'t, T> {
    // An array that is there twice is one variable for the recording to come, too.
    let mut distinct: Vec<Tensor<'t, T>> = Vec::new();
    let mut places = Vec::new();
    for &input in inputs {
        let known = distinct.iter().position(|&other| other.is_same_node(input));
        places.push(known.unwrap_or(distinct.len()));
        if known.is_none() {
            distinct.push(input);
        }
    }
    let Some((first, others)) = distinct.split_first() else {
        panic!("checkpoint: there are no inputs, so that nothing can be differentiated")
    };
    let segment = Segment { f: Arc::new(f), places };
    let tape = ArrayTape::new();
    let constants: Vec<_> = distinct.iter().map(|x| tape.constant(&x.value())).collect();
    let y = segment.run(&constants);
    let (shape, ready) = (y.shape(), Some(Arc::from(&*y.elements())));
    first.apply(others, Checkpoint { segment, shape, ready, adjoints: RefCell::default() })
}

/// The function, and which of its arguments are which of the distinct inputs.
struct Segment<F> {
    f: Arc<F>,
    places: Vec<usize>,
}

impl<F> Segment<F> {
    fn run<'s, T: Element>(&self, distinct: &[Tensor<'s, T>]) -> Tensor<'s, T>
    where
        F: Fn(&[Tensor<'s, T>]) -> Tensor<'s, T>,
    {
        (self.f)(&self.places.iter().map(|&place| distinct[place]).collect::<Vec<_>>())
    }

    /// The adjoints of the operands that need them, going on from their sums so far: records the function again, and sweeps.
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
        // The sums are seeds of the sweep, so that the order of additions, and every bit, is that of a sweep without
        // checkpoints: what is recorded last comes first.
        let started = inputs.iter().zip(&sums).filter_map(|(&x, &sum)| Some((x, sum?)));
        let total = started
            .filter(|(_, sum)| !sum.is_empty())
            .fold(weighted(y, at.y_bar), |total, (x, sum)| total + weighted(x, sum));
        let gradient = total.gradient();
        // Without a path to the output there was no sum either.
        let zeros = |x: Tensor<'_, T>| vec![T::constant(0.0); x.elements().len()];
        let adjoint = |x| gradient.get(x).map_or_else(|| zeros(x), |x_bar| x_bar.into_iter().collect());
        inputs.iter().zip(&sums).map(|(&x, sum)| sum.map(|_| adjoint(x))).collect()
    }
}

struct Checkpoint<T, F> {
    segment: Segment<F>,
    shape: Shape,
    /// The value for the operands it was made with, until it is used.
    ready: Option<Arc<[T]>>,
    /// In a sweep, between its beginning and the call for each operand: the adjoints.
    adjoints: RefCell<Vec<Option<Vec<T>>>>,
}

impl<T, F> Clone for Checkpoint<T, F> {
    fn clone(&self) -> Self {
        let segment = Segment { f: Arc::clone(&self.segment.f), places: self.segment.places.clone() };
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
        // Whoever asks for one operand alone has not begun a sweep.
        let alone = || self.segment.adjoints(at, &|i| (i == wrt).then_some(&*slot)).swap_remove(wrt);
        if let Some(adjoint) = begun.or_else(alone) {
            slot.copy_from_slice(&adjoint);
        }
    }
}

/// `<weights, x>`.
fn weighted<'s, T: Element>(x: Tensor<'s, T>, weights: &[T]) -> Tensor<'s, T> {
    (x * x.tape().constant(&array(&x.shape(), weights))).sum()
}

fn array<'a, T>(shape: &[usize], data: &'a [T]) -> ArrayView<'a, T, IxDyn> {
    ArrayView::from_shape(IxDyn(shape), data).expect("a view has as many elements as its shape")
}
