//! TensorBoard: event files of training runs.
//!
//! | file | contents |
//! |---|---|
//! | `message`, `record` | the format |
//! | `event_file`, `graph` | [`EventFile`] |
//! | `callback` | [`TensorBoard`], which training calls |

mod callback;
mod event_file;
mod graph;
mod message;
mod record;

pub use callback::TensorBoard;
pub use event_file::EventFile;
