//! Markov chains, and gradient descent with noise as one.

use ndarray::array;
use rand::SeedableRng;
use rand::rngs::StdRng;
use wengert_lab::{MarkovChain, NoisyDescent, Potential, gauss_legendre, kl_divergence};

#[test]
fn the_power_of_a_matrix_is_that_many_steps() {
    let chain = MarkovChain::new(array![[0.1, 0.4, 0.5], [0.3, 0.3, 0.4], [0.6, 0.2, 0.2]]);
    let visited = chain.distributions(&[0.0, 1.0, 0.0], 13);
    let power = chain.power(13);
    assert!(visited[13].iter().zip(power.row(1)).all(|(a, b)| (a - b).abs() < 1e-15));
    assert_eq!(chain.power(0), ndarray::Array2::<f64>::eye(3));
}

#[test]
#[should_panic(expected = "row 1 is not a distribution; its sum is 1.1")]
fn rows_that_are_not_distributions_are_rejected() {
    let _ = MarkovChain::new(array![[0.5, 0.5], [0.5, 0.6]]);
}

#[test]
fn the_divergence_is_zero_for_equal_distributions_and_infinite_where_mass_is_missing() {
    assert_eq!(kl_divergence(&[0.0, 1.0], &[0.0, 1.0]), 0.0);
    assert_eq!(kl_divergence(&[0.5, 0.5], &[0.0, 1.0]), f64::INFINITY);
    assert!((kl_divergence(&[0.5, 0.5], &[0.25, 0.75]) - 0.5 * (4.0_f64 / 3.0).ln()).abs() < 1e-15);
}

#[test]
fn the_variance_of_the_mean_of_a_long_run_is_that_of_repeated_runs() {
    // Two states that change with probability q have correlations (1 - 2q)^t, so the sum of all of them is
    // (1 - q) / q times the variance 1/4.
    let q = 0.2;
    let chain = MarkovChain::new(array![[1.0 - q, q], [q, 1.0 - q]]);
    assert!((chain.variance_of_mean(&[0.0, 1.0], 1000) - 0.25 * (1.0 - q) / q / 1000.0).abs() < 1e-16);
}

#[test]
fn a_quadrature_is_exact_for_polynomials() {
    let (nodes, weights) = gauss_legendre(-1.0..3.0, 20);
    for degree in 0..40 {
        let sum: f64 = nodes.iter().zip(&weights).map(|(x, w)| w * x.powi(degree)).sum();
        let next = degree + 1;
        let exact = (3.0_f64.powi(next) - (-1.0_f64).powi(next)) / f64::from(next);
        assert!((sum / exact - 1.0).abs() < 1e-13, "{degree}: {sum} {exact}");
    }
}

#[test]
fn the_chain_on_nodes_has_the_stationary_variance_of_the_formula() {
    for (curvature, rate, batch) in [(1.0, 0.1, 4.0), (3.0, 0.2, 0.5), (0.2, 1.5, 2.0)] {
        let descent = NoisyDescent { potential: Potential::Parabola { curvature }, rate, batch };
        let exact = rate / (batch * curvature * (2.0 - rate * curvature));
        let chain = descent.on_nodes(0.0);
        assert!((chain.mean(|x| x * x) / exact - 1.0).abs() < 1e-9, "{}", chain.mean(|x| x * x) / exact);
    }
}

#[test]
fn the_exact_number_of_steps_to_a_point_is_that_of_simulations() {
    let potential = Potential::TwoWells { tilt: 0.1 };
    let descent = NoisyDescent { potential, rate: 0.1, batch: 0.25 };
    let (start, end) = (0.9, -0.5);
    let exact = descent.steps_to(end, start);
    let mut random = StdRng::seed_from_u64(3);
    let trials = 2000;
    let mut steps = || 1 + descent.path(start, &mut random).position(|x| x <= end).unwrap();
    let times: Vec<f64> = (0..trials).map(|_| steps() as f64).collect();
    let mean = times.iter().sum::<f64>() / f64::from(trials);
    let variance = times.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / f64::from(trials);
    assert!((mean - exact.mean).abs() < 5.0 * exact.deviation / f64::from(trials).sqrt(), "{mean} {exact:?}");
    // The deviation of an exponential distribution is accurate to sqrt(2 / trials).
    assert!((variance.sqrt() / exact.deviation - 1.0).abs() < 0.16, "{} {exact:?}", variance.sqrt());
}

#[test]
fn the_time_of_escape_is_exact_where_the_well_is_empty_in_the_long_run() {
    // The other well is so much lower that exp(-beta dl) is negligible in this one.
    let potential = Potential::TwoWells { tilt: 0.2 };
    let wells = potential.wells().unwrap();
    let steps = |beta: f64| {
        NoisyDescent { potential, rate: 0.02, batch: 0.01 * beta }.steps_to(wells.left, wells.right).mean
    };
    let barrier = potential.value(wells.top) - potential.value(wells.right);
    let growth = (steps(120.0) / steps(100.0)).ln() / 20.0;
    assert!((growth / barrier - 1.0).abs() < 0.02, "{growth} {barrier}");
}

#[test]
#[should_panic(expected = "the inverse temperature")]
fn a_temperature_that_is_infinite_has_no_gibbs_distribution() {
    let _ = Potential::TwoWells { tilt: 0.1 }.gibbs_density(0.0);
}

#[test]
#[should_panic(expected = "has no minimum")]
fn a_loss_without_a_minimum_has_no_gibbs_distribution() {
    let _ = Potential::Parabola { curvature: -1.0 }.gibbs_density(1.0);
}

#[test]
#[should_panic(expected = "take larger steps")]
fn steps_that_are_too_small_for_exact_distributions_are_rejected() {
    let potential = Potential::TwoWells { tilt: 0.1 };
    let _ = NoisyDescent { potential, rate: 1e-6, batch: 1e-6 }.on_nodes(0.0);
}
