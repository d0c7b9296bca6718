//! Functions of any number of variables.

use wengert_ad::{Elementary, Function, Number};

/// A function that is defined for any number of variables from 3 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// `sum_i 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2` (Rosenbrock 1960, for more than two variables).
    Rosenbrock,
    /// `x_1 x_2 ... x_n` (Speelpenning 1980): every partial is a product of all other factors.
    Product,
    /// `sum_j v_j tanh(w_j / 2 + b_j)`: a hidden layer of `n / 3` units at one input, as a function of its
    /// weights.
    Network,
}

impl Family {
    /// All families.
    pub(super) const ALL: [Self; 3] = [Self::Rosenbrock, Self::Product, Self::Network];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rosenbrock => "Rosenbrock",
            Self::Product => "product",
            Self::Network => "network",
        }
    }

    /// The point at which the family is evaluated: factors close to 1, so that products stay finite.
    pub(super) fn point(n: usize) -> Vec<f64> {
        (0..n).map(|i| 1.0 + (0.7 * i as f64).sin() / n as f64).collect()
    }
}

impl Function for Family {
    fn eval<T: Number>(&self, x: &[T]) -> T {
        match self {
            Self::Rosenbrock => x
                .windows(2)
                .map(|pair| (pair[1] - pair[0].square()).square() * 100.0 + (pair[0] - 1.0).square())
                .sum(),
            Self::Product => x[1..].iter().fold(x[0], |product, &x| product * x),
            Self::Network => x.chunks_exact(3).map(|unit| unit[0] * (unit[1] * 0.5 + unit[2]).tanh()).sum(),
        }
    }
}
