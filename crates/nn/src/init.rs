//! How parameters start.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// An initialiser. `N(0, v)` is the normal distribution of variance `v`; `f_in` and `f_out` are the numbers of inputs
/// and outputs of the layer (its fan-in and fan-out).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All zero: the usual choice for biases.
    Zero,
    /// All equal to the given number.
    Constant(f64),
    /// Xavier in its fan-in form: `N(0, 1 / f_in)`. Keeps the variance through a linear layer (LeCun 1998).
    Xavier,
    /// Xavier in Glorot's form: `N(0, 2 / (f_in + f_out))`: a compromise between the forward and the backward variance
    /// (Glorot and Bengio 2010, equation 12).
    Glorot,
    /// He: `N(0, 2 / f_in)`. Keeps the variance where the inputs are ReLU outputs, which halve it (He et al. 2015,
    /// equation 10).
    He,
}

impl Init {
    /// The standard deviation of the draws, 0 for the initialisers that draw nothing.
    pub fn standard_deviation(self, fan_in: usize, fan_out: usize) -> f64 {
        match self {
            Self::Zero | Self::Constant(_) => 0.0,
            Self::Xavier => (1.0 / fan_in as f64).sqrt(),
            Self::Glorot => (2.0 / (fan_in + fan_out) as f64).sqrt(),
            Self::He => (2.0 / fan_in as f64).sqrt(),
        }
    }

    /// The next number.
    pub(crate) fn draw(self, fans: (usize, usize), random: &mut impl Rng) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::Constant(c) => c,
            _ => {
                let standard: f64 = StandardNormal.sample(random);
                standard * self.standard_deviation(fans.0, fans.1)
            }
        }
    }
}
