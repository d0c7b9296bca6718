//! Parameters bound to a tape, and the mode of the pass.

use crate::draws::Draws;
use crate::layout::{Layout, Parameter, ParameterSlot, RandomSlot, StatisticSlot};
use crate::params::Params;
use crate::training_pass::TrainingPass;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::Arc;
use wengert_ad::{ArrayTape, Element, NodeId, Tensor};

/// The nodes of the parameters on the tape.
#[derive(Clone, Debug)]
enum Nodes<'t, T: Element> {
    /// Consecutive nodes, the first of them at this index.
    From(usize),
    /// One tensor per parameter.
    Each(Vec<Tensor<'t, T>>),
}

/// The parameters of a model on a tape, and the mode of the pass, training or evaluation.
#[derive(Clone, Debug)]
pub struct Bound<'t, T: Element = f32> {
    tape: &'t ArrayTape<T>,
    layout: Arc<Layout>,
    parameters: Nodes<'t, T>,
    first_statistic: usize,
    training: Option<TrainingPass>,
    /// The updated statistics with the nodes of their new values; up to 16 without an allocation.
    updates: RefCell<SmallVec<[(StatisticSlot, NodeId); 16]>>,
}

/// Binding to a tape.
impl<T: Element> Params<T> {
    /// Records the parameters on a tape as variables, without copying them, for a training pass; frozen
    /// parameters are recorded as constants. The flat gradient of
    /// [`Tensor::gradient_into`] has the same layout.
    ///
    /// A tape may hold several models. Those that are not trained are
    /// [bound as constants](Self::bind_constant): the discriminator in a step of a generator, a teacher, a
    /// target network. If several are trained, [`Tensor::gradients_into`] writes one gradient for each, in
    /// the order of binding:
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::{ArrayTape, Elementary};
    /// use wengert_nn::{Architecture, Mlp, Module, TrainingPass};
    ///
    /// let [student, teacher] = [[2, 3, 1], [2, 8, 1]].map(|widths| Mlp::new(widths).into_model());
    /// let params = student.layout().initialise::<f32>(1);
    /// let fixed = teacher.layout().initialise::<f32>(2);
    /// let tape = ArrayTape::new();
    /// let x = tape.constant(&array![[0.5, -1.0], [2.0, 0.25]]);
    /// let target = teacher.module().forward(&fixed.bind_constant(&tape), x);
    /// let p = params.bind_for_training(&tape, TrainingPass::new(1, 0));
    /// let y = student.module().forward(&p, x);
    /// let mut gradient = vec![0.0; params.len()];
    /// (y - target).square().sum().gradient_into(1.0, &mut gradient);
    /// assert!(gradient.iter().any(|&g| g != 0.0));
    /// ```
    ///
    /// # Panics
    /// If these parameters, or a clone that still shares their buffer, are bound as variables on this tape
    /// already. Bind them once, and use the `Bound` in every pass on the tape.
    #[track_caller]
    pub fn bind_for_training<'t>(&self, tape: &'t ArrayTape<T>, pass: TrainingPass) -> Bound<'t, T> {
        Bound::new(self, tape, true).in_training(pass)
    }

    /// As [`bind_for_training`](Self::bind_for_training), but for an evaluation pass: for derivatives of a
    /// model as it predicts, without dropout and with running statistics. Not for training.
    ///
    /// # Panics
    /// As `bind_for_training`.
    #[track_caller]
    pub fn bind_for_evaluation<'t>(&self, tape: &'t ArrayTape<T>) -> Bound<'t, T> {
        Bound::new(self, tape, true)
    }

    /// Records the parameters on a tape as constants, without copying them, for an evaluation pass without
    /// derivatives with respect to them. The inputs may still be variables.
    #[track_caller]
    pub fn bind_constant<'t>(&self, tape: &'t ArrayTape<T>) -> Bound<'t, T> {
        Bound::new(self, tape, false)
    }
}

impl<'t, T: Element> Bound<'t, T> {
    #[track_caller]
    fn new(params: &Params<T>, tape: &'t ArrayTape<T>, active: bool) -> Self {
        let first = tape.len();
        for Parameter { range, shape, trainable, .. } in params.layout().parameters() {
            let (values, range) = (params.shared_values(), range.clone());
            if active {
                tape.shared_var(values, range, shape, *trainable);
            } else {
                tape.shared_constant(values, range, shape);
            }
        }
        let layout = Arc::clone(params.shared_layout());
        Self::with_statistics(tape, layout, Nodes::From(first), params.statistics().iter().copied())
    }

    /// Parameters that are already recorded on the tape, one tensor per parameter of the layout, with the
    /// given running statistics, in evaluation mode unless [`in_training`](Self::in_training) follows: for
    /// derivatives in any mode, as [`gradcheck`](wengert_ad::check::gradcheck) needs them.
    ///
    /// # Panics
    /// If the number of tensors, or one of their shapes, differs from the layout, or if the number of
    /// statistics does.
    #[track_caller]
    pub fn recorded(
        tape: &'t ArrayTape<T>,
        layout: &Layout,
        parameters: &[Tensor<'t, T>],
        statistics: &[f64],
    ) -> Self {
        let (want, have) = (layout.parameters().len(), parameters.len());
        assert!(want == have, "bound: the layout has {want} parameters, but {have} were recorded");
        for (entry, recorded) in layout.parameters().iter().zip(parameters) {
            let (name, want, have) = (&entry.name, &entry.shape[..], recorded.shape());
            assert!(want == have.as_slice(), "bound: {name:?} has shape {want:?}, but {have:?} was recorded");
        }
        let want = layout.initial_statistics().count();
        let have = statistics.len();
        assert!(want == have, "bound: the layout has {want} statistics, but {have} were given");
        let nodes = Nodes::Each(parameters.to_vec());
        let statistics = statistics.iter().map(|&x| T::constant(x));
        Self::with_statistics(tape, Arc::new(layout.clone()), nodes, statistics)
    }

    /// Parameters and running statistics that are recorded as consecutive nodes, the first of each at the
    /// given numbers, in evaluation mode unless [`in_training`](Self::in_training) follows.
    pub(crate) fn consecutive(
        tape: &'t ArrayTape<T>,
        layout: Arc<Layout>,
        [first, first_statistic]: [usize; 2],
    ) -> Self {
        let parameters = Nodes::From(first);
        Self { tape, layout, parameters, first_statistic, training: None, updates: RefCell::default() }
    }

    fn with_statistics(
        tape: &'t ArrayTape<T>,
        layout: Arc<Layout>,
        parameters: Nodes<'t, T>,
        mut statistics: impl Iterator<Item = T>,
    ) -> Self {
        let first_statistic = tape.len();
        for entry in layout.statistics() {
            let mut elements = statistics.by_ref().take(entry.range.len());
            tape.constant_from(&entry.shape, |buffer| buffer.extend(&mut elements));
        }
        Self { tape, layout, parameters, first_statistic, training: None, updates: RefCell::default() }
    }

    /// Sets the pass to training mode.
    #[must_use]
    pub fn in_training(self, training: TrainingPass) -> Self {
        Self { training: Some(training), ..self }
    }

    /// The settings of the training pass; `None` in an evaluation.
    pub fn training(&self) -> Option<TrainingPass> {
        self.training
    }

    /// A constant of random draws in a training pass, one for each element; `None` in an evaluation.
    ///
    /// The first axis of `shape` is the rows of the batch: `draw` is called for the elements of each row in
    /// order, with the [draws](crate::Draws) of that row. Therefore a part of a batch gets the same numbers
    /// as the rows of the whole batch. With shape `[rows, 1]`, there is one draw for each example. See
    /// [`Draws`](crate::Draws) for examples.
    #[track_caller]
    pub fn drawn(
        &self,
        slot: RandomSlot,
        shape: &[usize],
        mut draw: impl FnMut(&mut Draws) -> f64,
    ) -> Option<Tensor<'t, T>> {
        let training = self.training?;
        let (rows, width) = (shape.first().copied().unwrap_or(1), shape.iter().skip(1).product::<usize>());
        Some(self.tape.constant_from(shape, |buffer| {
            for row in 0..rows {
                let mut draws = training.draws(slot, row);
                buffer.extend((0..width).map(|_| T::constant(draw(&mut draws))));
            }
        }))
    }

    /// The tape that the parameters are recorded on.
    pub fn tape(&self) -> &'t ArrayTape<T> {
        self.tape
    }

    /// The layout of the parameters.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn shared_layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// All parameters, and after them all running statistics, in the order of the layout.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = Tensor<'t, T>> {
        let parameters = (0..self.layout.parameters().len()).map(|i| self.get(ParameterSlot(i)));
        let statistics = (0..self.layout.statistics().len()).map(|i| self.statistic(StatisticSlot(i)));
        parameters.chain(statistics)
    }

    /// The parameter at `slot`.
    ///
    /// # Panics
    /// If the layout has fewer parameters: the slot is that of another model.
    #[track_caller]
    pub fn get(&self, slot: ParameterSlot) -> Tensor<'t, T> {
        assert_in_layout("parameters", slot.0, self.layout.parameters().len());
        match &self.parameters {
            Nodes::From(first) => self.tape.node(NodeId::new(first + slot.0)),
            Nodes::Each(tensors) => tensors[slot.0],
        }
    }

    /// The running statistics at `slot` before this pass: a constant.
    ///
    /// # Panics
    /// If the layout has fewer statistics: the slot is that of another model.
    #[track_caller]
    pub fn statistic(&self, slot: StatisticSlot) -> Tensor<'t, T> {
        assert_in_layout("running statistics", slot.0, self.layout.statistics().len());
        self.tape.node(NodeId::new(self.first_statistic + slot.0))
    }

    /// Whether these statistics are frozen.
    pub fn is_frozen(&self, slot: StatisticSlot) -> bool {
        !self.layout.statistics()[slot.0].trainable
    }

    /// Sets the value that the running statistics at `slot` have after this pass.
    ///
    /// # Panics
    /// If `new` has another shape than the statistics, or is recorded on another tape.
    #[track_caller]
    pub fn update(&self, slot: StatisticSlot, new: Tensor<'t, T>) {
        let (want, have) = (self.statistic(slot).shape(), new.shape());
        assert!(want == have, "update: the statistics have shape {want:?}, but the new ones {have:?}");
        assert!(
            std::ptr::eq(self.tape, new.tape()),
            "update: the new statistics are recorded on another tape"
        );
        self.updates.borrow_mut().push((slot, new.node()));
    }

    /// Whether the pass updated any statistics.
    pub fn has_updates(&self) -> bool {
        !self.updates.borrow().is_empty()
    }

    /// Writes the updated running statistics into the flat buffer of all statistics; the others keep their
    /// values.
    ///
    /// # Panics
    /// If the buffer does not have the length of the layout's statistics.
    #[track_caller]
    pub fn write_updates(&self, statistics: &mut [T]) {
        let want = self.layout.statistics().last().map_or(0, |last| last.range.end);
        let have = statistics.len();
        assert!(want == have, "updates: the layout has {want} statistics, but the buffer holds {have}");
        for &(slot, node) in self.updates.borrow().iter() {
            let range = self.layout.statistics()[slot.0].range.clone();
            statistics[range].copy_from_slice(&self.tape.node(node).elements());
        }
    }
}

/// Panics unless a layout with `have` entries has one with this number.
#[track_caller]
fn assert_in_layout(what: &str, slot: usize, have: usize) {
    assert!(
        slot < have,
        "bound: the layout of these parameters has {have} {what}, but the module uses number {slot}; pass \
         the parameters of the module's own model"
    );
}
