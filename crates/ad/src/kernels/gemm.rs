//! Matrix products.

use super::products::{is_with_vector, product, product_with_vector};
use super::repeat;
use super::tiles::{Onto, Product, Tiled, Window};
use crate::directions::Directions;
use crate::dual::Dual;
use crate::jet::Jet;
use crate::lanes::Lanes;
use crate::number::{Float, Scalar};
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};

/// A row-major matrix in a slice, or the transpose of one.
#[derive(Debug)]
pub struct Matrix<'a, T> {
    pub(super) data: &'a [T],
    pub(super) shape: [usize; 2],
    pub(super) strides: [usize; 2],
}

impl<T> Clone for Matrix<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Matrix<'_, T> {}

impl<'a, T> Matrix<'a, T> {
    /// The `rows x columns` matrix stored row by row in `data`.
    ///
    /// # Panics
    /// If `data` does not hold `rows * columns` elements.
    #[track_caller]
    pub fn new(data: &'a [T], rows: usize, columns: usize) -> Self {
        assert!(
            data.len() == rows * columns,
            "matrix: {rows} x {columns} does not fit {} elements",
            data.len()
        );
        Self { data, shape: [rows, columns], strides: [columns, 1] }
    }

    /// The transpose, without moving an element.
    pub fn transposed(self) -> Self {
        let ([m, n], [i, j]) = (self.shape, self.strides);
        Self { data: self.data, shape: [n, m], strides: [j, i] }
    }

    /// The first `rows` rows, and the others.
    pub(super) fn split_rows(self, rows: usize) -> [Self; 2] {
        let ([m, n], [down, _]) = (self.shape, self.strides);
        let part = |data, rows| Self { data, shape: [rows, n], strides: self.strides };
        [part(self.data, rows), part(&self.data[(rows * down).min(self.data.len())..], m - rows)]
    }

    fn for_rten(self) -> rten_tensor::Matrix<'a, T> {
        rten_tensor::Matrix::from_data_with_strides(self.shape, self.data, self.strides)
            .expect("the strides stay inside the slice")
    }

    fn for_ndarray(self) -> ArrayView2<'a, T> {
        // ndarray holds the strides against the slice even where an extent of 0 leaves nothing to stride over.
        let strides = if self.data.is_empty() { [0, 0] } else { self.strides };
        let ([m, n], [i, j]) = (self.shape, strides);
        ArrayView2::from_shape((m, n).strides((i, j)), self.data).expect("the strides stay inside the slice")
    }

    /// `(rows, columns)`.
    pub fn shape(self) -> [usize; 2] {
        self.shape
    }
}

/// What arrays hold: a [`Scalar`] that can be stored anywhere, with its matrix product.
pub trait Element: Scalar + Send + Sync + 'static {
    /// `C = A B` if `overwrite`, else `C += A B`; shapes `(m, k) (k, n) -> (m, n)`, `c` row by row.
    ///
    /// # Panics
    /// If the shapes do not fit.
    fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        check_shapes(a, b, c.len());
        product(a, b, c, overwrite);
    }

    /// `Y = X W + 1 b'`; shapes `(m, k) (k, n) (n) -> (m, n)`, `y` row by row. As [`gemm`](Self::gemm) onto rows that are `b`.
    ///
    /// # Panics
    /// If the shapes do not fit.
    fn affine(x: Matrix<'_, Self>, w: Matrix<'_, Self>, b: &[Self], y: &mut [Self]) {
        check_affine(x, w, b, y);
        repeat(b, y);
        Self::gemm(x, w, y, false);
    }
}

#[track_caller]
fn check_shapes<T: Copy>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: usize) -> ([usize; 2], [usize; 2]) {
    let ([m, k], [l, n]) = (a.shape, b.shape);
    assert!(k == l && c == m * n, "gemm: {m} x {k} times {l} x {n} into {c} elements");
    (a.shape, b.shape)
}

#[track_caller]
fn check_affine<T: Copy>(x: Matrix<'_, T>, w: Matrix<'_, T>, b: &[T], y: &[T]) {
    let (_, [_, n]) = check_shapes(x, w, y.len());
    assert!(b.len() == n, "affine: a bias of {} for {n} columns", b.len());
}

/// A machine floating-point type that arrays hold: `f32` or `f64`, in which models are trained.
pub trait Real: Element + Float {}
impl<T: Element + Float> Real for T {}

/// A part of a product has at least so many multiply-adds: 5 to 10 microseconds of work. The fork costs less than one; what the
/// threads write has to move between their caches, which on some machines costs several.
const PART: usize = 1 << 19;
/// And a multiple of so many rows, but for the last: whole tiles of either height.
const PART_ROWS: usize = 12;
/// Or of so many columns: whole panels, of any register.
const PART_COLUMNS: usize = 32;

/// The product by tiles if the processor has them; whether it did. Divided over the rows or the columns of `C` among the
/// threads of the rayon pool that it is called in, if any; the bits do not depend on how.
fn tiled<T: Tiled + Element>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T], onto: Onto<'_, T>) -> bool {
    let ([m, k], [_, n]) = (a.shape, b.shape);
    let most = (m * k * n / PART).min(m / PART_ROWS);
    let (product, c) = (Product::new(a, b, onto), Window::new(c, [m, n]));
    if most > 1 && rayon::current_thread_index().is_some() {
        return in_parts(product, c, most.min(rayon::current_num_threads()));
    }
    T::tiled_product(product, c)
}

fn in_parts<T: Tiled + Element>(product: Product<'_, T>, c: Window<'_, T>, parts: usize) -> bool {
    if parts < 2 {
        return T::tiled_product(product, c);
    }
    let (left, [m, n]) = (parts / 2, product.shape());
    let share = |all: usize, unit: usize| (all * left / parts).next_multiple_of(unit).min(all);
    let ([first, rest], [c_first, c_rest]) = if product.is_wide() {
        let columns = share(n, PART_COLUMNS);
        (product.split_columns(columns), c.split_columns(columns))
    } else {
        let rows = share(m, PART_ROWS);
        (product.split_rows(rows), c.split_rows(rows))
    };
    let done = rayon::join(|| in_parts(first, c_first, left), || in_parts(rest, c_rest, parts - left));
    done.0 && done.1
}

/// The affine map in one pass, if its product is one of tiles.
fn affine<T: Tiled + Element>(x: Matrix<'_, T>, w: Matrix<'_, T>, b: &[T], y: &mut [T]) {
    check_affine(x, w, b, y);
    if is_with_vector(x.shape, b.len()) || !tiled(x, w, y, Onto::Row(b)) {
        repeat(b, y);
        T::gemm(x, w, y, false);
    }
}

impl Element for f64 {
    fn affine(x: Matrix<'_, Self>, w: Matrix<'_, Self>, b: &[Self], y: &mut [Self]) {
        affine(x, w, b, y);
    }
    fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        let ([m, k], [_, n]) = check_shapes(a, b, c.len());
        if is_with_vector([m, k], n) {
            return product_with_vector(a, b, c, overwrite);
        }
        if tiled(a, b, c, if overwrite { Onto::Nothing } else { Onto::Output }) {
            return;
        }
        let mut c = ArrayViewMut2::from_shape((m, n), c).expect("the length was checked");
        general_mat_mul(1.0, &a.for_ndarray(), &b.for_ndarray(), if overwrite { 0.0 } else { 1.0 }, &mut c);
    }
}

thread_local! {
    /// The kernel for this processor; it keeps its packing buffers for the next product.
    static SINGLE: GemmExecutor<f32, f32, f32> = GemmExecutor::new();
}

impl Element for f32 {
    fn affine(x: Matrix<'_, Self>, w: Matrix<'_, Self>, b: &[Self], y: &mut [Self]) {
        affine(x, w, b, y);
    }
    fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        let ([m, k], [_, n]) = check_shapes(a, b, c.len());
        // The library cuts the product of one row by the number of threads, and the bits would depend on it.
        if is_with_vector([m, k], n) {
            return product_with_vector(a, b, c, overwrite);
        }
        if tiled(a, b, c, if overwrite { Onto::Nothing } else { Onto::Output }) {
            return;
        }
        let (a, b) = (GemmInputA::Unpacked(a.for_rten()), GemmInputB::Unpacked(b.for_rten()));
        let options = GemmOptions { beta: if overwrite { 0.0 } else { 1.0 }, ..GemmOptions::default() };
        SINGLE.with(|single| single.gemm(c, a, b, options)).expect("the shapes were checked");
    }
}

impl<T: Element> Element for Dual<T> {}
impl<const N: usize> Element for Lanes<N> {}
impl<const W: usize, T: Element> Element for Directions<W, T> {}
impl<const N: usize, T: Element> Element for Jet<N, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The product by the definition, in `f64`.
    fn by_definition<T: Element>(a: Matrix<'_, T>, b: Matrix<'_, T>) -> Vec<f64> {
        let ([m, k], [_, n]) = (a.shape, b.shape);
        let at = |x: Matrix<'_, T>, i: usize, j: usize| x.data[i * x.strides[0] + j * x.strides[1]].value();
        let entry = |i: usize, j: usize| (0..k).map(|p| at(a, i, p) * at(b, p, j)).sum();
        (0..m * n).map(|ij| entry(ij / n, ij % n)).collect()
    }

    fn check<T: Element>(epsilon: f64) {
        for (m, k, n) in [
            (1, 1, 1),
            (3, 5, 2),
            (4, 3, 16),
            (7, 9, 17),
            (5, 130, 20),
            (32, 2, 16),
            (64, 10, 65),
            (7, 300, 9),
            (0, 3, 2),
            (3, 0, 2),
            (3, 2, 0),
        ] {
            let numbers = |count: usize, seed: f64| -> Vec<T> {
                (0..count).map(|i| T::constant((i as f64 * 0.7 + seed).sin())).collect()
            };
            let (a, b) = (numbers(m * k, 0.0), numbers(k * n, 1.0));
            for (a, b) in [
                (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
                (Matrix::new(&a, k, m).transposed(), Matrix::new(&b, k, n)),
                (Matrix::new(&a, m, k), Matrix::new(&b, n, k).transposed()),
            ] {
                // What stands in the output must not matter when it is overwritten.
                let mut c = vec![T::constant(f64::NAN); m * n];
                T::gemm(a, b, &mut c, true);
                T::gemm(a, b, &mut c, false);
                for (c, expected) in c.iter().zip(by_definition(a, b)) {
                    // A sum of k products below 1 is off by at most k eps times the sum of their sizes (Higham 2002,
                    // equation 3.5).
                    let error = (c.value() - 2.0 * expected).abs();
                    assert!(
                        error <= epsilon * (2 * k * k) as f64,
                        "{m} x {k} x {n}: {c:?}, {}",
                        2.0 * expected
                    );
                }
            }
        }
    }

    #[test]
    fn every_product_is_the_one_of_the_definition() {
        check::<f32>(f64::from(f32::EPSILON));
        check::<f64>(f64::EPSILON);
        check::<Dual<f64>>(f64::EPSILON);
    }

    #[test]
    fn a_product_has_the_same_bits_on_any_number_of_threads() {
        for (m, k, n) in [
            (1, 37, 1000),
            (1, 700, 1000),
            (1, 64, 257),
            (2, 300, 1000),
            (65, 700, 130),
            (256, 300, 520),
            // With copies, of several blocks of rows and of the columns that a part has.
            (540, 700, 810),
        ] {
            let numbers = |count: usize| -> Vec<f32> { (0..count).map(|i| (i as f32 * 0.7).sin()).collect() };
            let (a, b, row) = (numbers(m * k), numbers(k * n), numbers(n));
            let (a, b) = (Matrix::new(&a, m, k), Matrix::new(&b, k, n));
            let bits_on = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let (mut c, mut y) = (vec![0.0; m * n], vec![0.0; m * n]);
                pool.install(|| {
                    f32::gemm(a, b, &mut c, true);
                    f32::affine(a, b, &row, &mut y);
                    f32::gemm(a, b, &mut y, false);
                });
                c.iter().chain(&y).map(|c| c.to_bits()).collect::<Vec<u32>>()
            };
            let one = bits_on(1);
            assert!([2, 3, 5].iter().all(|&threads| bits_on(threads) == one), "{m} x {k} x {n}");
        }
    }
}
