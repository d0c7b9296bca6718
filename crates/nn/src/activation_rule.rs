//! What an activation is: an elementwise rule that the compiler knows, or one that is chosen at run time.

use std::fmt::{self, Debug};
use wengert_ad::rules::{AnyUnary, Interval, UnaryVisitor};
use wengert_ad::{Element, Operand, Tensor, Unary};

/// An activation: any elementwise rule of the [table](wengert_ad::rules), as a type ([`Relu`], [`Tanh`]) or
/// chosen at run time ([`AnyActivation`]). Both compute the same bits.
///
/// [`Relu`]: wengert_ad::rules::Relu
/// [`Tanh`]: wengert_ad::rules::Tanh
pub trait ActivationRule: Copy + Debug + Send + Sync + 'static {
    /// The name of the rule.
    fn name(self) -> &'static str;

    /// The constants of the rule; empty for most.
    fn constants(self) -> Vec<f64>;

    /// The rule applied to each element.
    #[track_caller]
    fn apply<T: Element>(self, x: Tensor<'_, T>) -> Tensor<'_, T>;

    /// The rule applied to `x W + b`, fused into one operation where that is possible.
    #[track_caller]
    fn apply_to_affine<'t, T: Element>(
        self,
        x: Tensor<'t, T>,
        weight: Tensor<'t, T>,
        bias: Tensor<'t, T>,
    ) -> Tensor<'t, T>;
}

impl<R: Unary> ActivationRule for R {
    fn name(self) -> &'static str {
        R::NAME
    }
    fn constants(self) -> Vec<f64> {
        self.parameters()
    }
    fn apply<T: Element>(self, x: Tensor<'_, T>) -> Tensor<'_, T> {
        x.unary(self)
    }
    fn apply_to_affine<'t, T: Element>(
        self,
        x: Tensor<'t, T>,
        weight: Tensor<'t, T>,
        bias: Tensor<'t, T>,
    ) -> Tensor<'t, T> {
        x.affine_map(weight, bias, self)
    }
}

/// An activation that is chosen at run time: by its name, or with a saved model.
///
/// The rule is looked up once per array, so that it costs nothing per element.
///
/// ```
/// use wengert_ad::rules::Tanh;
/// use wengert_nn::{AnyActivation, Mlp};
///
/// let tanh = AnyActivation::from_rule(Tanh).expect("it is in the table");
/// let network = Mlp::new([2, 16, 1]).activation(tanh);
/// assert_eq!(network.activation_rule().to_string(), "tanh");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnyActivation(AnyUnary);

impl AnyActivation {
    /// The rule of this name with these constants; `None` if the table has none.
    #[must_use]
    pub fn named(name: &str, constants: &[f64]) -> Option<Self> {
        AnyUnary::named(name, constants).map(Self)
    }

    /// The same rule, chosen at run time; `None` for a rule that is not in the table.
    #[must_use]
    pub fn from_rule(rule: impl ActivationRule) -> Option<Self> {
        Self::named(rule.name(), &rule.constants())
    }

    #[cfg(not(wengert_engine = "playground"))]
    fn visit(self, visitor: &mut impl UnaryVisitor) {
        self.0.visit(visitor);
    }

    #[cfg(wengert_engine = "playground")]
    fn visit(self, visitor: &mut impl UnaryVisitor) {
        self.visit_one_of_few(visitor);
    }

    /// Calls `visitor` with an activation that can be chosen by name. The playground has no other ones: its
    /// engine does not contain the other rules on arrays.
    #[cfg(any(test, wengert_engine = "playground"))]
    pub(crate) fn visit_one_of_few(self, visitor: &mut impl UnaryVisitor) {
        macro_rules! few {
            ($($Rule:ident)+) => {
                match self.0 {
                    $(AnyUnary::$Rule(rule) => visitor.visit(rule, &[]),)+
                    rule => unreachable!("this program is compiled without {rule:?} on arrays"),
                }
            };
        }
        few! {
            Abs Atan Cos Elu Gelu GeluTanh LeakyRelu LogSigmoid Relu Sigmoid Silu Sin Softplus Softsign Square
            Tanh
        }
    }

    fn description(self) -> Description {
        let mut visitor = Description::default();
        self.visit(&mut visitor);
        visitor
    }
}

impl From<AnyUnary> for AnyActivation {
    fn from(rule: AnyUnary) -> Self {
        Self(rule)
    }
}

/// The name, and the constants after a colon: `leaky_relu:0.2`.
impl fmt::Display for AnyActivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let constants: Vec<String> = self.constants().iter().map(f64::to_string).collect();
        let separator = if constants.is_empty() { "" } else { ":" };
        write!(f, "{}{separator}{}", self.name(), constants.join(","))
    }
}

impl ActivationRule for AnyActivation {
    fn name(self) -> &'static str {
        self.description().name
    }
    fn constants(self) -> Vec<f64> {
        self.description().constants
    }
    #[inline(never)]
    fn apply<T: Element>(self, x: Tensor<'_, T>) -> Tensor<'_, T> {
        let mut visitor = Applied { x, affine: None };
        self.visit(&mut visitor);
        visitor.x
    }
    #[inline(never)]
    fn apply_to_affine<'t, T: Element>(
        self,
        x: Tensor<'t, T>,
        weight: Tensor<'t, T>,
        bias: Tensor<'t, T>,
    ) -> Tensor<'t, T> {
        let mut visitor = Applied { x, affine: Some([weight, bias]) };
        self.visit(&mut visitor);
        visitor.x
    }
}

#[derive(Default)]
struct Description {
    name: &'static str,
    constants: Vec<f64>,
}

impl UnaryVisitor for Description {
    fn visit<R: Unary>(&mut self, rule: R, _: &'static [Interval]) {
        (self.name, self.constants) = (R::NAME, rule.parameters());
    }
}

/// The operand, which the rule replaces by its result; and the weight and the bias of an affine map before.
struct Applied<'t, T: Element> {
    x: Tensor<'t, T>,
    affine: Option<[Tensor<'t, T>; 2]>,
}

impl<T: Element> UnaryVisitor for Applied<'_, T> {
    fn visit<R: Unary>(&mut self, rule: R, _: &'static [Interval]) {
        self.x = match self.affine {
            Some([weight, bias]) => self.x.affine_map(weight, bias, rule),
            None => self.x.unary(rule),
        };
    }
}

/// Both floats are compiled here, so that no crate that depends on this one compiles all rules again. Not for
/// WebAssembly, whose linker would keep them all.
#[cfg(not(target_family = "wasm"))]
mod compiled {
    use super::{ActivationRule, AnyActivation};
    use std::hint::black_box;
    use wengert_ad::{Element, Tensor};

    #[used]
    static SINGLE: fn() = contain::<f32>;
    #[cfg(feature = "compiled-f64")]
    #[used]
    static DOUBLE: fn() = contain::<f64>;

    fn contain<T: Element>() {
        let apply: fn(AnyActivation, Tensor<'static, T>) -> Tensor<'static, T> = ActivationRule::apply;
        black_box(apply);
        type Affine<T> = fn(
            AnyActivation,
            Tensor<'static, T>,
            Tensor<'static, T>,
            Tensor<'static, T>,
        ) -> Tensor<'static, T>;
        let affine: Affine<T> = ActivationRule::apply_to_affine;
        black_box(affine);
    }
}
