//! The program `wengert` as a rank of MPI.

use std::process::ExitCode;
use std::sync::Arc;
use wengert_mpi::Session;

fn main() -> ExitCode {
    let mut session = None;
    let exit_code = wengert_commands::main(Some(&mut |limit| {
        let ranks = session.insert(Session::open()?).ranks(limit);
        Ok(Arc::new(ranks))
    }));
    match session {
        Some(session) if exit_code != 0 => session.abort(exit_code),
        _ => exit_code.into(),
    }
}
