//! Tables that are larger than the memory as data to train on.
//!
//! | file | contents |
//! |---|---|
//! | `assignment` | which rows are in which part |
//! | `digest` | the rows of a file that decide about its columns |
//! | `running` | statistics of columns that come in pieces |
//! | `prepare` | a file as parts that are split, encoded and scaled |
//! | `table_part` | [`TablePart`], the examples of a part |

mod assignment;
mod digest;
mod prepare;
mod running;
mod table_part;

pub use prepare::TableParts;
pub use table_part::TablePart;
