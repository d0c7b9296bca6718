//! The distribution of the corners of units with standard normal weights and biases.

use wengert_lab::relu_corners;
use wengert_nn::{Bias, Init, Layout, Linear};

/// The positions of the corners of a layer with one input and standard normal weights and biases.
fn random_corners(units: usize, seed: u64) -> Vec<f64> {
    let mut layout = Layout::new();
    Linear::with_bias(&mut layout, "hidden", [1, units], Init::Normal(1.0), Bias::Random(1.0));
    relu_corners(&layout.initialise::<f64>(seed), "hidden")
        .iter()
        .map(|corner| corner.position.unwrap())
        .collect()
}

#[test]
fn the_corners_of_standard_normal_units_have_a_cauchy_distribution() {
    let positions = random_corners(40_000, 5);
    for (distance, share) in [(3.0, 0.7952), (10.0, 0.9365)] {
        let exact: f64 = 2.0 / std::f64::consts::PI * f64::atan(distance);
        assert!((exact - share).abs() < 5e-5);
        let found = positions.iter().filter(|x| x.abs() <= distance).count() as f64 / 40_000.0;
        // Four standard deviations sqrt(0.8 x 0.2 / 40000) = 0.2 %.
        assert!((found - exact).abs() < 0.008, "within {distance}: {found}");
    }
}

#[test]
fn the_mean_of_many_corners_has_the_distribution_of_a_single_one() {
    let positions = random_corners(400_000, 6);
    let means = positions.chunks(1000).map(|corners| corners.iter().sum::<f64>() / 1000.0);
    // The mean of 1000 Cauchy variables has a Cauchy distribution: 79.52 % of 400 such means lie
    // within 3, with a standard deviation of 2 %. If the law of large numbers held, all means would
    // be close to one number.
    let within = means.filter(|mean| mean.abs() <= 3.0).count() as f64 / 400.0;
    assert!((within - 0.7952).abs() < 0.08, "{within}");
}
