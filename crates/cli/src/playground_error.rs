//! The reasons why `wengert playground` fails.

use std::fmt;
#[cfg(feature = "playground")]
use std::io;

#[derive(Debug)]
pub(crate) enum PlaygroundError {
    /// The program was compiled without the interactive page.
    #[cfg(not(feature = "playground"))]
    Absent,
    /// The server cannot listen on a port.
    #[cfg(feature = "playground")]
    Port { port: u16, error: io::Error },
    /// A request has no answer, as the message says.
    #[cfg(feature = "playground")]
    Request { message: String },
}

impl PlaygroundError {
    /// Whether the arguments of the command are wrong.
    pub(crate) fn is_of_arguments(&self) -> bool {
        #[cfg(feature = "playground")]
        return matches!(self, Self::Request { .. });
        #[cfg(not(feature = "playground"))]
        false
    }
}

impl fmt::Display for PlaygroundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(not(feature = "playground"))]
            Self::Absent => f.write_str(
                "this program was compiled without the playground; compile it with \
                 cargo install --path . --features playground",
            ),
            #[cfg(feature = "playground")]
            Self::Port { port, error } => {
                write!(f, "cannot listen on port {port} of 127.0.0.1: {error}; choose another --port")
            }
            #[cfg(feature = "playground")]
            Self::Request { message } => f.write_str(message),
        }
    }
}
