//! `wengert playground`: the interactive page, served to the browser of this computer.
//!
//! | file | contents |
//! |---|---|
//! | `serve` | the command |
//! | `server` | connections, and what they may ask for |
//! | `http` | requests and responses of HTTP/1.1 |
//! | `sessions` | the sessions of open pages |

mod http;
mod serve;
mod server;
mod sessions;

pub(crate) use serve::{Arguments, run};
