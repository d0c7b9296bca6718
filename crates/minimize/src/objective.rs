//! What is minimised: functions on flat slices, as closures or as types of the user's.

/// A differentiable function of `n` numbers.
///
/// Every closure `|x: &[f64], gradient: &mut [f64]| -> f64` is one. A type of the user's own implements this
/// trait, and [`Hessian`] or [`HessianProduct`] if it knows second derivatives.
pub trait Objective {
    /// The value at `x`; writes the gradient there. `gradient` has the length of `x` and arrives zeroed, so
    /// it may be assigned or added to.
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64;
}

impl<F: FnMut(&[f64], &mut [f64]) -> f64> Objective for F {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self(x, gradient)
    }
}

/// An objective that knows its Hessian.
pub trait Hessian: Objective {
    /// Writes the Hessian at `x`, `n * n` numbers in rows; only the lower triangle is read. It arrives
    /// zeroed.
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]);
}

/// An objective that knows the product of its Hessian with a vector, without the Hessian itself: automatic
/// differentiation gives it at the cost of a few evaluations.
pub trait HessianProduct: Objective {
    /// Writes `H(x) v`; it arrives zeroed.
    fn hessian_product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]);
}

/// An objective made of two closures: see [`with_hessian`] and [`with_hessian_product`].
#[derive(Clone, Copy, Debug)]
pub struct SecondOrder<F, H> {
    function: F,
    second: H,
}

/// Joins `function` (value and gradient) and `hessian` (`n * n` numbers in rows) into one objective.
pub fn with_hessian<F, H>(function: F, hessian: H) -> SecondOrder<F, H>
where
    F: FnMut(&[f64], &mut [f64]) -> f64,
    H: FnMut(&[f64], &mut [f64]),
{
    SecondOrder { function, second: hessian }
}

/// Joins `function` (value and gradient) and `product` (of the Hessian at a point with a vector) into one
/// objective.
pub fn with_hessian_product<F, H>(function: F, product: H) -> SecondOrder<F, H>
where
    F: FnMut(&[f64], &mut [f64]) -> f64,
    H: FnMut(&[f64], &[f64], &mut [f64]),
{
    SecondOrder { function, second: product }
}

impl<F: FnMut(&[f64], &mut [f64]) -> f64, H> Objective for SecondOrder<F, H> {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        (self.function)(x, gradient)
    }
}

impl<F, H> Hessian for SecondOrder<F, H>
where
    F: FnMut(&[f64], &mut [f64]) -> f64,
    H: FnMut(&[f64], &mut [f64]),
{
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) {
        (self.second)(x, hessian);
    }
}

impl<F, H> HessianProduct for SecondOrder<F, H>
where
    F: FnMut(&[f64], &mut [f64]) -> f64,
    H: FnMut(&[f64], &[f64], &mut [f64]),
{
    fn hessian_product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
        (self.second)(x, v, product);
    }
}
