//! Losses by name.

use crate::loss::{
    BinaryCrossEntropy, CrossEntropy, HalfSquared, Hinge, Huber, Logistic, Loss, MeanAbsolute, MeanSquared,
    MultiClassHinge, ProbabilityCrossEntropy, SmoothL1, SquaredHinge, SumAbsolute, SumSquared,
};
use wengert_ad::Element;
use wengert_settings::{Choice, Entry, Registry, Setting, Valid, choice_type};

const fn number(name: &'static str, about: &'static str, valid: Valid, default: f64) -> Setting {
    Setting { name, about, valid, default }
}

const SMOOTHING: Setting =
    number("label_smoothing", "share of a target that is spread over all classes", Valid::BELOW_ONE, 0.0);
const SIZE: Valid = Valid::within(1e-30, 1e30);

/// Lists the losses: for each its name, what it is, its settings, and how it is built.
macro_rules! losses {
    ($choice:ident: $($name:literal $about:literal [$($setting:expr),*] => $build:expr;)+) => {
        static LOSSES: Registry = Registry {
            kind: "loss",
            common: &[],
            entries: &[$(Entry { name: $name, about: $about, settings: &[$($setting),*] }),+],
        };

        impl LossChoice {
            /// The loss.
            #[must_use]
            pub fn build<T: Element>(&self) -> Box<dyn Loss<T>> {
                let $choice = self.choice();
                match $choice.name() {
                    $($name => Box::new($build),)+
                    name => unreachable!("{name} is not in the list"),
                }
            }
        }
    };
}

choice_type! {
    /// A loss by name: `cross_entropy`, `huber:delta=0.5`.
    ///
    /// | name | loss | targets | settings, with their defaults |
    /// |---|---|---|---|
    /// | `binary_cross_entropy` | [`BinaryCrossEntropy`] | two classes | `positive_weight=1` |
    /// | `cross_entropy` | [`CrossEntropy`] | classes | `label_smoothing=0` |
    /// | `half_squared` | [`HalfSquared`] | values | |
    /// | `hinge` | [`Hinge`] | two classes | |
    /// | `huber` | [`Huber`] | values | `delta=1` |
    /// | `logistic` | [`Logistic`] | two classes | |
    /// | `mean_absolute` | [`MeanAbsolute`] | values | |
    /// | `mean_squared` | [`MeanSquared`] | values | |
    /// | `multi_class_hinge` | [`MultiClassHinge`] | classes | `margin=1`, `squared` |
    /// | `probability_cross_entropy` | [`ProbabilityCrossEntropy`] | probabilities | `label_smoothing=0` |
    /// | `smooth_l1` | [`SmoothL1`] | values | `beta=1` |
    /// | `squared_hinge` | [`SquaredHinge`] | two classes | |
    /// | `sum_absolute` | [`SumAbsolute`] | values | |
    /// | `sum_squared` | [`SumSquared`] | values | |
    ///
    /// ```
    /// use wengert_nn::{Loss, LossChoice, TargetKind};
    ///
    /// let loss = "huber:delta=0.5".parse::<LossChoice>()?.build::<f32>();
    /// assert_eq!(loss.kind(), TargetKind::Values);
    /// # Ok::<(), wengert_settings::ChoiceError>(())
    /// ```
    pub LossChoice from LOSSES
}

losses! { choice:
    "binary_cross_entropy" "cross-entropy of one output for two classes"
        [number("positive_weight", "weight of class 1", SIZE, 1.0)] =>
        BinaryCrossEntropy::new().positive_weight(choice.number("positive_weight"));
    "cross_entropy" "cross-entropy of classes" [SMOOTHING] => cross_entropy(choice);
    "half_squared" "half of the sum of squares of the differences" [] => HalfSquared;
    "hinge" "hinge loss of one output for two classes" [] => Hinge;
    "huber" "squares of small differences, absolute values of large ones"
        [number("delta", "largest difference that is squared", SIZE, 1.0)] =>
        Huber::new(choice.number("delta"));
    "logistic" "ln(1 + e^-margin) of one output for two classes" [] => Logistic;
    "mean_absolute" "mean of the absolute differences" [] => MeanAbsolute;
    "mean_squared" "mean of the squares of the differences" [] => MeanSquared;
    "multi_class_hinge" "hinge loss of classes"
        [number("margin", "margin of the score of the label", SIZE, 1.0), SQUARED] =>
        multi_class_hinge(choice);
    "probability_cross_entropy" "cross-entropy with probabilities as targets" [SMOOTHING] =>
        ProbabilityCrossEntropy::new().label_smoothing(choice.number(SMOOTHING.name));
    "smooth_l1" "huber divided by beta" [number("beta", "largest difference that is squared", SIZE, 1.0)] =>
        SmoothL1::new(choice.number("beta"));
    "squared_hinge" "square of the hinge loss of one output for two classes" [] => SquaredHinge;
    "sum_absolute" "sum of the absolute differences" [] => SumAbsolute;
    "sum_squared" "sum of the squares of the differences" [] => SumSquared;
}

const SQUARED: Setting = number("squared", "squares of the terms", Valid::Flag, 0.0);

/// Cross-entropy as the fused operation, unless labels are smoothed.
fn cross_entropy<T: Element>(choice: &Choice) -> Box<dyn Loss<T>> {
    match choice.number(SMOOTHING.name) {
        0.0 => Box::new(CrossEntropy),
        share => Box::new(CrossEntropy.label_smoothing(share)),
    }
}

fn multi_class_hinge(choice: &Choice) -> MultiClassHinge {
    let hinge = MultiClassHinge::new().margin(choice.number("margin"));
    if choice.has(SQUARED.name) { hinge.squared() } else { hinge }
}
