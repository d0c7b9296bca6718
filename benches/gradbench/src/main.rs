//! GradBench's programs, differentiated by Wengert.
//!
//! GradBench (<https://github.com/gradbench/gradbench>) compares tools for automatic differentiation: it sends a tool
//! inputs over standard input and reads outputs and times from standard output. This tool answers with this library:
//! one module a program, written over numbers of any mode, its derivative by forward mode, a tape or both.

mod ba;
mod descent;
mod det;
mod gmm;
mod hello;
mod ht;
mod kmeans;
mod llsq;
mod lse;
mod lstm;
mod ode;
mod particle;
mod protocol;
mod saddle;

use protocol::Evaluate;
use std::io::{self, BufRead, Write};

/// The programs, by the name GradBench has for them.
const MODULES: [(&str, Evaluate); 12] = [
    ("ba", ba::evaluate),
    ("det", det::evaluate),
    ("gmm", gmm::evaluate),
    ("hello", hello::evaluate),
    ("ht", ht::evaluate),
    ("kmeans", kmeans::evaluate),
    ("llsq", llsq::evaluate),
    ("lse", lse::evaluate),
    ("lstm", lstm::evaluate),
    ("ode", ode::evaluate),
    ("particle", particle::evaluate),
    ("saddle", saddle::evaluate),
];

fn find(module: &str) -> Option<Evaluate> {
    MODULES.iter().find(|(name, _)| *name == module).map(|&(_, evaluate)| evaluate)
}

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let response = protocol::answer(&line?, find);
        serde_json::to_writer(&mut output, &response)?;
        writeln!(output)?;
        output.flush()?;
    }
    Ok(())
}
