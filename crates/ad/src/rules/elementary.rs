//! The table of unary rules. To add a function, add its row here: nothing else.
//!
//! A row reads `Rule(parameter: type = sample) method on [(low, high), ...], primal |x| ..., partial |x, y| ...;`. The
//! intervals are where the rule is smooth; the tests draw their operands from them.

use super::{Interval, UnaryVisitor, one, positive, zero};
use crate::number::{Float, Operand, Scalar, Unary};

macro_rules! unary {
    ($( $(#[$doc:meta])* $Rule:ident $(( $($parameter:ident: $ty:ty = $sample:expr),+ ))? $method:ident
        on [$($interval:expr),+],
        primal |$x:ident| $primal:expr, partial |$px:pat_param, $py:pat_param| $partial:expr; )*) => {
        $( $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $Rule $(( $(#[doc = concat!("`", stringify!($parameter), "` of the formula.")] pub $ty),+ ))?;
        impl Unary for $Rule {
            const NAME: &'static str = stringify!($method);
            #[inline(always)] fn primal<F: Float>(self, $x: F) -> F {
                let $Rule $(( $($parameter),+ ))? = self;
                $primal
            }
            #[allow(unused_variables, reason = "a partial such as that of `x + c` is free of the parameter")]
            #[inline(always)] fn partial<T: Scalar>(self, $px: T, $py: T) -> T {
                let $Rule $(( $($parameter),+ ))? = self;
                $partial
            }
            fn parameters(self) -> Vec<f64> {
                let $Rule $(( $($parameter),+ ))? = self;
                vec![$( $(f64::from($parameter)),+ )?]
            }
            fn with_parameters(parameters: &[f64]) -> Option<Self> {
                let [$( $($parameter),+ )?] = *parameters else { return None };
                let rule = $Rule $(( $(num_traits::cast::<f64, $ty>($parameter)?),+ ))?;
                (rule.parameters() == parameters).then_some(rule)
            }
        } )*
        /// The elementary functions of anything that rules apply to: scalars of every mode and tensors.
        pub trait Elementary: Operand {
            $( $(#[$doc])* #[track_caller] #[inline(always)]
            fn $method(self $( $(, $parameter: $ty)+ )?) -> Self { self.unary($Rule $(( $($parameter),+ ))?) } )*
        }
        impl<X: Operand> Elementary for X {}
        /// Shows every unary rule to `visitor`; rules with parameters appear with sample values of them.
        pub fn each_unary(visitor: &mut impl UnaryVisitor) {
            $({ const DOMAIN: &[Interval] = &[$($interval),+]; visitor.visit($Rule $(( $($sample),+ ))?, DOMAIN); })*
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
    /// `x^n`, integer `n`; `dy/dx = n x^(n-1)`, and 0 for `n = 0`, at `x = 0` too.
    PowI(n: i32 = 3) powi on [(-2.0, -0.2), (0.2, 2.0)],
        primal |x| x.powi(n),
        partial |x, _| if n == 0 { zero() } else { x.powi(n - 1).scale(f64::from(n)) };
    /// `x^p`, constant real `p`, `x >= 0`; `dy/dx = p x^(p-1)`, and 0 for `p = 0`, at `x = 0` too.
    PowF(p: f64 = 2.5) powf on [(0.1, 3.0)],
        primal |x| x.powf(F::literal(p)),
        partial |x, _| if p == 0.0 { zero() } else { x.powf(p - 1.0).scale(p) };
    /// Square root, `x >= 0`; `dy/dx = 1 / (2 y)`, infinite at 0.
    Sqrt sqrt on [(0.1, 5.0)],
        primal |x| x.sqrt(),
        partial |_, y| T::constant(0.5) / y;
    /// `e^x`; `dy/dx = y`.
    Exp exp on [(-3.0, 3.0)],
        primal |x| x.exp(),
        partial |_, y| y;
    /// Natural logarithm, `x > 0`; `dy/dx = 1 / x`.
    Ln ln on [(0.1, 5.0)],
        primal |x| x.ln(),
        partial |x, _| x.recip();
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
    /// `sinh x`; `dy/dx = cosh x`.
    Sinh sinh on [(-3.0, 3.0)],
        primal |x| x.sinh(),
        partial |x, _| x.cosh();
    /// `cosh x`; `dy/dx = sinh x`.
    Cosh cosh on [(-3.0, 3.0)],
        primal |x| x.cosh(),
        partial |x, _| x.sinh();
    /// `tanh x`; `dy/dx = 1 - y^2`.
    Tanh tanh on [(-3.0, 3.0)],
        primal |x| x.tanh(),
        partial |_, y| one::<T>() - y * y;
    /// `|x|`; `dy/dx = sign x`, and 0 at 0.
    Abs abs on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| x.abs(),
        partial |x, _| positive(x, one(), positive(-x, -one::<T>(), zero()));
    /// Rectifier `max(x, 0)`; `dy/dx = [x > 0]`, 0 at the kink. A NaN stays a NaN.
    Relu relu on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| if x <= F::zero() { F::zero() } else { x },
        partial |x, _| positive(x, one(), zero());
    /// Logistic sigmoid `1 / (1 + e^-x)`; `dy/dx = y (1 - y)`.
    Sigmoid sigmoid on [(-4.0, 4.0)],
        primal |x| ((-x).exp() + F::one()).recip(),
        partial |_, y| y * (one::<T>() - y);
    // `ln(1 + e^x)` overflows at x = 710; `e^-|x|` never does.
    /// Softplus `ln(1 + e^x)`; `dy/dx = sigmoid x`.
    Softplus softplus on [(-4.0, 4.0)],
        primal |x| x.max(F::zero()) + (-x.abs()).exp().ln_1p(),
        partial |x, _| x.sigmoid();
    /// Softsign `x / (1 + |x|)`; `dy/dx = (1 - |y|)^2`.
    Softsign softsign on [(-3.0, -0.1), (0.1, 3.0)],
        primal |x| x / (x.abs() + F::one()),
        partial |_, y| (one::<T>() - y.abs()).square();
}
