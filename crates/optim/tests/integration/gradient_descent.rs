//! Gradient descent and momentum, against exact results on least squares.
//!
//! Along a singular vector of `X`, `|y - X w|^2` is `(y - sigma w)^2` plus a constant: its gradient is
//! `2 sigma (sigma w - y)`, its curvature `2 sigma^2`.

use crate::support::noise;
use wengert_optim::{Adam, Optimizer, Schedule, Sgd};

/// Gradient of `(w_0^2 + 10 w_1^2) / 2`.
fn bowl(w: &[f64; 2]) -> [f64; 2] {
    [w[0], 10.0 * w[1]]
}

/// The distance from the minimum of `(sigma w)^2` after 1000 steps, from 1.
fn distance_after(mut optimizer: Sgd<f64>, sigma: f64) -> f64 {
    let mut w = [1.0];
    let mut largest = 0.0_f64;
    for step in 0..1000 {
        let gradient = [2.0 * sigma * sigma * w[0]];
        optimizer.step(&mut w, &gradient);
        // The largest of the last steps, since oscillations pass through 0.
        largest = if step < 900 { 0.0 } else { largest.max(w[0].abs()) };
    }
    largest
}

/// Converges 1 % below the limit and diverges 1 % above it.
#[track_caller]
fn assert_stable_below(limit: f64, sigma: f64, optimizer: impl Fn(f64) -> Sgd<f64>) {
    let (below, above) =
        (distance_after(optimizer(0.99 * limit), sigma), distance_after(optimizer(1.01 * limit), sigma));
    assert!(below < 1e-2 && above > 1e2, "limit {limit}, sigma {sigma}: {below} below, {above} above");
}

#[test]
fn a_plain_step_goes_down_the_gradient() {
    let mut w = [1.0_f32, 2.0, -3.0];
    Sgd::new(0.5).step(&mut w, &[2.0, -4.0, 0.0]);
    assert_eq!(w, [0.0, 4.0, -3.0]);
}

#[test]
fn gradient_descent_follows_the_exact_trajectory_of_each_mode() {
    for (eta, sigma, y) in [(0.01, 1.0, 2.0), (0.2, 1.5, -1.0), (0.05, 4.0, 3.0)] {
        let mut sgd = Sgd::new(eta);
        let mut w = [0.0_f64];
        for t in 1..=30 {
            let gradient = [2.0 * sigma * (sigma * w[0] - y)];
            sgd.step(&mut w, &gradient);
            let exact = y / sigma * (1.0 - (1.0 - 2.0 * eta * sigma * sigma).powi(t));
            // Each step rounds a few times; the factor's size is at most 1.
            assert!((w[0] - exact).abs() < 1e-13, "eta {eta}, step {t}: {} {exact}", w[0]);
        }
    }
}

#[test]
fn the_five_regimes_of_the_rate_show_in_the_signs_and_sizes_of_the_error() {
    let sigma = 2.0;
    let errors = |eta: f64| {
        let (mut sgd, mut w) = (Sgd::new(eta), [1.0_f64]);
        [(); 3].map(|()| {
            let gradient = [2.0 * sigma * sigma * w[0]];
            sgd.step(&mut w, &gradient);
            w[0]
        })
    };
    let best = 1.0 / (2.0 * sigma * sigma);
    let slow = errors(1e-4 * best);
    assert!(slow[2] > 0.999, "{slow:?}");
    let monotone = errors(0.5 * best);
    assert_eq!(monotone, [0.5, 0.25, 0.125]);
    assert_eq!(errors(best), [0.0; 3]);
    assert_eq!(errors(1.5 * best), [-0.5, 0.25, -0.125]);
    assert_eq!(errors(3.0 * best), [-2.0, 4.0, -8.0]);
}

#[test]
fn gradient_descent_is_stable_below_a_rate_of_one_over_sigma_squared() {
    for sigma in [0.5, 2.0] {
        assert_stable_below(1.0 / (sigma * sigma), sigma, Sgd::new);
    }
}

#[test]
fn low_pass_momentum_is_stable_up_to_its_limit() {
    for (b, sigma) in [(0.1, 1.0), (0.5, 2.0), (0.9, 0.5), (1.0, 1.0)] {
        let limit = (2.0 - b) / (b * sigma * sigma);
        assert_stable_below(limit, sigma, |eta| Sgd::new(eta).low_pass(b));
    }
}

#[test]
fn nesterovs_momentum_is_stable_up_to_its_lower_limit() {
    for (b, sigma) in [(0.1, 1.0), (0.5, 2.0), (0.9, 0.5), (1.0, 1.0)] {
        let limit = (2.0 - b) / ((3.0 - 2.0 * b) * b * sigma * sigma);
        assert_stable_below(limit, sigma, |eta| Sgd::new(eta).low_pass(b).nesterov());
        assert_stable_below(limit * b, sigma, |eta| Sgd::new(eta).momentum(1.0 - b).nesterov());
    }
}

#[test]
fn momentum_follows_a_known_sequence() {
    let mut sgd = Sgd::new(0.5).momentum(0.5);
    let mut w = [0.0_f64];
    let visited = [4.0, 2.0, 0.0, -1.0].map(|g| {
        sgd.step(&mut w, &[g]);
        w[0]
    });
    // v = 4, 4, 2, 0; all numbers are dyadic, so they are exact.
    assert_eq!(visited, [-2.0, -4.0, -5.0, -5.0]);
}

#[test]
fn the_velocity_form_visits_the_points_of_the_low_pass_form() {
    let (b, eta) = (0.1, 0.05);
    let mut velocity_form = Sgd::new(eta * b).momentum(1.0 - b);
    let mut low_pass_form = Sgd::new(eta).low_pass(b);
    let (mut w, mut u, mut v, mut average) = ([3.0, -2.0], [3.0, -2.0], [3.0, -2.0], [0.0; 2]);
    for _ in 0..200 {
        let gradient = bowl(&w);
        velocity_form.step(&mut w, &gradient);
        let gradient = bowl(&u);
        low_pass_form.step(&mut u, &gradient);
        let gradient = bowl(&v);
        for i in 0..2 {
            average[i] = (1.0 - b) * average[i] + b * gradient[i];
            v[i] -= eta * average[i];
        }
        // Equal but for rounding, which the stable iteration does not amplify.
        let is_same = |x: &[f64; 2]| x.iter().zip(&v).all(|(x, y)| (x - y).abs() < 1e-13);
        assert!(is_same(&w) && is_same(&u), "{w:?} {u:?} {v:?}");
    }
    assert!(w[0].abs() < 1.0, "the points should have moved: {w:?}");
}

#[test]
fn dampening_does_not_apply_to_the_first_gradient_but_low_pass_does() {
    let (mut damped, mut low_pass) =
        (Sgd::new(1.0).momentum(0.5).dampening(0.5), Sgd::new(1.0).low_pass(0.5));
    let (mut w, mut u) = ([0.0_f64], [0.0_f64]);
    let visited = [1.0, 1.0].map(|g| {
        damped.step(&mut w, &[g]);
        low_pass.step(&mut u, &[g]);
        (w[0], u[0])
    });
    // Velocities 1, 1 and 1/2, 3/4.
    assert_eq!(visited, [(-1.0, -0.5), (-2.0, -1.25)]);
}

#[test]
fn the_original_and_the_rearranged_form_of_nesterov_visit_the_same_points() {
    for make in [|| Sgd::new(0.02).momentum(0.9), || Sgd::new(0.2).low_pass(0.1)] {
        let (mut original, mut rearranged) = (make(), make().nesterov());
        let (mut w, mut ahead, mut u) = ([3.0, -2.0], [3.0, -2.0], [3.0, -2.0]);
        for step in 0..200 {
            original.look_ahead(&w, &mut ahead);
            // The parameters of the rearranged form are the look-ahead points.
            let gap = ahead.iter().zip(&u).map(|(x, y): (&f64, &f64)| (x - y).abs()).fold(0.0, f64::max);
            assert!(gap < 1e-13, "step {step}: {ahead:?} {u:?}");
            original.step(&mut w, &bowl(&ahead));
            let gradient = bowl(&u);
            rearranged.step(&mut u, &gradient);
        }
        assert!(u[1].abs() < 1e-6, "the points should have moved: {u:?}");
    }
}

#[test]
fn look_ahead_follows_its_formula() {
    let (eta, rho) = (0.5, 0.5);
    let mut sgd = Sgd::new(eta).momentum(rho);
    let (mut w, mut ahead) = ([1.0_f64], [0.0]);
    sgd.look_ahead(&w, &mut ahead);
    assert_eq!(ahead, [1.0]);
    sgd.step(&mut w, &[2.0]);
    sgd.look_ahead(&w, &mut ahead);
    assert_eq!((w, ahead), ([0.0], [0.0 - eta * rho * 2.0]));
}

#[test]
fn both_kinds_of_weight_decay_agree_for_plain_sgd_but_not_with_momentum() {
    let (eta, lambda) = (0.05, 0.3);
    let run = |mut optimizer: Sgd<f64>| {
        let mut w = [3.0, -2.0];
        for _ in 0..50 {
            let gradient = bowl(&w);
            optimizer.step(&mut w, &gradient);
        }
        w
    };
    let plain = || Sgd::new(eta);
    let (l2, decay) = (run(plain().weight_decay(lambda)), run(plain().decoupled_weight_decay(lambda)));
    assert!(l2.iter().zip(&decay).all(|(x, y)| (x - y).abs() < 1e-14), "{l2:?} {decay:?}");
    let heavy = || Sgd::new(eta).momentum(0.9);
    let (l2, decay) = (run(heavy().weight_decay(lambda)), run(heavy().decoupled_weight_decay(lambda)));
    assert!((l2[0] - decay[0]).abs() > 1e-3, "{l2:?} {decay:?}");
}

#[test]
fn weight_decay_is_the_gradient_of_an_l2_term_and_goes_through_the_momentum() {
    let (eta, lambda, rho) = (0.1, 0.3, 0.8);
    let mut with_decay = Sgd::new(eta).momentum(rho).weight_decay(lambda);
    let mut with_term = Sgd::new(eta).momentum(rho);
    let (mut w, mut u) = ([3.0, -2.0], [3.0, -2.0]);
    for _ in 0..20 {
        let gradient = bowl(&w);
        with_decay.step(&mut w, &gradient);
        let gradient = [bowl(&u)[0] + lambda * u[0], bowl(&u)[1] + lambda * u[1]];
        with_term.step(&mut u, &gradient);
    }
    assert_eq!(w, u);
}

#[test]
fn weight_decay_of_two_lambda_makes_least_squares_ridge() {
    // x = 2, y = 3: the minimum of (y - x w)^2 + lambda w^2 is at x y / (x^2 + lambda).
    let (x, y, lambda) = (2.0, 3.0, 0.5);
    let mut sgd = Sgd::new(0.1).weight_decay(2.0 * lambda);
    let mut w = [0.0_f64];
    for _ in 0..100 {
        let gradient = [2.0 * x * (x * w[0] - y)];
        sgd.step(&mut w, &gradient);
    }
    assert!((w[0] - x * y / (x * x + lambda)).abs() < 1e-14, "{w:?}");
}

#[test]
fn sgd_with_rates_one_over_t_is_the_running_mean() {
    let (schedule, mut sgd) = (Schedule::over_t(1.0, 1.0), Sgd::new(1.0));
    let (mut theta, mut sum) = ([100.0_f64], 0.0);
    for t in 1..=1000 {
        let x = noise(t, 3);
        sum += x;
        sgd.set_learning_rate(schedule.rate(t as u64 - 1));
        let gradient = [theta[0] - x]; // of (theta - x)^2 / 2
        sgd.step(&mut theta, &gradient);
        // The first step forgets the start, up to the rounding of 100.
        assert!((theta[0] - sum / t as f64).abs() < 1e-13, "after {t}: {theta:?} {}", sum / t as f64);
    }
}

/// Two equations for four unknowns.
const WIDE: [[f64; 4]; 2] = [[1.0, 2.0, 0.0, -1.0], [0.0, 1.0, 3.0, 1.0]];
const TARGETS: [f64; 2] = [1.0, -2.0];

/// Gradient of `|y - X w|^2` over the given rows.
fn wide_gradient(w: &[f64; 4], rows: &[usize]) -> [f64; 4] {
    let mut gradient = [0.0; 4];
    for &row in rows {
        let x = WIDE[row];
        let residual = (0..4).map(|j| x[j] * w[j]).sum::<f64>() - TARGETS[row];
        (0..4).for_each(|j| gradient[j] += 2.0 * residual * x[j]);
    }
    gradient
}

/// `X' (X X')^-1 y`.
fn minimum_norm_solution() -> [f64; 4] {
    // X X' = [[6, 1], [1, 11]], with determinant 65.
    let dual = [(11.0 * TARGETS[0] - TARGETS[1]) / 65.0, (6.0 * TARGETS[1] - TARGETS[0]) / 65.0];
    [0, 1, 2, 3].map(|j| WIDE[0][j] * dual[0] + WIDE[1][j] * dual[1])
}

/// The part of `w` outside of the row space of `X`, as an inner product with a vector that is orthogonal to
/// it.
fn outside(w: &[f64; 4]) -> f64 {
    const ORTHOGONAL: [f64; 4] = [1.0, 0.0, -1.0 / 3.0, 1.0];
    (0..4).map(|j| w[j] * ORTHOGONAL[j]).sum()
}

fn fit(mut optimizer: impl Optimizer<f64>, steps: usize, rows: impl Fn(usize) -> Vec<usize>) -> [f64; 4] {
    let mut w = [0.0; 4];
    for t in 0..steps {
        let gradient = wide_gradient(&w, &rows(t));
        optimizer.step(&mut w, &gradient);
    }
    w
}

#[test]
fn gradient_descent_and_sgd_from_zero_reach_the_minimum_norm_solution_in_the_row_space() {
    let exact = minimum_norm_solution();
    let full = fit(Sgd::new(0.03), 2000, |_| vec![0, 1]);
    let single = fit(Sgd::new(0.03), 4000, |t| vec![t % 2]);
    for (method, w) in [("full", full), ("single rows", single)] {
        let error = (0..4).map(|j| (w[j] - exact[j]).abs()).fold(0.0, f64::max);
        assert!(error < 1e-12 && outside(&w).abs() < 1e-13, "{method}: {w:?} {exact:?}");
    }
}

#[test]
fn adam_fits_equally_well_but_at_another_point() {
    let w = fit(Adam::new(0.01), 5000, |_| vec![0, 1]);
    let gradient = wide_gradient(&w, &[0, 1]);
    assert!(gradient.iter().all(|g| g.abs() < 1e-4), "it fits: {gradient:?}");
    let exact = minimum_norm_solution();
    let length = |w: &[f64; 4]| w.iter().map(|x| x * x).sum::<f64>().sqrt();
    assert!(outside(&w).abs() > 0.01 && length(&w) > length(&exact) + 1e-3, "{w:?} {exact:?}");
}
