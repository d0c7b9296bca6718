//! The optimizers, one per file: the rule with its formula, its source, and the map to PyTorch's arguments.
//! And the list of them that the tests walk.

use std::fmt;

use crate::elementwise::Rule;
use crate::float::Float;
use crate::optimizer::Optimizer;

/// The effect of multiplying all gradients by one factor on the steps of an optimizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GradientScaling {
    /// The steps are multiplied by the factor.
    Proportional,
    /// The steps stay the same, except for the effect of `epsilon`.
    Invariant,
    /// Neither of both.
    Other,
}

/// An optimizer in the list of [`all_optimizers`].
pub struct OptimizerSample<F> {
    /// The name of the method with the settings that are not the default, unique in the list.
    pub name: &'static str,
    /// What the documentation of the method claims about scaled gradients.
    pub scaling: GradientScaling,
    /// The optimizer before its first step.
    pub optimizer: Box<dyn Optimizer<F>>,
}

impl<F> fmt::Debug for OptimizerSample<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, scaling, .. } = self;
        f.debug_struct("OptimizerSample")
            .field("name", name)
            .field("scaling", scaling)
            .finish_non_exhaustive()
    }
}

mod adafactor;
mod lamb;
mod muon;
mod prodigy;
pub use adafactor::Adafactor;
pub use lamb::Lamb;
pub use muon::Muon;
pub use prodigy::Prodigy;

/// Samples of the optimizers that treat arrays, or all parameters, as a whole.
#[track_caller]
fn of_arrays<F: Float>(rate: f64) -> impl Iterator<Item = OptimizerSample<F>> {
    let (muon, lamb) = (|| Muon::new(rate), || Lamb::new(rate));
    let (adafactor, prodigy) = (|| Adafactor::new(rate), || Prodigy::new(rate));
    let samples: [(&str, Box<dyn Optimizer<F>>); 9] = [
        ("adafactor", Box::new(adafactor())),
        (
            "adafactor, decoupled",
            Box::new(adafactor().decay(0.5).smallest(0.1).threshold(2.0).decoupled_weight_decay(0.1)),
        ),
        ("prodigy", Box::new(prodigy())),
        ("prodigy, first length", Box::new(prodigy().first_length(0.1))),
        (
            "prodigy, decoupled",
            Box::new(prodigy().first_length(0.1).betas(0.8, 0.95).decoupled_weight_decay(0.1)),
        ),
        ("muon", Box::new(muon())),
        ("muon, decoupled", Box::new(muon().decoupled_weight_decay(0.1))),
        ("lamb", Box::new(lamb())),
        ("lamb, decoupled", Box::new(lamb().betas(0.8, 0.95).decoupled_weight_decay(0.1))),
    ];
    let scaling = GradientScaling::Invariant;
    samples.into_iter().map(move |(name, optimizer)| OptimizerSample { name, scaling, optimizer })
}

/// Declares the module of each optimizer, exports its types, and lists samples of it.
macro_rules! optimizers {
    ($rate:ident: $(
        $module:ident { $optimizer:ident, $rule:ident }
        $($name:literal, $scaling:ident => $sample:expr),+;
    )+) => {
        $(
            mod $module;
            pub use $module::{$optimizer, $rule};
            const _: () = assert!(<$rule as Rule>::IS_COMPILED, "compiled_update! is missing");
        )+

        /// Samples of every optimizer of this crate with the learning rate `rate`, to be compared or
        /// tested.
        ///
        /// | optimizer | direction of a step | buffers of one number per parameter |
        /// |---|---|---|
        /// | [`Adafactor`] | gradient over the root of a product of rows and columns, in proportion to each array | fewer than 1 |
        /// | [`Asgd`] | gradient; the result is the mean of the points | 1 |
        /// | [`Prodigy`] | Adam with a length that grows to what is needed | 4 |
        /// | [`ScheduleFreeSgd`] | gradient; the result is a weighted mean of the points | 1 |
        /// | [`ScheduleFreeAdamW`] | gradient over running root mean square; likewise | 2 |
        /// | [`Sgd`] | gradient; velocity; Nesterov's velocity | 0 or 1 |
        /// | [`AdaGrad`] | gradient over the root of its sum of squares | 1 |
        /// | [`RmsProp`] | gradient over its running root mean square, or standard deviation | 1 to 3 |
        /// | [`Adadelta`] | the same, in units of earlier steps | 2 |
        /// | [`Adam`] | running mean over running root mean square; AdamW, AMSGrad | 2 or 3 |
        /// | [`Adamax`] | running mean over the largest recent absolute value | 2 |
        /// | [`AdEmaMix`] | a fast and a slow running mean over running root mean square | 3 |
        /// | [`Adopt`] | running mean of gradients over earlier root mean squares | 2 |
        /// | [`NAdam`] | Adam with Nesterov's momentum | 2 |
        /// | [`Lamb`] | that of AdamW, in proportion to the length of each array | 2 |
        /// | [`Muon`] | for hidden matrices, a running mean with singular values near 1 | 3 |
        /// | [`RAdam`] | Adam that begins as momentum | 2 |
        /// | [`Lion`] | sign of a running mean | 1 |
        /// | [`Rprop`] | sign of the gradient, with a length per parameter | 2 |
        ///
        /// # Panics
        /// If the rate is negative, infinite or NaN.
        #[must_use]
        #[track_caller]
        pub fn all_optimizers<F: Float>($rate: f64) -> Vec<OptimizerSample<F>> {
            let elementwise = vec![$($(OptimizerSample {
                name: $name,
                scaling: GradientScaling::$scaling,
                optimizer: Box::new($sample) as Box<dyn Optimizer<F>>,
            },)+)+];
            elementwise.into_iter().chain(of_arrays($rate)).collect()
        }
    };
}

optimizers! { rate:
    adadelta { Adadelta, AdadeltaRule }
        "adadelta", Invariant => Adadelta::new(rate),
        "adadelta, L2", Other => Adadelta::new(rate).rho(0.8).epsilon(1e-3).weight_decay(0.1);
    adagrad { AdaGrad, AdaGradRule }
        "adagrad", Invariant => AdaGrad::new(rate),
        "adagrad, initial sum, L2", Other => AdaGrad::new(rate).initial_sum(0.5).weight_decay(0.01);
    adam { Adam, AdamRule }
        "adam", Invariant => Adam::new(rate),
        "adam, uncorrected", Invariant => Adam::new(rate).uncorrected(),
        "adam, L2", Other => Adam::new(rate).betas(0.8, 0.95).weight_decay(0.1),
        "amsgrad", Invariant => Adam::new(rate).amsgrad().betas(0.9, 0.9),
        "adamw", Invariant => Adam::new(rate).decoupled_weight_decay(0.1);
    adamax { Adamax, AdamaxRule }
        "adamax", Invariant => Adamax::new(rate),
        "adamax, L2", Other => Adamax::new(rate).betas(0.8, 0.95).epsilon(1e-3).weight_decay(0.1);
    ademamix { AdEmaMix, AdEmaMixRule }
        "ademamix", Invariant => AdEmaMix::new(rate),
        "ademamix, warm-up, decoupled", Invariant =>
            AdEmaMix::new(rate).betas(0.8, 0.95, 0.99).alpha(3.0).warm_up(30).decoupled_weight_decay(0.1);
    adopt { Adopt, AdoptRule }
        "adopt", Invariant => Adopt::new(rate),
        "adopt, L2", Other => Adopt::new(rate).betas(0.8, 0.95).epsilon(1e-2).weight_decay(0.1);
    asgd { Asgd, AsgdRule }
        "asgd", Other => Asgd::new(rate),
        "asgd, shrinkage, start, L2", Other =>
            Asgd::new(rate).shrinkage(0.01).power(0.5).start(5).weight_decay(0.1);
    lion { Lion, LionRule }
        "lion", Invariant => Lion::new(rate),
        "lion, decoupled", Invariant => Lion::new(rate).betas(0.8, 0.95).decoupled_weight_decay(0.1);
    nadam { NAdam, NAdamRule }
        "nadam", Invariant => NAdam::new(rate),
        "nadam, momentum decay, decoupled", Invariant =>
            NAdam::new(rate).momentum_decay(0.1).decoupled_weight_decay(0.1);
    radam { RAdam, RAdamRule }
        "radam", Other => RAdam::new(rate),
        "radam, L2", Other => RAdam::new(rate).betas(0.9, 0.99).weight_decay(0.1);
    rmsprop { RmsProp, RmsPropRule }
        "rmsprop", Invariant => RmsProp::new(rate),
        "rmsprop, momentum", Invariant => RmsProp::new(rate).momentum(0.5),
        "rmsprop, centred", Invariant => RmsProp::new(rate).centred(),
        "rmsprop, centred, momentum, L2", Other =>
            RmsProp::new(rate).rho(0.9).epsilon(1e-4).momentum(0.8).centred().weight_decay(0.01);
    rprop { Rprop, RpropRule }
        "rprop", Invariant => Rprop::new(rate),
        "rprop, factors, lengths, decoupled", Invariant =>
            Rprop::new(rate).factors(0.3, 1.5).lengths(1e-2, 10.0).decoupled_weight_decay(0.1);
    schedule_free_adamw { ScheduleFreeAdamW, ScheduleFreeAdamWRule }
        "schedule_free_adamw", Invariant => ScheduleFreeAdamW::new(rate),
        "schedule_free_adamw, warm-up, decoupled", Invariant =>
            ScheduleFreeAdamW::new(rate).betas(0.8, 0.95).warm_up(10).decoupled_weight_decay(0.1);
    schedule_free_sgd { ScheduleFreeSgd, ScheduleFreeSgdRule }
        "schedule_free_sgd", Proportional => ScheduleFreeSgd::new(rate),
        "schedule_free_sgd, warm-up, L2", Other =>
            ScheduleFreeSgd::new(rate).beta(0.8).warm_up(10).weight_decay(0.1);
    sgd { Sgd, SgdRule }
        "sgd", Proportional => Sgd::new(rate),
        "sgd, momentum", Proportional => Sgd::new(rate).momentum(0.9),
        "sgd, dampening", Proportional => Sgd::new(rate).momentum(0.9).dampening(0.5),
        "sgd, low-pass", Proportional => Sgd::new(rate).low_pass(0.1),
        "sgd, nesterov", Proportional => Sgd::new(rate).momentum(0.9).nesterov(),
        "sgd, momentum, L2", Other => Sgd::new(rate).momentum(0.9).weight_decay(0.1);
}
