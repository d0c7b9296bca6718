//! The programs of GradBench, differentiated with Wengert.
//!
//! GradBench (<https://github.com/gradbench/gradbench>) compares tools for automatic
//! differentiation. It sends inputs to the standard input of a tool, and reads outputs and times
//! from its standard output. Each program is a module: a function over numbers of any mode,
//! differentiated in forward mode, with a tape, or with both.

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

/// The programs by their GradBench names.
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
