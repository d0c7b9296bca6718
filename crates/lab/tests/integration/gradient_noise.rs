//! The noise of mini-batch gradients: its mean, its covariance, and its effect on SGD.

use ndarray::{Array1, Array2, Axis, array};
use wengert_data::Batches;
use wengert_lab::{
    Sampling, SquaredError, gradient_covariance, region_of_confusion, sampled_updates,
    stochastic_gradient_descent, update_covariance,
};
use wengert_linear::{OrdinaryLeastSquares, minimum_norm};
use wengert_optim::Schedule;

fn noise(k: usize) -> f64 {
    // The phase is quadratic in k, because with a linear phase all matrices would have rank 2.
    ((k * k) as f64 * 0.754_877_6 + k as f64 * 12.9898 + 0.3).sin()
}

fn matrix(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| noise(i * columns + j))
}

fn targets(rows: usize) -> Array1<f64> {
    Array1::from_shape_fn(rows, |i| 3.0 * noise(1000 + i))
}

/// All batches of `size` of `n` examples.
fn all_batches(n: usize, size: usize) -> Vec<Vec<usize>> {
    let chosen = |mask: &u32| mask.count_ones() as usize == size;
    let members = |mask: u32| (0..n).filter(|i| mask >> i & 1 == 1).collect();
    (0..1_u32 << n).filter(chosen).map(members).collect()
}

#[test]
fn the_mean_of_the_gradients_over_all_batches_of_a_size_is_the_full_gradient() {
    let (x, y) = (matrix(7, 3), targets(7));
    let mut loss = SquaredError::new((&x, &y)).unwrap();
    let w = [0.3, -1.2, 0.8];
    let full = Array1::from_vec(loss.gradient(&w));
    let explicit = x.t().dot(&(x.dot(&Array1::from_vec(w.to_vec())) - &y)) * 2.0;
    assert!((&full - &explicit).iter().all(|e| e.abs() < 1e-13));
    for size in 1..=7 {
        let batches = all_batches(7, size);
        let mut mean = Array1::zeros(3);
        let mut spread = 0.0_f64;
        for batch in &batches {
            let gradient = Array1::from_vec(loss.batch_gradient(&w, batch));
            spread = spread.max((&gradient - &full).fold(0.0, |most, e| most.max(e.abs())));
            mean += &gradient;
        }
        mean /= batches.len() as f64;
        // The rounding of sums of up to 35 gradients of size 100.
        assert!((&mean - &full).iter().all(|e| e.abs() < 1e-12), "{size}: {mean} {full}");
        assert_eq!(spread > 1e-3, size < 7, "single batches should differ: {spread}");
    }
}

#[test]
fn the_gradients_of_the_examples_sum_to_the_full_gradient() {
    // 11 examples do not fill the last group of lanes.
    let loss = &mut SquaredError::new((&matrix(11, 3), &targets(11))).unwrap();
    let w = [0.3, -1.2, 0.8];
    let each = loss.example_gradients(&w);
    let full = Array1::from_vec(loss.gradient(&w));
    assert!((each.sum_axis(Axis(0)) - &full).iter().all(|e| e.abs() < 1e-12));
    for (i, row) in each.rows().into_iter().enumerate() {
        let alone = Array1::from_vec(loss.batch_gradient(&w, &[i])) / 11.0;
        assert!((&row - &alone).iter().all(|e| e.abs() < 1e-13), "{i}: {row} {alone}");
    }
}

#[test]
fn outside_the_region_of_confusion_all_components_have_gradients_of_the_same_sign() {
    let (a, b): (Vec<f64>, Vec<f64>) =
        (0..9).map(|i| (1.5 * noise(i) + 0.1 * f64::from(i as u8 % 2), 2.0 * noise(50 + i))).unzip();
    let region = region_of_confusion(&a, &b);
    assert!(region.low < region.optimum && region.optimum < region.high, "{region:?}");
    let gradients = |x: f64| a.iter().zip(&b).map(move |(a, b)| a * (a * x - b));
    assert!(gradients(region.optimum).sum::<f64>().abs() < 1e-13);
    for away in [1e-6, 0.1, 10.0] {
        assert!(gradients(region.high + away).all(|g| g > 0.0));
        assert!(gradients(region.low - away).all(|g| g < 0.0));
    }
    // Inside, the signs differ.
    let inside = 0.5 * (region.low + region.high);
    assert!(gradients(inside).any(|g| g > 0.0) && gradients(inside).any(|g| g < 0.0));
    let one = region_of_confusion(&[2.0], &[3.0]);
    assert_eq!((one.low, one.optimum, one.high), (1.5, 1.5, 1.5));
}

#[test]
#[should_panic(expected = "a[1] is 0, which has no minimum")]
fn a_flat_component_has_no_region_of_confusion() {
    let _ = region_of_confusion(&[1.0, 0.0], &[1.0, 1.0]);
}

#[test]
#[should_panic(expected = "b[1] / a[1] is NaN, must be finite")]
fn a_component_without_a_number_has_no_region_of_confusion() {
    let _ = region_of_confusion(&[1.0, 2.0], &[1.0, f64::NAN]);
}

#[test]
fn simulated_variances_of_means_agree_with_the_exact_ones() {
    // Nearly uniform numbers in (0, 1): fractional parts of multiples of the golden ratio.
    let numbers: Vec<f64> = (1..=20).map(|i| (f64::from(i) * 0.618_033_988_749_895).fract()).collect();
    let (with, without) = (Sampling::WithReplacement, Sampling::WithoutReplacement);
    let trials = 5_000;
    for draws in [1, 2, 5, 10, 19, 20] {
        for (sampling, seed) in [(with, 1), (without, 2)] {
            let exact = sampling.variance_of_mean(&numbers, draws);
            let measured = sampling.simulated_variance(&numbers, draws, trials, seed);
            // Five standard deviations of the mean of 5 000 squares of nearly normal numbers,
            // sqrt(2 / 5 000) = 2 %. If the exact variance is 0, the rounding of sums in different
            // orders.
            assert!(
                (measured - exact).abs() <= 0.1 * exact + 1e-30,
                "{sampling:?} {draws}: {measured} {exact}"
            );
        }
        let (k, n) = (draws as f64, 20.0);
        let ratio = without.variance_of_mean(&numbers, draws) / with.variance_of_mean(&numbers, draws);
        assert!((ratio - (n - k) / (n - 1.0)).abs() < 1e-15);
    }
    assert!(with.variance_of_mean(&numbers, 20) > 1e-3);
    assert_eq!(without.variance_of_mean(&[3.0], 1), 0.0);
}

#[test]
fn the_exact_variances_are_the_mean_squares_over_all_samples() {
    let numbers = [0.2, 0.9, 0.5, 0.1, 0.7];
    let truth = numbers.iter().sum::<f64>() / 5.0;
    let square = |batch: &[usize]| {
        (batch.iter().map(|&i| numbers[i]).sum::<f64>() / batch.len() as f64 - truth).powi(2)
    };
    for draws in 1..=5 {
        let batches = all_batches(5, draws);
        let mean = batches.iter().map(|batch| square(batch)).sum::<f64>() / batches.len() as f64;
        assert!((Sampling::WithoutReplacement.variance_of_mean(&numbers, draws) - mean).abs() < 1e-16);
    }
    let pairs = (0..25).map(|k| square(&[k / 5, k % 5])).sum::<f64>() / 25.0;
    assert!((Sampling::WithReplacement.variance_of_mean(&numbers, 2) - pairs).abs() < 1e-16);
}

#[test]
#[should_panic(expected = "6 draws from 5 numbers")]
fn more_draws_without_replacement_than_numbers_are_rejected() {
    let _ = Sampling::WithoutReplacement.variance_of_mean(&[1.0; 5], 6);
}

#[test]
fn the_covariance_of_an_update_is_eta_squared_over_the_batch_size_times_that_of_a_gradient() {
    let loss = SquaredError::new((&matrix(12, 3), &targets(12))).unwrap();
    let gradients = loss.example_gradients(&[0.3, -1.2, 0.8]);
    // D by definition.
    let mean = gradients.mean_axis(Axis(0)).unwrap();
    let d = Array2::from_shape_fn((3, 3), |(j, k)| {
        let products = gradients.rows().into_iter().map(|g| g[j] * g[k]);
        products.sum::<f64>() / 12.0 - mean[j] * mean[k]
    });
    assert!((gradient_covariance(&gradients) - &d).iter().all(|e| e.abs() < 1e-12));

    let (eta, trials) = (0.1, 40_000);
    for batch in [1, 4] {
        let exact = update_covariance(&gradients, eta, batch);
        assert!((&exact - &(&d * (eta * eta / batch as f64))).iter().all(|e| e.abs() < 1e-14));
        let updates = sampled_updates(&gradients, eta, batch, trials, 5);
        let sampled_mean = updates.mean_axis(Axis(0)).unwrap();
        let sampled = gradient_covariance(&updates);
        for j in 0..3 {
            // Five standard deviations of the mean, and of the covariance, which are sqrt(c_jj c_kk
            // kurtosis / trials) with a kurtosis below 6.
            let deviation = (exact[[j, j]] / trials as f64).sqrt();
            assert!((sampled_mean[j] + eta * mean[j]).abs() < 5.0 * deviation);
            for k in 0..3 {
                let scale = (6.0 * exact[[j, j]] * exact[[k, k]] / trials as f64).sqrt();
                let error = (sampled[[j, k]] - exact[[j, k]]).abs();
                assert!(
                    error < 5.0 * scale,
                    "B = {batch}, ({j}, {k}): {} {}",
                    sampled[[j, k]],
                    exact[[j, k]]
                );
            }
        }
    }
}

/// The differences between the mean loss at the points of a path and its minimum.
fn excesses(x: &Array2<f64>, best: &Array1<f64>, path: &[Vec<f64>]) -> Vec<f64> {
    let excess = |w: &Vec<f64>| {
        let away = x.dot(&(&Array1::from_vec(w.clone()) - best));
        away.dot(&away) / x.nrows() as f64
    };
    path.iter().map(excess).collect()
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

#[test]
fn a_constant_learning_rate_reaches_a_floor_proportional_to_it_and_a_rate_of_one_over_t_does_not() {
    let x = matrix(20, 2);
    let y = x.dot(&array![1.0, -2.0]) + Array1::from_shape_fn(20, |i| 0.5 * noise(500 + 3 * i));
    let best = OrdinaryLeastSquares::new().without_intercept().fit((&x, &y)).unwrap().coefficients;
    let mut loss = SquaredError::new((&x, &y)).unwrap();
    let mut run = |schedule: &Schedule| {
        let batches = Batches::with_replacement(20, 1, 11);
        excesses(&x, &best, &stochastic_gradient_descent(&mut loss, &[30.0, 30.0], schedule, batches, 2000))
    };
    // The gradient is that of the sum, so a rate of eta acts as eta n on the mean. The curvatures
    // of the mean are close to 1.
    let eta = 0.04 / 20.0;
    let floors = [eta, eta / 2.0, eta / 4.0].map(|eta| {
        let path = run(&Schedule::constant(eta));
        // Within a few epochs, the excess loss falls by a factor of more than a thousand.
        assert!(path[20] < 1e-3 * path[0], "{} {}", path[0], path[20]);
        mean(&path[200..])
    });
    // The floor is proportional to eta up to a relative correction of a few percent, eta n times
    // the curvature. Points 1 to 5 epochs apart are independent, so the means over 1800 epochs are
    // accurate to 7 %.
    for (floor, half) in [(floors[0], floors[1]), (floors[1], floors[2])] {
        assert!((floor / half - 2.0).abs() < 0.4, "{floors:?}");
    }
    let falling = run(&Schedule::over_t(eta, 200.0));
    assert!(mean(&falling[1800..]) < 0.05 * floors[2], "{} {floors:?}", mean(&falling[1800..]));
}

#[test]
fn interpolating_least_squares_converges_with_a_constant_rate() {
    let (x, y) = (matrix(5, 12), targets(5));
    let mut loss = SquaredError::new((&x, &y)).unwrap();
    let batches = Batches::with_replacement(5, 1, 11);
    let path = stochastic_gradient_descent(&mut loss, &[0.0; 12], &Schedule::constant(0.01), batches, 2500);
    let losses: Vec<f64> =
        path.iter().map(|w| (&y - &x.dot(&Array1::from_vec(w.clone()))).mapv(|r| r * r).sum()).collect();
    assert!(losses[0] > 1.0 && losses[2500] < 1e-24, "{} {}", losses[0], losses[2500]);
    let shortest = minimum_norm((&x, &y)).unwrap();
    assert!((Array1::from_vec(path[2500].clone()) - shortest).iter().all(|e| e.abs() < 1e-11));
}

#[test]
fn sgd_with_batches_of_all_examples_is_gradient_descent() {
    let mut loss = SquaredError::new((&matrix(6, 3), &targets(6))).unwrap();
    let path = stochastic_gradient_descent(
        &mut loss,
        &[0.0; 3],
        &Schedule::constant(0.01),
        Batches::new(6, 6, 1),
        5,
    );
    let mut w = vec![0.0; 3];
    for visited in path {
        assert!(visited.iter().zip(&w).all(|(a, b)| (a - b).abs() < 1e-14), "{visited:?} {w:?}");
        let gradient = loss.gradient(&w);
        w.iter_mut().zip(gradient).for_each(|(w, g)| *w -= 0.01 * g);
    }
}

#[test]
#[should_panic(expected = "w has length 2, but the examples have 3 features")]
fn weights_of_another_length_are_rejected() {
    let _ = SquaredError::new((&matrix(6, 3), &targets(6))).unwrap().gradient(&[0.0; 2]);
}
