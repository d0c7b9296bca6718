//! Optimizers that scale each coordinate, against their formulas and their known properties.

use crate::support::noise;
use wengert_optim::{AdaGrad, Adadelta, Adam, Lion, NAdam, Optimizer, RAdam, RmsProp};

/// Compares an optimizer with its formula for one number, on gradients without a pattern.
#[track_caller]
fn assert_follows(mut optimizer: impl Optimizer<f64>, mut formula: impl FnMut(&mut f64, f64, f64)) {
    let (mut w, mut u) = ([1.0], 1.0);
    for t in 1..=100 {
        let g = noise(t, 1);
        optimizer.step(&mut w, &[g]);
        formula(&mut u, g, t as f64);
        // A few roundings per step.
        assert!((w[0] - u).abs() < 1e-13, "step {t}: {} {u}", w[0]);
    }
    assert!((w[0] - 1.0).abs() > 1e-3, "it should have moved: {w:?}");
}

#[test]
fn adagrad_divides_by_the_root_of_the_sum_of_squares() {
    let mut s = 0.0;
    assert_follows(AdaGrad::new(0.1).epsilon(1e-3), |w, g, _| {
        s += g * g;
        *w -= 0.1 * g / (s.sqrt() + 1e-3);
    });
}

#[test]
fn at_a_constant_gradient_the_steps_of_adagrad_fall_like_one_over_root_t() {
    let (mut adagrad, mut w, mut before) = (AdaGrad::new(0.1), [0.0_f64], 0.0);
    for t in 1..=50 {
        adagrad.step(&mut w, &[-7.0]);
        let step = w[0] - before;
        assert!((step - 0.1 / f64::from(t).sqrt()).abs() < 1e-11, "step {t}: {step}");
        before = w[0];
    }
}

#[test]
fn rmsprop_divides_by_the_running_root_mean_square() {
    let mut s = 0.0;
    assert_follows(RmsProp::new(0.01).rho(0.9).epsilon(1e-3), |w, g, _| {
        s = 0.9 * s + 0.1 * g * g;
        *w -= 0.01 * g / (s.sqrt() + 1e-3);
    });
}

#[test]
fn centred_rmsprop_divides_by_the_running_standard_deviation_with_epsilon_outside_the_root() {
    let (mut s, mut m, mut v) = (0.0, 0.0, 0.0);
    assert_follows(RmsProp::new(0.01).rho(0.9).epsilon(0.1).centred().momentum(0.5), |w, g, _| {
        s = 0.9 * s + 0.1 * g * g;
        m = 0.9 * m + 0.1 * g;
        v = 0.5 * v + g / ((s - m * m).sqrt() + 0.1);
        *w -= 0.01 * v;
    });
    // Under the root, as in Graves 2013, the same epsilon would shorten the step differently.
    let mut w = [0.0_f64];
    RmsProp::new(1.0).rho(0.0).epsilon(0.25).step(&mut w, &[2.0]);
    assert_eq!(w, [-2.0 / 2.25]);
    assert!((2.0 / (4.0_f64 + 0.25).sqrt() - 2.0 / 2.25).abs() > 0.05);
}

#[test]
fn a_variance_that_rounding_makes_negative_counts_as_zero_where_pytorch_gives_nan() {
    let mut negative = 0;
    for g in (1..=100).map(|i| 0.1 * f64::from(i)) {
        let (mut s, mut m, mut w) = (0.0_f64, 0.0, [0.0]);
        let mut centred = RmsProp::new(1e-3).rho(0.9).centred();
        for _ in 0..400 {
            s = 0.9 * s + (1.0 - 0.9) * (g * g);
            m = 0.9 * m + (1.0 - 0.9) * g;
            negative += usize::from((s - m * m).sqrt().is_nan());
            centred.step(&mut w, &[g]);
        }
        assert!(w[0].is_finite() && w[0] < 0.0, "{g}: {w:?}");
    }
    assert!(negative > 0, "the case should occur");
}

#[test]
fn adadelta_scales_by_the_root_mean_square_of_earlier_steps() {
    let (mut s, mut u) = (0.0, 0.0);
    assert_follows(Adadelta::new(1.0).rho(0.9).epsilon(1e-3), |w, g, _| {
        s = 0.9 * s + 0.1 * g * g;
        let d = g * (u + 1e-3_f64).sqrt() / (s + 1e-3_f64).sqrt();
        u = 0.9 * u + 0.1 * d * d;
        *w -= d;
    });
}

#[test]
fn adam_follows_the_formula_of_the_paper() {
    let (mut m, mut s) = (0.0, 0.0);
    assert_follows(Adam::new(0.01), |w, g, t| {
        m = 0.9 * m + 0.1 * g;
        s = 0.999 * s + 0.001 * g * g;
        let (m_hat, s_hat) = (m / (1.0 - 0.9_f64.powf(t)), s / (1.0 - 0.999_f64.powf(t)));
        *w -= 0.01 * m_hat / (s_hat.sqrt() + 1e-8);
    });
}

#[test]
fn the_first_step_of_adam_is_eta_g_over_abs_g_plus_epsilon() {
    let (eta, epsilon) = (0.5, 0.125);
    for g in [3.0_f64, -0.25, 1e-6, 0.0, 1e6] {
        let mut w = [0.0];
        Adam::new(eta).epsilon(epsilon).step(&mut w, &[g]);
        let expected = -eta * g / (g.abs() + epsilon);
        assert!((w[0] - expected).abs() <= 1e-14 * expected.abs(), "g = {g}: {} {expected}", w[0]);
    }
}

#[test]
fn without_bias_correction_the_first_steps_of_adam_are_far_too_long() {
    let (mut plain, mut w) = (Adam::new(0.1).uncorrected(), [0.0_f64]);
    let mut lengths = vec![];
    for _ in 0..10 {
        let before = w[0];
        plain.step(&mut w, &[-7.0]);
        lengths.push((w[0] - before) / 0.1);
    }
    let expected = |t: i32| (1.0 - 0.9_f64.powi(t)) / (1.0 - 0.999_f64.powi(t)).sqrt();
    assert!((lengths[0] - 10.0_f64.sqrt()).abs() < 1e-6, "{lengths:?}");
    assert!((1..=10).all(|t| (lengths[t as usize - 1] - expected(t)).abs() < 1e-6), "{lengths:?}");
    assert!(lengths[9] > 6.5, "{lengths:?}");
}

#[test]
fn at_a_constant_gradient_every_step_of_adam_is_as_long_as_the_first() {
    let mut adam = Adam::new(0.1);
    let mut w = [0.0_f64];
    for t in 1..=50 {
        adam.step(&mut w, &[-7.0]);
        assert!((w[0] - 0.1 * f64::from(t)).abs() < 1e-8, "step {t}: {}", w[0]);
    }
}

#[test]
fn decoupled_decay_does_not_go_through_the_moments() {
    let (eta, lambda) = (0.1, 0.5);
    let mut decayed = Adam::new(eta).decoupled_weight_decay(lambda);
    let mut plain = Adam::new(eta);
    let mut w = [2.0_f64];
    for g in [1.0, -0.5, 0.25] {
        let (before, mut step) = (w[0], [0.0]);
        plain.step(&mut step, &[g]);
        decayed.step(&mut w, &[g]);
        let expected = (1.0 - eta * lambda) * before + step[0];
        assert!((w[0] - expected).abs() < 1e-15, "{} {expected}", w[0]);
    }
    assert_eq!((decayed.name(), plain.name()), ("adamw", "adam"));
}

#[test]
fn adam_with_l2_differs_from_adamw() {
    let (mut l2, mut decoupled) =
        (Adam::new(0.1).weight_decay(0.5), Adam::new(0.1).decoupled_weight_decay(0.5));
    let (mut w, mut u) = ([2.0_f64, 2.0], [2.0_f64, 2.0]);
    for _ in 0..3 {
        l2.step(&mut w, &[100.0, 0.01]);
        decoupled.step(&mut u, &[100.0, 0.01]);
    }
    // L2 is divided by the root mean square: it has hardly any effect where gradients are large.
    let mut plain = [2.0_f64, 2.0];
    let mut adam = Adam::new(0.1);
    (0..3).for_each(|_| adam.step(&mut plain, &[100.0, 0.01]));
    assert!((w[0] - plain[0]).abs() < 1e-3 && (u[0] - plain[0]).abs() > 0.1, "{w:?} {u:?} {plain:?}");
}

#[test]
fn the_divisor_of_amsgrad_never_falls() {
    let mut amsgrad = Adam::new(0.01).amsgrad().betas(0.9, 0.9);
    let (mut m, mut s, mut r) = (0.0, 0.0, 0.0_f64);
    assert_follows(Adam::new(0.01).amsgrad().betas(0.9, 0.9), |w, g, t| {
        m = 0.9 * m + 0.1 * g;
        s = 0.9 * s + 0.1 * g * g;
        r = r.max(s);
        *w -= 0.01 * (m / (1.0 - 0.9_f64.powf(t))) / ((r / (1.0 - 0.9_f64.powf(t))).sqrt() + 1e-8);
    });
    let mut largest = 0.0;
    for g in [10.0, 0.1, 0.1, 0.1, 20.0, 0.0] {
        amsgrad.step(&mut [0.0_f64], &[g]);
        let now = amsgrad.buffer("largest_square").map_or(0.0, |r| r[0]);
        assert!(now >= largest && now > 0.0, "{now} {largest}");
        largest = now;
    }
}

#[test]
fn the_bias_correction_of_amsgrad_raises_the_rate() {
    // The first gradient fixes the largest square; later steps have the length of the rate.
    let mut amsgrad = Adam::new(1.0).amsgrad().betas(0.0, 0.999);
    let steps: Vec<f64> = [1000.0]
        .into_iter()
        .chain([1.0; 3000])
        .map(|g| {
            let mut w = [0.0_f64];
            amsgrad.step(&mut w, &[g]);
            -w[0]
        })
        .collect();
    // Step t is sqrt(1 - beta2^t) / sqrt((1 - beta2) 1000^2).
    for t in [2_usize, 12, 3000] {
        let expected = (1.0 - 0.999_f64.powi(t as i32)).sqrt() / (0.001_f64 * 1e6).sqrt();
        assert!((steps[t - 1] / expected - 1.0).abs() < 1e-6, "{t}: {} {expected}", steps[t - 1]);
    }
    assert!(steps[2999] > 20.0 * steps[1]);
}

#[test]
fn nadam_follows_its_formula() {
    let mu = |t: f64| 0.9 * (1.0 - 0.5 * 0.96_f64.powf(t * 0.2));
    let (mut m, mut s, mut product) = (0.0, 0.0, 1.0);
    assert_follows(NAdam::new(0.01).momentum_decay(0.2), |w, g, t| {
        m = 0.9 * m + 0.1 * g;
        s = 0.999 * s + 0.001 * g * g;
        product *= mu(t);
        let root = (s / (1.0 - 0.999_f64.powf(t))).sqrt() + 1e-8;
        let ahead = mu(t + 1.0) * m / (1.0 - product * mu(t + 1.0));
        *w -= 0.01 * (ahead + (1.0 - mu(t)) * g / (1.0 - product)) / root;
    });
}

#[test]
fn radam_is_momentum_for_five_steps_and_scales_from_the_sixth() {
    // Bias-corrected momentum is linear in the gradient; a scaled step is not.
    let is_linear_at: Vec<bool> = (1..=8)
        .map(|last| {
            let run = |factor: f64| {
                let (mut radam, mut w, mut before) = (RAdam::new(0.1), [0.0_f64], 0.0);
                for t in 1..=last {
                    before = w[0];
                    radam.step(&mut w, &[factor * noise(t, 4)]);
                }
                w[0] - before
            };
            (run(1000.0) / run(1.0) - 1000.0).abs() < 1e-6
        })
        .collect();
    assert_eq!(is_linear_at, [true, true, true, true, true, false, false, false]);
}

#[test]
fn lion_moves_every_coordinate_by_the_rate_unless_its_mean_is_zero() {
    let mut lion = Lion::new(0.25);
    let mut w = [1.0_f64, 1.0, 1.0];
    lion.step(&mut w, &[1e-9, -1e9, 0.0]);
    assert_eq!(w, [0.75, 1.25, 1.0]);
    // m = 0.01 g, so that 0.9 m + 0.1 g' changes its sign at g' = -0.09 g.
    lion.step(&mut w, &[-0.089e-9, 0.091e9, -0.0]);
    assert_eq!(w, [0.5, 1.0, 1.0]);
}
