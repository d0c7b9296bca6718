//! `wengert playground`: the interactive page, served to the browser of this computer.
//!
//! | file | contents |
//! |---|---|
//! | `serve` | the command |
//! | `server` | connections, and what they may ask for |
//! | `http` | requests and responses of HTTP/1.1 |
//! | `sessions` | the sessions of open pages |

#[cfg(not(feature = "playground"))]
mod absent;
#[cfg(feature = "playground")]
mod http;
#[cfg(feature = "playground")]
mod serve;
#[cfg(feature = "playground")]
mod server;
#[cfg(feature = "playground")]
mod sessions;

#[cfg(not(feature = "playground"))]
pub(crate) use absent::{Arguments, run};
#[cfg(feature = "playground")]
pub(crate) use serve::{Arguments, run};
