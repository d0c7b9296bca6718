//! Sharpness-aware minimisation: gradients at the worst point nearby.

use crate::metrics::Totals;
use crate::ranks::RankError;
use crate::training::Training;
use wengert_ad::Real;
use wengert_data::Batch;
use wengert_nn::{Loss, Module};
use wengert_optim::gradient_norm;

impl<M: Module<T>, L: Loss<T>, O, T: Real> Training<M, L, O, T> {
    /// If sharpness is minimised, replaces the gradient `g` of the pass at the parameters `w` by that at `w +
    /// rho g / |g|`, on the same batch with the same random numbers. The totals stay those at `w`, unless the
    /// loss at the other point is not finite. The running statistics are those of the pass at `w`.
    pub(crate) fn sharpened(&mut self, batch: Batch<'_, T>, totals: Totals) -> Result<Totals, RankError> {
        let Some(rho) = self.settings.sharpness else { return Ok(totals) };
        let norm = gradient_norm(self.backprop.gradient());
        if !totals.loss.is_finite() || norm == 0.0 {
            return Ok(totals);
        }
        let Self { model, loss, params, backprop, ascent, passes, .. } = self;
        ascent.values.clear();
        ascent.values.extend_from_slice(params.values());
        for (w, g) in params.values_mut().iter_mut().zip(backprop.gradient()) {
            *w = T::literal(w.widened() + rho * (g.widened() / norm));
        }
        backprop.swap_statistics(&mut ascent.statistics);
        backprop.set_step(*passes - 1);
        let there = backprop.totals(model.module(), loss, params, batch, false)?;
        backprop.swap_statistics(&mut ascent.statistics);
        params.values_mut().copy_from_slice(&ascent.values);
        Ok(if there.loss.is_finite() { totals } else { there })
    }
}
