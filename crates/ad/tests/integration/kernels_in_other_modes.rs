//! The loops of the kernels on numbers that carry derivatives or lanes.

use wengert_ad::kernels::{Matrix, MatrixProduct, cholesky, largest};
use wengert_ad::{Dual, Elementary, Lanes};

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
