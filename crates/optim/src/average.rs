//! Running averages of the parameters.

use wengert_kernels::partition::{is_shared, middle};
use wengert_kernels::validate::assert_below_one;
use wengert_kernels::{flush_subnormal, vectorised_wide};

use crate::float::{Float, compiled_here, rounded};
use crate::state::{OptimizerState, StateError, check_buffers, check_settings};

/// A running average of the parameters, which often generalises better than the last parameters.
///
/// ```text
/// mean of all (Polyak):      a <- a + (w - a) / t              t = 1, 2, ...
/// exponential (EMA):         a <- a + (1 - beta) (w - a)       a = w at t = 1
/// ```
///
/// Sources: Polyak and Juditsky 1992; Izmailov et al. 2018, where one `update` per epoch makes SWA. The
/// exponential average begins with the first parameters, so it needs no bias correction.
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
    /// The decay rate; `None` for the mean of all parameters.
    beta: Option<f64>,
    updates: u64,
    values: Vec<F>,
}

impl<F: Float> Average<F> {
    /// The mean of the parameters of all updates.
    #[must_use]
    pub fn mean() -> Self {
        Self { beta: None, updates: 0, values: Vec::new() }
    }

    /// The exponential moving average with the decay rate `beta`.
    ///
    /// # Panics
    /// If `beta` is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn exponential(beta: f64) -> Self {
        assert_below_one("Average: beta", beta);
        Self { beta: Some(beta), updates: 0, values: Vec::new() }
    }

    /// Adds `parameters` to the average.
    ///
    /// # Panics
    /// If their number is not that of the first update.
    #[track_caller]
    pub fn update(&mut self, parameters: &[F]) {
        let (new, first) = (parameters.len(), self.values.len());
        self.updates += 1;
        if self.updates == 1 {
            self.values = parameters.to_vec();
            return;
        }
        assert!(new == first, "Average: {new} parameters, but the first update had {first}");
        let weight = self.beta.map_or(1.0 / self.updates as f64, |beta| 1.0 - beta);
        compiled_here!(F: approach(averages: &mut [F], parameters: &[F], weight: f64))(
            &mut self.values,
            parameters,
            weight,
        );
    }

    /// The average so far; empty before the first update.
    #[must_use]
    pub fn values(&self) -> &[F] {
        &self.values
    }

    /// The number of updates so far.
    #[must_use]
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// The state to be saved.
    #[must_use]
    pub fn state(&self) -> OptimizerState<F> {
        OptimizerState {
            method: self.name().to_owned(),
            learning_rate: 0.0,
            settings: self.beta.iter().map(|&beta| ("beta".to_owned(), beta)).collect(),
            steps: vec![(self.values.len(), self.updates)],
            numbers: Vec::new(),
            buffers: vec![("average".to_owned(), self.values.clone())],
        }
    }

    /// Continues from a saved state, with the same bits.
    ///
    /// # Errors
    /// If the state is of another kind of average, or does not fit together; the average is then as before.
    pub fn restore(&mut self, state: OptimizerState<F>) -> Result<(), StateError> {
        if state.method != self.name() {
            return Err(StateError::Method { saved: state.method, expected: self.name().to_owned() });
        }
        let settings: Vec<_> = self.beta.iter().map(|&beta| ("beta", beta)).collect();
        check_settings(&state.settings, &settings)?;
        let [(length, updates)] = state.steps[..] else {
            return Err(StateError::Steps { runs: state.steps });
        };
        check_buffers(&state.buffers, &["average"], length)?;
        self.updates = updates;
        self.values = state.buffers.into_iter().flat_map(|(_, numbers)| numbers).collect();
        Ok(())
    }

    fn name(&self) -> &'static str {
        if self.beta.is_some() { "exponential average" } else { "mean" }
    }
}

/// `a <- a + weight (w - a)`.
fn approach<F: Float>(averages: &mut [F], parameters: &[F], weight: f64) {
    if is_shared(averages.len()) {
        let cut = middle(averages.len());
        let ((a, a_rest), (w, w_rest)) = (averages.split_at_mut(cut), parameters.split_at(cut));
        rayon::join(|| approach(a, w, weight), || approach(a_rest, w_rest, weight));
        return;
    }
    let weight = rounded::<F>(weight);
    vectorised_wide(
        #[inline(always)]
        || {
            for (average, &w) in averages.iter_mut().zip(parameters) {
                *average = flush_subnormal(*average + weight * (w - *average));
            }
        },
    );
}
