//! How parameters start.

use crate::orthogonal::orthogonal;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use std::fmt;

/// An initialiser. `N(0, v)` is the normal distribution of VARIANCE `v`, `U(a, b)` the uniform one; `f_in` and `f_out`
/// are the [fan-in and fan-out](Init::fans) of the array.
///
/// PyTorch calls Glorot's forms `xavier_normal_` and `xavier_uniform_`, and He's `kaiming_normal_` and
/// `kaiming_uniform_` with `nonlinearity="relu"`. What `torch.nn.Linear` starts its weights with is
/// `U(-1/sqrt(f_in), 1/sqrt(f_in))`, of variance `1 / (3 f_in)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All zero: the usual choice for biases.
    Zero,
    /// All equal to the given number.
    Constant(f64),
    /// `N(0, s^2)`, given the standard deviation `s`.
    Normal(f64),
    /// `U(a, b)`, given `a` and `b`.
    Uniform(f64, f64),
    /// Xavier in its fan-in form: `N(0, 1 / f_in)`. Keeps the variance through a linear layer.
    Xavier,
    /// Xavier in Glorot's normal form: `N(0, 2 / (f_in + f_out))`: a compromise between the forward and the backward
    /// variance (Glorot and Bengio 2010, equation 12).
    Glorot,
    /// Glorot's uniform form: `U(-a, a)`, `a = sqrt(6 / (f_in + f_out))` (Glorot and Bengio 2010, equation 16).
    GlorotUniform,
    /// He's normal form: `N(0, 2 / f_in)`. Keeps the variance where the inputs are ReLU outputs, which halve it (He et al.
    /// 2015, equation 10).
    He,
    /// He's uniform form: `U(-a, a)`, `a = sqrt(6 / f_in)`.
    HeUniform,
    /// LeCun's normal form: `N(0, 1 / f_in)` (LeCun et al. 1998, equation 16): the same law as [`Xavier`](Self::Xavier).
    Lecun,
    /// LeCun's uniform form: `U(-a, a)`, `a = sqrt(3 / f_in)`.
    LecunUniform,
    /// A random orthogonal matrix times the given gain: of the rows and the columns, the fewer have the gain as length and
    /// are orthogonal to each other; uniform among such matrices (Saxe et al. 2014). Arrays of higher rank are taken
    /// as matrices whose columns are the last axis.
    Orthogonal(f64),
}

impl Init {
    /// `(fan-in, fan-out)` of an array of this shape: `(f_in, f_out)` of a weight `(f_in, f_out)`; of a kernel `(..,
    /// channels in, channels out)` both times the extents in front. A vector has one input and as many outputs.
    ///
    /// ```
    /// use wengert_nn::Init;
    /// assert_eq!(Init::fans(&[64, 10]), (64, 10));
    /// assert_eq!(Init::fans(&[3, 3, 16, 32]), (9 * 16, 9 * 32));
    /// assert_eq!(Init::fans(&[10]), (1, 10));
    /// ```
    pub fn fans(shape: &[usize]) -> (usize, usize) {
        match *shape {
            [] => (1, 1),
            [n] => (1, n),
            [ref field @ .., inputs, outputs] => {
                let field: usize = field.iter().product();
                (field * inputs, field * outputs)
            }
        }
    }

    /// The standard deviation of the elements; 0 for the initialisers that draw nothing.
    pub fn standard_deviation(self, fan_in: usize, fan_out: usize) -> f64 {
        let (fan_in, fan_out) = (fan_in as f64, fan_out as f64);
        match self {
            Self::Zero | Self::Constant(_) => 0.0,
            Self::Normal(deviation) => deviation,
            Self::Uniform(low, high) => (high - low) / 12.0f64.sqrt(),
            Self::Xavier | Self::Lecun | Self::LecunUniform => (1.0 / fan_in).sqrt(),
            Self::Glorot | Self::GlorotUniform => (2.0 / (fan_in + fan_out)).sqrt(),
            Self::He | Self::HeUniform => (2.0 / fan_in).sqrt(),
            Self::Orthogonal(gain) => gain / fan_in.max(fan_out).sqrt(),
        }
    }

    /// The elements of an array of this shape, row-major. The same seed gives the same numbers.
    ///
    /// # Panics
    /// If a standard deviation or a gain is negative, infinite or NaN, or a uniform interval is none.
    #[track_caller]
    pub fn draw(self, shape: &[usize], seed: u64) -> Vec<f64> {
        self.expect_valid();
        self.elements(shape, &mut StdRng::seed_from_u64(seed))
    }

    pub(crate) fn elements(self, shape: &[usize], random: &mut StdRng) -> Vec<f64> {
        let count = shape.iter().product();
        let (fan_in, fan_out) = Self::fans(shape);
        let deviation = self.standard_deviation(fan_in, fan_out);
        let mut normal = |deviation: f64| {
            let draw: f64 = StandardNormal.sample(random);
            draw * deviation
        };
        match self {
            Self::Zero => vec![0.0; count],
            Self::Constant(c) => vec![c; count],
            Self::Normal(_) | Self::Xavier | Self::Glorot | Self::He | Self::Lecun => {
                (0..count).map(|_| normal(deviation)).collect()
            }
            Self::Orthogonal(gain) => {
                let columns = shape.last().copied().unwrap_or(1);
                orthogonal(count / columns, columns, gain, || normal(1.0))
            }
            Self::Uniform(low, high) => uniform(low, high, count, random),
            Self::GlorotUniform | Self::HeUniform | Self::LecunUniform => {
                // U(-a, a) has variance a^2 / 3.
                let bound = deviation * 3.0f64.sqrt();
                uniform(-bound, bound, count, random)
            }
        }
    }

    #[track_caller]
    pub(crate) fn expect_valid(self) {
        match self {
            Self::Normal(x) => assert!(
                (0.0..f64::INFINITY).contains(&x),
                "init: the standard deviation of Normal is {x}, must be in [0, inf)"
            ),
            Self::Orthogonal(x) => {
                assert!(x > 0.0 && x.is_finite(), "init: the gain of Orthogonal is {x}, must be in (0, inf)");
            }
            Self::Uniform(low, high) => assert!(
                low < high && (high - low).is_finite(),
                "init: the interval of Uniform is ({low}, {high}), must be finite with its lower end first"
            ),
            Self::Constant(c) => {
                assert!(c.is_finite(), "init: the number of Constant is {c}, must be finite");
            }
            _ => {}
        }
    }
}

fn uniform(low: f64, high: f64, count: usize, random: &mut StdRng) -> Vec<f64> {
    (0..count).map(|_| random.random_range(low..high)).collect()
}

/// As people write it: the law of each element.
impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero => f.write_str("0"),
            Self::Constant(c) => write!(f, "{c}"),
            Self::Normal(deviation) => write!(f, "N(0, {deviation}^2)"),
            Self::Uniform(low, high) => write!(f, "U({low}, {high})"),
            Self::Xavier => f.write_str("Xavier, N(0, 1/f_in)"),
            Self::Glorot => f.write_str("Glorot, N(0, 2/(f_in + f_out))"),
            Self::GlorotUniform => f.write_str("Glorot, U(+-sqrt(6/(f_in + f_out)))"),
            Self::He => f.write_str("He, N(0, 2/f_in)"),
            Self::HeUniform => f.write_str("He, U(+-sqrt(6/f_in))"),
            Self::Lecun => f.write_str("LeCun, N(0, 1/f_in)"),
            Self::LecunUniform => f.write_str("LeCun, U(+-sqrt(3/f_in))"),
            Self::Orthogonal(gain) => write!(f, "orthogonal, gain {gain}"),
        }
    }
}
