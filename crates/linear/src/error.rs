//! Why a linear model can't be fitted or scored, each reason with what would be right.

use std::fmt;
use wengert_data::Part;

/// Why a linear model can't be fitted or scored. Rows and columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LinearError {
    /// There are no examples, or they have no features.
    Empty {
        /// The number of examples.
        examples: usize,
        /// The number of features.
        features: usize,
    },
    /// There is not one target for each example.
    Mismatched {
        /// The number of examples.
        examples: usize,
        /// The number of targets.
        targets: usize,
    },
    /// A feature or a target is infinite or NaN.
    NotFinite {
        /// Which of the two.
        part: Part,
        /// The example.
        row: usize,
        /// The feature; 1 for a target.
        column: usize,
        /// The value.
        value: f64,
    },
    /// A regression was given classes.
    NeedsValues,
    /// A classifier was given values.
    NeedsClasses,
    /// An example has several target values.
    SeveralTargets {
        /// How many.
        width: usize,
    },
    /// All examples have the same label.
    OneClass {
        /// That label.
        label: u32,
    },
    /// The examples to be scored have another number of features, or more classes, than the model was fitted to.
    OtherModel {
        /// What differs.
        what: &'static str,
        /// How many the model has.
        model: usize,
        /// How many the examples have.
        examples: usize,
    },
    /// The targets to be scored are all equal, so that there is no variance of which a share could be explained.
    ConstantTargets,
    /// There are fewer examples than coefficients.
    TooFewExamples {
        /// The number of examples.
        examples: usize,
        /// The number of coefficients, with the intercept.
        coefficients: usize,
    },
    /// A feature is a combination of the features before it (or of the intercept), so its coefficient is undetermined.
    DependentFeature {
        /// The feature.
        column: usize,
    },
    /// The rows of a wide system depend on each other, so that they can't all be met.
    DependentExamples,
    /// The strength of the penalty is lost in the rounding of `X'X`.
    TooLittlePenalty {
        /// The strength.
        lambda: f64,
    },
    /// A hyperplane separates the classes: without a penalty the loss falls for ever as the coefficients grow.
    Separable,
}

impl fmt::Display for LinearError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { examples, features } => {
                write!(f, "{examples} examples of {features} features: give at least one of each")
            }
            Self::Mismatched { examples, targets } => {
                write!(f, "{examples} examples have {targets} targets: give one target for each example")
            }
            Self::NotFinite { part, row, column, value } => {
                write!(f, "row {row}, column {column} of the {part} is {value}: every value must be finite")
            }
            Self::NeedsValues => {
                write!(f, "a regression needs values as targets, but these are classes: use a classifier")
            }
            Self::NeedsClasses => {
                write!(f, "a classifier needs labels as targets, but these are values: use a regression")
            }
            Self::SeveralTargets { width } => {
                write!(f, "each example has {width} target values, must be 1: fit one model for each of them")
            }
            Self::OneClass { label } => {
                write!(f, "all examples have label {label}: give examples of at least two classes")
            }
            Self::OtherModel { what, model, examples } => {
                write!(f, "the model was fitted to {model} {what}, but the examples have {examples}")
            }
            Self::ConstantTargets => {
                write!(f, "the targets are all equal, so R squared is 0/0: score on targets that differ")
            }
            Self::TooFewExamples { examples, coefficients } => write!(
                f,
                "{examples} examples don't determine {coefficients} coefficients: give at least {coefficients} \
                 examples, or use ridge regression"
            ),
            Self::DependentFeature { column } => write!(
                f,
                "feature {column} is a combination of the intercept and the features before it: leave it out, or use \
                 ridge regression"
            ),
            Self::DependentExamples => {
                write!(f, "the rows depend on each other: leave out those that repeat what others say")
            }
            Self::TooLittlePenalty { lambda } => {
                write!(
                    f,
                    "lambda = {lambda} is lost in the rounding of X'X: give a larger one, or standardise the features"
                )
            }
            Self::Separable => write!(
                f,
                "a hyperplane separates the classes, so the loss has no minimum without a penalty: give an l2 strength \
                 above 0"
            ),
        }
    }
}

impl std::error::Error for LinearError {}
