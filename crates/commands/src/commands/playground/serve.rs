//! The command `wengert playground`.

use super::server::Server;
use crate::error::CliError;
use crate::output::print_line;
use crate::playground_error::PlaygroundError;
use clap::Args;
use std::process::{Command, Stdio};
use wengert_playground::Session;

/// Open the interactive page in the browser: graphs of formulas, descents, networks, a classifier.
///
/// The page and its engine are in this program: it works without a network. The server listens on 127.0.0.1,
/// for this computer only, and the address contains a random token. Ctrl-C ends it.
#[derive(Args)]
#[command(after_help = "Without options, it opens the page.

Example:
  wengert playground --request '{\"do\": \"graph\", \"formula\": \"x^2\", \"at\": {\"x\": 3}}'")]
pub(crate) struct Arguments {
    /// Port to listen on [default: one that is free].
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = "NUMBER")]
    port: u16,
    /// Print the address, and do not open a browser.
    #[arg(long)]
    no_open: bool,
    /// Answer one request of the page, as JSON, and end.
    #[arg(long, value_name = "JSON", conflicts_with_all = ["port", "no_open"])]
    request: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    if let Some(request) = &arguments.request {
        let reply = Session::new().handle(request.as_bytes());
        return match reply.header()["error"].as_str() {
            Some(message) => {
                Err(CliError::Playground(PlaygroundError::Request { message: message.to_owned() }))
            }
            None => print_line(reply.header()),
        };
    }
    let server = Server::bind(arguments.port)?;
    let address = server.address();
    print_line(format_args!("{address}\nThe playground is at this address until Ctrl-C ends it."))?;
    if !arguments.no_open {
        open(address);
    }
    server.run()
}

/// Opens an address in the browser, if the system has a command for it; the address was printed in any case.
fn open(address: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let mut command = Command::new(program);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if command.spawn().is_err() {
        eprintln!("note: {program} is not there; open the address in a browser");
    }
}
