//! Matrices in slices.

/// A row-major matrix in a slice, or the transpose of one.
#[derive(Debug)]
pub struct Matrix<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) shape: [usize; 2],
    pub(crate) strides: [usize; 2],
}

impl<T> Clone for Matrix<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Matrix<'_, T> {}

impl<'a, T> Matrix<'a, T> {
    /// The `rows x columns` matrix stored in row-major order in `data`.
    ///
    /// # Panics
    /// If `data` does not hold `rows * columns` elements.
    #[track_caller]
    pub fn new(data: &'a [T], rows: usize, columns: usize) -> Self {
        assert!(
            data.len() == rows * columns,
            "matrix: {rows} x {columns} does not match the {} elements given",
            data.len()
        );
        Self { data, shape: [rows, columns], strides: [columns, 1] }
    }

    /// The transpose, as a view of the same elements.
    pub fn transposed(self) -> Self {
        let ([m, n], [i, j]) = (self.shape, self.strides);
        Self { data: self.data, shape: [n, m], strides: [j, i] }
    }

    /// The first `rows` rows, and the remaining ones.
    pub(crate) fn split_rows(self, rows: usize) -> [Self; 2] {
        let ([m, n], [down, _]) = (self.shape, self.strides);
        let part = |data, rows| Self { data, shape: [rows, n], strides: self.strides };
        [part(self.data, rows), part(&self.data[(rows * down).min(self.data.len())..], m - rows)]
    }

    /// The matrix of the same shape and the same order in memory with other elements.
    ///
    /// # Panics
    /// If the number of elements differs.
    #[track_caller]
    pub fn with_elements<U>(self, data: &[U]) -> Matrix<'_, U> {
        let (have, want) = (data.len(), self.data.len());
        assert!(have == want, "matrix: there are {want} elements, {have} are given");
        Matrix { data, shape: self.shape, strides: self.strides }
    }

    /// The elements in the order of memory: row by row, or column by column for a transpose.
    pub fn elements(self) -> &'a [T] {
        self.data
    }

    /// The numbers of rows and columns.
    pub fn shape(self) -> [usize; 2] {
        self.shape
    }
}
