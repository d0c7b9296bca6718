//! A product and where it is written: the whole, or parts for several threads.

use super::CACHED;
use crate::matrix::Matrix;
use std::marker::PhantomData;

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Onto<'a, T> {
    /// Nothing: what is in the output does not matter.
    Nothing,
    /// What is in the output.
    Output,
    /// The same row for each row of the output.
    Row(&'a [T]),
}

/// `A B`, added to something; or some rows and columns of such a product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product<'a, T> {
    pub(super) a: Matrix<'a, T>,
    pub(super) b: Matrix<'a, T>,
    pub(super) onto: Onto<'a, T>,
    /// Whether the whole is worked out with copies: then its parts are too, in whose sums the terms come in the same order.
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

    /// Whether less is copied if it is divided over its columns: each part then copies all of `A` and its columns of `B`, instead of
    /// its rows of `A` and all of `B`.
    pub(crate) fn is_wide(&self) -> bool {
        let [rows, columns] = self.shape();
        self.copied && columns > rows
    }

    /// The first `rows` rows, and the others.
    pub(crate) fn split_rows(self, rows: usize) -> [Self; 2] {
        self.a.split_rows(rows).map(|a| Self { a, ..self })
    }

    /// The first `columns` columns, and the others.
    pub(crate) fn split_columns(self, columns: usize) -> [Self; 2] {
        let [left, right] = self.b.transposed().split_rows(columns).map(Matrix::transposed);
        let (first, rest) = match self.onto {
            Onto::Row(row) => (Onto::Row(&row[..columns]), Onto::Row(&row[columns..])),
            onto => (onto, onto),
        };
        [Self { b: left, onto: first, ..self }, Self { b: right, onto: rest, ..self }]
    }
}

/// Some rows and columns of a row-major matrix, to be written.
#[derive(Debug)]
pub(crate) struct Window<'a, T> {
    pub(super) corner: *mut T,
    /// From one row to the next.
    pub(super) down: usize,
    pub(super) shape: [usize; 2],
    of: PhantomData<&'a mut [T]>,
}

// SAFETY: its elements are lent to it alone.
unsafe impl<T: Send> Send for Window<'_, T> {}

impl<'a, T> Window<'a, T> {
    /// The whole matrix.
    pub(crate) fn new(c: &'a mut [T], shape: [usize; 2]) -> Self {
        assert!(c.len() == shape[0] * shape[1], "the shape fits");
        Self { corner: c.as_mut_ptr(), down: shape[1], shape, of: PhantomData }
    }

    /// The first `rows` rows, and the others.
    pub(crate) fn split_rows(self, rows: usize) -> [Self; 2] {
        let [m, n] = self.shape;
        assert!(rows <= m, "there are so many rows");
        let rest = self.corner.wrapping_add(rows * self.down);
        [Self { shape: [rows, n], ..self }, Self { corner: rest, shape: [m - rows, n], ..self }]
    }

    /// The first `columns` columns, and the others.
    pub(crate) fn split_columns(self, columns: usize) -> [Self; 2] {
        let [m, n] = self.shape;
        assert!(columns <= n, "there are so many columns");
        let rest = self.corner.wrapping_add(columns);
        [Self { shape: [m, columns], ..self }, Self { corner: rest, shape: [m, n - columns], ..self }]
    }
}
