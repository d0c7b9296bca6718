//! The macro that defines a rule of one operand.

/// Defines a rule of one operand: its documentation, a type, a name, a primal and a partial.
///
/// The type implements [`Unary`](crate::Unary), so that the rule works in every mode and to any order:
/// `x.unary(Rule)`. The library defines its own table of rules with this macro. The primal is generic
/// over the machine float `F`, the partial over any scalar `T`; the partial gets the operand and the
/// output. Constants of the rule stand in parentheses after the type, with an optional condition on them
/// after a semicolon. If the partial does not need the operand, name it `_`: some operations then store
/// less; if it needs neither, name both `_`. Three optional clauses may follow: `from_output |y|`, see
/// [`partial_from_output`](crate::Unary::partial_from_output), `lifted |x, y|`, see
/// [`lifted`](crate::Unary::lifted), and `long true`, see [`LONG`](crate::Unary::LONG).
///
/// ```
/// use wengert_ad::{Elementary, Operand, Scalar, derivatives, grad, gradcheck, unary_rule};
///
/// unary_rule! {
///     /// `x e^-x`; `dy/dx = (1 - x) e^-x`.
///     pub Pulse pulse,
///     primal |x| x * (-x).exp(),
///     partial |x, _| (T::constant(1.0) - x) * (-x).exp()
/// }
/// unary_rule! {
///     /// `x / (c + x)`; `dy/dx = c / (c + x)^2`.
///     pub Saturation(c: f64; c > 0.0) saturation,
///     primal |x| x / (F::literal(c) + x),
///     partial |x, _| x.shift(c).square().recip().scale(c)
/// }
///
/// assert_eq!(grad(|v| v[0].unary(Pulse), &[1.0]), [0.0]);
/// assert_eq!(derivatives::<3, _>(|x| x.unary(Saturation(1.0)), 1.0), [0.5, 0.25, -0.25]);
/// assert!(gradcheck(|v| v[0].unary(Pulse), &[0.7]).passed());
/// ```
#[macro_export]
macro_rules! unary_rule {
    ($(#[$doc:meta])* $vis:vis $Rule:ident $(( $($parameter:ident: $ty:ty),+ $(; $condition:expr)? ))?
        $method:ident,
        primal |$x:ident| $primal:expr, partial |$px:tt, $py:tt| $partial:expr
        $(, from_output |$output:ident| $from_output:expr)?
        $(, lifted |$lx:ident, $ly:ident| $lifted:expr)? $(, long $long:literal)? $(;)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        $vis struct $Rule
            $(( $(#[doc = concat!("`", stringify!($parameter), "` of the formula.")] pub $ty),+ ))?;
        impl $crate::Unary for $Rule {
            const NAME: &'static str = stringify!($method);
            const FROM_OUTPUT: bool =
                matches!(stringify!($px).as_bytes(), b"_") $(|| !stringify!($output).is_empty())?;
            const LINEAR: bool =
                matches!((stringify!($px).as_bytes(), stringify!($py).as_bytes()), (b"_", b"_"));
            $(const LONG: bool = $long;)?
            #[inline(always)] fn primal<F: $crate::Float>(self, $x: F) -> F {
                let $Rule $(( $($parameter),+ ))? = self;
                $primal
            }
            #[allow(unused_variables, reason = "some partials do not depend on the parameter")]
            #[inline(always)] fn partial<T: $crate::Scalar>(self, $px: T, $py: T) -> T {
                let $Rule $(( $($parameter),+ ))? = self;
                $partial
            }
            $(#[inline(always)] fn partial_from_output<T: $crate::Scalar>(self, $output: T) -> T {
                $from_output
            })?
            $(#[inline(always)] fn lifted<T: $crate::Scalar>(self, $lx: T, $ly: T) -> T { $lifted })?
            fn parameters(self) -> Vec<f64> {
                let $Rule $(( $($parameter),+ ))? = self;
                vec![$( $(f64::from($parameter)),+ )?]
            }
            #[allow(unused_variables, reason = "few rules have a condition on their parameters")]
            fn with_parameters(parameters: &[f64]) -> Option<Self> {
                let [$( $($parameter),+ )?] = *parameters else { return None };
                let rule = $Rule $(( $($crate::rules::parameter::<$ty>($parameter)?),+ ))?;
                let $Rule $(( $($parameter),+ ))? = rule;
                (rule.parameters() == parameters $($( && $condition )?)?).then_some(rule)
            }
        }
    };
}

/// The value of a rule's parameter in its own type; `None` if the type has no such value.
#[doc(hidden)]
pub fn parameter<P: num_traits::NumCast>(value: f64) -> Option<P> {
    num_traits::cast(value)
}
