//! The operations of tensors, by topic.

mod algebra;
mod arrange;
mod elementwise;
mod losses;
mod reduce;
mod select;
