//! Models that are trained: their outputs, and how good they are.

use crate::backprop::{Batch, Totals, forward};
use ndarray::{Array2, ArrayBase, Axis, Data, Ix2, concatenate, s};
use rayon::prelude::*;
use std::ops::Add;
use wengert_ad::{ArrayTape, Real, Tensor};
use wengert_data::Dataset;
use wengert_nn::metrics::chosen_class;
use wengert_nn::{Loss, Model, Module, Params};

/// The number of examples that are evaluated at a time.
const CHUNK: usize = 256;

/// How good a model is on some examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metrics {
    /// The mean loss of an example.
    pub loss: f64,
    /// The share of examples whose outputs choose their class; `None` where the targets are no classes.
    pub accuracy: Option<f64>,
}

impl Metrics {
    /// The 0/1 loss: the share of examples that are classified wrongly.
    pub fn zero_one(&self) -> Option<f64> {
        self.accuracy.map(|accuracy| 1.0 - accuracy)
    }

    pub(crate) fn of(totals: Totals, examples: usize, classes: bool) -> Self {
        let share = |total: f64| total / examples as f64;
        Self { loss: share(totals.loss), accuracy: classes.then(|| share(totals.hits as f64)) }
    }
}

/// A model and its parameters.
#[derive(Clone, Debug)]
pub struct Trained<M, T = f32> {
    /// What is computed.
    pub model: Model<M>,
    /// With which numbers.
    pub params: Params<T>,
}

impl<T: Real, M: Module<T>> Trained<M, T> {
    /// The outputs for the inputs `x`, one example a row, in an evaluation pass. Inputs are standardised as the training data were.
    ///
    /// # Panics
    /// If the rows are not as wide as the model's inputs.
    ///
    /// # Cost
    /// Blocks of 256 rows, divided among the threads of the rayon pool; each thread holds the outputs of two layers for a block. No
    /// row depends on another, and what a layer gives is forgotten when the next is done.
    pub fn outputs<S: Data<Elem = T>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<T> {
        let (x, rows) = (x.view(), x.nrows());
        let block = |tape: &mut ArrayTape<T>, first: usize| -> Array2<T> {
            let x = tape.constant(&x.slice(s![first..rows.min(first + CHUNK), ..]));
            let outputs = self.model.module().forward(&self.params.bind_constant(tape), x).value();
            tape.clear();
            outputs.into_dimensionality().expect("a module gives one row for each example")
        };
        if rows <= CHUNK {
            return block(&mut ArrayTape::for_inference(), 0);
        }
        let starts: Vec<usize> = (0..rows).step_by(CHUNK).collect();
        let blocks: Vec<Array2<T>> = starts
            .into_par_iter()
            .map_init(ArrayTape::for_inference, |tape, first| block(tape, first))
            .collect();
        let blocks: Vec<_> = blocks.iter().map(|block| block.view()).collect();
        concatenate(Axis(0), &blocks).expect("all rows of outputs have one width")
    }

    /// The class of each row of `x`: the position of its largest output; of a single output, 1 where it is positive.
    ///
    /// # Panics
    /// If the rows are not as wide as the model's inputs.
    pub fn classes<S: Data<Elem = T>>(&self, x: &ArrayBase<S, Ix2>) -> Vec<usize> {
        self.outputs(x).rows().into_iter().map(|row| chosen_class(&row.to_vec())).collect()
    }

    /// The loss and the accuracy on a data set; `None` if it is empty. The same numbers on any number of threads.
    ///
    /// # Panics
    /// If model, loss and data do not fit together.
    pub fn evaluate(&self, loss: &impl Loss<T>, data: &Dataset<T>) -> Option<Metrics> {
        evaluate(self.model.module(), loss, &self.params, data)
    }
}

pub(crate) fn evaluate<T: Real>(
    module: &impl Module<T>,
    loss: &impl Loss<T>,
    params: &Params<T>,
    data: &Dataset<T>,
) -> Option<Metrics> {
    let indices: Vec<usize> = (0..data.examples()).collect();
    let parts: Vec<Totals> = indices
        .par_chunks(CHUNK)
        .map_init(
            || (ArrayTape::for_inference(), Vec::new()),
            |(tape, labels), indices| {
                let bound = params.bind_constant(tape);
                let (outputs, total) = forward(tape, module, loss, &bound, Batch { data, indices }, labels);
                let totals = Totals { loss: total.item().value(), hits: hits(outputs, labels) };
                tape.clear();
                totals
            },
        )
        .collect();
    let totals = parts.into_iter().fold(Totals::default(), Totals::add);
    let classes = matches!(data.targets(), wengert_data::Targets::Classes { .. });
    (!indices.is_empty()).then(|| Metrics::of(totals, indices.len(), classes))
}

/// The number of rows whose outputs choose their label.
pub(crate) fn hits<T: Real>(outputs: Tensor<'_, T>, labels: &[u32]) -> usize {
    let width = outputs.shape().get(1).copied().unwrap_or(1).max(1);
    let elements = outputs.elements();
    let rows = elements.chunks_exact(width).zip(labels);
    rows.filter(|(row, label)| chosen_class(row) == **label as usize).count()
}
