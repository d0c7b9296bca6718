//! Tables: named columns of numbers, texts or dates, and their readers.
//!
//! | file | contents |
//! |---|---|
//! | `columns` | [`Table`], [`Column`] and their values |
//! | `shuffled` | tables that are larger than the memory, in a random order |
//! | `options`, `read` | what a user says, and what is read |
//! | `reading`, `parser`, `text_blocks`, `source` | a text in blocks of whole rows, which are parsed on all threads |
//! | `layout`, `dialect`, `header`, `survey` | what is detected: delimiter, header, kinds |
//! | `rows`, `block`, `cells`, `dates` | the rows of a block, and their cells as columns |
//! | `npy` | arrays of NumPy |
//! | `lines`, `growing` | the lines of rows; columns that grow by blocks |

mod block;
mod cells;
mod columns;
mod dates;
mod dialect;
mod growing;
mod header;
mod layout;
mod lines;
#[cfg(feature = "npy")]
mod npy;
mod options;
mod parser;
mod read;
mod reading;
mod rows;
mod shuffled;
mod source;
mod summary;
mod survey;
mod text_blocks;

pub(crate) use columns::number_text;
pub use columns::{Column, ColumnKind, ColumnValues, MISSING, Table};
pub use options::TableOptions;
pub use read::{TableBlocks, read_csv, read_table, table_from_text};
pub use shuffled::ShuffledTable;
pub use summary::ColumnSummary;
