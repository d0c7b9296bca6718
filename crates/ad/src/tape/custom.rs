//! Operations with a pullback of their own: what the sweep calls instead of reading partials.

use super::mixed_tapes;
use super::scalar::{NONE, Tape, Var};
use super::tensor::Tensor;
use crate::kernels::Element;
use crate::number::Scalar;
use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

/// What a reverse sweep brings to an operation with a [pullback of its own](Tape::custom).
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a, T> {
    /// The operands.
    pub x: &'a [T],
    /// The outputs.
    pub y: &'a [T],
    /// The cotangents of the outputs.
    pub y_bar: &'a [T],
}

type Pullback<T> = dyn Fn(Arrival<'_, T>, &mut [T]) + Send;

/// One operation with a pullback of its own. Its outputs are nodes without parents.
struct Segment<T> {
    /// The nodes of the operands; `NONE` for constants.
    inputs: Vec<u32>,
    x: Vec<T>,
    first: usize,
    y: Vec<T>,
    pullback: Box<Pullback<T>>,
}

/// The operations of a tape that have a pullback of their own, in the order of recording.
pub(super) struct Segments<T>(RefCell<Vec<Segment<T>>>);

impl<T> fmt::Debug for Segments<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} segments", self.0.borrow().len())
    }
}

impl<T: Scalar> Tape<T> {
    /// Records outputs that were computed elsewhere, with a pullback of their own.
    ///
    /// In a reverse sweep, `pullback` is called once with the cotangents of all outputs; it has to add `J' y_bar`, `J` the
    /// Jacobian of the outputs by the operands, to the slice it is given, which holds the sums so far. What takes several
    /// outputs or a solve to differentiate belongs here; where the partials are known numbers, see
    /// [`statement`](Self::statement); a function of one number that should work in all modes is a rule,
    /// [`Unary`](crate::Unary). [`gradcheck`](crate::gradcheck) of a function that uses it checks the pullback.
    ///
    /// ```
    /// use wengert_ad::{Tape, Var, gradcheck};
    ///
    /// /// Polar coordinates to Cartesian ones.
    /// fn polar<'t>(tape: &'t Tape, [r, angle]: [Var<'t>; 2]) -> Vec<Var<'t>> {
    ///     let (sin, cos) = angle.primal().sin_cos();
    ///     tape.custom(&[r, angle], &[r.primal() * cos, r.primal() * sin], |at, x_bar| {
    ///         let (sin, cos) = at.x[1].sin_cos();
    ///         x_bar[0] += cos * at.y_bar[0] + sin * at.y_bar[1];
    ///         x_bar[1] += at.y[0] * at.y_bar[1] - at.y[1] * at.y_bar[0];
    ///     })
    /// }
    ///
    /// let report = gradcheck(|v| {
    ///     let p = polar(v[0].tape().expect("a variable"), [v[0], v[1]]);
    ///     p[0] * p[0] * p[1]
    /// }, &[2.0, 0.7]);
    /// assert!(report.passed(), "{report}");
    /// ```
    ///
    /// # Panics
    /// If an operand lives on another tape.
    ///
    /// # Cost
    /// One node for each output, and a copy of the operands and the outputs.
    #[track_caller]
    pub fn custom<'t>(
        &'t self,
        operands: &[Var<'t, T>],
        outputs: &[T],
        pullback: impl Fn(Arrival<'_, T>, &mut [T]) + Send + 'static,
    ) -> Vec<Var<'t, T>> {
        if let Some(other) = operands.iter().filter_map(|x| x.tape).find(|tape| !std::ptr::eq(*tape, self)) {
            mixed_tapes("custom", self.made_at, other.made_at);
        }
        if operands.iter().all(|x| x.tape.is_none()) {
            return outputs.iter().map(|&y| Var::passive(y)).collect();
        }
        let segment = Segment {
            inputs: operands.iter().map(Var::node).collect(),
            x: operands.iter().map(|x| x.primal()).collect(),
            first: self.len(),
            y: outputs.to_vec(),
            pullback: Box::new(pullback),
        };
        self.segments.0.borrow_mut().push(segment);
        outputs.iter().map(|&y| self.var(y)).collect()
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The tape it is recorded on; `None` for a constant.
    pub fn tape(self) -> Option<&'t Tape<T>> {
        self.tape
    }

    /// The same node, if both are recorded on one tape.
    pub(crate) fn is_same_node(self, other: Self) -> bool {
        self.node() != NONE && self.node() == other.node()
    }

    /// A constant that remembers that it is argument number `argument` of a function, as long as it is handed on unchanged.
    pub(crate) fn argument(value: T, argument: usize) -> Self {
        Self::off_tape(value, u32::try_from(argument).expect("fewer arguments than nodes"))
    }

    /// Which argument it is, if it was made by [`argument`](Self::argument) and handed on unchanged.
    pub(crate) fn as_argument(self) -> Option<usize> {
        (self.tape.is_none() && self.node() != NONE).then_some(self.node() as usize)
    }
}

impl<T: Element> Tensor<'_, T> {
    /// The same array as a constant of the tape, whose derivatives of all orders are zero.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::ArrayTape;
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let x = tape.var(&array![3.0, 5.0]);
    /// assert_eq!((x * x.stop_gradient()).sum().gradient().wrt(x), array![3.0, 5.0].into_dyn());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn stop_gradient(self) -> Self {
        self.tape.constant(&self.value().mapv(T::stop_gradient))
    }

    /// Whether both are one node of one tape.
    pub(crate) fn is_same_node(self, other: Self) -> bool {
        std::ptr::eq(self.tape, other.tape) && self.node == other.node
    }
}

impl<T: Scalar> Segments<T> {
    pub(super) fn new() -> Self {
        Self(RefCell::default())
    }

    pub(super) fn clear(&mut self) {
        self.0.get_mut().clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The operands of the operation whose output `node` is, if it is one of these.
    pub(super) fn inputs_of(&self, node: usize) -> impl Iterator<Item = usize> + use<T> {
        let segments = self.0.borrow();
        let later = segments.partition_point(|segment| segment.first <= node);
        let segment = segments[..later].last().filter(|segment| segment.outputs().contains(&node));
        let inputs = segment.map(|segment| segment.inputs.clone()).unwrap_or_default();
        inputs.into_iter().filter(|&x| x != NONE).map(|x| x as usize)
    }

    /// A reverse sweep of `W` lanes over all nodes that have a slot: `sweep` over the stretches of ordinary nodes,
    /// with the pullbacks between them.
    pub(super) fn backwards<const W: usize>(
        &self,
        adjoints: &mut [[T; W]],
        mut sweep: impl FnMut(Range<usize>, &mut [[T; W]]),
    ) {
        let slots = adjoints.len();
        let segments = self.0.borrow();
        let mut before = segments.iter().rev().filter(|segment| segment.first < slots);
        let mut end = slots;
        // Called in one place, `sweep` is inlined, which short lists feel.
        loop {
            let segment = before.next();
            let start = segment.map_or(0, |segment| segment.first);
            sweep(start..end, adjoints);
            let Some(segment) = segment else { break };
            for lane in 0..W {
                segment.pull_back(lane, adjoints);
            }
            end = start;
        }
    }
}

impl<T: Scalar> Segment<T> {
    fn outputs(&self) -> Range<usize> {
        self.first..self.first + self.y.len()
    }

    fn pull_back<const W: usize>(&self, lane: usize, adjoints: &mut [[T; W]]) {
        let zero = T::constant(0.0);
        let y_bar: Vec<T> = self.outputs().map(|y| adjoints.get(y).map_or(zero, |slot| slot[lane])).collect();
        if y_bar.iter().all(|y_bar| y_bar.is_zero()) {
            return;
        }
        // Of an operand that is there several times, the first holds the sum so far, and the others start from zero.
        let is_first = |i: usize| !self.inputs[..i].contains(&self.inputs[i]);
        let sums = self.inputs.iter().enumerate();
        let mut x_bar: Vec<T> = sums
            .map(|(i, &x)| if x != NONE && is_first(i) { adjoints[x as usize][lane] } else { zero })
            .collect();
        (self.pullback)(Arrival { x: &self.x, y: &self.y, y_bar: &y_bar }, &mut x_bar);
        for (i, (&x, &x_bar)) in self.inputs.iter().zip(&x_bar).enumerate().filter(|(_, (x, _))| **x != NONE)
        {
            let slot = &mut adjoints[x as usize][lane];
            *slot = if is_first(i) { x_bar } else { *slot + x_bar };
        }
    }
}
