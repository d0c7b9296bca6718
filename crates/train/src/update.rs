//! The update of the parameters, and its division among ranks.
//!
//! Where each parameter moves by itself, a rank moves those whose gradient it adds up, and sends them to the
//! others instead of the gradient: as many bytes, and a part of the work. This is the first stage of ZeRO
//! (Rajbhandari et al. 2020, section 5.1). The state of the optimizer is then complete only after it was
//! gathered.

use crate::ranks::{RankError, own_share, share_slices};
use crate::step_settings::Clipping;
use crate::training::Training;
use wengert_ad::Real;
use wengert_optim::Optimizer;

impl<M, L, O: Optimizer<T>, T: Real> Training<M, L, O, T> {
    /// As [`apply_gradient`](Self::apply_gradient). On several ranks, each moves its own share of the
    /// parameters if the optimizer allows that, and gets the others.
    ///
    /// # Errors
    /// If there are several ranks, and one of them ends.
    pub(crate) fn update(&mut self) -> Result<(), RankError> {
        if self.stale_groups {
            self.groups = self.settings.groups(self.params.layout());
            self.stale_groups = false;
        }
        if let Some(schedule) = &self.settings.schedule {
            self.optimizer.set_learning_rate(schedule.rate(self.steps));
        }
        if let Some(clipping) = self.settings.clipping {
            clipping.apply(self.backprop.gradient_mut());
        }
        let (gradient, values) = (self.backprop.gradient(), self.params.values_mut());
        if self.backprop.keeps_share {
            let ranks = &*self.settings.ranks;
            let share = own_share(values.len(), ranks.rank(), ranks.size());
            self.optimizer.step_share(share, values, gradient, &self.groups);
            share_slices(ranks, values)?;
        } else {
            self.optimizer.step_groups(values, gradient, &self.groups);
        }
        self.backprop.update_statistics(&mut self.params);
        self.steps += 1;
        Ok(())
    }

    /// Whether each rank moves its own share of the parameters: only if neither a step nor the result of the
    /// run needs a whole gradient or a whole state.
    pub(crate) fn divides_updates(&mut self) -> bool {
        if self.settings.ranks.size() == 1 {
            return false;
        }
        let clips_norm = matches!(self.settings.clipping, Some(Clipping::Norm(_)));
        let needs_gradient = clips_norm || self.settings.sharpness.is_some();
        !needs_gradient && !self.optimizer.has_average() && self.optimizer.buffers_mut().is_some()
    }

    /// Completes the state of the optimizer, of which each rank may have its own share only, on all ranks.
    pub(crate) fn gather_state(&mut self) -> Result<(), RankError> {
        if self.divides_updates() {
            for buffer in self.optimizer.buffers_mut().into_iter().flatten() {
                share_slices(&*self.settings.ranks, buffer)?;
            }
        }
        Ok(())
    }
}
