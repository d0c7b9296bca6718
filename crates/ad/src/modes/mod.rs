//! Forward mode: numbers that carry derivatives along with their value, and numbers that are several side
//! by side.
//!
//! Each applies the rules of the table to its components; there is no rule here for any function.

mod directions;
mod dual;
mod jet;
mod lanes;
mod planes;

pub use directions::Directions;
pub use dual::Dual;
pub use jet::Jet;
pub use lanes::Lanes;
