//! The program `wengert`.

use std::process::ExitCode;

fn main() -> ExitCode {
    wengert_cli::main(None).into()
}
