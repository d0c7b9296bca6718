//! The protocol between `steps.py` and the programs, line by line.
//!
//! A program first prints `losses A B`: the losses in step 10 and in step 100, with `-` for the
//! second if that takes too long. Then, for each input line `WARM_UP STEPS`, it trains a new
//! network and prints the time in seconds of the steps after the warm-up.

use crate::Workload;
use crate::synthetic::BATCHES;
use std::io::{BufRead, Write};
use std::time::Instant;

/// A network in training.
pub trait Training {
    /// Takes one step on this batch.
    fn step(&mut self, batch: usize);
    /// The loss of the last step, computed before its update.
    fn loss(&mut self) -> f32;
}

/// Answers requests until the end of the input. `start` returns a network with its initial parameters.
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
        let line = line.expect("the input is text");
        let counts: Vec<usize> = line.split(' ').filter_map(|count| count.parse().ok()).collect();
        let [warm_up, steps] = counts[..] else { panic!("expected WARM_UP STEPS, got {line:?}") };
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
    std::io::stdout().flush().expect("the output is open");
}
