//! The contract of a schedule, for every schedule in the list of the crate.

use wengert_optim::{Schedule, Trend, all_schedules};

/// The number of steps that are looked at: beyond the end of every sample.
const STEPS: u64 = 24;

fn is_near(rate: f64, documented: f64) -> bool {
    // A power, a cosine or a logarithm is accurate to a few units in the last place.
    (rate - documented).abs() <= 8.0 * f64::EPSILON * documented.abs()
}

/// Whether a schedule has the documented rates.
fn agrees(schedule: &Schedule, rates: &[(u64, f64)]) -> bool {
    rates.iter().all(|&(t, documented)| is_near(schedule.rate(t), documented))
}

#[test]
fn rates_are_the_documented_ones() {
    for sample in all_schedules() {
        for &(t, documented) in sample.rates {
            let rate = sample.schedule.rate(t);
            assert!(is_near(rate, documented), "{} at {t}: {rate}, should be {documented}", sample.name);
        }
    }
}

#[test]
fn the_documented_rates_begin_at_step_0_and_tell_a_schedule_that_is_off_by_one_step() {
    for sample in all_schedules() {
        assert!(sample.rates.len() >= 3 && sample.rates[0].0 == 0, "{}", sample.name);
        if sample.largest_change == 0.0 {
            continue;
        }
        let early = sample.schedule.clone();
        let early = Schedule::custom(move |t| early.rate(t + 1));
        let late = sample.schedule.clone().after(1);
        assert!(!agrees(&early, sample.rates), "{}: list a rate next to a change", sample.name);
        assert!(!agrees(&late, sample.rates), "{}: list a rate next to a change", sample.name);
    }
}

#[test]
fn rates_are_finite_not_negative_and_change_as_documented() {
    for sample in all_schedules() {
        let rates: Vec<f64> = (0..STEPS).map(|t| sample.schedule.rate(t)).collect();
        assert!(rates.iter().all(|rate| *rate >= 0.0 && rate.is_finite()), "{}: {rates:?}", sample.name);
        let changes: Vec<f64> = rates.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let largest = changes.iter().fold(0.0, |most: f64, change| most.max(change.abs()));
        assert!(largest <= sample.largest_change + 1e-12, "{}: a change by {largest}", sample.name);
        let (falls, rises) = (changes.iter().any(|c| *c < 0.0), changes.iter().any(|c| *c > 0.0));
        let as_documented = match sample.trend {
            Trend::Falling => !rises,
            Trend::Rising => !falls,
            _ => rises && falls,
        };
        assert!(as_documented, "{}: {rates:?}", sample.name);
    }
}

#[test]
fn a_rate_depends_on_the_step_number_alone() {
    for sample in all_schedules() {
        let forwards: Vec<u64> = (0..STEPS).map(|t| sample.schedule.rate(t).to_bits()).collect();
        let copy = sample.schedule.clone();
        let backwards = (0..STEPS).rev().map(|t| copy.rate(t).to_bits());
        assert!(backwards.eq(forwards.into_iter().rev()), "{}", sample.name);
    }
}

#[test]
fn every_schedule_can_be_combined_and_evaluated_at_the_largest_step_number() {
    for sample in all_schedules() {
        let combined = sample.schedule.clone().scaled(2.0).after(3).in_units_of(2);
        assert_eq!(combined.rate(7), 2.0 * sample.schedule.rate(0), "{}", sample.name);
        assert_eq!(combined.rate(13), 2.0 * sample.schedule.rate(3), "{}", sample.name);
        assert!(sample.schedule.rate(u64::MAX) >= 0.0, "{}", sample.name);
    }
}
