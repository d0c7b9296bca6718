//! Evaluation of a model in training.

use crate::error::TrainError;
use crate::metrics::Metrics;
use crate::trained::{evaluate, evaluate_blocks, predict, totals, totals_on_ranks};
use crate::training::Training;
use ndarray::{Array2, ArrayBase, Data, Ix2};
use wengert_ad::Real;
use wengert_data::{DataError, Dataset, Examples, Scaling};
use wengert_nn::{Loss, Module, Params};
use wengert_optim::Optimizer;

/// Evaluation and prediction with the [result](Self::result) so far.
impl<M: Module<T>, L: Loss<T>, O: Optimizer<T>, T: Real> Training<M, L, O, T> {
    /// The mean loss and the accuracy on a data set in evaluation mode; `None` if the data set is empty, or
    /// all weights are 0.
    /// As [`evaluate`](crate::TrainedModel::evaluate) of a trained model, with the scaling of the data of the
    /// steps, or that of `data` before the first step.
    ///
    /// # Panics
    /// If the shapes of model, loss and data do not match.
    #[track_caller]
    pub fn evaluate(&self, data: &Dataset<T>) -> Option<Metrics> {
        let data = data.scaled_as(self.scaling.as_ref().unwrap_or(data.scaling()));
        evaluate(self.model.module(), &self.loss, &self.result(), &data)
    }

    /// As [`evaluate`](Self::evaluate), on examples that need not be in memory: see
    /// [`TrainedModel::evaluate_blocks`](crate::TrainedModel::evaluate_blocks).
    ///
    /// # Errors
    /// If a block cannot be read.
    ///
    /// # Panics
    /// As [`evaluate`](Self::evaluate), or if a block is not like the [sample](Examples::sample).
    #[track_caller]
    pub fn evaluate_blocks(&self, examples: &dyn Examples<T>) -> Result<Option<Metrics>, DataError> {
        let (module, params) = (self.model.module(), &*self.result());
        let scaling = self.scaling.as_ref().unwrap_or(examples.sample().scaling());
        evaluate_blocks(module, scaling, examples, |block| Ok(totals(module, &self.loss, params, block)))
    }

    /// As [`evaluate_blocks`](Self::evaluate_blocks), with these parameters, on all ranks together.
    pub(crate) fn evaluate_at(
        &self,
        params: &Params<T>,
        examples: &dyn Examples<T>,
    ) -> Result<Option<Metrics>, TrainError> {
        let (module, loss, ranks) = (self.model.module(), &self.loss, &*self.settings.ranks);
        let scaling = self.scaling.as_ref().unwrap_or(examples.sample().scaling());
        evaluate_blocks(module, scaling, examples, |block| {
            Ok(totals_on_ranks(module, loss, params, block, ranks)?)
        })
    }

    /// The outputs for features in the user's units in evaluation mode: see
    /// [`TrainedModel::predict`](crate::TrainedModel::predict).
    /// Before the first step, the scaling of the data is not known, and features and outputs are not
    /// scaled.
    ///
    /// # Panics
    /// If the number of features is not the input width of the model.
    #[track_caller]
    pub fn predict<X: Real, S: Data<Elem = X>>(&self, x: &ArrayBase<S, Ix2>) -> Array2<X> {
        let unscaled = Scaling::default();
        let scaling = self.scaling.as_ref().unwrap_or(&unscaled);
        predict(self.model.module(), &self.result(), scaling, x)
    }
}
