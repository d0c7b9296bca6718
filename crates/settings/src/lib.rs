//! Choices by name, with settings, in text: `sgd:momentum=0.9,nesterov`.
//!
//! A [`Registry`] lists what can be chosen: the optimizers, say, each an [`Entry`] with its [`Setting`]s. It
//! parses a text to a [`Choice`], whose text it is again, so that command lines, configuration files and
//! saved models write a choice in one form. What a choice builds is up to the crate that owns the registry.
//!
//! ```text
//! choice  = name [ ":" setting { "," setting } ]
//! setting = name [ "=" value ]
//! value   = number { "/" number }
//! ```
//!
//! Letters may be upper or lower case, and a hyphen stands for an underscore. A flag is given by its name
//! alone.

mod choice;
mod choice_type;
mod error;
mod registry;
mod valid;

pub use choice::Choice;
pub use error::{ChoiceError, ChoiceProblem};
pub use registry::{Entry, Registry, Setting};
pub use valid::{Range, Valid};
