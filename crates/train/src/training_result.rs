//! The result of a training run: the parameters of the last step, or the average of an optimizer that has
//! one.

use crate::error::TrainError;
use crate::trained::TrainedModel;
use crate::training::Training;
use std::borrow::Cow;
use wengert_ad::Real;
use wengert_nn::{Loss, Params};
use wengert_optim::Optimizer;

impl<M, L, O: Optimizer<T>, T: Real> Training<M, L, O, T> {
    /// The parameters and running statistics with which the model is evaluated and saved: the
    /// [average](Optimizer::write_average) of an optimizer that [has](Optimizer::has_average) one, such as
    /// Schedule-Free AdamW, and otherwise those of the last step.
    pub fn result(&self) -> Cow<'_, Params<T>> {
        if self.is_result || self.steps() == 0 || !self.optimizer().has_average() {
            return Cow::Borrowed(self.params());
        }
        let mut average = self.params().clone();
        self.optimizer().write_average(self.params().values(), average.values_mut());
        Cow::Owned(average)
    }

    /// Ends the steps: from here on, the parameters are the result, which is given, or that of the last step.
    pub(crate) fn settle(&mut self, result: Option<Params<T>>) {
        let result = result.unwrap_or_else(|| self.result().into_owned());
        *self.params_mut() = result;
        self.is_result = true;
    }

    /// Checks that the average of an optimizer is a whole model: there are no running statistics that were
    /// collected with other parameters.
    pub(crate) fn check_statistics(&self) -> Result<(), TrainError> {
        let has_statistics = self.params().layout().statistics().iter().any(|entry| entry.trainable);
        if has_statistics && self.optimizer().has_average() {
            return Err(TrainError::AveragedStatistics { optimizer: self.optimizer().name() });
        }
        Ok(())
    }
}

impl<M, L: Loss<T>, O: Optimizer<T>, T: Real> Training<M, L, O, T> {
    /// The trained model, with its [result](Self::result) and the scaling of the data of the steps.
    pub fn into_trained(self) -> TrainedModel<M, T> {
        let params = self.result().into_owned();
        let scaling = self.scaling.unwrap_or_default();
        TrainedModel { scaling, ..TrainedModel::new(self.model, params, self.loss.outputs()) }
    }
}
