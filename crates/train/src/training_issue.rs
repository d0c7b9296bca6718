//! The search for the first infinite or NaN number of a step, in a loop that the user writes.

use crate::numerical_issue::{IssueKind, Suspect};
use crate::training::Training;
use wengert_ad::Real;
use wengert_data::Batch;
use wengert_nn::{Loss, Module, TrainingPass};

impl<M: Module<T>, L: Loss<T>, O, T: Real> Training<M, L, O, T> {
    /// The first number that is infinite or NaN in the last [pass](Self::compute_gradient) over this batch,
    /// with the line of the module or of the loss that computes it. `None` if all of its numbers are finite,
    /// also those of the reverse sweep, when the batch is computed in one piece.
    ///
    /// This repeats the pass, with the parameters as they are now: call it after a [`step`](Self::step) that
    /// returned a loss that is not finite, which leaves the parameters as they were, or between
    /// `compute_gradient` and `apply_gradient`.
    ///
    /// ```
    /// use wengert_ad::{Elementary, Tensor};
    /// use wengert_data::moons;
    /// use wengert_nn::{Bound, CrossEntropy, Init, Linear, Model, Module};
    /// use wengert_optim::Sgd;
    /// use wengert_train::Training;
    ///
    /// struct Logarithm(Linear);
    ///
    /// impl Module for Logarithm {
    ///     fn forward<'t>(&self, p: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
    ///         self.0.forward(p, x).ln()
    ///     }
    /// }
    ///
    /// let model = Model::new(|layout| Logarithm(Linear::new(layout, "out", 2, 2, Init::HeNormal)));
    /// let mut training = Training::new(model, CrossEntropy, Sgd::new(0.1));
    /// let data = moons(8, 0.1, 7);
    /// let batch = data.batch(&[0, 1, 2, 3]);
    /// assert!(training.step(&batch).is_nan());
    /// let issue = training.find_issue(&batch).expect("a logarithm is not finite").to_string();
    /// assert!(issue.contains("`ln`, at ") && issue.contains(file!()), "{issue}");
    /// ```
    ///
    /// # Panics
    /// If the batch is empty, or if the shapes of model, loss and data do not match.
    #[track_caller]
    pub fn find_issue(&self, batch: &Batch<'_, T>) -> Option<IssueKind> {
        self.suspect(*batch).issue(&self.params, [])
    }

    /// The last pass, on this batch.
    pub(crate) fn suspect<'a>(&'a self, batch: Batch<'a, T>) -> Suspect<'a, T> {
        let training = TrainingPass::new(self.settings.seed, self.passes.saturating_sub(1));
        let (module, is_updated) = (self.model.module(), self.steps > 0);
        Suspect { module, loss: &self.loss, batch, training, is_updated }
    }
}
