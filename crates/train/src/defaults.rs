//! Settings that suit the size and the kind of the data.

use crate::selection::BestBy;
use crate::trainer::Trainer;
use wengert_ad::Real;
use wengert_data::{Examples, Targets};
use wengert_nn::{ActivationChoice, AnyActivation, Loss, LossChoice, Mlp};
use wengert_optim::{Optimizer, OptimizerChoice, Run, ScheduleChoice, ScheduleError};

/// Settings of a training run that suit the number of training examples and the kind of the targets.
///
/// They are for standardised features, and for standardised targets of regressions.
///
/// ```
/// use wengert_data::moons;
/// use wengert_train::Defaults;
///
/// let data = moons(400, 0.1, 7);
/// let defaults = Defaults::of(&data);
/// let split = data.split(0.8 - defaults.validation, defaults.validation, 0.2, 7)?.standardised();
/// let report = defaults.trainer(&split.train)?.seed(7).fit(&split)?;
/// assert!(report.test.and_then(|metrics| metrics.accuracy) > Some(0.95));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Defaults {
    /// The widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// The activation.
    pub activation: ActivationChoice,
    /// The loss.
    pub loss: LossChoice,
    /// The optimizer with its weight decay.
    pub optimizer: OptimizerChoice,
    /// The learning rate.
    pub rate: f64,
    /// The schedule of the learning rate.
    pub schedule: ScheduleChoice,
    /// The number of examples per step.
    pub batch_size: usize,
    /// The number of epochs.
    pub epochs: usize,
    /// The share of the examples to hold out for validation.
    pub validation: f64,
    /// The criterion for the best epoch, whose parameters are the result; `None` for the last epoch.
    pub best_by: Option<BestBy>,
}

/// The number of steps for up to a thousand examples; for classes, with at most two features.
const STEPS: f64 = 3000.0;
/// The largest number of epochs.
const MOST_EPOCHS: usize = 300;
/// The learning rate for few examples.
const RATE: f64 = 0.01;
/// The number of examples from which on the learning rate falls, like the inverse of its root.
const FEW: f64 = 2000.0;
/// The weight decay per feature and example: noise is fitted most easily where there are many features and
/// few examples.
const DECAY: f64 = 50.0;
/// Further features, such as the pixels of an image, are mostly alike, and add no weight decay.
const MOST_FEATURES: usize = 120;
/// The smallest and the largest weight decay.
const DECAYS: [f64; 2] = [1e-3, 3.0];

impl Defaults {
    /// The settings for a data set of `n` examples with `d` features, before or after a part of it is held
    /// out:
    ///
    /// | setting | value |
    /// |---|---|
    /// | network | hidden layers of 128 and 64 units, ReLU |
    /// | loss | cross-entropy for classes, the mean of squares for values |
    /// | optimizer | AdamW with weight decay `50 min(d, 120) / n`, from 0.001 to 3 |
    /// | learning rate | 0.01, and `0.01 sqrt(2000 / n)` for more than 2000 examples; falls along half a cosine |
    /// | batch size | about `n / 32` for classes and `n / 64` for values, a power of two from 16 to 128 |
    /// | epochs | as many as 3000 steps take, for classes `3000 (2 / d)^0.75` of more than two features, and times `sqrt(n / 1000)`, up to 2, for more than 1000 examples; at most 300; at least `60,000 / n`, from 10 to 20, and `10^6 / n` for more than 100,000 examples |
    ///
    /// In the plane, the boundary between two classes can have any shape, which takes many steps. The more
    /// features there are, the simpler is the boundary that can be learnt from the examples at all, and the
    /// sooner it is learnt; later steps only fit the noise. The values of a regression take more steps.
    ///
    /// The numbers were chosen for real tables and generated data together, beside scikit-learn's perceptrons
    /// of the same widths: `benches/peers/tables.py` and `benches/peers/defaults.py`.
    #[must_use]
    pub fn of<T: Real>(data: &(impl Examples<T> + ?Sized)) -> Self {
        let (examples, data) = (data.examples().max(1), data.sample());
        let features = data.width();
        let is_regression = matches!(data.targets(), Targets::Values { .. });
        let batches = if is_regression { 64 } else { 32 };
        let batch_size = (examples / batches).next_power_of_two().clamp(16, 128);
        let steps_per_epoch = examples.div_ceil(batch_size);
        let by_features = if is_regression { 1.0 } else { (2.0 / features.max(2) as f64).powf(0.75) };
        let by_examples = (examples as f64 / 1000.0).sqrt().clamp(1.0, 2.0);
        let steps = (STEPS * by_features * by_examples) as usize;
        let least_epochs = (60_000 / examples).clamp((1_000_000 / examples).clamp(2, 10), 20);
        let features_per_example = features.min(MOST_FEATURES) as f64 / examples as f64;
        let decay = (DECAY * features_per_example).clamp(DECAYS[0], DECAYS[1]);
        let decay = rounded(decay);
        let known = "the name is in the registry";
        Self {
            hidden: vec![128, 64],
            activation: "relu".parse().expect(known),
            loss: if is_regression { "mean_squared" } else { "cross_entropy" }.parse().expect(known),
            optimizer: format!("adamw:weight_decay={decay}").parse().expect(known),
            rate: rounded(RATE * (FEW / examples as f64).sqrt().min(1.0)),
            schedule: "cosine".parse().expect(known),
            batch_size,
            epochs: steps.div_ceil(steps_per_epoch).clamp(least_epochs, MOST_EPOCHS),
            validation: 0.1,
            best_by: None,
        }
    }

    /// The network for a data set.
    #[must_use]
    pub fn network<T: Real>(&self, data: &(impl Examples<T> + ?Sized)) -> Mlp<AnyActivation> {
        let data = data.sample();
        let outputs = match data.targets() {
            Targets::Classes { classes, .. } => *classes,
            Targets::Values { width, .. } => *width,
        };
        let widths = [&[data.width()], &self.hidden[..], &[outputs]].concat();
        Mlp::new(widths).activation(self.activation.build()).init(self.activation.typical_init())
    }

    /// A trainer with these settings for the training part of a split.
    ///
    /// # Errors
    /// If the run is too short for the schedule.
    ///
    /// # Panics
    /// If a setting has been changed to a number out of its range, such as a batch size of 0.
    #[track_caller]
    pub fn trainer<T: Real>(
        &self,
        train: &(impl Examples<T> + ?Sized),
    ) -> Result<DefaultTrainer<T>, ScheduleError> {
        let steps_per_epoch = train.examples().div_ceil(self.batch_size.max(1)) as u64;
        let steps = steps_per_epoch.saturating_mul(self.epochs as u64);
        let schedule = self.schedule.build(self.rate, Run { steps, steps_per_epoch })?;
        let trainer = Trainer::new(self.network(train), self.loss.build(), self.optimizer.build(self.rate))
            .batch_size(self.batch_size)
            .epochs(self.epochs)
            .schedule(schedule);
        Ok(match self.best_by {
            Some(criterion) => trainer.best_by(criterion),
            None => trainer,
        })
    }
}

/// A number with two digits, which are easily read in a report.
fn rounded(x: f64) -> f64 {
    format!("{x:.1e}").parse().expect("a formatted number is a number")
}

/// The trainer of [`Defaults`], whose parts are chosen at run time.
pub type DefaultTrainer<T = f32> = Trainer<Mlp<AnyActivation>, Box<dyn Loss<T>>, Box<dyn Optimizer<T>>, T>;
