//! Forward mode: numbers that carry derivatives along with their value, and numbers that are several side
//! by side.
//!
//! Each applies the rules of the table to its components; there is no rule here for any function.

mod directions;
mod dual;
mod follow;
mod jet;
mod jet_arrays;
mod lanes;
mod leibniz;
mod planar_affine;
mod planes;
mod truncated;

pub use directions::Directions;
pub use dual::Dual;
pub use jet::Jet;
pub use lanes::Lanes;
