//! The loops of the kernels on numbers that carry derivatives or lanes.

use crate::support::{ROUNDING, assert_close};
use wengert_ad::kernels::{Matrix, MatrixProduct, cholesky, largest, portable_product};
use wengert_ad::{Directions, Dual, Element, Elementary, Jet, Lanes};

#[test]
fn the_largest_is_found_in_each_lane_and_keeps_its_tangent() {
    let lanes = [1.0, 3.0, 2.0].map(|x| Lanes([x, -x]));
    assert_eq!(largest(&lanes), Lanes([3.0, -1.0]));
    assert_eq!(largest(&[Dual::new(1.0, 5.0), Dual::new(2.0, 7.0)]), Dual::new(2.0, 7.0));
}

#[test]
fn a_cholesky_factor_is_computed_in_each_lane() {
    // [[4, 2], [2, 5]] has the factor [[2, 0], [1, 2]]; four times the matrix has twice the factor.
    let matrix = [4.0, 2.0, 2.0, 5.0].map(|x| Lanes([x, 4.0 * x]));
    let mut factor = [Lanes([f64::NAN; 2]); 4];
    cholesky(&matrix, 2, &mut factor, Elementary::sqrt, 0.0);
    assert_eq!(factor, [2.0, 0.0, 1.0, 2.0].map(|x| Lanes([x, 2.0 * x])));
}

#[test]
fn a_product_of_dual_matrices_follows_the_product_rule() {
    let a = [1.0, 2.0, 3.0, 4.0].map(|x| Dual::new(x, 1.0));
    let b = [5.0, 6.0, 7.0, 8.0].map(|x| Dual::new(x, 0.0));
    let mut c = [Dual::new(f64::NAN, f64::NAN); 4];
    Dual::gemm(Matrix::new(&a, 2, 2), Matrix::new(&b, 2, 2), &mut c, true);
    let columns = [12.0, 14.0, 12.0, 14.0];
    let values = [19.0, 22.0, 43.0, 50.0];
    assert_eq!(c, std::array::from_fn(|i| Dual::new(values[i], columns[i])));
}

/// The product of two matrices of this size, computed in planes, and the one of the definition.
fn products<T: Element>(number: impl Fn(usize) -> T, [m, k, n]: [usize; 3]) -> [Vec<T>; 2] {
    let (a, b): (Vec<T>, Vec<T>) =
        ((0..m * k).map(&number).collect(), (0..k * n).map(|i| number(i + 7)).collect());
    let (a, b) = (Matrix::new(&a, k, m).transposed(), Matrix::new(&b, k, n));
    let mut both = [true, false].map(|_| vec![T::constant(0.25); m * n]);
    for (c, product) in both.iter_mut().zip([T::gemm, portable_product]) {
        product(a, b, c, true);
        product(a, b, c, false);
    }
    both
}

#[test]
fn products_in_planes_are_those_of_the_definition() {
    let value = |i: usize| (i as f64 * 0.7).sin();
    for size in [[3, 5, 2], [9, 20, 11], [16, 33, 17]] {
        let dual = |i: usize| Dual::new(value(i), value(i + 3));
        let [planes, portable] = products(dual, size);
        for (x, y) in planes.iter().zip(&portable) {
            assert_close("dual", x.primal, y.primal, ROUNDING);
            assert_close("dual", x.tangent, y.tangent, ROUNDING);
        }
        let [planes, portable] = products(|i| Dual::new(dual(i), dual(i + 1)), size);
        for (x, y) in planes.iter().zip(&portable) {
            assert_close("nested", x.tangent.tangent, y.tangent.tangent, ROUNDING);
            assert_close("nested", x.primal.tangent, y.primal.tangent, ROUNDING);
        }
        // The numbers of directions and of coefficients are those that other tests compile too.
        let directions = |i: usize| Directions::<4>::new(value(i), [1, 2, 3, 4].map(|j| value(i + j)));
        let [planes, portable] = products(directions, size);
        for (x, y) in planes.iter().zip(&portable) {
            for (x, y) in x.tangents.into_iter().zip(y.tangents) {
                assert_close("directions", x, y, ROUNDING);
            }
        }
        let jet = |i: usize| Jet::new([value(i), value(i + 1), value(i + 2)]);
        let [planes, portable] = products(jet, size);
        for (x, y) in planes.iter().zip(&portable) {
            for (x, y) in x.derivatives().into_iter().zip(y.derivatives()) {
                assert_close("jet", x, y, ROUNDING);
            }
        }
    }
}

/// Asserts that the product of matrices of constants, some of which are 0 and one has this component
/// infinite, is that of the definition: zero times infinity is zero.
fn assert_zero_times_infinity<T: Element, const N: usize>(
    number: impl Fn([f64; N]) -> T,
    components: impl Fn(T) -> [f64; N],
) {
    for infinite in 0..N {
        let entry = |i: usize| {
            let mut entry = [0.0; N];
            entry[0] = (i % 3) as f64;
            if i == 5 {
                entry[infinite] = f64::INFINITY;
            }
            number(entry)
        };
        let [planes, portable] = products(entry, [16, 16, 16]);
        let bits = |c: &[T]| c.iter().map(|&c| components(c).map(f64::to_bits)).collect::<Vec<_>>();
        assert_eq!(bits(&planes), bits(&portable), "component {infinite}");
        assert!(planes.iter().any(|&c| components(c)[infinite].is_infinite()), "component {infinite}");
        // Those of an infinite value are zero like those of all others.
        let derivatives = planes.iter().map(|&c| components(c)).flat_map(|c| c.into_iter().skip(1));
        assert!(infinite > 0 || derivatives.into_iter().all(|derivative| derivative == 0.0));
    }
}

#[test]
fn zero_times_infinity_is_zero_in_products_of_any_size() {
    assert_zero_times_infinity(|[x, dot]| Dual::new(x, dot), |x| [x.primal, x.tangent]);
    assert_zero_times_infinity(|derivatives: [f64; 3]| Jet::new(derivatives), Jet::derivatives);
    let directions = |[x, tangents @ ..]: [f64; 5]| Directions::<4>::new(x, tangents);
    assert_zero_times_infinity(directions, |x| {
        let [a, b, c, d] = x.tangents;
        [x.primal, a, b, c, d]
    });
}
