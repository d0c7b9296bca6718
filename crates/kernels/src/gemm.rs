//! Matrix products of any shape.

use super::matrix::Matrix;
use super::numeric::Numeric;
use super::products::{is_with_vector, product, product_by_panels, product_with_vector};
use super::slices::repeat;
use super::tiles::{Onto, Product, Tiled, Window};

/// A number with its matrix product.
///
/// The default implementation is portable code; `f32` and `f64` have their own kernels.
pub trait MatrixProduct: Numeric {
    /// `C = A B` if `overwrite`, else `C += A B`; shapes `(m, k) (k, n) -> (m, n)`, with `c` in row-major
    /// order.
    ///
    /// # Panics
    /// If the shapes do not fit.
    fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        portable_product(a, b, c, overwrite);
    }

    /// [`gemm`](Self::gemm) of numbers that consist of several components, of which only those are needed on
    /// which no other depends: the others of each element of `c` become arbitrary. By default, the whole
    /// product.
    ///
    /// # Panics
    /// If the shapes do not fit.
    fn gemm_of_highest(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        Self::gemm(a, b, c, overwrite);
    }

    /// `Y = X W + 1 b'`; shapes `(m, k) (k, n) (n) -> (m, n)`, with `y` in
    /// row-major order: each row starts as `b`, to which [`gemm`](Self::gemm) adds.
    ///
    /// # Panics
    /// If the shapes do not fit.
    fn affine(x: Matrix<'_, Self>, w: Matrix<'_, Self>, b: &[Self], y: &mut [Self]) {
        check_affine(x, w, b, y);
        repeat(b, y);
        Self::gemm(x, w, y, false);
    }
}

/// [`MatrixProduct::gemm`] in portable code, for any type of number.
///
/// # Panics
/// If the shapes do not fit.
#[track_caller]
pub fn portable_product<T: Numeric>(a: Matrix<'_, T>, b: Matrix<'_, T>, c: &mut [T], overwrite: bool) {
    check_shapes(a, b, c.len());
    product(a, b, c, overwrite);
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
    assert!(b.len() == n, "affine: the bias has length {}, but there are {n} columns", b.len());
}

/// The least number of multiply-adds in a part of a product: 5 to 10 microseconds of work. Starting a
/// part on another thread costs less than one; moving the data between the caches of two cores costs
/// several on some machines.
const PART: usize = 1 << 19;
/// The number of rows of each part except the last is a multiple of this: whole tiles of either height.
const PART_ROWS: usize = 12;
/// Or its number of columns is a multiple of this: whole panels, for every kind of register.
const PART_COLUMNS: usize = 32;

/// Computes the product in vector registers, if the processor has them, and returns whether it did. The
/// rows or the columns of `C` are divided among the threads of the current rayon pool, if any; the bits
/// do not depend on the division.
fn tiled<T: Tiled + MatrixProduct + Send + Sync>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    c: &mut [T],
    onto: Onto<'_, T>,
) -> bool {
    let ([m, k], [_, n]) = (a.shape, b.shape);
    let most = (m * k * n / PART).min(m / PART_ROWS);
    let (product, c) = (Product::new(a, b, onto), Window::new(c, [m, n]));
    if most > 1 && rayon::current_thread_index().is_some() {
        return in_parts(product, c, most.min(rayon::current_num_threads()));
    }
    T::tiled_product(product, c)
}

fn in_parts<T: Tiled + MatrixProduct + Send + Sync>(
    product: Product<'_, T>,
    c: Window<'_, T>,
    parts: usize,
) -> bool {
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

/// The affine map, in one pass if its product is computed in vector registers.
fn affine<T: Tiled + MatrixProduct + Send + Sync>(x: Matrix<'_, T>, w: Matrix<'_, T>, b: &[T], y: &mut [T]) {
    check_affine(x, w, b, y);
    if is_with_vector(x.shape, b.len()) || !tiled(x, w, y, Onto::Row(b)) {
        repeat(b, y);
        T::gemm(x, w, y, false);
    }
}

macro_rules! machine_product {
    ($($T:ty),*) => {$(
        impl MatrixProduct for $T {
            fn affine(x: Matrix<'_, Self>, w: Matrix<'_, Self>, b: &[Self], y: &mut [Self]) {
                affine(x, w, b, y);
            }
            fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
                let ([m, k], [_, n]) = check_shapes(a, b, c.len());
                if is_with_vector([m, k], n) {
                    product_with_vector(a, b, c, overwrite);
                } else if !tiled(a, b, c, if overwrite { Onto::Nothing } else { Onto::Output }) {
                    product_by_panels(a, b, c, overwrite);
                }
            }
        }
    )*};
}
machine_product!(f32, f64);

#[cfg(test)]
mod tests {
    use super::*;

    /// The product according to its definition, in `f64`.
    fn by_definition<T: Numeric>(a: Matrix<'_, T>, b: Matrix<'_, T>) -> Vec<f64> {
        let ([m, k], [_, n]) = (a.shape, b.shape);
        let at = |x: Matrix<'_, T>, i: usize, j: usize| x.data[i * x.strides[0] + j * x.strides[1]].value();
        let entry = |i: usize, j: usize| (0..k).map(|p| at(a, i, p) * at(b, p, j)).sum();
        (0..m * n).map(|ij| entry(ij / n, ij % n)).collect()
    }

    fn check<T: MatrixProduct>(epsilon: f64) {
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
                // The previous contents of the output must not matter when it is overwritten.
                let mut c = vec![T::constant(f64::NAN); m * n];
                T::gemm(a, b, &mut c, true);
                T::gemm(a, b, &mut c, false);
                for (c, expected) in c.iter().zip(by_definition(a, b)) {
                    // The error of a sum of k products is at most k eps times the sum of their absolute
                    // values, each at most 1 (Higham 2002, equation 3.5).
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

    /// A number without its own kernels, whose products are computed by the portable code.
    #[derive(Clone, Copy, Debug)]
    struct Portable(f64);

    macro_rules! operator {
        ($($Op:ident $op:ident),*) => {$(
            impl std::ops::$Op for Portable {
                type Output = Self;
                fn $op(self, rhs: Self) -> Self {
                    Self(self.0.$op(rhs.0))
                }
            }
        )*};
    }
    operator!(Add add, Sub sub, Mul mul, Div div);

    impl std::ops::Neg for Portable {
        type Output = Self;
        fn neg(self) -> Self {
            Self(-self.0)
        }
    }

    impl Numeric for Portable {
        fn constant(c: f64) -> Self {
            Self(c)
        }
        fn value(self) -> f64 {
            self.0
        }
        fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
            if test(self.0, rhs.0) { yes } else { no }
        }
    }

    impl MatrixProduct for Portable {}

    #[test]
    fn every_product_is_the_one_of_the_definition() {
        check::<f32>(f64::from(f32::EPSILON));
        check::<f64>(f64::EPSILON);
        check::<Portable>(f64::EPSILON);
    }

    // WebAssembly has no threads here.
    #[cfg(not(target_family = "wasm"))]
    #[test]
    fn a_product_has_the_same_bits_on_any_number_of_threads() {
        for (m, k, n) in [
            (1, 37, 1000),
            (1, 700, 1000),
            (1, 64, 257),
            (2, 300, 1000),
            (65, 700, 130),
            (256, 300, 520),
            // A product with copied operands: several blocks of rows, and parts of the columns.
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
