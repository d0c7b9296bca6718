//! Where the corners of units with standard normal weights and biases lie.

use wengert_lab::corners;
use wengert_nn::{Bias, Init, Layout, Linear};

/// The corners of a layer of one input whose weights and biases are standard normal.
fn cauchy(units: usize, seed: u64) -> Vec<f64> {
    let mut layout = Layout::new();
    Linear::with_bias(&mut layout, "hidden", [1, units], Init::Normal(1.0), Bias::Random(1.0));
    corners(&layout.initialise::<f64>(seed), "hidden").iter().map(|corner| corner.position.unwrap()).collect()
}

#[test]
fn the_corners_of_standard_normal_units_are_cauchy() {
    let positions = cauchy(40_000, 5);
    for (distance, share) in [(3.0, 0.7952), (10.0, 0.9365)] {
        let exact: f64 = 2.0 / std::f64::consts::PI * f64::atan(distance);
        assert!((exact - share).abs() < 5e-5);
        let found = positions.iter().filter(|x| x.abs() <= distance).count() as f64 / 40_000.0;
        // Known to sqrt(0.8 x 0.2 / 40000) = 0.2 %; four of these.
        assert!((found - exact).abs() < 0.008, "within {distance}: {found}");
    }
}

#[test]
fn the_mean_of_many_corners_is_as_wild_as_one() {
    let positions = cauchy(400_000, 6);
    let means = positions.chunks(1000).map(|corners| corners.iter().sum::<f64>() / 1000.0);
    // The mean of 1000 Cauchy numbers is Cauchy itself: of 400 such means 79.52 % lie within 3, known to 2 %. Were there a
    // law of large numbers, all would lie near one number.
    let within = means.filter(|mean| mean.abs() <= 3.0).count() as f64 / 400.0;
    assert!((within - 0.7952).abs() < 0.08, "{within}");
}
