//! A matrix product and its output, in one piece or divided into parts for several threads.

use super::blocking::{CACHED, has_conflicts};
use crate::matrix::Matrix;
use std::marker::PhantomData;

/// The initial value of the output, to which the product is added.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Onto<'a, T> {
    /// Zero: the contents of the output are ignored.
    Nothing,
    /// The contents of the output.
    Output,
    /// One row, repeated for each row of the output.
    Row(&'a [T]),
}

/// The product `A B` and its initial value, or a part of the rows and columns of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product<'a, T> {
    pub(super) a: Matrix<'a, T>,
    pub(super) b: Matrix<'a, T>,
    pub(super) onto: Onto<'a, T>,
    /// Whether the whole product copies its operands. Its parts then do the same, so that terms are
    /// summed in the same order.
    pub(super) copied: bool,
}

impl<'a, T: Copy> Product<'a, T> {
    /// The whole product.
    pub(crate) fn new(a: Matrix<'a, T>, b: Matrix<'a, T>, onto: Onto<'a, T>) -> Self {
        Self { a, b, onto, copied: size_of_val(b.data) > CACHED }
    }

    /// `(rows, columns)`.
    pub(crate) fn shape(&self) -> [usize; 2] {
        [self.a.shape[0], self.b.shape[1]]
    }

    /// Whether dividing the columns copies less than dividing the rows. Each part then copies its columns of
    /// `B` instead of all of `B`, although perhaps all of `A` instead of its rows.
    pub(crate) fn is_wide(&self) -> bool {
        let [rows, columns] = self.shape();
        columns > rows && (self.copied || self.b.strides[1] != 1 || has_conflicts::<T>(self.b))
    }

    /// The first `rows` rows, and the remaining ones.
    pub(crate) fn split_rows(self, rows: usize) -> [Self; 2] {
        self.a.split_rows(rows).map(|a| Self { a, ..self })
    }

    /// The first `columns` columns, and the remaining ones.
    pub(crate) fn split_columns(self, columns: usize) -> [Self; 2] {
        let [left, right] = self.b.transposed().split_rows(columns).map(Matrix::transposed);
        let (first, rest) = match self.onto {
            Onto::Row(row) => (Onto::Row(&row[..columns]), Onto::Row(&row[columns..])),
            onto => (onto, onto),
        };
        [Self { b: left, onto: first, ..self }, Self { b: right, onto: rest, ..self }]
    }
}

/// The output: some rows and columns of a row-major matrix.
#[derive(Debug)]
pub(crate) struct Window<'a, T> {
    pub(super) corner: *mut T,
    /// The distance from one row to the next.
    pub(super) down: usize,
    pub(super) shape: [usize; 2],
    of: PhantomData<&'a mut [T]>,
}

// SAFETY: a window has exclusive access to its elements.
unsafe impl<T: Send> Send for Window<'_, T> {}

impl<'a, T> Window<'a, T> {
    /// The whole matrix.
    pub(crate) fn new(c: &'a mut [T], shape: [usize; 2]) -> Self {
        assert!(c.len() == shape[0] * shape[1], "the shape fits");
        Self { corner: c.as_mut_ptr(), down: shape[1], shape, of: PhantomData }
    }

    /// The first `rows` rows, and the remaining ones.
    pub(crate) fn split_rows(self, rows: usize) -> [Self; 2] {
        let [m, n] = self.shape;
        assert!(rows <= m, "the matrix has this many rows");
        let rest = self.corner.wrapping_add(rows * self.down);
        [Self { shape: [rows, n], ..self }, Self { corner: rest, shape: [m - rows, n], ..self }]
    }

    /// The first `columns` columns, and the remaining ones.
    pub(crate) fn split_columns(self, columns: usize) -> [Self; 2] {
        let [m, n] = self.shape;
        assert!(columns <= n, "the matrix has this many columns");
        let rest = self.corner.wrapping_add(columns);
        [Self { shape: [m, columns], ..self }, Self { corner: rest, shape: [m, n - columns], ..self }]
    }
}
