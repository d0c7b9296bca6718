//! Sums of squares: vectors of residuals, as closures or as types of the user's.

/// A vector of residuals `r(x)`; what is minimised is **half** its sum of squares, `|r|^2 / 2`, with gradient
/// `J'r`.
pub trait Residuals {
    /// How many residuals there are.
    fn count(&self) -> usize;

    /// Writes the residuals at `x`; `residuals` arrives zeroed.
    fn residuals(&mut self, x: &[f64], residuals: &mut [f64]);
}

/// Residuals that know their Jacobian.
pub trait Jacobian: Residuals {
    /// Writes the Jacobian at `x` in rows, one for each residual, as long as `x`; it arrives zeroed.
    fn jacobian(&mut self, x: &[f64], jacobian: &mut [f64]);
}

/// Residuals that know the products of their Jacobian with vectors, without the Jacobian itself: forward and
/// reverse mode give them at the cost of a few evaluations each.
pub trait JacobianProducts: Residuals {
    /// Writes `J(x) v`, as long as the residuals; it arrives zeroed.
    fn product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]);

    /// Writes `J(x)' u`, as long as `x`; it arrives zeroed.
    fn transposed_product(&mut self, x: &[f64], u: &[f64], product: &mut [f64]);
}

/// Residuals made of closures: see [`with_jacobian`] and [`with_jacobian_products`].
#[derive(Clone, Copy, Debug)]
pub struct Linearised<R, J> {
    count: usize,
    residuals: R,
    jacobian: J,
}

/// Joins `residuals`, `count` of them, and their `jacobian` (in rows) into one objective.
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
