//! Learning-rate schedules, one family per file, and the list of them that the tests walk.

#[allow(clippy::module_inception, reason = "the type that the families add constructors to")]
mod schedule;

pub use schedule::Schedule;

/// The direction in which a schedule changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trend {
    /// The rate never rises.
    Falling,
    /// The rate never falls.
    Rising,
    /// The rate rises and falls.
    Both,
}

/// A schedule in the list of [`all_schedules`], with rates that follow from its documentation.
#[derive(Clone, Debug)]
pub struct ScheduleSample {
    /// The constructor with settings, unique in the list.
    pub name: &'static str,
    /// The schedule.
    pub schedule: Schedule,
    /// Step numbers and the rates there, by the formula in the documentation: at 0, in between and after
    /// the end.
    pub rates: &'static [(u64, f64)],
    /// The direction of all changes.
    pub trend: Trend,
    /// The largest change of the rate in one step, rounded up.
    pub largest_change: f64,
}

/// Declares the module of each family of schedules, and lists samples of it.
macro_rules! schedules {
    ($($module:ident $($trend:ident by $largest_change:literal: $sample:expr => $rates:expr),+;)+) => {
        $(mod $module;)+

        /// Samples of every schedule of this crate, with some of their rates, to be drawn or tested.
        #[must_use]
        pub fn all_schedules() -> Vec<ScheduleSample> {
            vec![$($(ScheduleSample {
                name: stringify!($sample),
                schedule: $sample,
                rates: &$rates,
                trend: Trend::$trend,
                largest_change: $largest_change,
            },)+)+]
        }
    };
}

schedules! {
    combined
        Falling by 0.1: Schedule::linear(0.8, 0.4, 4).scaled(0.5) =>
            [(0, 0.4), (1, 0.35), (4, 0.2), (5, 0.2)],
        Falling by 1.5: Schedule::over_t(1.0, 1.0).times(Schedule::exponential(2.0, 0.5)) =>
            [(0, 2.0), (1, 0.5), (2, 1.0 / 6.0), (3, 0.0625)],
        Falling by 0.1: Schedule::linear(0.5, 0.1, 4).after(2) =>
            [(0, 0.5), (2, 0.5), (3, 0.4), (6, 0.1), (7, 0.1)],
        Both by 0.75: Schedule::linear(0.0, 0.75, 3).then(2, Schedule::exponential(1.0, 0.5)) =>
            [(0, 0.0), (1, 0.25), (2, 1.0), (3, 0.5), (4, 0.25)],
        Both by 0.25: Schedule::step(0.5, 0.5, 2).warmed_up(4, 0.5) =>
            [(0, 0.25), (1, 0.3125), (3, 0.4375), (4, 0.5), (5, 0.5), (6, 0.25), (8, 0.125)],
        Falling by 0.5: Schedule::exponential(1.0, 0.5).in_units_of(3) =>
            [(0, 1.0), (2, 1.0), (3, 0.5), (5, 0.5), (6, 0.25)];
    constant
        Falling by 0.0: Schedule::constant(0.25) => [(0, 0.25), (1, 0.25), (1_000_000, 0.25)];
    cosine
        Falling by 0.2: Schedule::cosine(1.0, 8) => [(0, 1.0), (4, 0.5), (8, 0.0), (9, 0.0)],
        Falling by 0.26: Schedule::cosine_to(1.0, 0.5, 3) =>
            [(0, 1.0), (1, 0.875), (2, 0.625), (3, 0.5), (4, 0.5)],
        Both by 0.9: Schedule::cosine_restarts(1.0, 0.2, 2, 2) =>
            [(0, 1.0), (1, 0.6), (2, 1.0), (4, 0.6), (6, 1.0), (10, 0.6), (14, 1.0)];
    custom
        Rising by 6.0: Schedule::custom(|t| t.min(3).pow(2) as f64) =>
            [(0, 0.0), (1, 1.0), (2, 4.0), (3, 9.0), (4, 9.0)];
    exponential
        Falling by 1.0: Schedule::exponential(2.0, 0.5) => [(0, 2.0), (1, 1.0), (2, 0.5), (5, 0.0625)],
        Rising by 1e4: Schedule::exponential(1.0, 1.5) => [(0, 1.0), (1, 1.5), (2, 2.25), (4, 5.0625)];
    inverse
        Falling by 0.5: Schedule::over_t(1.0, 1.0) => [(0, 1.0), (1, 0.5), (2, 1.0 / 3.0), (9, 0.1)],
        Falling by 0.3: Schedule::over_root_t(1.0, 1.0) => [(0, 1.0), (3, 0.5), (8, 1.0 / 3.0), (99, 0.1)],
        Falling by 0.24: Schedule::over_log_t(1.0, 1.0) =>
            [(0, 1.0), (1, 0.761_462_859_614_66), (9, 0.406_314_093_095_448_36)];
    linear
        Falling by 0.125: Schedule::linear(1.0, 0.5, 4) =>
            [(0, 1.0), (1, 0.875), (2, 0.75), (4, 0.5), (5, 0.5)],
        Rising by 0.25: Schedule::linear(0.0, 0.5, 2) => [(0, 0.0), (1, 0.25), (2, 0.5), (100, 0.5)];
    one_cycle
        Both by 0.5: Schedule::one_cycle(1.0, 10) =>
            [(0, 0.04), (1, 0.52), (2, 1.0), (9, 4e-6), (10, 4e-6)],
        Both by 0.46: Schedule::one_cycle_with(1.0, 8, 0.5, (10.0, 20.0)) =>
            [(0, 0.1), (3, 1.0), (5, 0.525), (7, 0.05)];
    step
        Falling by 0.25: Schedule::step(0.5, 0.5, 3) =>
            [(0, 0.5), (2, 0.5), (3, 0.25), (5, 0.25), (6, 0.125)],
        Falling by 0.375: Schedule::milestones(0.5, 0.5, &[1, 4, 4]) =>
            [(0, 0.5), (1, 0.25), (3, 0.25), (4, 0.0625), (9, 0.0625)];
}
