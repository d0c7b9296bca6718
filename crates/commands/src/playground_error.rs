//! The reasons why `wengert playground` fails.

use std::fmt;
use std::io;

#[derive(Debug)]
pub(crate) enum PlaygroundError {
    /// The server cannot listen on a port.
    Port { port: u16, error: io::Error },
    /// A request has no answer, as the message says.
    Request { message: String },
}

impl PlaygroundError {
    /// Whether the arguments of the command are wrong.
    pub(crate) fn is_of_arguments(&self) -> bool {
        matches!(self, Self::Request { .. })
    }
}

impl fmt::Display for PlaygroundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port { port, error } => {
                write!(f, "cannot listen on port {port} of 127.0.0.1: {error}; choose another --port")
            }
            Self::Request { message } => f.write_str(message),
        }
    }
}
