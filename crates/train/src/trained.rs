//! Trained models: prediction and evaluation.

use crate::batch::{Batch, forward};
use crate::metrics::{Metrics, Totals, count_correct};
use ndarray::{Array2, ArrayBase, ArrayView1, Axis, Data, Ix2, concatenate, s};
use rayon::prelude::*;
use std::ops::Add;
use wengert_ad::{ArrayTape, Real};
use wengert_data::{Dataset, Targets};
use wengert_nn::metrics::{class_probabilities, predicted_class};
use wengert_nn::{Loss, Model, Module, Params};

/// The number of examples that are evaluated together.
const BLOCK: usize = 256;

/// A model together with its parameters.
///
/// All methods run in evaluation mode: without dropout, and with the running statistics in batch
/// normalisation. They expect features that are standardised like the training data.
#[derive(Clone, Debug)]
pub struct TrainedModel<M, T = f32> {
    /// The modules and the layout of their parameters.
    pub model: Model<M>,
    /// The values of the parameters and the running statistics.
    pub params: Params<T>,
}

impl<T: Real, M: Module<T>> TrainedModel<M, T> {
    /// The outputs for the inputs `x`, shape `(examples, features) -> (examples, outputs)`. For a
    /// classifier, these are the logits.
    ///
    /// # Panics
    /// If the number of features is not the input width of the model.
    ///
    /// # Cost
    /// Blocks of 256 rows are divided among the threads of the rayon pool. For its block, each
    /// thread keeps the outputs of two successive layers; earlier outputs are released.
    pub fn predict<S: Data<Elem = T>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<T> {
        let (x, rows) = (x.view(), x.nrows());
        let block = |tape: &mut ArrayTape<T>, first: usize| -> Array2<T> {
            let x = tape.constant(&x.slice(s![first..rows.min(first + BLOCK), ..]));
            let outputs = self.model.module().forward(&self.params.bind_constant(tape), x).value();
            tape.clear();
            outputs.into_dimensionality().expect("a module returns one row per example")
        };
        if rows <= BLOCK {
            return block(&mut ArrayTape::for_inference(), 0);
        }
        let starts: Vec<usize> = (0..rows).step_by(BLOCK).collect();
        let blocks: Vec<Array2<T>> = starts
            .into_par_iter()
            .map_init(ArrayTape::for_inference, |tape, first| block(tape, first))
            .collect();
        let blocks: Vec<_> = blocks.iter().map(|block| block.view()).collect();
        concatenate(Axis(0), &blocks).expect("all rows of outputs have the same width")
    }

    /// The class of each row of `x`: the index of its largest output. With a single output, class 1
    /// if the output is positive, else class 0. `None` for a row with a NaN among its outputs.
    ///
    /// # Panics
    /// If the number of features is not the input width of the model.
    pub fn predict_classes<S: Data<Elem = T>>(&self, x: &ArrayBase<S, Ix2>) -> Vec<Option<u32>> {
        let class = |row: ArrayView1<'_, T>| predicted_class(&row.to_vec()).map(|class| class as u32);
        self.predict(x).rows().into_iter().map(class).collect()
    }

    /// The class probabilities of each row of `x`, shape `(examples, classes)`: the softmax of the
    /// outputs. With a single output `s`, two columns `1 - p` and `p = 1 / (1 + e^-s)`.
    ///
    /// These are probabilities if the model was trained with a cross-entropy or logistic loss; the
    /// outputs of a model that was trained with a hinge loss are not logits.
    ///
    /// # Panics
    /// If the number of features is not the input width of the model.
    pub fn predict_probabilities<S: Data<Elem = T>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<f64> {
        class_probabilities(&self.predict(x))
    }

    /// The mean loss and the accuracy on a data set; `None` if the data set is empty. The result is
    /// the same for any number of threads.
    ///
    /// # Panics
    /// If the shapes of model, loss and data do not match.
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
        .par_chunks(BLOCK)
        .map_init(
            || (ArrayTape::for_inference(), Vec::new()),
            |(tape, labels), indices| {
                let bound = params.bind_constant(tape);
                let (outputs, total) = forward(tape, module, loss, &bound, Batch { data, indices }, labels);
                let totals = Totals { loss: total.item().value(), correct: count_correct(outputs, labels) };
                tape.clear();
                totals
            },
        )
        .collect();
    let totals = parts.into_iter().fold(Totals::default(), Totals::add);
    let are_classes = matches!(data.targets(), Targets::Classes { .. });
    (!indices.is_empty()).then(|| Metrics::of(totals, indices.len(), are_classes))
}
