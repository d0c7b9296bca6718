//! Optimizers by name.

use crate::elementwise::{Elementwise, Rule};
use crate::float::Float;
use crate::method::{
    AdEmaMix, AdaGrad, Adadelta, Adafactor, Adam, Adamax, Adopt, Asgd, Lamb, Lion, Muon, NAdam, Prodigy,
    RAdam, RmsProp, Rprop, ScheduleFreeAdamW, ScheduleFreeSgd, Sgd,
};
use crate::optimizer::Optimizer;
use wengert_settings::{Choice, Entry, Range, Registry, Setting, Valid, choice_type};

/// A setting that its own table describes.
const fn setting(name: &'static str, about: &'static str, valid: Valid, default: f64) -> Setting {
    Setting { name, about, valid, default }
}

const fn beta1(default: f64) -> Setting {
    setting("beta1", "decay rate of the running mean", Valid::BELOW_ONE, default)
}

const fn beta2(default: f64) -> Setting {
    setting("beta2", "decay rate of the running mean square", Valid::BELOW_ONE, default)
}

const fn rho(default: f64) -> Setting {
    setting("rho", "decay rate of the running mean square", Valid::BELOW_ONE, default)
}

/// The term of the denominator; its range does not round to 0 or infinity in single precision.
const fn epsilon(default: f64) -> Setting {
    setting("epsilon", "added to the denominator", Valid::within(1e-30, 1e30), default)
}

const fn momentum(default: f64) -> Setting {
    setting("momentum", "decay rate of the velocity", Valid::BELOW_ONE, default)
}

const NESTEROV: Setting = setting("nesterov", "Nesterov's momentum", Valid::Flag, 0.0);
const DAMPENING: Setting =
    setting("dampening", "share of the gradient not added to the velocity", Valid::BELOW_ONE, 0.0);
const DECOUPLED: Setting =
    setting("decoupled", "weight decay apart from the gradient, as in AdamW", Valid::Flag, 0.0);
const WEIGHT_DECAY: Setting =
    setting("weight_decay", "strength of the pull of the parameters towards 0", Valid::within(0.0, 1e6), 0.0);

/// Lists the optimizers: for each its name, the learning rate to try first for standardised data, what it is,
/// its settings, and how it is built.
macro_rules! optimizers {
    ($choice:ident, $rate:ident: $(
        $name:literal $typical:literal $about:literal [$($setting:expr),*] $decay:ident => $build:expr;
    )+) => {
        static OPTIMIZERS: Registry = Registry {
            kind: "optimizer",
            common: &[WEIGHT_DECAY],
            entries: &[$(Entry { name: $name, about: $about, settings: &[$($setting),*] }),+],
        };

        impl OptimizerChoice {
            /// The learning rate to try first, for standardised data.
            #[must_use]
            pub fn typical_rate(&self) -> f64 {
                match self.choice().name() {
                    $($name => $typical,)+
                    name => unreachable!("{name} is not in the list"),
                }
            }

            /// Whether the method needs no schedule: an average of its points takes the place of a rate that
            /// falls.
            #[must_use]
            pub fn needs_no_schedule(&self) -> bool {
                ["asgd", "schedule_free_adamw", "schedule_free_sgd"].contains(&self.choice().name())
            }

            /// The optimizer with this learning rate, before its first step.
            ///
            /// # Panics
            /// If the rate is negative, infinite or NaN.
            #[must_use]
            #[track_caller]
            pub fn build<F: Float>(&self, $rate: f64) -> Box<dyn Optimizer<F>> {
                let $choice = self.choice();
                match $choice.name() {
                    $($name => $decay($build, $choice),)+
                    name => unreachable!("{name} is not in the list"),
                }
            }
        }
    };
}

choice_type! {
    /// An optimizer by name, with its settings: `adam`, `sgd:momentum=0.9,nesterov`.
    ///
    /// | name | optimizer | settings, with their defaults |
    /// |---|---|---|
    /// | `adadelta` | [`Adadelta`] | `rho=0.9`, `epsilon=0.000001`, `decoupled` |
    /// | `adafactor` | [`Adafactor`], decoupled | `decay=0.8`, `smallest=0.001`, `threshold=1` |
    /// | `adagrad` | [`AdaGrad`] | `epsilon=0.0000000001`, `initial_sum=0`, `decoupled` |
    /// | `adamax` | [`Adamax`] | `beta1=0.9`, `beta2=0.999`, `epsilon=0.00000001`, `decoupled` |
    /// | `ademamix` | [`AdEmaMix`], decoupled | `beta1=0.9`, `beta2=0.999`, `beta3=0.9999`, `alpha=5`, `warm_up=0`, `epsilon=0.00000001` |
    /// | `adopt` | [`Adopt`] | `beta1=0.9`, `beta2=0.9999`, `epsilon=0.000001`, `decoupled` |
    /// | `adam` | [`Adam`] | `beta1=0.9`, `beta2=0.999`, `epsilon=0.00000001`, `amsgrad`, `uncorrected`, `decoupled` |
    /// | `adamw` | [`Adam`], decoupled | `beta1=0.9`, `beta2=0.999`, `epsilon=0.00000001`, `amsgrad`, `uncorrected` |
    /// | `asgd` | [`Asgd`] | `shrinkage=0.0001`, `power=0.75`, `start=1000000`, `decoupled` |
    /// | `lamb` | [`Lamb`], decoupled | `beta1=0.9`, `beta2=0.999`, `epsilon=0.000001` |
    /// | `lion` | [`Lion`], decoupled | `beta1=0.9`, `beta2=0.99` |
    /// | `low_pass` | [`Sgd::low_pass`] | `b=0.1`, `nesterov`, `decoupled` |
    /// | `momentum` | [`Sgd`] | `momentum=0.9`, `dampening=0`, `nesterov`, `decoupled` |
    /// | `muon` | [`Muon`], decoupled | `momentum=0.95`, `plain`, `adam_factor=0.15` |
    /// | `nadam` | [`NAdam`] | `beta1=0.9`, `beta2=0.999`, `epsilon=0.00000001`, `momentum_decay=0.004`, `decoupled` |
    /// | `prodigy` | [`Prodigy`] | `beta1=0.9`, `beta2=0.999`, `epsilon=0.00000001`, `first_length=0.000001`, `decoupled` |
    /// | `radam` | [`RAdam`] | `beta1=0.9`, `beta2=0.999`, `epsilon=0.00000001`, `decoupled` |
    /// | `rmsprop` | [`RmsProp`] | `rho=0.99`, `epsilon=0.00000001`, `momentum=0`, `centred`, `decoupled` |
    /// | `rprop` | [`Rprop`] | `down=0.5`, `up=1.2`, `shortest=0.0001`, `longest=5000`, `decoupled` |
    /// | `schedule_free_adamw` | [`ScheduleFreeAdamW`], decoupled | `beta1=0.9`, `beta2=0.999`, `epsilon=0.00000001`, `warm_up=0` |
    /// | `schedule_free_sgd` | [`ScheduleFreeSgd`] | `beta=0.9`, `warm_up=0`, `decoupled` |
    /// | `sgd` | [`Sgd`] | `momentum=0`, `dampening=0`, `nesterov`, `decoupled` |
    ///
    /// All have `weight_decay=0`. It is added to the gradient ([`Elementwise::weight_decay`]), or, where
    /// `decoupled` is given or the table says so, apart from it ([`Elementwise::decoupled_weight_decay`]).
    ///
    /// ```
    /// use wengert_optim::{Optimizer, OptimizerChoice};
    ///
    /// let chosen: OptimizerChoice = "sgd:momentum=0.9,nesterov".parse()?;
    /// let mut sgd = chosen.build::<f32>(0.1);
    /// sgd.step(&mut [1.0], &[0.5]);
    /// let error = "sgd:momentum=1.5".parse::<OptimizerChoice>().unwrap_err().to_string();
    /// assert_eq!(error, "optimizer sgd: momentum is \"1.5\", must be a number in [0, 1)");
    /// # Ok::<(), wengert_settings::ChoiceError>(())
    /// ```
    pub OptimizerChoice from OPTIMIZERS
}

optimizers! { choice, rate:
    "adadelta" 1.0 "steps in units of earlier steps (Zeiler 2012)"
        [rho(0.9), epsilon(1e-6), DECOUPLED] either =>
        Adadelta::new(rate).rho(choice.number("rho")).epsilon(choice.number("epsilon"));
    "adafactor" 0.01 "a mean square per row and column (Shazeer and Stern 2018)"
        [DECAY, SMALLEST, THRESHOLD] factored =>
        Adafactor::new(rate)
            .decay(choice.number("decay"))
            .smallest(choice.number("smallest"))
            .threshold(choice.number("threshold"));
    "adagrad" 0.03 "gradient over the root of its sum of squares (Duchi et al. 2011)"
        [epsilon(1e-10), INITIAL_SUM, DECOUPLED] either =>
        AdaGrad::new(rate).epsilon(choice.number("epsilon")).initial_sum(choice.number("initial_sum"));
    "adam" 3e-3 "running mean over running root mean square (Kingma and Ba 2015)"
        [beta1(0.9), beta2(0.999), epsilon(1e-8), AMSGRAD, UNCORRECTED, DECOUPLED] either =>
        adam(rate, choice);
    "adamw" 3e-3 "adam with decoupled weight decay (Loshchilov and Hutter 2019)"
        [beta1(0.9), beta2(0.999), epsilon(1e-8), AMSGRAD, UNCORRECTED] decoupled => adam(rate, choice);
    "adamax" 3e-3 "running mean over the largest recent gradient (Kingma and Ba 2015)"
        [beta1(0.9), LARGEST_DECAY, epsilon(1e-8), DECOUPLED] either =>
        Adamax::new(rate)
            .betas(choice.number("beta1"), choice.number("beta2"))
            .epsilon(choice.number("epsilon"));
    "ademamix" 3e-3 "adam with a second, slow mean (Pagliardini et al. 2024)"
        [FAST, beta2(0.999), SLOW, ALPHA, WARM_UP, epsilon(1e-8)] decoupled =>
        AdEmaMix::new(rate)
            .betas(choice.number("beta1"), choice.number("beta2"), choice.number("beta3"))
            .alpha(choice.number("alpha"))
            .warm_up(choice.count("warm_up"))
            .epsilon(choice.number("epsilon"));
    "adopt" 3e-3 "adam whose scale is one step older (Taniguchi et al. 2024)"
        [beta1(0.9), beta2(0.9999), epsilon(1e-6), DECOUPLED] either =>
        Adopt::new(rate)
            .betas(choice.number("beta1"), choice.number("beta2"))
            .epsilon(choice.number("epsilon"));
    "asgd" 0.1 "gradient descent with the mean of its points (Polyak and Juditsky 1992)"
        [SHRINKAGE, POWER, START, DECOUPLED] either =>
        Asgd::new(rate)
            .shrinkage(choice.number("shrinkage"))
            .power(choice.number("power"))
            .start(choice.count("start"));
    "lamb" 0.01 "adamw with steps in proportion to each array (You et al. 2020)"
        [beta1(0.9), beta2(0.999), epsilon(1e-6)] proportional =>
        Lamb::new(rate)
            .betas(choice.number("beta1"), choice.number("beta2"))
            .epsilon(choice.number("epsilon"));
    "lion" 3e-4 "sign of a running mean, decoupled weight decay (Chen et al. 2023)"
        [beta1(0.9), beta2(0.99)] decoupled =>
        Lion::new(rate).betas(choice.number("beta1"), choice.number("beta2"));
    "low_pass" 0.1 "gradient descent along a running mean of the gradient"
        [setting("b", "weight of the newest gradient", WEIGHT, 0.1), NESTEROV, DECOUPLED] either =>
        nesterov(Sgd::new(rate).low_pass(choice.number("b")), choice);
    "momentum" 0.02 "gradient descent with a velocity (Polyak 1964)"
        [momentum(0.9), DAMPENING, NESTEROV, DECOUPLED] either => sgd(rate, choice);
    "muon" 0.02 "orthogonal steps of hidden matrices, and adamw (Jordan et al. 2024)"
        [momentum(0.95), PLAIN, ADAM_FACTOR] shaped =>
        Muon::new(rate).momentum(choice.number("momentum")).adam_factor(choice.number("adam_factor"));
    "nadam" 3e-3 "adam with Nesterov's momentum (Dozat 2016)"
        [beta1(0.9), beta2(0.999), epsilon(1e-8), MOMENTUM_DECAY, DECOUPLED] either =>
        NAdam::new(rate)
            .betas(choice.number("beta1"), choice.number("beta2"))
            .epsilon(choice.number("epsilon"))
            .momentum_decay(choice.number("momentum_decay"));
    "prodigy" 1.0 "adam that finds its own rate (Mishchenko and Defazio 2023)"
        [beta1(0.9), beta2(0.999), epsilon(1e-8), FIRST_LENGTH, DECOUPLED] growing =>
        Prodigy::new(rate)
            .betas(choice.number("beta1"), choice.number("beta2"))
            .epsilon(choice.number("epsilon"))
            .first_length(choice.number("first_length"));
    "radam" 3e-3 "adam that begins as momentum (Liu et al. 2020)"
        [beta1(0.9), beta2(0.999), epsilon(1e-8), DECOUPLED] either =>
        RAdam::new(rate)
            .betas(choice.number("beta1"), choice.number("beta2"))
            .epsilon(choice.number("epsilon"));
    "rmsprop" 1e-3 "gradient over its running root mean square (Tieleman and Hinton 2012)"
        [rho(0.99), epsilon(1e-8), momentum(0.0), CENTRED, DECOUPLED] either => rmsprop(rate, choice);
    "rprop" 0.01 "a step length per parameter, for whole batches (Riedmiller and Braun 1993)"
        [DOWN, UP, SHORTEST, LONGEST, DECOUPLED] either =>
        Rprop::new(rate)
            .factors(choice.number("down"), choice.number("up"))
            .lengths(choice.number("shortest"), choice.number("longest"));
    "schedule_free_adamw" 3e-3 "adamw with an average instead of a schedule (Defazio et al. 2024)"
        [INTERPOLATION, beta2(0.999), epsilon(1e-8), RATE_WARM_UP] decoupled =>
        ScheduleFreeAdamW::new(rate)
            .betas(choice.number("beta1"), choice.number("beta2"))
            .epsilon(choice.number("epsilon"))
            .warm_up(choice.count("warm_up"));
    "schedule_free_sgd" 1.0 "gradient descent with an average instead of a schedule (Defazio et al. 2024)"
        [Setting { name: "beta", ..INTERPOLATION }, RATE_WARM_UP, DECOUPLED] either =>
        ScheduleFreeSgd::new(rate).beta(choice.number("beta")).warm_up(choice.count("warm_up"));
    "sgd" 0.1 "gradient descent"
        [momentum(0.0), DAMPENING, NESTEROV, DECOUPLED] either => sgd(rate, choice);
}

const DECAY: Setting =
    setting("decay", "power with which older gradients lose weight", Valid::within(0.0, 100.0), 0.8);
const SMALLEST: Setting =
    setting("smallest", "size that arrays count as having at least", Valid::within(1e-30, 1e30), 1e-3);
const THRESHOLD: Setting = setting(
    "threshold",
    "size of a direction from which on it is shortened",
    Valid::within(1e-30, 1e30),
    1.0,
);
const SHRINKAGE: Setting =
    setting("shrinkage", "strength of the decay of rate and parameters", Valid::within(0.0, 1e6), 1e-4);
const POWER: Setting = setting("power", "power with which the rate falls", Valid::within(0.0, 100.0), 0.75);
const START: Setting =
    setting("start", "steps before the mean begins", Valid::Whole(Range::closed(0.0, 1e12)), 1e6);
const FIRST_LENGTH: Setting =
    setting("first_length", "length that the steps begin with", Valid::within(1e-15, 1e15), 1e-6);
const INTERPOLATION: Setting = setting(
    "beta1",
    "share of the average in the point of the gradients",
    Valid::within(1e-6, 0.999_999),
    0.9,
);
const RATE_WARM_UP: Setting = setting("warm_up", "steps in which the rate rises", Valid::count_from(0), 0.0);
const AMSGRAD: Setting = setting("amsgrad", "the largest mean square so far", Valid::Flag, 0.0);
const UNCORRECTED: Setting = setting("uncorrected", "no bias correction", Valid::Flag, 0.0);
const INITIAL_SUM: Setting = setting("initial_sum", "initial sum of squares", Valid::within(0.0, 1e30), 0.0);
const CENTRED: Setting =
    setting("centred", "standard deviation instead of root mean square", Valid::Flag, 0.0);
const MOMENTUM_DECAY: Setting =
    setting("momentum_decay", "rate at which the momentum grows", Valid::within(0.0, 1e3), 4e-3);
const LARGEST_DECAY: Setting =
    setting("beta2", "decay rate of the largest gradient", Valid::BELOW_ONE, 0.999);
const FAST: Setting = setting("beta1", "decay rate of the fast mean", Valid::within(1e-6, 0.999_999), 0.9);
const SLOW: Setting =
    setting("beta3", "decay rate of the slow mean", Valid::within(1e-6, 0.999_999_9), 0.9999);
const ALPHA: Setting = setting("alpha", "weight of the slow mean", Valid::within(0.0, 1e6), 5.0);
const WARM_UP: Setting =
    setting("warm_up", "steps in which the slow mean comes into effect", Valid::count_from(0), 0.0);
const DOWN: Setting =
    setting("down", "factor of a length after a change of sign", Valid::within(1e-6, 0.999_999), 0.5);
const UP: Setting = setting("up", "factor of a length otherwise", Valid::within(1.0, 1e3), 1.2);
const SHORTEST: Setting =
    setting("shortest", "shortest length, times the rate", Valid::within(1e-12, 1.0), 1e-4);
const LONGEST: Setting = setting("longest", "longest length, times the rate", Valid::within(1.0, 1e12), 5e3);
const PLAIN: Setting = setting("plain", "without Nesterov's momentum", Valid::Flag, 0.0);
const ADAM_FACTOR: Setting =
    setting("adam_factor", "rate of adamw, relative to that of the matrices", Valid::within(1e-6, 1e6), 0.15);
const WEIGHT: Valid = Valid::Number(Range { low: 0.0, low_included: false, high: 1.0, high_included: true });

/// Weight decay that is added to the gradient, unless the choice says that it is decoupled.
#[track_caller]
fn either<R: Rule + 'static, F: Float>(
    optimizer: Elementwise<R, F>,
    choice: &Choice,
) -> Box<dyn Optimizer<F>> {
    if choice.has(DECOUPLED.name) {
        return decoupled(optimizer, choice);
    }
    Box::new(optimizer.weight_decay(choice.number(WEIGHT_DECAY.name)))
}

#[track_caller]
fn decoupled<R: Rule + 'static, F: Float>(
    optimizer: Elementwise<R, F>,
    choice: &Choice,
) -> Box<dyn Optimizer<F>> {
    Box::new(optimizer.decoupled_weight_decay(choice.number(WEIGHT_DECAY.name)))
}

#[track_caller]
fn factored<F: Float>(adafactor: Adafactor<F>, choice: &Choice) -> Box<dyn Optimizer<F>> {
    Box::new(adafactor.decoupled_weight_decay(choice.number(WEIGHT_DECAY.name)))
}

#[track_caller]
fn growing<F: Float>(prodigy: Prodigy<F>, choice: &Choice) -> Box<dyn Optimizer<F>> {
    let lambda = choice.number(WEIGHT_DECAY.name);
    let is_decoupled = choice.has(DECOUPLED.name);
    Box::new(if is_decoupled { prodigy.decoupled_weight_decay(lambda) } else { prodigy.weight_decay(lambda) })
}

#[track_caller]
fn proportional<F: Float>(lamb: Lamb<F>, choice: &Choice) -> Box<dyn Optimizer<F>> {
    Box::new(lamb.decoupled_weight_decay(choice.number(WEIGHT_DECAY.name)))
}

#[track_caller]
fn shaped<F: Float>(muon: Muon<F>, choice: &Choice) -> Box<dyn Optimizer<F>> {
    let muon = if choice.has(PLAIN.name) { muon.without_nesterov() } else { muon };
    Box::new(muon.decoupled_weight_decay(choice.number(WEIGHT_DECAY.name)))
}

#[track_caller]
fn adam<F: Float>(rate: f64, choice: &Choice) -> Adam<F> {
    let adam = Adam::new(rate)
        .betas(choice.number("beta1"), choice.number("beta2"))
        .epsilon(choice.number("epsilon"));
    let adam = if choice.has(AMSGRAD.name) { adam.amsgrad() } else { adam };
    if choice.has(UNCORRECTED.name) { adam.uncorrected() } else { adam }
}

#[track_caller]
fn rmsprop<F: Float>(rate: f64, choice: &Choice) -> RmsProp<F> {
    let rmsprop = RmsProp::new(rate)
        .rho(choice.number("rho"))
        .epsilon(choice.number("epsilon"))
        .momentum(choice.number("momentum"));
    if choice.has(CENTRED.name) { rmsprop.centred() } else { rmsprop }
}

#[track_caller]
fn sgd<F: Float>(rate: f64, choice: &Choice) -> Sgd<F> {
    let sgd = Sgd::new(rate).momentum(choice.number("momentum")).dampening(choice.number("dampening"));
    nesterov(sgd, choice)
}

fn nesterov<F: Float>(sgd: Sgd<F>, choice: &Choice) -> Sgd<F> {
    if choice.has(NESTEROV.name) { sgd.nesterov() } else { sgd }
}
