//! The command `wengert playground`.

use super::server::Server;
use crate::error::CliError;
use crate::output::print_line;
use crate::playground_error::PlaygroundError;
use clap::Args;
use std::process::{Command, Stdio};
use wengert_playground::{Session, TABS};

/// Open the interactive page in the browser: graphs of formulas, descents, networks, a classifier.
///
/// The page and its engine are in this program: it works without a network. The server listens on 127.0.0.1,
/// for this computer only, and the address contains a random token. Ctrl-C ends it.
#[derive(Args)]
#[command(after_help = "Without options, it opens the page.

Example:
  wengert playground --request '{\"do\": \"graph\", \"formula\": \"x^2\", \"at\": {\"x\": 3}}'")]
pub(crate) struct Arguments {
    /// Set-up to open: what the address that "Copy link" copies has after "#" [default: that of a spiral].
    #[arg(value_name = "SETUP", value_parser = set_up)]
    set_up: Option<String>,
    /// Port to listen on [default: one that is free].
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = "NUMBER")]
    port: u16,
    /// Print the address, and do not open a browser.
    #[arg(long)]
    no_open: bool,
    /// Answer one request of the page, as JSON, and end.
    #[arg(long, value_name = "JSON", conflicts_with_all = ["set_up", "port", "no_open"])]
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
    let end = arguments.set_up.as_ref().map(|set_up| format!("#{set_up}")).unwrap_or_default();
    let address = &format!("{}{end}", server.address());
    print_line(format_args!("{address}\nThe playground is at this address until Ctrl-C ends it."))?;
    if !arguments.no_open {
        open(address);
    }
    server.run()
}

/// A set-up as the end of an address, with or without its `#`.
fn set_up(text: &str) -> Result<String, PlaygroundError> {
    let set_up = text.strip_prefix('#').unwrap_or(text);
    let tab = set_up.split('?').next().unwrap_or(set_up);
    match TABS.contains(&tab) && set_up.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(set_up.to_owned()),
        false => Err(PlaygroundError::SetUp { text: text.to_owned() }),
    }
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
