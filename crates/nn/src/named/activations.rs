//! Activations by name.

use crate::activation_rule::AnyActivation;
use crate::init::Init;
use wengert_ad::rules::{
    Abs, AnyUnary, Atan, Cos, Elu, Gelu, GeluTanh, LeakyRelu, LogSigmoid, Relu, Sigmoid, Silu, Sin, Softplus,
    Softsign, Square, Tanh,
};
use wengert_settings::{Entry, Registry, Setting, Valid, choice_type};

const fn alpha(about: &'static str, default: f64) -> Setting {
    Setting { name: "alpha", about, valid: Valid::within(0.0, 1e6), default }
}

/// Lists the activations: for each its name, what it is, its constants, the rule, and the initialiser that
/// keeps the variance of its layers.
macro_rules! activations {
    ($choice:ident: $(
        $name:literal $about:literal [$($setting:expr),*] => $Rule:ident $(($constant:expr))?, $init:ident;
    )+) => {
        static ACTIVATIONS: Registry = Registry {
            kind: "activation",
            common: &[],
            entries: &[$(Entry { name: $name, about: $about, settings: &[$($setting),*] }),+],
        };

        impl ActivationChoice {
            /// The rule.
            #[must_use]
            pub fn build(&self) -> AnyActivation {
                let $choice = self.choice();
                match $choice.name() {
                    $($name => AnyUnary::$Rule($Rule $(($constant))?).into(),)+
                    name => unreachable!("{name} is not in the list"),
                }
            }

            /// The initialiser of the weights of layers with this activation that about keeps the variance of
            /// their outputs.
            #[must_use]
            pub fn typical_init(&self) -> Init {
                match self.choice().name() {
                    $($name => Init::$init,)+
                    name => unreachable!("{name} is not in the list"),
                }
            }
        }
    };
}

choice_type! {
    /// An activation by name: `relu`, `leaky_relu:alpha=0.2`. The names are those of the rules of the
    /// [table](wengert_ad::rules) that are used as activations.
    ///
    /// ```
    /// use wengert_nn::{ActivationChoice, Mlp};
    ///
    /// let chosen: ActivationChoice = "leaky_relu:alpha=0.2".parse()?;
    /// let network = Mlp::new([4, 16, 3]).activation(chosen.build()).init(chosen.typical_init());
    /// # let _ = network;
    /// # Ok::<(), wengert_settings::ChoiceError>(())
    /// ```
    pub ActivationChoice from ACTIVATIONS
}

activations! { choice:
    "abs" "|x|" [] => Abs, LecunNormal;
    "atan" "arc tangent" [] => Atan, GlorotUniform;
    "cos" "cosine" [] => Cos, GlorotUniform;
    "elu" "x, or alpha (e^x - 1) for negative x" [alpha("limit at minus infinity is -alpha", 1.0)] =>
        Elu(choice.number("alpha")), HeNormal;
    "gelu" "x times the normal distribution function" [] => Gelu, HeNormal;
    "gelu_tanh" "approximation of gelu" [] => GeluTanh, HeNormal;
    "leaky_relu" "x, or alpha x for negative x" [alpha("slope for negative x", 0.01)] =>
        LeakyRelu(choice.number("alpha")), HeNormal;
    "log_sigmoid" "logarithm of the logistic function" [] => LogSigmoid, HeNormal;
    "relu" "max(x, 0)" [] => Relu, HeNormal;
    "sigmoid" "logistic function 1 / (1 + e^-x)" [] => Sigmoid, GlorotUniform;
    "silu" "x sigmoid(x), also called swish" [] => Silu, HeNormal;
    "sin" "sine" [] => Sin, GlorotUniform;
    "softplus" "ln(1 + e^x)" [] => Softplus, HeNormal;
    "softsign" "x / (1 + |x|)" [] => Softsign, GlorotUniform;
    "square" "x^2" [] => Square, GlorotUniform;
    "tanh" "hyperbolic tangent" [] => Tanh, GlorotUniform;
}

#[cfg(test)]
mod tests {
    use super::*;
    use wengert_ad::Unary;
    use wengert_ad::rules::{Interval, UnaryVisitor};

    struct Visited(bool);

    impl UnaryVisitor for Visited {
        fn visit<R: Unary>(&mut self, _: R, _: &'static [Interval]) {
            self.0 = true;
        }
    }

    #[test]
    fn the_engine_of_the_playground_has_every_activation() {
        for name in ActivationChoice::registry().names() {
            let mut visited = Visited(false);
            let choice: ActivationChoice = name.parse().expect("it is in the list");
            choice.build().visit_one_of_few(&mut visited);
            assert!(visited.0, "{name}");
        }
    }
}
