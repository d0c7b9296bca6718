//! Initialisers: the distributions that parameters are drawn from.

use crate::orthogonal::orthogonal;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use std::fmt;

/// The distribution that the initial values of an array are drawn from.
///
/// `N(0, v)` is the normal distribution with variance `v`, `U(a, b)` the uniform distribution between `a` and
/// `b`; `f_in` and `f_out` are the [fan-in and fan-out](Init::fans) of the array.
///
/// The same distributions in other frameworks (PyTorch: `torch.nn.init`, Keras: `keras.initializers`, JAX:
/// `jax.nn.initializers`):
///
/// | variant | PyTorch | Keras | JAX |
/// |---|---|---|---|
/// | `LecunNormal` | `kaiming_normal_(nonlinearity="linear")` | `LecunNormal` (t) | `lecun_normal` (t) |
/// | `LecunUniform` | `kaiming_uniform_(nonlinearity="linear")` | `LecunUniform` | `lecun_uniform` |
/// | `GlorotNormal` | `xavier_normal_` | `GlorotNormal` (t) | `glorot_normal` (t) |
/// | `GlorotUniform` | `xavier_uniform_` | `GlorotUniform` | `glorot_uniform` |
/// | `HeNormal` | `kaiming_normal_(nonlinearity="relu")` | `HeNormal` (t) | `he_normal` (t) |
/// | `HeUniform` | `kaiming_uniform_(nonlinearity="relu")` | `HeUniform` | `he_uniform` |
/// | `Orthogonal` | `orthogonal_` | `Orthogonal` | `orthogonal` |
///
/// (t): Keras and JAX cut the normal distribution off at two standard deviations and widen it to the same
/// variance; PyTorch and this crate do not. The default of `torch.nn.Linear` is none of these: it is
/// `U(-1/sqrt(f_in), 1/sqrt(f_in))`, with variance `1 / (3 f_in)`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Init {
    /// All elements 0: the usual choice for biases. PyTorch: `zeros_`; Keras: `Zeros`; JAX: `zeros`.
    #[doc(alias = "zeros")]
    Zero,
    /// All elements equal to the given number. PyTorch: `constant_`; Keras: `Constant`; JAX: `constant`.
    Constant(f64),
    /// `N(0, s^2)` for the given standard deviation `s`. PyTorch: `normal_(std=s)`; Keras: `RandomNormal`;
    /// JAX: `normal`.
    Normal(f64),
    /// `U(a, b)` for the given `a` and `b`. PyTorch: `uniform_`; Keras: `RandomUniform`; JAX: `uniform`, from
    /// 0 to `b`.
    Uniform(f64, f64),
    /// `N(0, 1 / f_in)`: keeps the variance through a linear layer (LeCun et al. 1998, equation 16).
    ///
    /// PyTorch: `kaiming_normal_(nonlinearity="linear")`; Keras: `LecunNormal`; JAX: `lecun_normal`. Some
    /// textbooks and Caffe call it Xavier initialisation, which elsewhere means
    /// [`GlorotNormal`](Self::GlorotNormal) or [`GlorotUniform`](Self::GlorotUniform).
    #[doc(alias = "Xavier")]
    #[doc(alias = "lecun_normal")]
    LecunNormal,
    /// `U(-a, a)` with `a = sqrt(3 / f_in)`: variance `1 / f_in`, as [`LecunNormal`](Self::LecunNormal).
    ///
    /// PyTorch: `kaiming_uniform_(nonlinearity="linear")`; Keras: `LecunUniform`; JAX: `lecun_uniform`.
    #[doc(alias = "lecun_uniform")]
    LecunUniform,
    /// `N(0, 2 / (f_in + f_out))`: a compromise between keeping the variance of the outputs and that of the
    /// gradients (Glorot and Bengio 2010, equation 12).
    ///
    /// PyTorch: `xavier_normal_`; Keras: `GlorotNormal`; JAX: `glorot_normal`, `xavier_normal`.
    #[doc(alias = "Xavier")]
    #[doc(alias = "xavier_normal_")]
    #[doc(alias = "glorot_normal")]
    GlorotNormal,
    /// `U(-a, a)` with `a = sqrt(6 / (f_in + f_out))`: variance `2 / (f_in + f_out)`, as
    /// [`GlorotNormal`](Self::GlorotNormal) (Glorot and Bengio 2010, equation 16).
    ///
    /// PyTorch: `xavier_uniform_`; Keras: `GlorotUniform`, the default of its layers; JAX: `glorot_uniform`,
    /// `xavier_uniform`.
    #[doc(alias = "Xavier")]
    #[doc(alias = "xavier_uniform_")]
    #[doc(alias = "glorot_uniform")]
    GlorotUniform,
    /// `N(0, 2 / f_in)`: keeps the variance where the inputs are outputs of ReLU, which halves it (He et al.
    /// 2015, equation 10).
    ///
    /// PyTorch: `kaiming_normal_(nonlinearity="relu")`; Keras: `HeNormal`; JAX: `he_normal`,
    /// `kaiming_normal`.
    #[doc(alias = "Kaiming")]
    #[doc(alias = "kaiming_normal_")]
    #[doc(alias = "he_normal")]
    HeNormal,
    /// `U(-a, a)` with `a = sqrt(6 / f_in)`: variance `2 / f_in`, as [`HeNormal`](Self::HeNormal).
    ///
    /// PyTorch: `kaiming_uniform_(nonlinearity="relu")`; Keras: `HeUniform`; JAX: `he_uniform`,
    /// `kaiming_uniform`.
    #[doc(alias = "Kaiming")]
    #[doc(alias = "kaiming_uniform_")]
    #[doc(alias = "he_uniform")]
    HeUniform,
    /// A random matrix with orthogonal columns, or orthogonal rows if there are fewer rows than columns, each
    /// of Euclidean length equal to the given gain; uniformly distributed among such matrices (Saxe et al.
    /// 2014).
    ///
    /// An array of higher rank is drawn as a matrix whose columns run along the last axis. PyTorch:
    /// `orthogonal_(gain=g)`; Keras: `Orthogonal(gain=g)`; JAX: `orthogonal(scale=g)`.
    Orthogonal(f64),
}

impl Init {
    /// The fan-in and fan-out of an array of this shape: the number of inputs of each output, and of outputs
    /// of each input.
    ///
    /// A weight matrix has shape `(fan-in, fan-out)`. For a convolution kernel of shape
    /// `(.., channels in, channels out)`, both numbers of channels are multiplied by the extents before them.
    /// A vector of length `n` has fans `(1, n)`.
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

    /// The standard deviation of the elements of an array with these fans; 0 for the variants that draw
    /// nothing.
    pub fn standard_deviation(self, fan_in: usize, fan_out: usize) -> f64 {
        let (fan_in, fan_out) = (fan_in as f64, fan_out as f64);
        match self {
            Self::Zero | Self::Constant(_) => 0.0,
            Self::Normal(deviation) => deviation,
            Self::Uniform(low, high) => (high - low) / 12.0f64.sqrt(),
            Self::LecunNormal | Self::LecunUniform => (1.0 / fan_in).sqrt(),
            Self::GlorotNormal | Self::GlorotUniform => (2.0 / (fan_in + fan_out)).sqrt(),
            Self::HeNormal | Self::HeUniform => (2.0 / fan_in).sqrt(),
            Self::Orthogonal(gain) => gain / fan_in.max(fan_out).sqrt(),
        }
    }

    /// Draws the elements of an array of this shape, row-major. The same seed gives the same numbers.
    ///
    /// # Panics
    /// If a standard deviation is negative, a gain is not positive, a uniform interval is empty, or any of
    /// these numbers or a constant is infinite or NaN.
    #[track_caller]
    pub fn draw(self, shape: &[usize], seed: u64) -> Vec<f64> {
        self.assert_valid();
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
            Self::Normal(_) | Self::LecunNormal | Self::GlorotNormal | Self::HeNormal => {
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
    pub(crate) fn assert_valid(self) {
        if let Some(problem) = self.problem() {
            panic!("{problem}");
        }
    }

    /// What is wrong with the numbers of the distribution, if anything.
    pub(crate) fn problem(self) -> Option<String> {
        match self {
            Self::Normal(x) if !(0.0..f64::INFINITY).contains(&x) => {
                Some(format!("init: the standard deviation of Normal is {x}, must be in [0, inf)"))
            }
            Self::Orthogonal(x) if !(x > 0.0 && x.is_finite()) => {
                Some(format!("init: the gain of Orthogonal is {x}, must be in (0, inf)"))
            }
            Self::Uniform(low, high) if !(low < high && (high - low).is_finite()) => Some(format!(
                "init: the interval of Uniform is ({low}, {high}), must be finite with its lower end first"
            )),
            Self::Constant(c) if !c.is_finite() => {
                Some(format!("init: the number of Constant is {c}, must be finite"))
            }
            _ => None,
        }
    }
}

fn uniform(low: f64, high: f64, count: usize, random: &mut StdRng) -> Vec<f64> {
    (0..count).map(|_| random.random_range(low..high)).collect()
}

/// The name and the distribution of each element: `LeCun, N(0, 1/f_in)`.
impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero => f.write_str("0"),
            Self::Constant(c) => write!(f, "{c}"),
            Self::Normal(deviation) => write!(f, "N(0, {deviation}^2)"),
            Self::Uniform(low, high) => write!(f, "U({low}, {high})"),
            Self::LecunNormal => f.write_str("LeCun, N(0, 1/f_in)"),
            Self::LecunUniform => f.write_str("LeCun, U(+-sqrt(3/f_in))"),
            Self::GlorotNormal => f.write_str("Glorot, N(0, 2/(f_in + f_out))"),
            Self::GlorotUniform => f.write_str("Glorot, U(+-sqrt(6/(f_in + f_out)))"),
            Self::HeNormal => f.write_str("He, N(0, 2/f_in)"),
            Self::HeUniform => f.write_str("He, U(+-sqrt(6/f_in))"),
            Self::Orthogonal(gain) => write!(f, "orthogonal, gain {gain}"),
        }
    }
}
