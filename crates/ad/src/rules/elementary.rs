//! The table of unary rules. To add a function, add its row here; nothing else is needed.
//!
//! A row reads
//! `Rule(parameter: type = sample; condition) method on [(low, high)], primal |x| ..., partial |x, y| ...;`.
//! The rule is smooth on the intervals, from which the tests draw their operands. Parameters that violate
//! the condition, if there is one, panic.

use super::partials::{CubicSigmoid, Gaussian, NormalDistribution, PowerOneLess, SechSquared};
use super::polygamma::polygamma;
use super::{Interval, UnaryVisitor, damped, one, positive, unless_nan, zero};
use crate::number::{Float, Operand, Unary};
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LOG2_E, LOG10_E};

macro_rules! unary {
    ($( $(#[$doc:meta])* $Rule:ident
        $(( $($parameter:ident: $ty:ty = $sample:expr),+ $(; $condition:expr)? ))? $method:ident
        on [$($interval:expr),+],
        primal |$x:ident| $primal:expr, partial |$px:tt, $py:tt| $partial:expr
        $(, from_output |$output:ident| $from_output:expr)?
        $(, lifted |$lx:ident, $ly:ident| $lifted:expr)? $(, long $long:literal)?; )*) => {
        $( $crate::unary_rule! {
            $(#[$doc])* pub $Rule $(( $($parameter: $ty),+ $(; $condition)? ))? $method,
            primal |$x| $primal, partial |$px, $py| $partial
            $(, from_output |$output| $from_output)? $(, lifted |$lx, $ly| $lifted)? $(, long $long)?
        } )*
        /// The elementary functions of scalars of every mode and of tensors.
        pub trait Elementary: Operand {
            $( $(#[$doc])* #[track_caller] #[inline(always)]
            fn $method(self $( $(, $parameter: $ty)+ )?) -> Self {
                let rule = $Rule $(( $($parameter),+ ))?;
                $($( assert!(
                    $condition, "{}: needs {}, given {rule:?}", stringify!($method), stringify!($condition)
                ); )?)?
                self.unary(rule)
            } )*
        }
        impl<X: Operand> Elementary for X {}
        /// A rule of the table that is chosen at run time.
        ///
        /// ```
        /// use wengert_ad::rules::{AnyUnary, LeakyRelu};
        ///
        /// let rule = AnyUnary::named("leaky_relu", &[0.2]);
        /// assert_eq!(rule, Some(AnyUnary::LeakyRelu(LeakyRelu(0.2))));
        /// assert_eq!(AnyUnary::named("leaky_relu", &[]), None);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum AnyUnary { $( $(#[$doc])* $Rule($Rule), )* }
        impl AnyUnary {
            /// The rule of this [name](crate::Unary::NAME) with these
            /// [constants](crate::Unary::with_parameters); `None` if there is none.
            #[must_use]
            pub fn named(name: &str, parameters: &[f64]) -> Option<Self> {
                $( if name == $Rule::NAME {
                    return $Rule::with_parameters(parameters).map(Self::$Rule);
                } )*
                None
            }
            /// Calls `visitor` with the rule.
            #[track_caller]
            pub fn visit(self, visitor: &mut impl UnaryVisitor) {
                match self { $( Self::$Rule(rule) => visitor.visit(rule, &[$($interval),+]), )* }
            }
        }
        /// Calls `visitor` with every unary rule; rules with parameters have sample values of them.
        pub fn each_unary(visitor: &mut impl UnaryVisitor) {
            $({
                const DOMAIN: &[Interval] = &[$($interval),+];
                visitor.visit($Rule $(( $($sample),+ ))?, DOMAIN);
            })*
        }
    };
}

unary! {
    /// `-x`; `dy/dx = -1`.
    Negation negation on [(-2.0, 2.0)],
        primal |x| -x,
        partial |_, _| T::constant(-1.0);
    /// `x + c`; `dy/dx = 1`.
    Shift(c: f64 = 0.7) shift on [(-2.0, 2.0)],
        primal |x| x + F::literal(c),
        partial |_, _| one();
    /// `c x`; `dy/dx = c`.
    Scale(c: f64 = -1.3) scale on [(-2.0, 2.0)],
        primal |x| x * F::literal(c),
        partial |_, _| T::constant(c);
    /// `x / c`; `dy/dx = 1 / c`.
    Divide(c: f64 = 2.3) divide on [(-2.0, 2.0)],
        primal |x| x / F::literal(c),
        partial |_, _| T::constant(1.0 / c);
    /// `c - x`; `dy/dx = -1`.
    SubtractFrom(c: f64 = 0.4) subtract_from on [(-2.0, 2.0)],
        primal |x| F::literal(c) - x,
        partial |_, _| T::constant(-1.0);
    /// `c / x`; `dy/dx = -y / x`.
    DivideInto(c: f64 = 1.6) divide_into on [(-3.0, -0.2), (0.2, 3.0)],
        primal |x| F::literal(c) / x,
        partial |x, y| -(y / x);
    /// `1 / x`; `dy/dx = -y^2`.
    Recip recip on [(-3.0, -0.2), (0.2, 3.0)],
        primal |x| x.recip(),
        partial |_, y| -(y * y);
    /// `x^2`; `dy/dx = 2 x`.
    Square square on [(-2.0, 2.0)],
        primal |x| x * x,
        partial |x, _| x.scale(2.0);
    /// `x^n`, integer `n`; `dy/dx = n x^(n-1)`. For `n = 0` the value is 1 and the partial 0, even at 0
    /// and NaN.
    PowI(n: i32 = 3; n > i32::MIN) powi on [(-2.0, -0.2), (0.2, 2.0)],
        primal |x| x.integer_power(n),
        partial |x, _| if n == 0 { zero() } else { x.powi(n - 1).scale(f64::from(n)) };
    /// `x^p`, constant real `p`, `x >= 0`; `dy/dx = p x^(p-1)`. For `p = 0` the value is 1 and the
    /// partial 0, even at 0 and NaN.
    PowF(p: f64 = 2.5) powf on [(0.1, 3.0)],
        primal |x| F::literal(x.widened().powf(p)),
        partial |x, _| if p == 0.0 { zero() } else { x.unary(PowerOneLess(p)).scale(p) };
    // The root of -0 is -0; adding 0 makes it 0, so that the slope there is the limit, `+inf`.
    /// Square root, `x >= 0`; `dy/dx = 1 / (2 y)`, `+inf` at 0.
    Sqrt sqrt on [(0.1, 5.0)],
        primal |x| x.sqrt(),
        partial |_, y| y.shift(0.0).divide_into(0.5);
    /// Cube root; `dy/dx = 1 / (3 y^2)`, `+inf` at 0.
    Cbrt cbrt on [(-5.0, -0.2), (0.2, 5.0)],
        primal |x| x.cbrt(),
        partial |_, y| y.square().scale(3.0).recip();
    /// `e^x`; `dy/dx = y`.
    Exp exp on [(-3.0, 3.0)],
        primal |x| x.exponential(),
        partial |_, y| y,
        long true;
    /// `2^x`; `dy/dx = y ln 2`.
    Exp2 exp2 on [(-3.0, 3.0)],
        primal |x| x.power_of_two(),
        partial |_, y| y.scale(LN_2);
    /// `e^x - 1`, accurate near 0; `dy/dx = e^x`.
    ExpM1 exp_m1 on [(-3.0, 3.0)],
        primal |x| x.exponential_minus_one(),
        partial |x, _| x.exp(),
        long true;
    /// Natural logarithm, `x >= 0`; `dy/dx = 1 / x`, `+inf` at 0 of either sign.
    Ln ln on [(0.1, 5.0)],
        primal |x| x.logarithm(),
        partial |x, _| x.shift(0.0).recip(),
        long true;
    /// Logarithm to base 2, `x >= 0`; `dy/dx = 1 / (x ln 2)`, `+inf` at 0 of either sign.
    Log2 log2 on [(0.1, 5.0)],
        primal |x| x.log2(),
        partial |x, _| x.shift(0.0).divide_into(LOG2_E);
    /// Logarithm to base 10, `x >= 0`; `dy/dx = 1 / (x ln 10)`, `+inf` at 0 of either sign.
    Log10 log10 on [(0.1, 5.0)],
        primal |x| x.log10(),
        partial |x, _| x.shift(0.0).divide_into(LOG10_E);
    /// `ln(1 + x)`, `x >= -1`, accurate near 0; `dy/dx = 1 / (1 + x)`, `+inf` at -1.
    Ln1p ln_1p on [(-0.8, 4.0)],
        primal |x| x.logarithm_of_one_plus(),
        partial |x, _| x.shift(1.0).recip(),
        long true;
    /// `sin x`; `dy/dx = cos x`.
    Sin sin on [(-4.0, 4.0)],
        primal |x| x.sin(),
        partial |x, _| x.cos();
    /// `cos x`; `dy/dx = -sin x`.
    Cos cos on [(-4.0, 4.0)],
        primal |x| x.cos(),
        partial |x, _| -x.sin();
    /// `tan x`; `dy/dx = 1 + y^2`.
    Tan tan on [(-1.3, 1.3), (1.9, 4.4)],
        primal |x| x.tan(),
        partial |_, y| one::<T>() + y * y;
    /// Secant `1 / cos x`; `dy/dx = y tan x`.
    Sec sec on [(-1.2, 1.2), (2.0, 4.3)],
        primal |x| x.cos().recip(),
        partial |x, y| y * x.tan();
    /// Cosecant `1 / sin x`; `dy/dx = -y cot x`.
    Csc csc on [(-2.7, -0.4), (0.4, 2.7)],
        primal |x| x.sin().recip(),
        partial |x, y| -(y * x.cot());
    /// Cotangent `1 / tan x`; `dy/dx = -(1 + y^2)`.
    Cot cot on [(-2.7, -0.4), (0.4, 2.7)],
        primal |x| x.tan().recip(),
        partial |_, y| -(one::<T>() + y * y);
    // `1 - x^2` loses half of the digits near 1; `(1 - x)(1 + x)` loses none.
    /// Arcsine, `|x| <= 1`; `dy/dx = 1 / sqrt(1 - x^2)`, `+inf` at both ends.
    Asin asin on [(-0.9, 0.9)],
        primal |x| x.asin(),
        partial |x, _| ((one::<T>() - x) * (one::<T>() + x)).sqrt().recip();
    /// Arccosine, `|x| <= 1`; `dy/dx = -1 / sqrt(1 - x^2)`, `-inf` at both ends.
    Acos acos on [(-0.9, 0.9)],
        primal |x| x.acos(),
        partial |x, _| -((one::<T>() - x) * (one::<T>() + x)).sqrt().recip();
    /// Arctangent; `dy/dx = 1 / (1 + x^2)`.
    Atan atan on [(-3.0, 3.0)],
        primal |x| x.atan(),
        partial |x, _| (one::<T>() + x * x).recip();
    /// `sinh x`; `dy/dx = cosh x`.
    Sinh sinh on [(-3.0, 3.0)],
        primal |x| x.sinh(),
        partial |x, _| x.cosh();
    /// `cosh x`; `dy/dx = sinh x`.
    Cosh cosh on [(-3.0, 3.0)],
        primal |x| x.cosh(),
        partial |x, _| x.sinh();
    // `1 - y^2` is 0 where `y` rounds to 1, from `x = 19.1` on (9.0 in f32).
    /// `tanh x`; `dy/dx = 1 / cosh^2 x`, accurate in both tails. Where only the output is kept, `1 - y^2`,
    /// accurate to within `eps` in absolute terms.
    Tanh tanh on [(-3.0, 3.0)],
        primal |x| x.hyperbolic_tangent(),
        partial |x, _| x.unary(SechSquared),
        from_output |y| one::<T>() - y * y,
        long true;
    /// Inverse of `sinh`; `dy/dx = 1 / sqrt(x^2 + 1)`.
    Asinh asinh on [(-3.0, 3.0)],
        primal |x| x.inverse_sinh(),
        partial |x, _| {
            // `x^2` overflows at 1e154; for `|x| > 1` the partial is `|r| / sqrt(r^2 + 1)` with `r = 1 / x`.
            let beyond_one: fn(f64, f64) -> bool = |x, _| x.abs() > 1.0;
            let reciprocal_root = |u: T| u.square().shift(1.0).sqrt().recip();
            let r = x.select(x, beyond_one, x, one()).recip();
            x.select(x, beyond_one, r.abs() * reciprocal_root(r), reciprocal_root(x))
        };
    /// Inverse of `cosh`, `x >= 1`; `dy/dx = 1 / sqrt(x^2 - 1)`, `+inf` at 1.
    Acosh acosh on [(1.2, 5.0)],
        primal |x| x.inverse_cosh(),
        partial |x, _| ((x - one()).sqrt() * (x + one()).sqrt()).recip();
    /// Inverse of `tanh`, `|x| <= 1`; `dy/dx = 1 / (1 - x^2)`, `+inf` at both ends.
    Atanh atanh on [(-0.8, 0.8)],
        primal |x| x.inverse_tanh(),
        partial |x, _| ((one::<T>() - x) * (one::<T>() + x)).recip();
    /// Error function `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to `x`;
    /// `dy/dx = 2 e^(-x^2) / sqrt(pi)`.
    Erf erf on [(-3.0, 3.0)],
        primal |x| x.erf(),
        partial |x, _| x.unary(Gaussian(1.0)).scale(FRAC_2_SQRT_PI),
        long true;
    /// `1 - erf x`, accurate where that cancels; `dy/dx = -2 e^(-x^2) / sqrt(pi)`.
    Erfc erfc on [(-3.0, 3.0)],
        primal |x| x.erfc(),
        partial |x, _| x.unary(Gaussian(1.0)).scale(-FRAC_2_SQRT_PI),
        long true;
    /// `ln |Gamma x|`; `dy/dx = digamma x`. At the poles `0, -1, -2, ...` the value is `+inf`.
    LnGamma ln_gamma on [(-1.7, -1.3), (0.5, 5.0)],
        primal |x| x.ln_gamma(),
        partial |x, _| x.digamma();
    /// Digamma `psi x`, the derivative of `ln |Gamma x|`; `dy/dx = psi_1(x)`. NaN at `-1, -2, ...`, where
    /// it changes sign.
    Digamma digamma on [(-1.7, -1.3), (0.5, 5.0)],
        primal |x| polygamma(0, x),
        partial |x, _| x.polygamma(1);
    /// `psi_n(x)`, the `n`-th derivative of digamma; `dy/dx = psi_(n+1)(x)`. At `-1, -2, ...` `+inf`, or
    /// NaN for even `n`.
    Polygamma(n: u32 = 2; n <= 150) polygamma on [(-1.7, -1.3), (0.8, 5.0)],
        primal |x| polygamma(n, x),
        partial |x, _| x.polygamma(n + 1);
    /// `|x|`; `dy/dx = sign x`, and 0 at 0.
    ///
    /// In second and higher derivatives it counts as `x` at 0, so that smooth functions of it, such as
    /// `|x|^2`, have their derivatives.
    Abs abs on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| x.abs(),
        partial |x, _| {
            let sign = x.signum();
            if x.is_differentiated() { x.select(zero(), |x, zero| x == zero, one(), sign) } else { sign }
        },
        lifted |x, y| x.select(zero(), |x, zero| x == zero, x, y);
    /// Sign of `x`: -1, 1, or 0 at 0, where the `signum` of `f64` is 1; `dy/dx = 0`, at the jump too.
    Signum signum on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| if x == F::zero() { F::zero() } else { x.signum() },
        partial |x, _| unless_nan(x, zero());
    /// `x`, but at least `lo` and at most `hi`; `dy/dx = 1` from `lo` to `hi`, both ends included, and 0
    /// outside, and everywhere if `lo = hi`.
    Clamp(lo: f64 = -0.5, hi: f64 = 0.8; lo <= hi) clamp on [(-2.0, -0.6), (-0.4, 0.7), (0.9, 2.0)],
        primal |x| {
            let (lo, hi) = (F::literal(lo), F::literal(hi));
            if x < lo { lo } else if x > hi { hi } else { x }
        },
        partial |x, y| {
            let is_range = T::constant(lo).value() < T::constant(hi).value();
            let inside = if is_range { one() } else { zero() };
            x.select(y, |x, y| x == y, inside, unless_nan(x, zero()))
        };
    // An output that is not positive is 0, the partial there, or NaN.
    /// Rectifier `max(x, 0)`; `dy/dx = [x > 0]`, 0 at the kink.
    Relu relu on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| if x <= F::zero() { F::zero() } else { x },
        partial |_, y| positive(y, one(), unless_nan(y, zero())),
        from_output |y| positive(y, one(), y);
    /// Leaky rectifier: `x` for `x > 0`, else `alpha x`; `dy/dx = 1` or `alpha`, `alpha` at the kink.
    LeakyRelu(alpha: f64 = 0.1) leaky_relu on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| if x > F::zero() { x } else { x * F::literal(alpha) },
        partial |x, _| positive(x, one(), unless_nan(x, T::constant(alpha)));
    /// Exponential linear unit: `x` for `x > 0`, else `alpha (e^x - 1)`; `dy/dx = 1` or `alpha e^x`,
    /// `alpha` at 0.
    Elu(alpha: f64 = 0.7) elu on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| if x > F::zero() { x } else { x.exponential_minus_one() * F::literal(alpha) },
        partial |x, _| positive(x, one(), positive(x, zero(), x).exp().scale(alpha)),
        long true;
    // `y (1 - y)` rounds to 0 for x >= 37 (17 in f32), where the slope is 1e-16; `sigmoid(-x)` is an
    // accurate `1 - y`. `1 / (1 + e^-x)` is 0 below -709.8, where the value is still 1e-309.
    /// Logistic sigmoid `1 / (1 + e^-x)`; `dy/dx = y sigmoid(-x)`, accurate in both tails.
    Sigmoid sigmoid on [(-4.0, 4.0)],
        primal |x| {
            let e = (-x.abs()).exponential();
            let y = (e + F::one()).recip();
            if x < F::zero() { e * y } else { y }
        },
        partial |x, y| y * (-x).sigmoid(),
        long true;
    /// `ln sigmoid x`, finite for all finite `x`; `dy/dx = sigmoid(-x)`.
    LogSigmoid log_sigmoid on [(-4.0, 4.0)],
        primal |x| x.min(F::zero()) - (-x.abs()).exponential().logarithm_of_one_plus(),
        partial |x, _| (-x).sigmoid(),
        long true;
    // `ln(1 + e^x)` overflows at x = 710; `e^-|x|` never overflows.
    /// Softplus `ln(1 + e^x)`; `dy/dx = sigmoid x`.
    Softplus softplus on [(-4.0, 4.0)],
        primal |x| x.max(F::zero()) + (-x.abs()).exponential().logarithm_of_one_plus(),
        partial |x, _| x.sigmoid(),
        long true;
    /// Softsign `x / (1 + |x|)`; `dy/dx = 1 / (1 + |x|)^2`.
    Softsign softsign on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| if x.is_infinite() { x.signum() } else { x / (x.abs() + F::one()) },
        partial |x, _| (x * x.signum()).shift(1.0).recip().square();
    /// Swish `x s`, `s = sigmoid x` (Elfwing et al. 2017); `dy/dx = s + x s'`.
    Silu silu on [(-4.0, 4.0)],
        primal |x| gated(x, Sigmoid.primal(x)),
        partial |x, _| { let s = x.sigmoid(); s + damped(x, Sigmoid.partial(x, s)) },
        long true;
    /// `x P(x)`, `P` the normal distribution function (Hendrycks and Gimpel 2016); `dy/dx = P(x) + x P'(x)`.
    Gelu gelu on [(-4.0, 4.0)],
        primal |x| gated(x, x.normal_distribution()),
        partial |x, _| x.unary(NormalDistribution) + damped(x, NormalDistribution.partial(x, x)),
        long true;
    /// `x (1 + tanh u) / 2 = x s` with `u = sqrt(2/pi) (x + 0.044715 x^3)`, `s = sigmoid(2 u)`, which
    /// approximates `gelu` (Hendrycks and Gimpel 2016); `dy/dx = s + x s'`.
    GeluTanh gelu_tanh on [(-4.0, 4.0)],
        primal |x| gated(x, CubicSigmoid.primal(x)),
        partial |x, _| { let s = x.unary(CubicSigmoid); s + damped(x, CubicSigmoid.partial(x, s)) },
        long true;
}

/// `x` times a gate that tends to 0 faster than `x` grows.
#[inline(always)]
fn gated<F: Float>(x: F, gate: F) -> F {
    if gate == F::zero() { F::zero() } else { x * gate }
}
