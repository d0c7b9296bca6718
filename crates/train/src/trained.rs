//! Trained models: prediction and evaluation.

use crate::batch::{ExampleBuffers, forward, gather, mean_weight};
use crate::metrics::{Metrics, Totals, count_correct};
use crate::model_metadata::ModelMetadata;
use crate::ranks::{Alone, RankError, Ranks, gather_totals, own_share};
use crate::units::{to_model, to_user};
use ndarray::{Array2, ArrayBase, ArrayView1, Axis, Data, Ix2, concatenate, s};
use rayon::prelude::*;
use std::ops::{Add, Range};
use wengert_ad::{ArrayTape, Real};
use wengert_data::{Batch, DataError, Dataset, Examples, Pass, Scaling, Targets, checked_blocks};
use wengert_nn::metrics::{class_probabilities, predicted_class};
use wengert_nn::{Loss, Model, Module, Outputs, Params};

/// The number of examples that are evaluated together.
const BLOCK: usize = 256;

/// A model together with its parameters and the scaling of its training data.
///
/// All methods run in evaluation mode: without dropout, and with the running statistics in batch
/// normalisation. They take features in the user's units, of any precision, and answer in the user's units:
/// features are standardised, and regression outputs restored, in double precision.
///
/// ```
/// use ndarray::array;
/// use wengert_data::{Dataset, Targets};
/// use wengert_nn::{MeanSquared, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::Trainer;
///
/// // Prices of houses by their size.
/// let sizes: Vec<f32> = (0..100).map(|i| 50.0 + i as f32).collect();
/// let values = sizes.iter().map(|size| 20_000.0 + 3000.0 * size).collect();
/// let data = Dataset::new("houses", sizes, 1, Targets::Values { values, width: 1 })?;
/// let data = data.split(0.8, 0.0, 0.2, 7)?.standardised().standardised_targets();
/// let report = Trainer::new(Mlp::new([1, 1]), MeanSquared, Adam::new(0.02)).epochs(200).fit(&data)?;
/// let price = report.model.predict(&array![[100.0_f64]]);
/// assert!((price[[0, 0]] - 320_000.0).abs() < 1000.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TrainedModel<M, T = f32> {
    /// The modules and the layout of their parameters.
    pub model: Model<M>,
    /// The values of the parameters and the running statistics.
    pub params: Params<T>,
    /// The maps from the user's units to the inputs and the outputs of the model:
    /// [`Dataset::scaling`] of the training data.
    pub scaling: Scaling,
    /// What the outputs mean: [`Loss::outputs`] of the loss of the training.
    pub outputs: Outputs,
    /// Names, preprocessing and provenance.
    pub metadata: ModelMetadata,
}

impl<M, T> TrainedModel<M, T> {
    /// A model that takes and returns the numbers that it computes with, without names.
    pub fn new(model: Model<M>, params: Params<T>, outputs: Outputs) -> Self {
        let (scaling, metadata) = (Scaling::default(), ModelMetadata::default());
        Self { model, params, scaling, outputs, metadata }
    }

    /// The same with another module on the same parameters.
    pub(crate) fn map<N>(self, change: impl FnOnce(M) -> N) -> TrainedModel<N, T> {
        let Self { model, params, scaling, outputs, metadata } = self;
        TrainedModel { model: model.map(change), params, scaling, outputs, metadata }
    }
}

impl<T: Real, M: Module<T>> TrainedModel<M, T> {
    /// The outputs for the features `x` in the user's units, shape
    /// `(examples, features) -> (examples, outputs)`. For a classifier, these are the logits; for a
    /// regression, the values in the user's units. They have the precision of `x`.
    ///
    /// # Panics
    /// If the number of features is not the input width of the model.
    ///
    /// # Cost
    /// Blocks of 256 rows are divided among the threads of the rayon pool. For its block, each
    /// thread keeps the outputs of two successive layers; earlier outputs are released. If the model
    /// [mixes rows](wengert_nn::RowMixing::Always), all rows are one block, and the outputs for a row
    /// depend on the rows that are given with it.
    #[track_caller]
    pub fn predict<X: Real, S: Data<Elem = X>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<X> {
        predict(self.model.module(), &self.params, &self.scaling, x)
    }

    /// The class of each row of `x`: the index of its largest output. With a single output, class 1
    /// if the output is positive, else class 0. `None` for a row without a [predicted
    /// class](predicted_class), such as one with a NaN among its outputs.
    ///
    /// # Panics
    /// If the number of features is not the input width of the model.
    #[track_caller]
    pub fn predict_classes<X: Real, S: Data<Elem = X>>(&self, x: &ArrayBase<S, Ix2>) -> Vec<Option<u32>> {
        let class = |row: ArrayView1<'_, X>| predicted_class(&row.to_vec()).map(|class| class as u32);
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
    #[track_caller]
    pub fn predict_probabilities<X: Real, S: Data<Elem = X>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<f64> {
        class_probabilities(&self.predict(x))
    }

    /// The mean loss and the accuracy on a data set, weighted if it has [weights](Dataset::weights); `None`
    /// if the data set is empty, or all weights are 0. The result is the same for any number of threads.
    ///
    /// Blocks of 256 examples are divided among the threads, unless the model or the loss mixes rows:
    /// then all examples of the data set are one batch, so that the mean loss of a contrastive loss
    /// depends on the size of the data set.
    ///
    /// The data may be in the user's units or stored with any [scaling](Dataset::scaling). The loss is
    /// computed with the scaling of the model: with
    /// [standardised targets](wengert_data::Split::standardised_targets), it is in units of their
    /// deviation. For errors in the user's units, compare [`predict`](Self::predict) with
    /// [`Dataset::unscaled`].
    ///
    /// # Panics
    /// If the shapes of model, loss and data do not match, or if an example has a class that the model does
    /// not know.
    #[track_caller]
    pub fn evaluate(&self, loss: &impl Loss<T>, data: &Dataset<T>) -> Option<Metrics> {
        assert_known_classes(self.model.module().output_width(Some(data.width())), data);
        evaluate(self.model.module(), loss, &self.params, &data.scaled_as(&self.scaling))
    }

    /// As [`evaluate`](Self::evaluate), on examples that need not be in memory. A model or a loss that mixes
    /// rows sees each block by itself.
    ///
    /// # Errors
    /// If a block cannot be read.
    ///
    /// # Panics
    /// As [`evaluate`](Self::evaluate), or if a block is not like the [sample](Examples::sample).
    #[track_caller]
    pub fn evaluate_blocks(
        &self,
        loss: &impl Loss<T>,
        examples: &dyn Examples<T>,
    ) -> Result<Option<Metrics>, DataError> {
        let (module, scaling) = (self.model.module(), &self.scaling);
        evaluate_blocks(module, scaling, examples, |block| Ok(totals(module, loss, &self.params, block)))
    }
}

/// Panics if an example has a class for which there is no output; a single output distinguishes two classes.
#[track_caller]
fn assert_known_classes<T: Real>(outputs: Option<usize>, data: &Dataset<T>) {
    let (Some(outputs), Targets::Classes { labels, .. }) = (outputs, data.targets()) else { return };
    let known = outputs.max(2);
    if let Some(row) = labels.iter().position(|&label| label as usize >= known) {
        panic!(
            "evaluate: the model knows {known} classes, but row {} of {} has class {}",
            row + 1,
            data.name(),
            labels[row]
        );
    }
}

/// The outputs for features in the user's units in evaluation mode: see [`TrainedModel::predict`].
pub(crate) fn predict<T: Real, X: Real, S: Data<Elem = X>>(
    module: &dyn Module<T>,
    params: &Params<T>,
    scaling: &Scaling,
    x: &ArrayBase<S, Ix2>,
) -> Array2<X> {
    let (x, rows) = (x.view(), x.nrows());
    let block = |tape: &mut ArrayTape<T>, rows: Range<usize>| -> Array2<X> {
        let x = tape.constant(&to_model::<X, T>(&x.slice(s![rows, ..]), scaling.inputs.as_ref()));
        let outputs = module.forward(&params.bind_constant(tape), x).value();
        tape.clear();
        let outputs = outputs.into_dimensionality().expect("a module returns one row per example");
        to_user(&outputs, scaling.targets.as_ref())
    };
    if rows <= BLOCK || params.layout().row_mixing().applies(false) {
        return block(&mut ArrayTape::for_inference(), 0..rows);
    }
    let starts: Vec<usize> = (0..rows).step_by(BLOCK).collect();
    let blocks: Vec<Array2<X>> = starts
        .into_par_iter()
        .map_init(ArrayTape::for_inference, |tape, first| block(tape, first..rows.min(first + BLOCK)))
        .collect();
    let blocks: Vec<_> = blocks.iter().map(|block| block.view()).collect();
    concatenate(Axis(0), &blocks).expect("all rows of outputs have the same width")
}

/// The metrics on a data set in evaluation mode; `None` if no example counts.
pub(crate) fn evaluate<T: Real>(
    module: &dyn Module<T>,
    loss: &dyn Loss<T>,
    params: &Params<T>,
    data: &Dataset<T>,
) -> Option<Metrics> {
    metrics(totals(module, loss, params, data), data)
}

/// The metrics on examples in blocks, with the scaling of the model; `None` if no example counts.
pub(crate) fn evaluate_blocks<T: Real, E: From<DataError>>(
    module: &dyn Module<T>,
    scaling: &Scaling,
    examples: &dyn Examples<T>,
    totals: impl Fn(&Dataset<T>) -> Result<Totals, E>,
) -> Result<Option<Metrics>, E> {
    let mut all = Totals::default();
    for block in checked_blocks(examples, Pass::Evaluation) {
        let block = block?;
        let scaled = block.scaled_as(scaling);
        assert_known_classes(module.output_width(Some(scaled.width())), &scaled);
        all = all + totals(&scaled)?;
    }
    Ok(metrics(all, examples.sample()))
}

fn metrics<T: Real>(totals: Totals, data: &Dataset<T>) -> Option<Metrics> {
    let are_classes = matches!(data.targets(), Targets::Classes { .. });
    (totals.weight > 0.0).then(|| Metrics::of(totals, are_classes))
}

/// The totals of a data set in evaluation mode.
pub(crate) fn totals<T: Real>(
    module: &dyn Module<T>,
    loss: &dyn Loss<T>,
    params: &Params<T>,
    data: &Dataset<T>,
) -> Totals {
    totals_on_ranks(module, loss, params, data, &Alone).expect("one rank waits for no other")
}

/// As [`totals`], each rank on its share of the blocks.
pub(crate) fn totals_on_ranks<T: Real>(
    module: &dyn Module<T>,
    loss: &dyn Loss<T>,
    params: &Params<T>,
    data: &Dataset<T>,
    ranks: &dyn Ranks,
) -> Result<Totals, RankError> {
    let whole = loss.mixes_rows() || params.layout().row_mixing().applies(false);
    let block = if whole { data.examples().max(1) } else { BLOCK };
    let own = own_share(data.examples().div_ceil(block), ranks.rank(), ranks.size());
    let indices: Vec<usize> = (own.start * block..data.examples().min(own.end * block)).collect();
    let parts: Vec<Totals> = indices
        .par_chunks(block)
        .map_init(
            || (ArrayTape::for_inference(), ExampleBuffers::default()),
            |buffers, indices| batch_totals(buffers, module, loss, params, data.batch(indices)),
        )
        .collect();
    Ok(gather_totals(ranks, parts)?.into_iter().fold(Totals::default(), Totals::add))
}

/// The metrics on a batch in evaluation mode.
pub(crate) fn batch_metrics<T: Real>(
    module: &dyn Module<T>,
    loss: &dyn Loss<T>,
    params: &Params<T>,
    batch: Batch<'_, T>,
) -> Metrics {
    let mut buffers = (ArrayTape::for_inference(), ExampleBuffers::default());
    let are_classes = matches!(batch.data.targets(), Targets::Classes { .. });
    Metrics::of(batch_totals(&mut buffers, module, loss, params, batch), are_classes)
}

fn batch_totals<T: Real>(
    (tape, examples): &mut (ArrayTape<T>, ExampleBuffers),
    module: &dyn Module<T>,
    loss: &dyn Loss<T>,
    params: &Params<T>,
    batch: Batch<'_, T>,
) -> Totals {
    let (bound, mean) = (params.bind_constant(tape), mean_weight(batch));
    let (outputs, total) = forward(module, loss, &bound, batch, Some(mean), examples, gather);
    let (loss, correct) = (total.item().value(), count_correct(outputs, examples));
    tape.clear();
    Totals::from_relative(loss, correct, mean, batch.weight())
}
