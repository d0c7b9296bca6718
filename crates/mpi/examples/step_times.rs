//! Times the training steps of a ReLU network on the ranks of a launcher, or on one process without it.
//!
//! ```sh
//! mpirun -n 2 target/mpi/release/examples/step_times 784,512,512,10 256 --shards 2 --threads 1
//! target/mpi/release/examples/step_times 784,512,512,10 256 --threads 2
//! ```
//!
//! Rank 0 prints the shortest and the median time per step over the epochs of twenty steps, in milliseconds:
//! 10 epochs, or as many as `--epochs` says. With `--clip NORM`, gradients are clipped: every rank then
//! needs the whole gradient, and takes updates as a whole.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use wengert_data::{Dataset, Parts, Targets};
use wengert_mpi::Session;
use wengert_nn::{CrossEntropy, Mlp};
use wengert_optim::Adam;
use wengert_train::{Ranks, Strategy, Trainer};

/// The steps of an epoch, which is timed as a whole.
const STEPS: usize = 20;
const EPOCHS: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let value = arguments.iter().skip_while(|argument| *argument != name).nth(1)?;
        value.parse::<usize>().ok()
    };
    let [layers, batch, ..] = &arguments[..] else { return Err("give the widths and the batch".into()) };
    let layers = layers.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let batch: usize = batch.parse()?;
    let data = examples(layers[0], layers[layers.len() - 1], batch * STEPS)?;
    let times = Arc::new(Mutex::new(vec![Instant::now()]));
    let observed = Arc::clone(&times);
    let strategy = number("--shards").map_or(Strategy::Automatic, Strategy::Shards);
    let mut trainer = Trainer::new(Mlp::new(layers), CrossEntropy, Adam::new(1e-4))
        .batch_size(batch)
        .epochs(1 + number("--epochs").unwrap_or(EPOCHS))
        .strategy(strategy)
        .threads(number("--threads").unwrap_or(1))
        .on_epoch(move |_| {
            if let Ok(mut times) = observed.lock() {
                times.push(Instant::now());
            }
        });
    if let Some(norm) = number("--clip") {
        trainer = trainer.clip_norm(norm as f64);
    }
    let session = std::env::var_os("OMPI_COMM_WORLD_SIZE").or(std::env::var_os("PMI_SIZE"));
    let session = session.map(|_| Session::open()).transpose()?;
    let mut is_first = true;
    if let Some(session) = &session {
        let ranks = session.ranks(Duration::from_secs(60));
        is_first = ranks.rank() == 0;
        trainer = trainer.ranks(Arc::new(ranks));
    }
    trainer.fit(Parts::new(&data))?;
    if is_first {
        let times = times.lock().map_err(|_| "the run panicked")?;
        // Without the first epoch, which begins with checks and with empty buffers.
        let epochs = times.windows(2).skip(1).map(|ends| (ends[1] - ends[0]).as_secs_f64());
        let mut steps: Vec<f64> = epochs.map(|seconds| 1e3 * seconds / STEPS as f64).collect();
        steps.sort_by(f64::total_cmp);
        println!("{:.3} {:.3}", steps[0], steps[steps.len() / 2]);
    }
    Ok(())
}

/// Examples without a structure: steps on them take as long as on others.
fn examples(width: usize, classes: usize, count: usize) -> Result<Dataset, Box<dyn Error>> {
    let mut bits = 1_u32;
    let mut draw = || {
        bits ^= bits << 13;
        bits ^= bits >> 17;
        bits ^= bits << 5;
        bits
    };
    let features = (0..count * width).map(|_| draw() as f32 / u32::MAX as f32 - 0.5).collect();
    let labels = (0..count).map(|_| draw() % classes as u32).collect();
    Ok(Dataset::new("noise", features, width, Targets::Classes { labels, classes })?)
}
