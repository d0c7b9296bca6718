//! The operations that tensors offer, by topic.

mod algebra;
mod arrange;
mod elementwise;
mod losses;
mod reduce;
mod select;
