//! Gradient descent on `|y - X w|^2` against exact results in the basis of singular vectors.

use nalgebra::DMatrix;
use ndarray::{Array1, Array2, array};
use wengert_data::Batches;
use wengert_lab::{
    Regime, SingularMode, SquaredError, condition_number, first_fitted_mode, stochastic_gradient_descent,
};
use wengert_linear::{LinearError, OrdinaryLeastSquares, Ridge, RidgeForm, minimum_norm};
use wengert_optim::{Adam, Optimizer, Schedule, Sgd, trajectory};

/// Irregular numbers in `[-1, 1]`.
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

/// The singular value decomposition `X = U diag(sigma) V'`.
struct Svd {
    sigma: Vec<f64>,
    /// One mode per singular value, in the same order.
    modes: Vec<SingularMode>,
    /// The right singular vectors, as rows.
    right: Array2<f64>,
}

fn svd(x: &Array2<f64>, y: &Array1<f64>) -> Svd {
    let (n, d) = x.dim();
    let svd = DMatrix::from_fn(n, d, |i, j| x[[i, j]]).svd(true, true);
    let (u, vt) = (svd.u.unwrap(), svd.v_t.unwrap());
    let sigma: Vec<f64> = svd.singular_values.iter().copied().collect();
    let target = |k: usize| (0..n).map(|i| u[(i, k)] * y[i]).sum();
    let modes =
        sigma.iter().enumerate().map(|(k, &sigma)| SingularMode { sigma, target: target(k) }).collect();
    let right = Array2::from_shape_fn((sigma.len(), d), |(k, j)| vt[(k, j)]);
    Svd { sigma, modes, right }
}

impl Svd {
    /// The weight along each right singular vector.
    fn along(&self, w: &[f64]) -> Array1<f64> {
        self.right.dot(&Array1::from_vec(w.to_vec()))
    }

    /// `w` from its weights along the right singular vectors.
    fn combine(&self, weight: impl Fn(SingularMode) -> f64) -> Array1<f64> {
        self.right.t().dot(&self.modes.iter().map(|&mode| weight(mode)).collect::<Array1<f64>>())
    }

    /// The norm of the component of `w` outside of the row space.
    fn outside(&self, w: &[f64]) -> f64 {
        let inside = self.right.t().dot(&self.along(w));
        inside.iter().zip(w).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }
}

fn descend(x: &Array2<f64>, y: &Array1<f64>, eta: f64, steps: usize) -> Vec<Vec<f64>> {
    descend_with(&mut Sgd::new(eta), x, y, steps)
}

fn descend_with(
    optimizer: &mut impl Optimizer<f64>,
    x: &Array2<f64>,
    y: &Array1<f64>,
    steps: usize,
) -> Vec<Vec<f64>> {
    let mut loss = SquaredError::new((x, y)).unwrap();
    let start = vec![0.0; x.ncols()];
    trajectory(optimizer, |w, g| g.copy_from_slice(&loss.gradient(w)), &start, steps)
}

fn distance<'a>(
    a: impl IntoIterator<Item = &'a f64>,
    b: impl IntoIterator<Item = &'a f64, IntoIter: ExactSizeIterator>,
) -> f64 {
    a.into_iter().zip(b).fold(0.0, |most, (a, b)| f64::max(most, (a - b).abs()))
}

#[test]
fn every_mode_of_gradient_descent_follows_its_exact_trajectory() {
    let (x, y) = (matrix(7, 4), targets(7));
    let svd = svd(&x, &y);
    for share in [0.1, 0.6, 0.95] {
        let eta = share / svd.sigma[0].powi(2);
        for (t, w) in descend(&x, &y, eta, 60).iter().enumerate() {
            let exact: Array1<f64> = svd.modes.iter().map(|mode| mode.weight_after(eta, t as u64)).collect();
            // The rounding of the steps, 1e-15 for weights up to 5, which no mode amplifies, and
            // that of the decomposition.
            let error = distance(&svd.along(w), &exact);
            assert!(error < 1e-12, "eta = {eta}, step {t}: {error}");
        }
    }
}

#[test]
fn the_fraction_of_a_mode_is_accurate_for_tiny_steps() {
    // 2 eta sigma^2 = 2e-20, which is lost in 1 - x.
    let mode = SingularMode { sigma: 1e-5, target: 1.0 };
    let share = mode.fraction_after(1e-10, 1000);
    assert!((share / 2e-17 - 1.0).abs() < 1e-12, "{share}");
    let flat = SingularMode { sigma: 0.0, target: 1.0 };
    assert_eq!((flat.optimum(), flat.weight_after(0.1, 10), flat.regime(0.1)), (0.0, 0.0, Regime::Slow));
}

#[test]
fn gradient_descent_behaves_according_to_its_regime() {
    let sigma = 1.6_f64;
    let mode = SingularMode { sigma, target: 2.0 };
    let best = 0.5 / (sigma * sigma);
    for (share, regime) in [
        (0.004, Regime::Slow),
        (0.3, Regime::Monotone),
        (0.99, Regime::Monotone),
        (1.0, Regime::OneStep),
        (1.01, Regime::Alternating),
        (1.99, Regime::Alternating),
        (2.01, Regime::Diverging),
        (3.0, Regime::Diverging),
    ] {
        let eta = share * best;
        assert_eq!(mode.regime(eta), regime, "{share}");
        let path = descend(&array![[sigma]], &array![2.0], eta, 100);
        let errors: Vec<f64> = path.iter().map(|w| w[0] - mode.optimum()).collect();
        let shrinks = errors[20].abs() < errors[0].abs();
        let alternates = errors[1] * errors[2] < 0.0 && errors[1] * errors[0] < 0.0;
        match regime {
            Regime::Slow => assert!(errors[100] / errors[0] > 0.36 && !alternates),
            Regime::Monotone => assert!(shrinks && !alternates && errors[1] * errors[0] > 0.0),
            // Rounding of one step.
            Regime::OneStep => assert!(errors[1].abs() < 1e-15 && errors[0] != 0.0),
            Regime::Alternating => assert!(shrinks && alternates),
            Regime::Diverging => assert!(!shrinks && alternates),
        }
    }
    // At the boundary the error alternates with constant size; 1/4 is exact.
    let boundary = SingularMode { sigma: 2.0, target: 6.0 };
    assert_eq!((boundary.regime(0.25), boundary.weight_after(0.25, 1000)), (Regime::Diverging, 0.0));
    assert_eq!(boundary.weight_after(0.25, 1001), 2.0 * boundary.optimum());
}

#[test]
fn a_small_learning_rate_fits_the_largest_singular_value_first_and_a_large_one_the_factor_closest_to_zero() {
    // The singular vectors of an irregular matrix, with singular values 3, 2.5, 1, 0.4.
    let raw = DMatrix::from_fn(6, 4, |i, j| matrix(6, 4)[[i, j]]).svd(true, true);
    let sigma = DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![3.0, 2.5, 1.0, 0.4]));
    let product = raw.u.unwrap() * sigma * raw.v_t.unwrap();
    let (x, y) = (Array2::from_shape_fn((6, 4), |(i, j)| product[(i, j)]), targets(6));
    let svd = svd(&x, &y);
    let largest = svd.sigma[0];
    let measured_first = |eta: f64| {
        let last = svd.along(&descend(&x, &y, eta, 6)[6]);
        let relative = |k: usize| (last[k] / svd.modes[k].optimum() - 1.0).abs();
        (0..4).min_by(|&a, &b| relative(a).total_cmp(&relative(b)))
    };
    let small = 0.05 / (largest * largest);
    assert_eq!((measured_first(small), first_fitted_mode(&svd.modes, small)), (Some(0), Some(0)));
    // The second mode converges in one step, while the first alternates.
    let second = 0.5 / svd.sigma[1].powi(2);
    assert_eq!(svd.modes[0].regime(second), Regime::Alternating);
    assert_eq!((measured_first(second), first_fitted_mode(&svd.modes, second)), (Some(1), Some(1)));
    assert_eq!(first_fitted_mode(&[], 0.1), None);
    let undefined = SingularMode { sigma: f64::NAN, target: 1.0 };
    assert_eq!(first_fitted_mode(&[undefined], 0.1), None);
    assert_eq!(first_fitted_mode(&[undefined, svd.modes[0]], small), Some(1));
}

#[test]
fn on_wide_data_gradient_descent_and_sgd_from_zero_converge_to_the_minimum_norm_solution() {
    let (x, y) = (matrix(4, 9), targets(4));
    let svd = svd(&x, &y);
    let shortest = svd.combine(SingularMode::optimum);
    assert!(distance(&minimum_norm((&x, &y)).unwrap(), &shortest) < 1e-13);

    let eta = 0.9 / svd.sigma[0].powi(2);
    let full = descend(&x, &y, eta, 3000);
    let mut loss = SquaredError::new((&x, &y)).unwrap();
    let constant = Schedule::constant(0.2 * eta);
    let single = stochastic_gradient_descent(&mut loss, &[0.0; 9], &constant, Batches::new(4, 1, 3), 6000);
    for (method, path) in [("full", full), ("single examples", single)] {
        // Each step adds a linear combination of rows, so only rounding leaves the row space.
        assert!(path.iter().all(|w| svd.outside(w) < 1e-13), "{method}");
        let error = distance(&path[path.len() - 1], &shortest);
        assert!(error < 1e-11, "{method}: {error}");
    }
}

#[test]
fn on_wide_data_adam_interpolates_but_leaves_the_row_space() {
    let (x, y) = (matrix(4, 9), targets(4));
    let svd = svd(&x, &y);
    let path = descend_with(&mut Adam::new(0.01), &x, &y, 6000);
    let w = Array1::from_vec(path[6000].clone());
    let residual = &y - &x.dot(&w);
    assert!(residual.dot(&residual) < 1e-8, "it fits: {residual}");
    let shortest = minimum_norm((&x, &y)).unwrap();
    let longer = w.dot(&w).sqrt() / shortest.dot(&shortest).sqrt();
    assert!(svd.outside(&path[6000]) > 0.1 && longer > 1.01, "{} {longer}", svd.outside(&path[6000]));
}

#[test]
fn all_forms_of_ridge_agree_with_the_filter_of_modes() {
    for (n, d) in [(9, 4), (5, 5), (4, 9)] {
        let (x, y) = (matrix(n, d), targets(n));
        let svd = svd(&x, &y);
        for lambda in [1e-3, 0.7, 50.0] {
            let filtered = svd.combine(|mode| mode.ridge_weight(lambda));
            for form in RidgeForm::ALL {
                let error = distance(&form.solve((&x, &y), lambda).unwrap(), &filtered);
                assert!(error < 1e-10, "{form:?}, {n} x {d}, lambda = {lambda}: {error}");
            }
            let model = Ridge::new(lambda).without_intercept().fit((&x, &y)).unwrap();
            assert!(distance(&model.coefficients, &filtered) < 1e-10);
        }
        let mode = svd.modes[1];
        let share = mode.ridge_weight(0.7) / mode.optimum();
        assert!((share - mode.ridge_fraction(0.7)).abs() < 1e-14);
    }
}

#[test]
fn gradient_descent_with_weight_decay_converges_to_ridge() {
    let (x, y, lambda) = (matrix(7, 4), targets(7), 0.7);
    let ridge = RidgeForm::Primal.solve((&x, &y), lambda).unwrap();
    let eta = 0.5 / (svd(&x, &y).sigma[0].powi(2) + lambda);
    // w <- (1 - 2 eta lambda) w + 2 eta X'(y - X w), explicitly and with a weight decay of 2 lambda.
    let mut explicit = Array1::zeros(4);
    let mut decayed = Sgd::new(eta).weight_decay(2.0 * lambda);
    let path = descend_with(&mut decayed, &x, &y, 3000);
    for w in &path {
        assert!(distance(w, &explicit) < 1e-13);
        explicit =
            &explicit * (1.0 - 2.0 * eta * lambda) + x.t().dot(&(&y - &x.dot(&explicit))) * (2.0 * eta);
    }
    assert!(distance(&path[3000], &ridge) < 1e-12);
}

#[test]
fn early_stopping_and_equivalent_ridge_shrink_modes_by_similar_factors() {
    let eta = 1e-3;
    for steps in [30, 300, 3000] {
        let lambda = SingularMode::equivalent_ridge(eta, steps);
        for k in -30..=30 {
            // From 2 eta t sigma^2 = 1e-6 to the largest value in the monotone regime.
            let sigma = (10.0_f64.powf(f64::from(k) / 5.0) * lambda).sqrt();
            let mode = SingularMode { sigma, target: 1.0 };
            if mode.factor(eta) > 0.0 {
                let ratio = mode.fraction_after(eta, steps) / mode.ridge_fraction(lambda);
                // (1 - e^-s)(1 + 1/s) lies in [1, 1.299] for s > 0; t steps replace e^-s by (1 -
                // s/t)^t <= e^-s.
                assert!((1.0 - 1e-12..1.32).contains(&ratio), "t = {steps}, sigma = {sigma}: {ratio}");
            }
        }
    }
}

#[test]
fn early_stopping_leaves_modes_of_small_singular_values_close_to_zero() {
    // Singular values 3, 1 and 0.1 along the axes; the targets make the optimum 1 along each axis.
    let (x, y) = (Array2::from_diag(&array![3.0, 1.0, 0.1]), array![3.0, 1.0, 0.1]);
    let w = &descend(&x, &y, 0.02, 100)[100];
    // The fractions 1 - 0.64^100, 1 - 0.96^100, 1 - 0.9996^100.
    assert!(
        (w[0] - 1.0).abs() < 1e-15 && (w[1] - 0.983).abs() < 1e-3 && (w[2] - 0.0392).abs() < 1e-4,
        "{w:?}"
    );
    let ridge =
        Ridge::new(SingularMode::equivalent_ridge(0.02, 100)).without_intercept().fit((&x, &y)).unwrap();
    assert!(ridge.coefficients[0] > 0.97 && ridge.coefficients[2] < 0.04, "{}", ridge.coefficients);
}

#[test]
fn the_condition_number_is_the_ratio_of_curvatures_and_determines_the_rate_of_convergence() {
    let (x, y) = (matrix(7, 4), targets(7));
    let svd = svd(&x, &y);
    let gram = x.t().dot(&x);
    let curvatures = DMatrix::from_fn(4, 4, |i, j| 2.0 * gram[[i, j]]).symmetric_eigen().eigenvalues;
    let kappa = condition_number(&svd.sigma);
    assert!((kappa / (curvatures.max() / curvatures.min()) - 1.0).abs() < 1e-10, "{kappa}");
    // With the best constant learning rate, each step multiplies the error by (kappa - 1) / (kappa + 1).
    let eta = 2.0 / (curvatures.max() + curvatures.min());
    let optimum = svd.combine(SingularMode::optimum);
    let path = descend(&x, &y, eta, 400);
    let error = |t: usize| {
        let away = &Array1::from_vec(path[t].clone()) - &optimum;
        away.dot(&away).sqrt()
    };
    let rate = (error(400) / error(200)).powf(1.0 / 200.0);
    // After 200 steps, only the slowest modes contribute to the error.
    assert!((rate - (kappa - 1.0) / (kappa + 1.0)).abs() < 1e-4, "{rate}, kappa = {kappa}");
}

#[test]
fn on_an_ill_conditioned_bowl_descent_zigzags_across_the_steep_direction() {
    let (x, y) = (Array2::from_diag(&array![10.0, 1.0]), array![10.0, 1.0]);
    let kappa = condition_number(&[10.0, 1.0]);
    assert!((kappa - 100.0).abs() < 1e-12);
    // Just below 1/100, at which the steep mode diverges.
    let path = descend(&x, &y, 0.0095, 100);
    let crossings =
        |axis: usize| path.windows(2).filter(|w| (w[0][axis] - 1.0) * (w[1][axis] - 1.0) < 0.0).count();
    assert_eq!((crossings(0), crossings(1)), (100, 0));
    // The path is much longer than the straight line: 2 (1 + 0.9 + 0.9^2 + ...) instead of sqrt 2.
    let length: f64 = path.windows(2).map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1])).sum();
    assert!(length > 12.0, "{length}");
}

#[test]
fn gradient_descent_converges_to_the_direct_solution_of_least_squares() {
    let (x, y) = (matrix(7, 4), targets(7));
    let svd = svd(&x, &y);
    let model = OrdinaryLeastSquares::new().without_intercept().fit((&x, &y)).unwrap();
    assert!(distance(&model.coefficients, &svd.combine(SingularMode::optimum)) < 1e-13);
    let path = descend(&x, &y, 0.9 / svd.sigma[0].powi(2), 3000);
    assert!(distance(&path[3000], &model.coefficients) < 1e-12);
    let mut loss = SquaredError::new((&x, &y)).unwrap();
    let report = wengert_minimize::minimize(
        |w, g| {
            g.copy_from_slice(&loss.gradient(w));
            let r = &y - &x.dot(&Array1::from_vec(w.to_vec()));
            r.dot(&r)
        },
        &[0.0; 4],
    );
    assert!(distance(&report.x, &model.coefficients) < 1e-8 && model.report.loss <= report.value + 1e-12);
}

#[test]
fn a_minimum_norm_solution_needs_independent_rows() {
    let repeated = array![[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]];
    assert_eq!(minimum_norm((&repeated, &[1.0, 2.0])), Err(LinearError::DependentExamples));
    assert_eq!(minimum_norm((&matrix(5, 3), &targets(5))), Err(LinearError::DependentExamples));
    // Columns may be dependent.
    let w = minimum_norm((&array![[1.0, 1.0]], &[4.0])).unwrap();
    assert!(distance(&w, &[2.0, 2.0]) < 1e-15);
}

#[test]
fn minimum_norm_keeps_digits_that_the_gram_matrix_loses() {
    // The angle between the rows is 1e-5, so the Gram matrix has a condition number of 1e10.
    let (x, y) = (array![[1.0, 0.0, 0.0], [1.0, 1e-5, 0.0]], [1.0, 1.0 + 2e-5]);
    let w = minimum_norm((&x, &y)).unwrap();
    assert!(distance(&w, &[1.0, 2.0, 0.0]) < 1e-9, "{w}");
}
