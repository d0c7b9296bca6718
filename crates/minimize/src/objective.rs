//! Objectives: functions on flat slices, as closures or as types of yours.

/// A function of `n` numbers of which only values are known.
///
/// Every closure `|x: &[f64]| -> f64` is one.
pub trait Evaluate {
    /// The value at `x`.
    fn value(&mut self, x: &[f64]) -> f64;
}

impl<F: FnMut(&[f64]) -> f64 + ?Sized> Evaluate for F {
    fn value(&mut self, x: &[f64]) -> f64 {
        self(x)
    }
}

/// A differentiable function of `n` numbers.
///
/// Every closure `|x: &[f64], gradient: &mut [f64]| -> f64` is one. A type of yours implements this trait,
/// and [`Hessian`] or [`HessianProduct`] if it knows second derivatives.
pub trait Objective {
    /// Returns the value at `x` and writes the gradient there.
    ///
    /// `gradient` is as long as `x` and zero on entry, so it may be assigned or added to.
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64;
}

impl<F: FnMut(&[f64], &mut [f64]) -> f64> Objective for F {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self(x, gradient)
    }
}

/// An objective that knows its Hessian.
pub trait Hessian: Objective {
    /// Writes the Hessian at `x`: `n * n` numbers, row by row, zero on entry. Only the lower triangle is
    /// read.
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]);
}

/// An objective that knows the product of its Hessian with a vector, but not the Hessian itself.
///
/// Automatic differentiation computes such a product at the cost of a few evaluations.
pub trait HessianProduct: Objective {
    /// Writes `H(x) v` into `product`, which is zero on entry.
    fn hessian_product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]);
}

/// An objective made of two closures: see [`with_hessian`] and [`with_hessian_product`].
#[derive(Clone, Copy, Debug)]
pub struct SecondOrder<F, H> {
    function: F,
    second: H,
}

/// Joins `function`, which computes value and gradient, and `hessian`, which writes the `n * n` numbers of
/// the Hessian row by row, into one objective.
pub fn with_hessian<F, H>(function: F, hessian: H) -> SecondOrder<F, H>
where
    F: FnMut(&[f64], &mut [f64]) -> f64,
    H: FnMut(&[f64], &mut [f64]),
{
    SecondOrder { function, second: hessian }
}

/// Joins `function`, which computes value and gradient, and `product`, which multiplies the Hessian at a
/// point with a vector, into one objective.
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
