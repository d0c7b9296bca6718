//! The engine of the playground: graphs of formulas, descents on surfaces, and networks in training, as
//! answers to requests.
//!
//! A [`Session`] takes a request, a small JSON object, and returns a [`Reply`]: a JSON object, followed by
//! arrays of numbers in single precision or by the content of a file. It reads and writes nothing, knows no
//! clock and starts no thread, so that the same session runs in a local server and, as WebAssembly, in a
//! browser. All numbers come from the library: its tapes, optimizers, networks and data sets.
//!
//! A request that is wrong is answered by `{"error": MESSAGE}`; whatever it asks for is bounded before memory
//! is taken. The field `do` names the request:
//!
//! | request | reply |
//! |---|---|
//! | `lists` | the names of data sets, activations, initialisers, losses, optimizers and schedules |
//! | `graph` | the nodes of a formula at a point, with tangents, adjoints and the operations of both modes |
//! | `surface` | the values of a function of `x` and `y` on a grid |
//! | `descend` | the paths of optimizers on such a function |
//! | `confusion` | stochastic gradient descent on parabolas: its region of confusion, and its histogram |
//! | `create` | a network before its first step, in one of four slots, with its data |
//! | `advance` | steps of its training, the same ones as those of `wengert train` |
//! | `rewind` | the training at an earlier step, bit for bit |
//! | `picture` | outputs on a grid or a curve, hidden units, parameters, norms of gradients |
//! | `predict` | outputs for rows of features |
//! | `export` | the model as ONNX or safetensors; the command and the program that train it; the data as CSV |
//!
//! ```
//! use serde_json::json;
//! use wengert_playground::Session;
//!
//! let mut session = Session::new();
//! let reply = session.handle(br#"{"do": "graph", "formula": "x^3*(x + 3*y)", "at": {"x": 2, "y": 3}}"#);
//! assert_eq!(reply.header()["value"], 88.0);
//! assert_eq!(reply.header()["gradient"], json!([140.0, 24.0]));
//! let reply = session.handle(br#"{"do": "graph", "formula": "sine(x)", "at": {"x": 2}}"#);
//! assert!(reply.header()["error"].as_str().is_some_and(|message| message.contains("unknown function")));
//! ```

mod bounds;
mod confusion;
mod descent;
mod error;
mod fields;
mod graph;
mod lists;
mod network;
mod page;
mod plane;
mod reply;
mod request;
mod session;

/// The largest length of a request, in bytes; a longer one is refused.
pub const LONGEST_REQUEST: usize = bounds::REQUEST;

pub use page::{PAGE, PageFile, TABS};
pub use reply::Reply;
pub use session::Session;
