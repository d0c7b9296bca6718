//! The program `wengert`.

use std::process::ExitCode;

fn main() -> ExitCode {
    wengert_commands::main(None).into()
}
