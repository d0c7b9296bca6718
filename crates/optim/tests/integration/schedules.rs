//! Schedules: exact values, ends, and combinations.

use std::f64::consts::{E, FRAC_1_SQRT_2};

use crate::panics::message_of;
use wengert_optim::Schedule;

fn rates<const N: usize>(schedule: &Schedule, steps: [u64; N]) -> [f64; N] {
    steps.map(|t| schedule.rate(t))
}

#[track_caller]
fn assert_rates<const N: usize>(schedule: &Schedule, steps: [u64; N], exact: [f64; N]) {
    for ((rate, exact), t) in rates(schedule, steps).into_iter().zip(exact).zip(steps) {
        // A power, a cosine or a logarithm is good to a few units in the last place.
        assert!((rate - exact).abs() <= 4.0 * f64::EPSILON * exact, "step {t}: {rate}, should be {exact}");
    }
}

#[test]
fn a_constant_is_the_same_at_every_step() {
    assert_eq!(rates(&Schedule::constant(0.1), [0, 1, u64::MAX]), [0.1; 3]);
}

#[test]
fn step_multiplies_every_n_steps_and_milestones_at_the_milestones() {
    assert_eq!(rates(&Schedule::step(0.5, 0.5, 3), [0, 2, 3, 5, 6]), [0.5, 0.5, 0.25, 0.25, 0.125]);
    let milestones = Schedule::milestones(0.5, 0.5, &[1, 4, 4]);
    assert_eq!(rates(&milestones, [0, 1, 3, 4, 9]), [0.5, 0.25, 0.25, 0.0625, 0.0625]);
}

#[test]
fn an_exponential_multiplies_at_each_step() {
    assert_eq!(rates(&Schedule::exponential(2.0, 0.5), [0, 1, 2, 10]), [2.0, 1.0, 0.5, 2.0 / 1024.0]);
}

#[test]
fn inverse_schedules_have_their_exact_values() {
    assert_eq!(rates(&Schedule::over_t(1.0, 1.0), [0, 1, 2, 9]), [1.0, 0.5, 1.0 / 3.0, 0.1]);
    assert_eq!(rates(&Schedule::over_t(0.3, 10.0), [0, 10, 20]), [0.3, 0.15, 0.3 / 3.0]);
    assert_eq!(rates(&Schedule::over_root_t(1.0, 1.0), [0, 3, 8]), [1.0, 0.5, 1.0 / 3.0]);
    let over_log = Schedule::over_log_t(1.0, 1.0);
    assert_rates(&over_log, [0, 1, 1000], [1.0, 1.0 / (E + 1.0).ln(), 1.0 / (E + 1000.0).ln()]);
}

#[test]
fn a_cosine_falls_along_half_a_period_and_stays() {
    let cosine = Schedule::cosine_to(1.0, 0.5, 8);
    let quarter = 0.5 + 0.25 * (1.0 + FRAC_1_SQRT_2);
    assert_rates(&cosine, [0, 2, 4, 8, 9, 1000], [1.0, quarter, 0.75, 0.5, 0.5, 0.5]);
    assert_eq!(Schedule::cosine(0.1, 7).rate(7), 0.0);
}

#[test]
fn a_cosine_with_restarts_begins_again_in_longer_cycles() {
    let growing = Schedule::cosine_restarts(1.0, 0.0, 2, 2);
    // Cycles begin at 0, 2, 6, 14.
    assert_eq!(rates(&growing, [0, 1, 2, 4, 6, 10, 14]), [1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 1.0]);
    let even = Schedule::cosine_restarts(1.0, 0.5, 4, 1);
    assert_eq!(rates(&even, [0, 2, 4, 6, 4_000_000_000_002]), [1.0, 0.75, 1.0, 0.75, 0.75]);
}

#[test]
fn one_cycle_rises_falls_and_stays_low() {
    let cycle = Schedule::one_cycle(1.0, 10); // up to step 2, down to step 9
    assert_rates(&cycle, [0, 1, 2, 9, 10, 99], [0.04, 0.52, 1.0, 4e-6, 4e-6, 4e-6]);
    assert!((2..9).all(|t| cycle.rate(t) > cycle.rate(t + 1)));
}

#[test]
fn a_warm_up_leads_to_the_first_rate_of_what_follows() {
    let schedule = Schedule::cosine(0.5, 4).warmed_up(2, 0.0);
    assert_eq!(rates(&schedule, [0, 1, 2, 4, 6, 7]), [0.0, 0.25, 0.5, 0.25, 0.0, 0.0]);
    let from_a_share = Schedule::constant(0.5).warmed_up(4, 0.5);
    assert_eq!(rates(&from_a_share, [0, 2, 4, 100]), [0.25, 0.375, 0.5, 0.5]);
}

#[test]
fn schedules_are_scaled_multiplied_delayed_chained_and_slowed() {
    let falling = || Schedule::over_t(1.0, 1.0);
    assert_eq!(rates(&falling().scaled(0.5), [0, 1]), [0.5, 0.25]);
    assert_eq!(rates(&falling().times(falling()), [0, 1]), [1.0, 0.25]);
    assert_eq!(rates(&falling().after(2), [0, 1, 2, 3]), [1.0, 1.0, 1.0, 0.5]);
    let chained = Schedule::constant(7.0).then(2, falling().then(1, Schedule::constant(9.0)));
    assert_eq!(rates(&chained, [0, 1, 2, 3, 4]), [7.0, 7.0, 1.0, 9.0, 9.0]);
    assert_eq!(rates(&falling().in_units_of(3), [0, 2, 3, 5, 6]), [1.0, 1.0, 0.5, 0.5, 1.0 / 3.0]);
}

#[test]
fn a_function_of_the_step_number_is_a_schedule() {
    let squares = Schedule::custom(|t| (t * t) as f64).scaled(0.5);
    assert_eq!(rates(&squares, [0, 2, 4]), [0.0, 2.0, 8.0]);
    assert!(format!("{squares:?}").contains("a function"));
}

#[test]
fn settings_out_of_range_are_refused_naming_argument_value_and_range() {
    type Build = fn() -> Schedule;
    let refused: [(Build, &str); 12] = [
        (|| Schedule::constant(-0.1), "rate is -0.1, must be in [0, inf)"),
        (|| Schedule::step(0.1, f64::NAN, 3), "gamma is NaN, must be in [0, inf)"),
        (|| Schedule::step(0.1, 0.5, 0), "number of steps is 0, must be at least 1"),
        (|| Schedule::milestones(0.1, 0.5, &[3, 2]), "milestones are [3, 2], must ascend"),
        (|| Schedule::over_t(0.1, 0.0), "tau is 0, must be in (0, inf)"),
        (|| Schedule::linear(0.1, f64::INFINITY, 3), "last rate is inf"),
        (|| Schedule::cosine(0.1, 0), "number of steps is 0"),
        (|| Schedule::cosine_restarts(0.1, 0.0, 3, 0), "growth of a cycle is 0, must be at least 1"),
        (|| Schedule::one_cycle(0.1, 3), "rising fraction 0.3 of 3 steps"),
        (|| Schedule::one_cycle_with(0.1, 10, 0.3, (0.0, 1.0)), "first divisor is 0, must be in (0, inf)"),
        (|| Schedule::constant(0.1).scaled(-1.0), "factor is -1, must be in [0, inf)"),
        (|| Schedule::constant(0.1).in_units_of(0), "number of steps is 0"),
    ];
    for (build, expected) in refused {
        let message = message_of(|| drop(build()));
        assert!(message.contains(expected), "{message}");
    }
}
