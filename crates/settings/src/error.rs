//! The error of a choice that is not valid.

use crate::valid::Valid;
use std::fmt;
use wengert_files::list;

/// The reason why a text does not describe a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceError {
    /// The kind of the choice: `"optimizer"`.
    pub kind: &'static str,
    /// What is wrong.
    pub problem: ChoiceProblem,
}

/// What is wrong with a choice.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChoiceProblem {
    /// Nothing has this name.
    UnknownName {
        /// The name, shortened.
        name: String,
        /// The known names.
        known: Vec<&'static str>,
        /// The name that may be meant.
        nearest: Option<&'static str>,
    },
    /// The choice does not have this setting.
    UnknownSetting {
        /// The name of the choice.
        choice: &'static str,
        /// The setting, shortened.
        setting: String,
        /// The settings that it has.
        known: Vec<&'static str>,
    },
    /// The value of a setting is not valid, or missing.
    Value {
        /// The name of the choice.
        choice: &'static str,
        /// The setting.
        setting: &'static str,
        /// The value, shortened; `None` if it is missing.
        value: Option<String>,
        /// The valid values.
        valid: Valid,
    },
    /// A setting is given twice.
    Twice {
        /// The name of the choice.
        choice: &'static str,
        /// The setting.
        setting: &'static str,
    },
}

impl fmt::Display for ChoiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind;
        match &self.problem {
            ChoiceProblem::UnknownName { name, known, nearest } => {
                write!(f, "there is no {kind} {name:?}")?;
                if let Some(nearest) = nearest {
                    write!(f, ", did you mean {nearest:?}?")?;
                }
                write!(f, "; choose one of {}", list(known))
            }
            ChoiceProblem::UnknownSetting { choice, setting, known } if known.is_empty() => {
                write!(f, "{kind} {choice}: there is no setting {setting:?}; {choice} has none")
            }
            ChoiceProblem::UnknownSetting { choice, setting, known } => {
                write!(f, "{kind} {choice}: there is no setting {setting:?}; it has {}", list(known))
            }
            ChoiceProblem::Value { choice, setting, value: Some(value), valid } => {
                write!(f, "{kind} {choice}: {setting} is {value:?}, must be {valid}")
            }
            ChoiceProblem::Value { choice, setting, value: None, valid } => {
                write!(f, "{kind} {choice}: {setting} has no value; it must be {valid}")
            }
            ChoiceProblem::Twice { choice, setting } => {
                write!(f, "{kind} {choice}: {setting} is given twice; give it once")
            }
        }
    }
}

impl std::error::Error for ChoiceError {}
