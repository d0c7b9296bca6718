//! Initialisers by name.

use crate::init::Init;
use wengert_settings::{Entry, Registry, Setting, Valid, choice_type};

const fn number(name: &'static str, about: &'static str, valid: Valid, default: f64) -> Setting {
    Setting { name, about, valid, default }
}

/// Lists the initialisers: for each its name, the distribution, its settings, and how it is built.
macro_rules! initialisers {
    ($choice:ident: $($name:literal $about:literal [$($setting:expr),*] => $build:expr;)+) => {
        static INITIALISERS: Registry = Registry {
            kind: "initialiser",
            common: &[],
            entries: &[$(Entry { name: $name, about: $about, settings: &[$($setting),*] }),+],
        };

        impl InitChoice {
            /// The distribution.
            #[must_use]
            pub fn build(&self) -> Init {
                let $choice = self.choice();
                match $choice.name() {
                    $($name => $build,)+
                    name => unreachable!("{name} is not in the list"),
                }
            }
        }
    };
}

choice_type! {
    /// An initialiser by name: `he_normal`, `normal:deviation=0.1`. [`Init`] has the formulas.
    ///
    /// ```
    /// use wengert_nn::{Init, InitChoice};
    ///
    /// let chosen: InitChoice = "normal:deviation=0.1".parse()?;
    /// assert_eq!(chosen.build(), Init::Normal(0.1));
    /// # Ok::<(), wengert_settings::ChoiceError>(())
    /// ```
    pub InitChoice from INITIALISERS
}

initialisers! { choice:
    "constant" "all elements equal" [number("value", "the element", Valid::within(-1e30, 1e30), 0.0)] =>
        Init::Constant(choice.number("value"));
    "glorot_normal" "N(0, 2 / (fan-in + fan-out))" [] => Init::GlorotNormal;
    "glorot_uniform" "uniform with the variance 2 / (fan-in + fan-out)" [] => Init::GlorotUniform;
    "he_normal" "N(0, 2 / fan-in)" [] => Init::HeNormal;
    "he_uniform" "uniform with the variance 2 / fan-in" [] => Init::HeUniform;
    "lecun_normal" "N(0, 1 / fan-in)" [] => Init::LecunNormal;
    "lecun_uniform" "uniform with the variance 1 / fan-in" [] => Init::LecunUniform;
    "normal" "N(0, deviation^2)"
        [number("deviation", "standard deviation", Valid::within(0.0, 1e30), 0.05)] =>
        Init::Normal(choice.number("deviation"));
    "orthogonal" "orthogonal columns or rows"
        [number("gain", "length of a column", Valid::within(1e-30, 1e30), 1.0)] =>
        Init::Orthogonal(choice.number("gain"));
    "uniform" "U(-bound, bound)"
        [number("bound", "end of the interval", Valid::within(1e-30, 1e30), 0.05)] =>
        Init::Uniform(-choice.number("bound"), choice.number("bound"));
    "zero" "all elements 0" [] => Init::Zero;
}
