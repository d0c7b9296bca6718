//! A training loop of one's own: steps, validation, and continuing from a state.

use wengert::prelude::*;

/// A network in training on the digits.
type Network = Training<wengert::nn::MlpModule, CrossEntropy, Adam>;

fn network() -> Network {
    let mlp = Mlp::new([64, 64, 10]).dropout(0.1).normalisation(Normalisation::Batch);
    let adam = Adam::new(1e-3).decoupled_weight_decay(0.1);
    Training::new(mlp, CrossEntropy, adam)
        .schedule(Schedule::cosine(3e-3, 250))
        .clip_norm(1.0)
        .group("*.bias", |biases| biases.weight_decay(0.0))
        .seed(7)
}

/// One pass over the training data. Batches of an epoch follow from the seed and the number of the epoch.
fn epoch(training: &mut Network, data: &Split, number: u64) -> f64 {
    let mut batches = Batches::new(data.train.examples(), 64, 7);
    let mut total = 0.0;
    for indices in batches.epoch(number) {
        let loss = training.step(&data.train.batch(indices));
        assert!(loss.is_finite(), "training diverged in step {}", training.steps() + 1);
        total += loss * indices.len() as f64;
    }
    total / data.train.examples() as f64
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = digits().split(0.8, 0.1, 0.1, 7)?.standardised();
    let mut training = network();
    for number in 1..=5 {
        let loss = epoch(&mut training, &data, number);
        let validation = training.evaluate(&data.validation).expect("there are validation examples");
        println!("epoch {number}  train loss {loss:.4}  validation loss {:.4}", validation.loss);
    }

    // Everything that another process would need to continue with the same bits.
    let state = training.state();
    let mut resumed = network();
    resumed.restore(state)?;
    for number in 6..=10 {
        let losses = [&mut training, &mut resumed].map(|training| epoch(training, &data, number));
        assert_eq!(losses[0], losses[1]);
    }
    assert_eq!(resumed.params(), training.params());
    println!("test {:?}", resumed.evaluate(&data.test));
    Ok(())
}
