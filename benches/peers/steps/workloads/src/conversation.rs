//! The conversation with `steps.py`, line by line.
//!
//! A peer first says `losses A B`: the loss in step 10 and in step 100, `-` for the second where that takes too long. Then,
//! for each line `WARM_UP STEPS` it is sent, it trains a new network, and says how many seconds the steps after the warm-up
//! took.

use crate::Workload;
use crate::synthetic::BATCHES;
use std::io::{BufRead, Write};
use std::time::Instant;

/// A network in training.
pub trait Training {
    /// One step on this batch.
    fn step(&mut self, batch: usize);
    /// The loss of the last step, before it moved the parameters.
    fn loss(&mut self) -> f32;
}

/// Talks until the runner has no more to ask. `start` gives a network with its first parameters.
pub fn serve<T: Training>(workload: &Workload, mut start: impl FnMut() -> T) {
    let mut training = start();
    run(&mut training, 0..10);
    let early = training.loss();
    let late = if workload.name == "W6" {
        "-".to_owned()
    } else {
        run(&mut training, 10..100);
        training.loss().to_string()
    };
    drop(training);
    say(&format!("losses {early} {late}"));
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("the runner sends text");
        let counts: Vec<usize> = line.split(' ').filter_map(|count| count.parse().ok()).collect();
        let [warm_up, steps] = counts[..] else { panic!("send WARM_UP STEPS, not {line:?}") };
        let mut training = start();
        run(&mut training, 0..warm_up);
        training.loss();
        let begin = Instant::now();
        run(&mut training, warm_up..warm_up + steps);
        training.loss();
        say(&begin.elapsed().as_secs_f64().to_string());
    }
}

fn run(training: &mut impl Training, steps: std::ops::Range<usize>) {
    steps.for_each(|step| training.step(step % BATCHES));
}

fn say(line: &str) {
    println!("{line}");
    std::io::stdout().flush().expect("the runner listens");
}
