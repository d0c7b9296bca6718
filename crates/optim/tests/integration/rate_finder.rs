//! The learning-rate finder: the sweep, its end, and the suggestion.

use crate::panics::message_of;
use wengert_optim::{Optimizer, RateFinder, Sgd, SuggestRateError, suggest_rate};

#[test]
fn the_sweep_rises_exponentially_from_the_lowest_to_the_highest_rate() {
    let mut finder = RateFinder::new(1e-3, 10.0, 5);
    let mut rates = Vec::new();
    while let Some(rate) = finder.next_rate() {
        rates.push(rate);
        finder.record(1.0);
    }
    let exact = [1e-3, 1e-2, 1e-1, 1.0, 10.0];
    assert!(rates.iter().zip(exact).all(|(rate, exact)| (rate / exact - 1.0).abs() < 1e-14), "{rates:?}");
    assert_eq!(rates.len(), 5);
    assert!(message_of(|| finder.record(1.0)).contains("the sweep is over"));
}

#[test]
fn the_suggestion_is_the_rate_where_the_loss_falls_fastest_on_a_logarithmic_scale() {
    // A step down in log(rate), steepest at 1e-2.
    let tried: Vec<_> = (0..=60)
        .map(|i| 10.0_f64.powf(f64::from(i) / 10.0 - 5.0))
        .map(|rate| (rate, 1.0 - (2.0 * (rate / 1e-2).ln()).tanh()))
        .collect();
    let rate = suggest_rate(&tried, 0.0).unwrap();
    assert!((rate / 1e-2 - 1.0).abs() < 1e-12, "{rate}");
}

#[test]
fn the_sweep_ends_when_the_loss_explodes_or_is_not_finite() {
    let mut finder = RateFinder::new(1e-3, 10.0, 50).smoothing(0.0);
    [1.0, 0.5, 1.9].iter().for_each(|loss| finder.record(*loss));
    assert!(finder.next_rate().is_some());
    finder.record(2.1);
    assert_eq!((finder.next_rate(), finder.tried().len()), (None, 4));

    let mut finder = RateFinder::new(1e-3, 10.0, 50);
    [1.0, 0.5, 0.25, f64::NAN].iter().for_each(|loss| finder.record(*loss));
    assert_eq!(finder.next_rate(), None);
    assert!(finder.suggestion().is_ok(), "finite losses should be used");
}

#[test]
fn a_suggested_rate_descends_a_steep_bowl() {
    for curvature in [0.1, 1000.0] {
        let gradient = |w: &[f64; 1]| [curvature * w[0]];
        let mut finder = RateFinder::new(1e-6, 1e3, 200);
        let (mut w, mut sgd) = ([1.0], Sgd::new(0.0));
        while let Some(rate) = finder.next_rate() {
            finder.record(0.5 * curvature * w[0] * w[0]);
            sgd.set_learning_rate(rate);
            let g = gradient(&w);
            sgd.step(&mut w, &g);
        }
        let rate = finder.suggestion().unwrap();
        assert!(rate * curvature < 2.0 && rate * curvature > 1e-3, "curvature {curvature}: {rate}");
    }
}

#[test]
fn without_a_descent_or_enough_losses_there_is_no_suggestion() {
    let rising = [(0.1, 1.0), (0.2, 2.0), (0.4, 3.0)];
    assert_eq!(suggest_rate(&rising, 0.0), Err(SuggestRateError::NoDescent));
    assert_eq!(suggest_rate(&rising[..2], 0.0), Err(SuggestRateError::TooFewLosses { count: 2 }));
    assert_eq!(suggest_rate(&[], 0.9), Err(SuggestRateError::TooFewLosses { count: 0 }));
    assert!(SuggestRateError::TooFewLosses { count: 2 }.to_string().contains("2 finite losses"));
}

#[test]
fn a_sweep_over_more_than_the_range_of_a_quotient_has_finite_rates() {
    let finder = RateFinder::new(1e-200, 1e200, 5);
    let rates: Vec<f64> = (0..5).map(|i| finder.rate(i)).collect();
    let exact = [1e-200, 1e-100, 1.0, 1e100, 1e200];
    assert!(rates.iter().zip(exact).all(|(rate, exact)| (rate / exact - 1.0).abs() < 1e-13), "{rates:?}");
}

#[test]
fn losses_that_overflow_their_average_end_the_sweep_and_do_not_hide_the_descent_before() {
    let mut finder = RateFinder::new(1e-3, 10.0, 50);
    [3.0, 2.0, 1.0, 1.5, f64::MAX].iter().for_each(|loss| finder.record(*loss));
    assert_eq!(finder.next_rate(), None);
    assert!(finder.suggestion().is_ok_and(|rate| rate < finder.rate(4)));
    let falling = [(0.1, 3.0), (0.2, 1.0), (0.4, 0.5), (0.8, f64::MAX), (1.6, f64::MAX), (3.2, -f64::MAX)];
    assert!(suggest_rate(&falling, 0.9).is_ok_and(|rate| rate == 0.2), "{:?}", suggest_rate(&falling, 0.9));
}

#[test]
fn rates_without_a_logarithm_or_that_do_not_rise_are_never_suggested() {
    let rates = [f64::NAN, 0.1, 0.2, 0.2, 0.2, 0.4, 0.8, -1.0];
    let losses = [9.0, 8.0, 7.0, 6.0, 5.0, 4.9, 4.8, 0.0];
    let tried: Vec<(f64, f64)> = rates.into_iter().zip(losses).collect();
    assert_eq!(suggest_rate(&tried, 0.0), Ok(0.2));
    let level = [(0.1, 3.0), (0.1, 2.0), (0.1, 1.0)];
    assert_eq!(suggest_rate(&level, 0.0), Err(SuggestRateError::NoDescent));
}
