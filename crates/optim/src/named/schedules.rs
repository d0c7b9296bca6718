//! Schedules by name.

use crate::schedule::Schedule;
use std::fmt;
use wengert_settings::{Choice, Entry, Range, Registry, Setting, Valid, choice_type};

/// The length of a training run, of which schedules count the epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The number of steps.
    pub steps: u64,
    /// The number of steps per epoch.
    pub steps_per_epoch: u64,
}

impl Run {
    /// The number of steps in this many epochs, rounded.
    fn steps_in(self, epochs: f64) -> u64 {
        (epochs * self.steps_per_epoch as f64).round() as u64
    }
}

/// A training run that is too short for a schedule.
#[derive(Clone, Debug, PartialEq)]
pub enum ScheduleError {
    /// The warm-up leaves no step.
    WarmUp {
        /// The steps of the warm-up.
        warmup: u64,
        /// The steps of the run.
        steps: u64,
    },
    /// A phase of a cycle has no step.
    OneCycle {
        /// The share of the steps in which the rate rises.
        rise: f64,
        /// The steps of the run.
        steps: u64,
    },
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WarmUp { warmup, steps } => write!(
                f,
                "schedule: the warm-up takes {warmup} of {steps} steps, must leave at least one; shorten it \
                 or train for more epochs"
            ),
            Self::OneCycle { rise, steps } => write!(
                f,
                "schedule one_cycle: with rise {rise}, a phase of the {steps} steps has no step; train for \
                 more epochs or change rise"
            ),
        }
    }
}

impl std::error::Error for ScheduleError {}

const fn factor(about: &'static str, default: f64) -> Setting {
    Setting { name: "factor", about, valid: Valid::within(0.0, 1e3), default }
}

const fn epochs(name: &'static str, about: &'static str, default: u32) -> Setting {
    Setting { name, about, valid: Valid::count_from(1), default: default as f64 }
}

const END: Setting = Setting {
    name: "end",
    about: "last rate, as a share of the learning rate",
    valid: Valid::SHARE,
    default: 0.0,
};
const TAU: Setting =
    Setting { name: "tau", about: "time constant, in epochs", valid: Valid::within(1e-3, 1e6), default: 1.0 };
const WARM_UP: Setting = Setting {
    name: "warmup",
    about: "epochs in which the rate rises from about 0 to the learning rate",
    valid: Valid::within(0.0, 1e6),
    default: 0.0,
};

/// Lists the schedules: for each its name, what it is, its settings, and how it is built from the choice, the
/// learning rate, and the run after the warm-up.
macro_rules! schedules {
    ($choice:ident, $rate:ident, $run:ident: $(
        $name:literal $about:literal [$($setting:expr),*] => $build:expr;
    )+) => {
        static SCHEDULES: Registry = Registry {
            kind: "schedule",
            common: &[WARM_UP],
            entries: &[$(Entry { name: $name, about: $about, settings: &[$($setting),*] }),+],
        };

        fn without_warm_up($choice: &Choice, $rate: f64, $run: Run) -> Result<Schedule, ScheduleError> {
            Ok(match $choice.name() {
                $($name => $build,)+
                name => unreachable!("{name} is not in the list"),
            })
        }
    };
}

choice_type! {
    /// A schedule by name, with its settings: `cosine`, `step:factor=0.5,every=20`.
    ///
    /// Settings count epochs, and rates are shares of the learning rate, so that one text fits data of any
    /// size.
    ///
    /// | name | schedule | settings, with their defaults |
    /// |---|---|---|
    /// | `constant` | [`Schedule::constant`] | |
    /// | `cosine` | [`Schedule::cosine_to`], over the run | `end=0` |
    /// | `cosine_restarts` | [`Schedule::cosine_restarts`] | `end=0`, `first=10` epochs, `growth=2` |
    /// | `exponential` | [`Schedule::exponential`] | `factor=0.95` per epoch |
    /// | `linear` | [`Schedule::linear`], over the run | `end=0` |
    /// | `milestones` | [`Schedule::milestones`] | `factor=0.1`, `at`: epochs, by default after 1/2 and 3/4 of the run |
    /// | `one_cycle` | [`Schedule::one_cycle_with`], over the run | `rise=0.3`, `start=0.04`, `end=0.000004` |
    /// | `over_log_t`, `over_root_t`, `over_t` | [`Schedule::over_log_t`], ... | `tau=1` epochs |
    /// | `step` | [`Schedule::step`] | `factor=0.5`, `every=10` epochs |
    ///
    /// All have `warmup=0`: the number of epochs of a [warm-up](Schedule::warmed_up), after which the
    /// schedule begins, and has the rest of the run.
    ///
    /// ```
    /// use wengert_optim::{Run, ScheduleChoice};
    ///
    /// let chosen: ScheduleChoice = "cosine:warmup=1".parse()?;
    /// let schedule = chosen.build(0.1, Run { steps: 220, steps_per_epoch: 20 })?;
    /// assert_eq!([20, 120, 220].map(|step| schedule.rate(step)), [0.1, 0.05, 0.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub ScheduleChoice from SCHEDULES
}

schedules! { choice, rate, run:
    "constant" "the same rate in all steps" [] => Schedule::constant(rate);
    "cosine" "half a cosine over the run (Loshchilov and Hutter 2017)" [END] =>
        Schedule::cosine_to(rate, rate * choice.number("end"), run.steps.max(1));
    "cosine_restarts" "half a cosine, again and again" [
        END,
        epochs("first", "epochs of the first cycle", 10),
        Setting { name: "growth", about: "growth of a cycle", valid: Valid::count_from(1), default: 2.0 }
    ] => {
        let first = run.steps_in(choice.number("first")).max(1);
        Schedule::cosine_restarts(rate, rate * choice.number("end"), first, choice.count("growth"))
    };
    "exponential" "the same factor in all steps" [factor("factor per epoch", 0.95)] =>
        Schedule::exponential(rate, choice.number("factor").powf(1.0 / run.steps_per_epoch.max(1) as f64));
    "linear" "a straight line over the run" [END] =>
        Schedule::linear(rate, rate * choice.number("end"), run.steps.max(1));
    "milestones" "a factor at each milestone" [factor("factor at a milestone", 0.1), AT] =>
        Schedule::milestones(rate, choice.number("factor"), &milestones(choice, run));
    "one_cycle" "up, down and far down over the run (Smith and Topin 2018)" [
        Setting { name: "rise", about: "share of the steps that rise", valid: RISE, default: 0.3 },
        part("start", "first rate, as a share of the learning rate", 0.04),
        part("end", "last rate, as a share of the learning rate", 4e-6)
    ] => one_cycle(choice, rate, run.steps.max(1))?;
    "over_log_t" "falls like 1 / ln t" [TAU] => Schedule::over_log_t(rate, tau(choice, run));
    "over_root_t" "falls like 1 / sqrt t" [TAU] => Schedule::over_root_t(rate, tau(choice, run));
    "over_t" "falls like 1 / t (Robbins and Monro 1951)" [TAU] => Schedule::over_t(rate, tau(choice, run));
    "step" "a factor after every few epochs" [
        factor("factor of a step", 0.5),
        epochs("every", "epochs between two steps", 10)
    ] => Schedule::step(rate, choice.number("factor"), run.steps_in(choice.number("every")).max(1));
}

const AT: Setting = Setting {
    name: "at",
    about: "epochs after which the factor applies",
    valid: Valid::Numbers(Range::closed(0.0, 1e6)),
    default: f64::NAN,
};
const RISE: Valid = Valid::Number(Range { low: 0.0, low_included: false, high: 1.0, high_included: false });

/// A share of the learning rate by which it can be divided.
const fn part(name: &'static str, about: &'static str, default: f64) -> Setting {
    Setting { name, about, valid: Valid::within(1e-12, 1.0), default }
}

/// The steps of the milestones, in order.
fn milestones(choice: &Choice, run: Run) -> Vec<u64> {
    let mut steps: Vec<u64> = match choice.given(AT.name) {
        Some(epochs) => epochs.iter().map(|&epochs| run.steps_in(epochs)).collect(),
        None => vec![run.steps / 2, run.steps.saturating_mul(3) / 4],
    };
    steps.sort_unstable();
    steps
}

fn one_cycle(choice: &Choice, rate: f64, steps: u64) -> Result<Schedule, ScheduleError> {
    let rise = choice.number("rise");
    let top = rise * steps as f64 - 1.0;
    if top > 0.0 && top < steps as f64 - 1.0 {
        let divisors = (1.0 / choice.number("start"), 1.0 / choice.number("end"));
        Ok(Schedule::one_cycle_with(rate, steps, rise, divisors))
    } else {
        Err(ScheduleError::OneCycle { rise, steps })
    }
}

/// The time constant in steps.
fn tau(choice: &Choice, run: Run) -> f64 {
    choice.number(TAU.name) * run.steps_per_epoch.max(1) as f64
}

impl ScheduleChoice {
    /// The schedule for a learning rate and the length of a training run.
    ///
    /// # Errors
    /// If the run is too short for it.
    ///
    /// # Panics
    /// If the rate is negative, infinite or NaN.
    #[track_caller]
    pub fn build(&self, rate: f64, run: Run) -> Result<Schedule, ScheduleError> {
        let choice = self.choice();
        let (warmup, steps) = (run.steps_in(choice.number(WARM_UP.name)), run.steps);
        if warmup == 0 {
            return without_warm_up(choice, rate, run);
        }
        if warmup >= steps {
            return Err(ScheduleError::WarmUp { warmup, steps });
        }
        let rest = without_warm_up(choice, rate, Run { steps: steps - warmup, ..run })?;
        Ok(rest.warmed_up(warmup, 1.0 / (warmup + 1) as f64))
    }
}
