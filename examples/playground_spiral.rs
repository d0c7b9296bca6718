//! A network from the playground: the same training, to the last bit.
//!
//! Cargo.toml: wengert = { version = "0.1", features = ["csv"] }

use wengert::data::{PreprocessingOptions, Shares, Task, data_set};
use wengert::nn::{ActivationChoice, LossChoice};
use wengert::optim::{OptimizerChoice, Run, ScheduleChoice};
use wengert::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = data_set("spiral", 7)?.to_table()?;
    let task = Some(Task::Classification);
    let options = PreprocessingOptions { task, ..PreprocessingOptions::default() };
    let shares = Shares { validation: 0.1, test: 0.0, seed: 7 };
    let data = table.prepare(&options, &shares)?.split.standardised().cast();

    let activation: ActivationChoice = "tanh".parse()?;
    let network = Mlp::new([2, 16, 16, 3]).activation(activation.build()).init(activation.typical_init());
    let loss = "cross_entropy".parse::<LossChoice>()?.build::<f32>();
    let (rate, batch_size, epochs) = (0.01, 32, 6);
    let optimizer = "adam".parse::<OptimizerChoice>()?.build::<f32>(rate);
    let steps_per_epoch = data.train.examples().div_ceil(batch_size) as u64;
    let run = Run { steps: steps_per_epoch * epochs as u64, steps_per_epoch };
    let schedule = "cosine".parse::<ScheduleChoice>()?.build(rate, run)?;

    let report = Trainer::new(network, loss, optimizer)
        .batch_size(batch_size)
        .epochs(epochs)
        .schedule(schedule)
        .seed(7)
        .fit(&data)?;
    println!("{report}");
    Ok(())
}
