//! Determinants, inverses, solutions and Cholesky factors of matrices that are singular, or cannot be told
//! from singular ones.

use crate::support::cases::random;
use crate::support::{ROUNDING, assert_close, rng};
use ndarray::{Array2, ArrayD, Axis, array, stack};
use wengert_ad::{ArrayTape, Dual, Element, Numeric, Tensor, arrays};

/// The cofactors `(-1)^(i+j) det(A without row i and column j)`, by expansion along rows: sums and products
/// only, exact for small integers.
fn cofactors<T: Numeric>(a: &[T], n: usize) -> Vec<T> {
    let minor = |row: usize, column: usize| -> Vec<T> {
        let places = (0..n * n).filter(|e| e / n != row && e % n != column);
        places.map(|e| a[e]).collect()
    };
    let signed = |e: usize| {
        let determinant = determinant(&minor(e / n, e % n), n - 1);
        if (e / n + e % n).is_multiple_of(2) { determinant } else { -determinant }
    };
    (0..n * n).map(signed).collect()
}

fn determinant<T: Numeric>(a: &[T], n: usize) -> T {
    if n == 0 {
        return T::constant(1.0);
    }
    let first_row = &cofactors(a, n)[..n];
    first_row.iter().zip(a).fold(T::constant(0.0), |sum, (&c, &a)| sum + c * a)
}

fn matrix(rows: &[&[f64]]) -> Array2<f64> {
    let n = rows.len();
    Array2::from_shape_vec((n, n), rows.concat()).expect("as many rows as columns")
}

/// Singular matrices, of which each has a derivative of the determinant worth checking.
fn singular() -> Vec<Array2<f64>> {
    let rank = |n: usize, rank: usize, seed: u64| {
        let integer = |x: f64| (x * 3.0).round();
        let [a, b] = [[n, rank], [rank, n]].map(|shape| random(&mut rng(seed), &shape).mapv(integer));
        let [a, b] = [a, b].map(|x| x.into_dimensionality::<ndarray::Ix2>().expect("two extents"));
        a.dot(&b)
    };
    vec![
        matrix(&[&[0.0]]),
        matrix(&[&[1.0, 2.0], &[2.0, 4.0]]),
        matrix(&[&[0.0, 0.0], &[0.0, 0.0]]),
        matrix(&[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], &[7.0, 8.0, 9.0]]),
        matrix(&[&[0.1, 0.2, 0.3], &[0.4, 0.5, 0.6], &[0.7, 0.8, 0.9]]),
        matrix(&[&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0], &[3.0, 6.0, 9.0]]),
        Array2::zeros((3, 3)),
        // Regular, with a determinant of 1 and a last pivot that is small.
        matrix(&[&[1000.0, 1001.0], &[999.0, 1000.0]]),
        matrix(&[&[1e5, 1.0, 0.0], &[1e5, 1.0 + 1e-5, 1.0], &[0.0, 1e-5, 1.0 + 1e-5]]),
        rank(4, 3, 1),
        rank(4, 2, 2),
        rank(5, 4, 3),
        rank(5, 3, 4),
        rank(6, 4, 5),
        rank(6, 2, 6),
    ]
}

#[track_caller]
fn assert_equal_up_to(label: &str, have: &ArrayD<f64>, want: &[f64], error: f64, least: f64) {
    let size = want.iter().fold(least, |size, x| size.max(x.abs()));
    for (have, want) in have.iter().zip(want) {
        assert!((have - want).abs() <= error * size, "{label}: {have}, expected {want} of {size}");
    }
}

/// The gradient of the determinant and its derivative along `v`, by definition.
fn by_definition(a: &Array2<f64>, v: &Array2<f64>) -> [Vec<f64>; 2] {
    let duals: Vec<_> = a.iter().zip(v).map(|(&a, &v)| Dual::new(a, v)).collect();
    let cofactors = cofactors(&duals, a.nrows());
    [cofactors.iter().map(|c| c.primal).collect(), cofactors.iter().map(|c| c.tangent).collect()]
}

fn derivatives<T: Element>(a: &Array2<f64>, v: &Array2<f64>) -> [ArrayD<f64>; 2]
where
    Dual<T>: Element,
{
    let tape = ArrayTape::<Dual<T>>::new();
    let input = ndarray::Zip::from(a).and(v).map_collect(|&a, &v| Dual::new(T::constant(a), T::constant(v)));
    let x = tape.var(&input);
    let gradient = x.determinant().gradient().wrt(x);
    [gradient.mapv(|g| g.primal.value()), gradient.mapv(|g| g.tangent.value())]
}

#[test]
fn second_derivatives_of_a_determinant_are_right_next_to_a_pivot_that_is_rounding_noise() {
    for a in singular() {
        let n = a.nrows();
        let unit = Array2::from_shape_fn((n, n), |place| f64::from(u8::from(place == (0, 0))));
        // Derivatives of order k are sums of products of n - k elements.
        let largest = a.iter().fold(0.0_f64, |size, a| size.max(a.abs()));
        let [first_size, second_size] = [1, 2].map(|order| largest.powi((n as i32 - order).max(0)));
        let general = random(&mut rng(7), &[n, n]).into_dimensionality().expect("two extents");
        for v in [unit, general] {
            let [gradient, second] = by_definition(&a, &v);
            let (label, [have, along]) = (format!("{a}"), derivatives::<f64>(&a, &v));
            // The condition of the leading blocks is below 1e3.
            assert_equal_up_to(&label, &have, &gradient, 1e-12, first_size);
            assert_equal_up_to(&label, &along, &second, 1e-10, second_size);
            let [have, along] = derivatives::<f32>(&a, &v);
            let single = |x: &Array2<f64>| x.mapv(|x| f64::from(x as f32));
            let [gradient, second] = by_definition(&single(&a), &single(&v));
            assert_equal_up_to(&label, &have, &gradient, 1e-4, first_size);
            assert_equal_up_to(&label, &along, &second, 1e-3, second_size);
        }
    }
}

#[test]
fn the_hessian_of_a_determinant_of_rank_two_is_exact_to_rounding() {
    let a = [array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]].into_dyn()];
    let along = [array![[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]].into_dyn()];
    let hv = arrays::hvp(|v| v[0].determinant(), &a, &along);
    let want = array![[0.0, 0.0, 0.0], [0.0, 9.0, -8.0], [0.0, -6.0, 5.0]].into_dyn();
    hv[0].iter().zip(&want).for_each(|(&have, &want)| assert_close("element", have, want, ROUNDING));
    // Reverse mode on two levels of duals, for third derivatives: the mixed one of the diagonal is 1.
    let directions =
        [0, 4].map(|e| ArrayD::from_shape_fn(vec![3, 3], |i| f64::from(u8::from(3 * i[0] + i[1] == e))));
    let tape = ArrayTape::<Dual<Dual>>::new();
    let input = ndarray::Zip::from(&a[0])
        .and(&directions[0])
        .and(&directions[1])
        .map_collect(|&a, &u, &v| Dual::new(Dual::new(a, u), Dual::new(v, 0.0)));
    let x = tape.var(&input);
    let third = x.determinant().gradient().wrt(x)[[2, 2]].tangent.tangent;
    assert_close("third derivative", third, 1.0, ROUNDING);
}

#[test]
fn a_batch_may_mix_singular_and_regular_matrices() {
    let singular = array![[1.0, 2.0], [2.0, 4.0]];
    let regular = array![[2.0, 1.0], [1.0, 3.0]];
    let batch = [stack![Axis(0), singular, regular, singular].into_dyn()];
    let gradient = arrays::grad(|v| v[0].determinant().sum(), &batch);
    let want = [4.0, -2.0, -2.0, 1.0, 3.0, -1.0, -1.0, 2.0, 4.0, -2.0, -2.0, 1.0];
    gradient[0].iter().zip(want).for_each(|(&have, want)| assert_close("element", have, want, ROUNDING));
    // The singular ones are not used.
    type Function = for<'t> fn(Tensor<'t, f64>) -> Tensor<'t, f64>;
    let functions: [Function; 3] = [
        |a| a.inverse().slice(0, 1..2).sum(),
        |a| a.log_determinant().slice(0, 1..2).sum(),
        |a| a.solve(a.slice(0, 1..2).stop_gradient().gather(&[0, 0, 0])).slice(0, 1..2).sum(),
    ];
    for f in functions {
        let gradient = arrays::grad(|v| f(v[0]), &batch);
        assert!(gradient[0].iter().all(|g| g.is_finite()), "{gradient:?}");
        assert!(
            gradient[0].iter().take(4).chain(gradient[0].iter().skip(8)).all(|&g| g == 0.0),
            "{gradient:?}"
        );
    }
    let indefinite = [stack![Axis(0), array![[1.0, 2.0], [2.0, 1.0]], regular].into_dyn()];
    let gradient = arrays::grad(|v| v[0].cholesky().slice(0, 1..2).sum(), &indefinite);
    assert!(gradient[0].iter().all(|g| g.is_finite()), "{gradient:?}");
}

#[test]
fn a_matrix_that_is_singular_up_to_rounding_has_no_inverse_instead_of_noise() {
    let nines = |scale: f64| array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]] * scale;
    for a in [
        nines(1.0),
        nines(0.1),
        nines(1e-200),
        nines(1e100),
        Array2::zeros((1, 1)),
        array![[1.0, 3.0], [3.0, 9.0]],
    ] {
        let n = a.nrows();
        let tape = ArrayTape::new();
        let (x, b) = (tape.var(&a), tape.var(&Array2::<f64>::ones((n, 1))));
        assert!(x.inverse().value().iter().all(|x| x.is_nan()), "{a}");
        assert!(x.solve(b).value().iter().all(|x| x.is_nan()), "{a}");
        let y = x.log_determinant();
        assert_eq!(y.item(), f64::NEG_INFINITY, "{a}");
        assert!(y.gradient().wrt(x).iter().all(|g| g.is_nan()), "{a}");
        assert!(x.solve(b).sum().gradient().wrt(b).iter().all(|g| g.is_nan()), "{a}");
    }
    let tape = ArrayTape::<f32>::new();
    let x = tape.var(&nines(0.1).mapv(|x| x as f32));
    assert!(x.inverse().value().iter().all(|x| x.is_nan()));
    assert_eq!(x.log_determinant().item(), f32::NEG_INFINITY);
}

#[test]
fn rows_of_different_scales_do_not_make_a_matrix_singular() {
    let tape = ArrayTape::new();
    let small = tape.var(&array![[1.0, 0.0], [0.0, 1e-200]]);
    assert_eq!(small.inverse().value(), array![[1.0, 0.0], [0.0, 1e200]].into_dyn());
    let graded = tape.var(&array![[1e10, 2.0], [3e-20, 1e-29]]);
    let y = graded.log_determinant();
    assert_close("log-determinant", y.item(), (6e-20 - 1e-19_f64).abs().ln(), ROUNDING);
    let tiny = tape.var(&array![[1e-300]]);
    assert_eq!((tiny.log_determinant().item(), tiny.inverse().item()), (1e-300_f64.ln(), 1.0 / 1e-300));
}

#[test]
fn a_gram_matrix_of_dependent_columns_has_no_cholesky_factor() {
    let columns: Array2<f64> = array![[0.1, 0.3], [0.2, 0.6], [0.7, 2.1]];
    let gram = columns.t().dot(&columns);
    let tape = ArrayTape::new();
    let factor = tape.var(&gram).cholesky().value();
    assert!(factor[[0, 0]].is_finite() && factor[[1, 1]].is_nan(), "{factor}");
    // With a ridge of 1e-10 it has one.
    let factor = tape.var(&(gram + Array2::<f64>::eye(2) * 1e-10)).cholesky().value();
    assert!(factor.iter().all(|l| l.is_finite()), "{factor}");
}

#[test]
fn second_derivatives_of_regular_matrices_are_those_of_the_formulas() {
    let unit = [array![[1.0, 0.0], [0.0, 0.0]].into_dyn()];
    // d^2 ln det A / da_11^2 = -(A^-1)_11^2.
    let a = [array![[4.0, 1.0], [2.0, 3.0]].into_dyn()];
    let hv = arrays::hvp(|v| v[0].log_determinant(), &a, &unit);
    assert_close("log-determinant", hv[0][[0, 0]], -0.09, ROUNDING);
    // d^2 (A^-1)_11 / da_11^2 = 2 / a_11^3 for a diagonal matrix.
    let diagonal = [array![[2.0, 0.0], [0.0, 3.0]].into_dyn()];
    let hv = arrays::hvp(|v| v[0].inverse().slice(0, 0..1).slice(1, 0..1).sum(), &diagonal, &unit);
    assert_close("inverse", hv[0][[0, 0]], 0.25, ROUNDING);
    // d^2 l_11 / da_11^2 = -1 / (4 a_11^(3/2)).
    let hv = arrays::hvp(
        |v| v[0].cholesky().slice(0, 0..1).sum(),
        &[array![[4.0, 2.0], [2.0, 5.0]].into_dyn()],
        &unit,
    );
    assert_close("Cholesky", hv[0][[0, 0]], -1.0 / 32.0, ROUNDING);
}
