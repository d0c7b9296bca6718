//! Averages of the parameters over the steps.

use crate::Float;
use crate::float::rounded;
use crate::state::{State, StateError, fit_buffers, fit_settings};
use wengert_kernels::partition::{is_shared, middle};
use wengert_kernels::validate::assert_below_one;
use wengert_kernels::vectorised_wide;

/// A running average of the parameters, often better than the last of them.
///
/// ```text
/// mean of all (Polyak):      a <- a + (w - a) / t              t = 1, 2, ...
/// exponential (EMA):         a <- a + (1 - beta) (w - a)       a = w at t = 1
/// ```
///
/// Sources: Polyak and Juditsky 1992; Izmailov et al. 2018, where one `update` an epoch makes SWA. The exponential
/// average begins with the first parameters, so it needs no correction for bias.
///
/// | here | PyTorch's `torch.optim.swa_utils` |
/// |---|---|
/// | [`Average::mean()`] | `AveragedModel(model)` |
/// | [`Average::exponential(beta)`](Average::exponential) | `AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(beta))` |
///
/// ```
/// use wengert_optim::Average;
///
/// let mut mean = Average::mean();
/// for w in [1.0_f64, 2.0, 6.0] {
///     mean.update(&[w]);
/// }
/// assert_eq!(mean.values(), [3.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Average<F = f32> {
    /// `None` for the mean of all.
    keep: Option<f64>,
    updates: u64,
    values: Vec<F>,
}

impl<F: Float> Average<F> {
    /// The mean of all parameters so far.
    #[must_use]
    pub fn mean() -> Self {
        Self { keep: None, updates: 0, values: Vec::new() }
    }

    /// The average that keeps `beta` of itself in each update.
    ///
    /// # Panics
    /// If `beta` is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn exponential(beta: f64) -> Self {
        assert_below_one("Average: beta", beta);
        Self { keep: Some(beta), updates: 0, values: Vec::new() }
    }

    /// Takes `parameters` into the average.
    ///
    /// # Panics
    /// If there are not as many as in the first update.
    #[track_caller]
    pub fn update(&mut self, parameters: &[F]) {
        let (new, first) = (parameters.len(), self.values.len());
        self.updates += 1;
        if self.updates == 1 {
            self.values = parameters.to_vec();
            return;
        }
        assert!(new == first, "Average: {new} parameters, but the first update had {first}");
        let fresh = self.keep.map_or(1.0 / self.updates as f64, |beta| 1.0 - beta);
        approach(&mut self.values, parameters, rounded(fresh));
    }

    /// The average so far; empty before the first update.
    #[must_use]
    pub fn values(&self) -> &[F] {
        &self.values
    }

    /// How many updates there were.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// What has been averaged so far, to be saved.
    #[must_use]
    pub fn state(&self) -> State<F> {
        State {
            method: self.name().to_owned(),
            learning_rate: 0.0,
            settings: self.keep.iter().map(|&beta| ("beta".to_owned(), beta)).collect(),
            steps: vec![(self.values.len(), self.updates)],
            buffers: vec![("average".to_owned(), self.values.clone())],
        }
    }

    /// Goes on from a saved state, with the same bits.
    ///
    /// # Errors
    /// If the state is of another kind of average, or does not fit together; the average is then as before.
    pub fn restore(&mut self, state: State<F>) -> Result<(), StateError> {
        if state.method != self.name() {
            return Err(StateError::Method { saved: state.method, here: self.name().to_owned() });
        }
        let settings: Vec<_> = self.keep.iter().map(|&beta| ("beta", beta)).collect();
        fit_settings(&state.settings, &settings)?;
        let [(length, updates)] = state.steps[..] else { return Err(StateError::Steps(state.steps)) };
        fit_buffers(&state.buffers, &["average"], length)?;
        self.updates = updates;
        self.values = state.buffers.into_iter().flat_map(|(_, numbers)| numbers).collect();
        Ok(())
    }

    fn name(&self) -> &'static str {
        if self.keep.is_some() { "exponential average" } else { "mean" }
    }
}

fn approach<F: Float>(averages: &mut [F], parameters: &[F], fresh: F) {
    if is_shared(averages.len()) {
        let cut = middle(averages.len());
        let ((a, a_behind), (w, w_behind)) = (averages.split_at_mut(cut), parameters.split_at(cut));
        rayon::join(|| approach(a, w, fresh), || approach(a_behind, w_behind, fresh));
        return;
    }
    vectorised_wide(
        #[inline(always)]
        || {
            for (average, &w) in averages.iter_mut().zip(parameters) {
                *average = *average + fresh * (w - *average);
            }
        },
    );
}
