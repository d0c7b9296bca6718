//! The gradients of `benches/peers/scalar_tapes.py` by the tapes of Rust.
//!
//! `scalar_tapes wengert rosenbrock 1000` prints numbers that all programs should find, and then answers
//! lines `gradient 2 10` on standard input, of warm-up and timed gradients, with the seconds that the timed
//! ones took; with `wengert`, `bytes` with the memory of tape and adjoints, and the number of operations of
//! the function.

use ad_trait::reverse_ad::adr::{GlobalComputationGraph, adr};
use std::hint::black_box;
use std::io::{BufRead, stdin};
use std::time::Instant;
use wengert_ad::{Tape, value_and_grad_into};
use wengert_peers::{Function, Helmholtz, Rosenbrock, ScalarMlp};

/// Answers requests for blocks of gradients, and for `bytes` with a text that depends on the tape.
fn serve<S>(
    (x, value): (&[f64], f64),
    tape: &mut S,
    mut gradient: impl FnMut(&mut S, &[f64], &mut Vec<f64>),
    bytes: impl Fn(&S) -> String,
) {
    let mut found = vec![0.0; x.len()];
    gradient(tape, x, &mut found);
    println!("check {value} {}", found.iter().map(|g| g * g).sum::<f64>().sqrt());
    for line in stdin().lock().lines().map_while(Result::ok) {
        let mut words = line.split_whitespace();
        if words.next() == Some("bytes") {
            println!("{}", bytes(tape));
            continue;
        }
        let mut count = || words.next().and_then(|word| word.parse::<usize>().ok()).expect("a count");
        (0..count()).for_each(|_| gradient(tape, black_box(x), &mut found));
        let (times, start) = (count(), Instant::now());
        (0..times).for_each(|_| gradient(tape, black_box(x), &mut found));
        println!("{}", start.elapsed().as_secs_f64());
    }
}

/// [`serve`] for a tape whose memory is not known.
fn serve_times(at: (&[f64], f64), mut gradient: impl FnMut(&[f64], &mut Vec<f64>)) {
    serve(at, &mut (), |(), x, found| gradient(x, found), |()| "unknown".to_owned());
}

fn run<F: Function>(peer: &str, f: F, n: usize) {
    let x = f.point(n);
    let at = (&x[..], f.at(&x[..]));
    match peer {
        "wengert" => {
            let gradient = |tape: &mut Tape, x: &[f64], found: &mut Vec<f64>| {
                value_and_grad_into(tape, |v| f.at(v), x, found);
            };
            // An adjoint per node.
            let bytes = |tape: &Tape| tape.bytes() + size_of::<f64>() * tape.len();
            serve(at, &mut Tape::new(), gradient, |tape| format!("{} {}", bytes(tape), f.operations(n)));
        }
        "reverse" => serve_times(at, |x, found| {
            let tape = reverse::Tape::new();
            let v = tape.add_vars(x);
            found.copy_from_slice(&f.at(&v).grad()[..x.len()]);
        }),
        "echidna" => serve_times(at, |x, found| *found = echidna::grad(|v| f.at(v), x)),
        "ad_trait" => serve_times(at, |x, found| {
            GlobalComputationGraph::get().reset();
            let v: Vec<adr> = x.iter().map(|&x| adr::new_variable(x, false)).collect();
            let gradient = f.at(&v).get_backwards_mode_grad();
            found.iter_mut().zip(&v).for_each(|(found, v)| *found = gradient.wrt(v));
        }),
        _ => panic!("{peer} is not among the tapes wengert, reverse, echidna and ad_trait"),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [peer, function, n] = &arguments[..] else { panic!("the arguments are TAPE FUNCTION SIZE") };
    let n = n.parse().expect("the size is a number");
    match &**function {
        "rosenbrock" => run(peer, Rosenbrock, n),
        "helmholtz" => run(peer, Helmholtz, n),
        "perceptron" => run(peer, ScalarMlp, n),
        _ => panic!("{function} is not among the functions rosenbrock, helmholtz and perceptron"),
    }
}
