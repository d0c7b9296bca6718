//! Sums of squares: vectors of residuals, as closures or as types of yours.

/// A vector of residuals `r(x)`.
///
/// What is minimised is **half** its sum of squares, `|r|^2 / 2`, with gradient `J'r`.
pub trait Residuals {
    /// The number of residuals.
    fn count(&self) -> usize;

    /// Writes the residuals at `x` into `residuals`, which is zero on entry.
    fn residuals(&mut self, x: &[f64], residuals: &mut [f64]);
}

/// Residuals that know their Jacobian.
pub trait Jacobian: Residuals {
    /// Writes the Jacobian at `x`: one row as long as `x` per residual, zero on entry.
    fn jacobian(&mut self, x: &[f64], jacobian: &mut [f64]);
}

/// Residuals that know the products of their Jacobian with vectors, but not the Jacobian itself.
///
/// Forward and reverse mode compute such a product at the cost of a few evaluations each.
pub trait JacobianProducts: Residuals {
    /// Writes `J(x) v`, as long as the residuals, into `product`, which is zero on entry.
    fn product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]);

    /// Writes `J(x)' u`, as long as `x`, into `product`, which is zero on entry.
    fn transposed_product(&mut self, x: &[f64], u: &[f64], product: &mut [f64]);
}

/// Residuals `A x - b` that are linear in `x`, with a matrix that is read column by column.
pub trait LinearResiduals: Residuals {
    /// The number of columns of `A`: the length of `x`.
    fn columns(&self) -> usize;

    /// Column `j` of `A`, as long as the residuals.
    fn column(&self, j: usize) -> Vec<f64>;
}

/// Residuals made of closures: see [`with_jacobian`] and [`with_jacobian_products`].
#[derive(Clone, Copy, Debug)]
pub struct Linearised<R, J> {
    count: usize,
    residuals: R,
    jacobian: J,
}

/// Joins `residuals`, `count` of them, and their `jacobian`, which is written row by row, into one
/// objective.
pub fn with_jacobian<R, J>(count: usize, residuals: R, jacobian: J) -> Linearised<R, J>
where
    R: FnMut(&[f64], &mut [f64]),
    J: FnMut(&[f64], &mut [f64]),
{
    Linearised { count, residuals, jacobian }
}

/// Joins `residuals`, `count` of them, and the products `J v` and `J' u` at a point into one objective.
pub fn with_jacobian_products<R, J, T>(
    count: usize,
    residuals: R,
    product: J,
    transposed_product: T,
) -> Linearised<R, (J, T)>
where
    R: FnMut(&[f64], &mut [f64]),
    J: FnMut(&[f64], &[f64], &mut [f64]),
    T: FnMut(&[f64], &[f64], &mut [f64]),
{
    Linearised { count, residuals, jacobian: (product, transposed_product) }
}

impl<R: FnMut(&[f64], &mut [f64]), J> Residuals for Linearised<R, J> {
    fn count(&self) -> usize {
        self.count
    }

    fn residuals(&mut self, x: &[f64], residuals: &mut [f64]) {
        (self.residuals)(x, residuals);
    }
}

impl<R, J> Jacobian for Linearised<R, J>
where
    R: FnMut(&[f64], &mut [f64]),
    J: FnMut(&[f64], &mut [f64]),
{
    fn jacobian(&mut self, x: &[f64], jacobian: &mut [f64]) {
        (self.jacobian)(x, jacobian);
    }
}

impl<R, J, T> JacobianProducts for Linearised<R, (J, T)>
where
    R: FnMut(&[f64], &mut [f64]),
    J: FnMut(&[f64], &[f64], &mut [f64]),
    T: FnMut(&[f64], &[f64], &mut [f64]),
{
    fn product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
        (self.jacobian.0)(x, v, product);
    }

    fn transposed_product(&mut self, x: &[f64], u: &[f64], product: &mut [f64]) {
        (self.jacobian.1)(x, u, product);
    }
}
