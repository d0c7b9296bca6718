//! The error of fitting or evaluating a linear model.

use std::fmt;
use wengert_data::Role;

/// The reason why a linear model cannot be fitted or evaluated. The message says how to correct it.
/// Rows and columns are counted from 1.
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
    /// The number of targets differs from the number of examples.
    Mismatched {
        /// The number of examples.
        examples: usize,
        /// The number of targets.
        targets: usize,
    },
    /// A feature or a target is infinite or NaN.
    NotFinite {
        /// Features or targets.
        part: Role,
        /// The row of the example.
        row: usize,
        /// The column of the feature; 1 for a target.
        column: usize,
        /// The infinite or NaN value.
        value: f64,
    },
    /// The targets of a regression are classes.
    NeedsValues,
    /// The targets of a classifier are values.
    NeedsClasses,
    /// The data set has weights of its examples, which linear models do not use.
    Weighted,
    /// Each example has several target values.
    SeveralTargets {
        /// The number of target values per example.
        width: usize,
    },
    /// All examples have the same label.
    OneClass {
        /// The label.
        label: u32,
    },
    /// The sum of a column, or the sum of its squares, overflows.
    Overflow {
        /// Features or targets.
        part: Role,
        /// The column of the feature; 1 for the targets.
        column: usize,
    },
    /// There are more classes than examples, because labels do not count from 0 without gaps.
    TooManyClasses {
        /// The number of classes, one more than the largest label.
        classes: usize,
        /// The number of examples.
        examples: usize,
    },
    /// The examples have another number of features, or more classes, than the model.
    OtherModel {
        /// Features or classes.
        compared: Compared,
        /// The number in the model.
        model: usize,
        /// The number in the examples.
        examples: usize,
    },
    /// All targets are equal, so R squared is not defined.
    ConstantTargets,
    /// There are fewer examples than coefficients.
    TooFewExamples {
        /// The number of examples.
        examples: usize,
        /// The number of coefficients, including the intercept.
        coefficients: usize,
    },
    /// A feature is a linear combination of the intercept and the features before it, so its
    /// coefficient is not determined.
    DependentFeature {
        /// The column of the feature.
        column: usize,
    },
    /// The rows of a wide system are linearly dependent, so no solution satisfies all of them.
    DependentExamples,
    /// The penalty is lost in the rounding of `X'X`.
    TooLittlePenalty {
        /// The strength of the penalty.
        lambda: f64,
    },
    /// A hyperplane separates the classes, so without a penalty the loss has no minimum.
    Separable,
}

/// The quantity in which examples differ from a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compared {
    /// The number of features.
    Features,
    /// The number of classes.
    Classes,
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Features => "features",
            Self::Classes => "classes",
        })
    }
}

const NEEDS_VALUES: &str = "a regression needs values as targets, but these are classes: use a classifier";
const NEEDS_CLASSES: &str = "a classifier needs classes as targets, but these are values: use a regression";
const CONSTANT_TARGETS: &str = "all targets are equal, so R squared is 0/0: use targets that differ";
const DEPENDENT_EXAMPLES: &str = "the rows are linearly dependent: leave out the redundant ones";
const SEPARABLE: &str = "a hyperplane separates the classes, so the loss has no minimum without a penalty: \
                         give an l2 strength above 0";

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
            Self::NeedsValues => f.write_str(NEEDS_VALUES),
            Self::NeedsClasses => f.write_str(NEEDS_CLASSES),
            Self::Weighted => f.write_str(
                "the data set has weights of its examples, which linear models do not use; repeat examples \
                 instead, or build the data set without weights",
            ),
            Self::SeveralTargets { width } => {
                write!(f, "each example has {width} target values, must be 1: fit one model per target")
            }
            Self::OneClass { label } => {
                write!(f, "all examples have label {label}: give examples of at least two classes")
            }
            Self::Overflow { part, column } => {
                write!(f, "the sum over column {column} of the {part} overflows: standardise the {part}")
            }
            Self::TooManyClasses { classes, examples } => {
                write!(
                    f,
                    "{examples} examples have {classes} classes: number the classes from 0 without gaps"
                )
            }
            Self::OtherModel { compared, model, examples } => {
                write!(f, "the model was fitted to {model} {compared}, but the examples have {examples}")
            }
            Self::ConstantTargets => f.write_str(CONSTANT_TARGETS),
            Self::TooFewExamples { examples, coefficients } => write!(
                f,
                "{examples} examples do not determine {coefficients} coefficients: give at least \
                 {coefficients} examples, or use ridge regression"
            ),
            Self::DependentFeature { column } => write!(
                f,
                "feature {column} is a linear combination of the intercept and the features before it: \
                 leave it out, or use ridge regression"
            ),
            Self::DependentExamples => f.write_str(DEPENDENT_EXAMPLES),
            Self::TooLittlePenalty { lambda } => write!(
                f,
                "lambda = {lambda} is lost in the rounding of X'X: give a larger one, or standardise the \
                 features"
            ),
            Self::Separable => f.write_str(SEPARABLE),
        }
    }
}

impl std::error::Error for LinearError {}
