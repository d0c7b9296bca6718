//! The optimizers, one a file: the rule with its formula, its source, and the map to PyTorch's arguments.

mod adadelta;
mod adagrad;
mod adam;
mod lion;
mod nadam;
mod radam;
mod rmsprop;
mod sgd;

pub use adadelta::{Adadelta, AdadeltaRule};
pub use adagrad::{AdaGrad, AdaGradRule};
pub use adam::{Adam, AdamRule};
pub use lion::{Lion, LionRule};
pub use nadam::{NAdam, NAdamRule};
pub use radam::{RAdam, RAdamRule};
pub use rmsprop::{RmsProp, RmsPropRule};
pub use sgd::{Sgd, SgdRule};
