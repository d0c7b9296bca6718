//! The reasons why `wengert playground` fails.

use std::error::Error;
use std::fmt;
use std::io;
use wengert_files::excerpt;

#[derive(Debug)]
pub(crate) enum PlaygroundError {
    /// The server cannot listen on a port.
    Port { port: u16, error: io::Error },
    /// A set-up cannot be part of an address.
    SetUp { text: String },
    /// A request has no answer, as the message says.
    Request { message: String },
}

impl PlaygroundError {
    /// Whether the arguments of the command are wrong.
    pub(crate) fn is_of_arguments(&self) -> bool {
        matches!(self, Self::Request { .. })
    }
}

impl Error for PlaygroundError {}

impl fmt::Display for PlaygroundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port { port, error } => {
                write!(f, "cannot listen on port {port} of 127.0.0.1: {error}; choose another --port")
            }
            Self::SetUp { text } => {
                let text = excerpt(text);
                write!(
                    f,
                    "{text} is not a set-up: give what \"Copy link\" has after #, such as graph?mode=forward"
                )
            }
            Self::Request { message } => f.write_str(message),
        }
    }
}
