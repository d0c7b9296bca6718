//! A pass of a module on a tape of its own, in another number type than that of the tape it serves.

use crate::bound::Bound;
use crate::layout::Layout;
use crate::model::Module;
use crate::training_pass::TrainingPass;
use std::ops::Range;
use std::sync::{Arc, RwLock};
use wengert_ad::primitive::View;
use wengert_ad::{ArrayTape, Element, NodeId, Tensor};

/// The module of a pass, and how the pass sees it. The operands of the operations of this module are the
/// inputs, the parameters and the running statistics.
pub(super) struct Pass<M> {
    module: Arc<M>,
    layout: Arc<Layout>,
    training: Option<TrainingPass>,
    /// For each operand, whether a derivative with respect to it is asked for.
    pub(super) active: Vec<bool>,
}

impl<M> Pass<M> {
    /// The pass that continues on the tape of `p` with the inputs `x`.
    pub(super) fn beside<T: Element>(module: &Arc<M>, p: &Bound<'_, T>, x: Tensor<'_, T>) -> Self {
        let active = std::iter::once(x.is_active()).chain(p.tensors().map(Tensor::is_active)).collect();
        let layout = Arc::clone(p.shared_layout());
        Self { module: Arc::clone(module), layout, training: p.training(), active }
    }
}

/// The recorded pass. Its tape and its buffers are used again by the next one.
pub(super) struct Recording<E: Element> {
    tape: ArrayTape<E>,
    /// The numbers of all operands.
    flat: Arc<Vec<E>>,
    /// The range of each operand in `flat`.
    ranges: Vec<Range<usize>>,
    output: Option<NodeId>,
    gradient: Vec<E>,
}

impl<E: Element> Default for Recording<E> {
    fn default() -> Self {
        let (tape, flat, ranges) = (ArrayTape::new(), Arc::default(), Vec::new());
        Self { tape, flat, ranges, output: None, gradient: Vec::new() }
    }
}

impl<E: Element> Recording<E> {
    /// Runs the module and returns the outputs. `lift` lifts an element of an operand, given the number of
    /// the operand and the position of the element; `active` says with respect to which operands a sweep
    /// computes derivatives.
    pub(super) fn run<T: Element>(
        &mut self,
        pass: &Pass<impl Module<E>>,
        operands: &[View<'_, T>],
        active: impl Fn(usize) -> bool,
        lift: impl Fn(usize, usize, T) -> E,
    ) -> Tensor<'_, E> {
        self.tape.clear();
        // The cleared tape has given back its share of the buffer.
        let flat = Arc::make_mut(&mut self.flat);
        flat.clear();
        self.ranges.clear();
        for (operand, View { data, .. }) in operands.iter().enumerate() {
            let start = flat.len();
            flat.extend(data.iter().enumerate().map(|(i, &x)| lift(operand, i, x)));
            self.ranges.push(start..flat.len());
        }
        let first = self.tape.len();
        for (operand, (View { shape, .. }, range)) in operands.iter().zip(&self.ranges).enumerate() {
            self.tape.shared_var(&self.flat, range.clone(), shape, active(operand));
        }
        let (first_parameter, parameters) = (first + 1, pass.layout.parameters().len());
        let firsts = [first_parameter, first_parameter + parameters];
        let p = Bound::consecutive(&self.tape, Arc::clone(&pass.layout), firsts);
        let p = match pass.training {
            Some(training) => p.in_training(training),
            None => p,
        };
        let y = pass.module.forward(&p, self.tape.node(NodeId::new(first)));
        self.output = Some(y.node());
        y
    }

    /// The reverse sweep from the outputs with the cotangents `cotangent(0), cotangent(1), ...`.
    pub(super) fn sweep(&mut self, cotangent: impl Fn(usize) -> E) {
        self.pull_back(cotangent, |y, cotangents, gradient| y.vjp_into(cotangents, gradient));
    }

    /// The same sweep, of whose derivatives only those of the highest order that numbers carry are needed.
    pub(super) fn sweep_for_highest(&mut self, cotangent: impl Fn(usize) -> E) {
        self.pull_back(cotangent, |y, cotangents, gradient| y.highest_derivatives_into(cotangents, gradient));
    }

    fn pull_back(&mut self, cotangent: impl Fn(usize) -> E, into: impl Fn(Tensor<'_, E>, &[E], &mut [E])) {
        let Self { tape, flat, gradient, output, .. } = self;
        let y = tape.node(output.expect("a sweep follows a pass"));
        let cotangents: Vec<E> = (0..y.elements().len()).map(cotangent).collect();
        gradient.resize(flat.len(), E::constant(0.0));
        into(y, &cotangents, gradient);
    }

    /// The derivative with respect to an operand that the last sweep computed: zeros unless it is active.
    pub(super) fn gradient(&self, operand: usize) -> &[E] {
        &self.gradient[self.ranges[operand].clone()]
    }
}

/// The number of outputs of a module that does not declare it, for inputs of some width.
#[derive(Debug, Default)]
pub(super) struct OutputWidth(RwLock<Option<[usize; 2]>>);

impl OutputWidth {
    /// The width that the module declares; otherwise that of its outputs for one row.
    pub(super) fn of<T: Element, E: Element>(
        &self,
        module: &impl Module<E>,
        p: &Bound<'_, T>,
        inputs: usize,
    ) -> usize {
        if let Some(width) = module.output_width(Some(inputs)) {
            return width;
        }
        if let Some([_, width]) = self.known().filter(|known| known[0] == inputs) {
            return width;
        }
        let tape = ArrayTape::<E>::for_inference();
        let x = tape.constant_from(&[1, inputs], |buffer| buffer.resize(inputs, E::constant(0.0)));
        let first = tape.len();
        for tensor in p.tensors() {
            let elements = tensor.elements();
            let elements = elements.iter().map(|x| E::constant(x.value()));
            tape.constant_from(&tensor.shape(), |buffer| buffer.extend(elements));
        }
        let firsts = [first, first + p.layout().parameters().len()];
        let p = Bound::consecutive(&tape, Arc::clone(p.shared_layout()), firsts);
        let width = module.forward(&p, x).shape().last().copied().unwrap_or(1);
        *self.0.write().expect("no thread panics while it holds the lock") = Some([inputs, width]);
        width
    }

    fn known(&self) -> Option<[usize; 2]> {
        *self.0.read().expect("no thread panics while it holds the lock")
    }
}
