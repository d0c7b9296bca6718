//! The gradients of `benches/peers/scalar_tapes.py` by the tapes of Rust.
//!
//! `scalar_tapes wengert rosenbrock 1000` prints numbers that all programs should find, and then answers
//! lines `gradient 2 10` on standard input, of warm-up and timed gradients, with the seconds that the timed
//! ones took.

use ad_trait::reverse_ad::adr::{GlobalComputationGraph, adr};
use std::hint::black_box;
use std::io::{BufRead, stdin};
use std::time::Instant;
use wengert_ad::{Tape, value_and_grad_into};
use wengert_peers::{Function, Helmholtz, Rosenbrock, ScalarMlp};

/// Answers requests for blocks of gradients.
fn serve(x: &[f64], value: f64, mut gradient: impl FnMut(&[f64], &mut Vec<f64>)) {
    let mut found = vec![0.0; x.len()];
    gradient(x, &mut found);
    println!("check {value} {}", found.iter().map(|g| g * g).sum::<f64>().sqrt());
    for line in stdin().lock().lines().map_while(Result::ok) {
        let mut words = line.split_whitespace().skip(1);
        let mut count = || words.next().and_then(|word| word.parse::<usize>().ok()).expect("a count");
        (0..count()).for_each(|_| gradient(black_box(x), &mut found));
        let (times, start) = (count(), Instant::now());
        (0..times).for_each(|_| gradient(black_box(x), &mut found));
        println!("{}", start.elapsed().as_secs_f64());
    }
}

fn run<F: Function>(peer: &str, f: F, n: usize) {
    let x = f.point(n);
    let value = f.at(&x[..]);
    match peer {
        "wengert" => {
            let mut tape = Tape::new();
            serve(&x, value, |x, found| {
                value_and_grad_into(&mut tape, |v| f.at(v), x, found);
            });
        }
        "reverse" => serve(&x, value, |x, found| {
            let tape = reverse::Tape::new();
            let v = tape.add_vars(x);
            found.copy_from_slice(&f.at(&v).grad()[..x.len()]);
        }),
        "echidna" => serve(&x, value, |x, found| *found = echidna::grad(|v| f.at(v), x)),
        "ad_trait" => serve(&x, value, |x, found| {
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
