//! Bitwise equal results on any number of threads.

use crate::data::digits_split;
use wengert_ad::Tensor;
use wengert_ad::rules::Relu;
use wengert_nn::Init::HeNormal;
use wengert_nn::{
    Activation, Bound, CrossEntropy, Linear, Mlp, Model, Module, Normalisation, RandomSlot, Sequential,
};
use wengert_optim::Adam;
use wengert_train::{Backprop, Batch, Strategy, Trainer};

#[test]
fn for_each_strategy_the_bits_are_the_same_on_any_number_of_threads() {
    let data = digits_split();
    for strategy in [Strategy::Shards(4), Strategy::Operators] {
        let fit = |threads| {
            let trainer = Trainer::new(Mlp::new([64, 256, 200, 10]), CrossEntropy, Adam::new(1e-3));
            let trainer = trainer.batch_size(256).epochs(2).strategy(strategy).threads(threads);
            let report = trainer.fit(&data).unwrap();
            report.model.params.values().iter().map(|x| x.to_bits()).collect::<Vec<u32>>()
        };
        let one = fit(1);
        assert!(one == fit(2) && one == fit(3), "{strategy:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let data = digits_split();
    let fit = |threads| {
        let trainer = Trainer::new(Mlp::new([64, 128, 64, 10]), CrossEntropy, Adam::new(1e-3));
        let report = trainer.epochs(3).seed(5).threads(threads).fit(&data).unwrap();
        let bits: Vec<u32> = report.model.params.values().iter().map(|x| x.to_bits()).collect();
        (bits, report.train, report.test)
    };
    let one = fit(1);
    assert!(one == fit(2), "two threads differ from one");
    assert!(one == fit(4), "four threads differ from one");
    assert!(
        one.0
            != Trainer::new(Mlp::new([64, 128, 64, 10]), CrossEntropy, Adam::new(1e-3))
                .epochs(3)
                .seed(6)
                .fit(&data)
                .map(|report| report.model.params.values().iter().map(|x| x.to_bits()).collect::<Vec<u32>>())
                .unwrap(),
        "another seed gives the same parameters"
    );
}

#[test]
fn with_dropout_and_batch_norm_the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let data = digits_split();
    let fit = |mlp: &Mlp, threads, seed| {
        let trainer = Trainer::new(mlp.clone(), CrossEntropy, Adam::new(1e-3));
        let report = trainer.epochs(2).batch_size(96).seed(seed).threads(threads).fit(&data).unwrap();
        let params = &report.model.params;
        let bits: Vec<u32> = params.values().iter().chain(params.statistics()).map(|x| x.to_bits()).collect();
        (bits, report.train, report.test)
    };
    for mlp in [
        Mlp::new([64, 128, 64, 10]).dropout(0.2),
        Mlp::new([64, 128, 64, 10]).dropout(0.2).normalisation(Normalisation::Batch),
        Mlp::new([64, 128, 64, 10]).normalisation(Normalisation::Layer),
    ] {
        let one = fit(&mlp, 1, 5);
        assert!(one == fit(&mlp, 2, 5), "two threads differ from one");
        assert!(one == fit(&mlp, 4, 5), "four threads differ from one");
        assert!(one != fit(&mlp, 1, 6), "another seed gives the same");
    }
}

/// A layer of a user: adds normal noise in training.
struct Noise(RandomSlot);

impl Module for Noise {
    fn forward<'t>(&self, p: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
        p.drawn(self.0, &x.shape(), |draws| 0.3 * draws.normal()).map_or(x, |noise| x + noise)
    }
}

fn noisy_network() -> Model<Sequential> {
    Model::new(|layout| {
        let noise = Noise(layout.random_slot());
        let hidden = Linear::new(layout, "hidden", 64, 96, HeNormal);
        let out = Linear::new(layout, "out", 96, 10, HeNormal);
        Sequential::new().then(noise).then(hidden).then(Activation(Relu)).then(out)
    })
}

#[test]
fn with_a_random_layer_of_a_user_the_bits_are_the_same_on_any_number_of_threads() {
    let data = digits_split();
    let fit = |threads, seed| {
        let trainer = Trainer::new(noisy_network(), CrossEntropy, Adam::new(1e-3)).epochs(2).batch_size(96);
        let trainer = trainer.strategy(Strategy::Shards(4)).seed(seed).threads(threads);
        let report = trainer.fit(&data).unwrap();
        report.model.params.values().iter().map(|x| x.to_bits()).collect::<Vec<u32>>()
    };
    let one = fit(1, 5);
    assert!(one == fit(2, 5) && one == fit(3, 5), "the number of threads changes the bits");
    assert!(one != fit(1, 6), "another seed gives the same");
}

#[test]
fn a_random_layer_of_a_user_draws_the_same_in_a_split_batch() {
    let data = digits_split().train;
    let indices: Vec<usize> = (0..96).collect();
    let loss = |shards| {
        let model = noisy_network();
        let params = model.layout().initialise::<f32>(1);
        let mut backprop = Backprop::for_training(7).strategy(Strategy::Shards(shards));
        let batch = Batch { data: &data, indices: &indices };
        backprop.value_and_grad(model.module(), &CrossEntropy, &params, batch)
    };
    // Sums of 96 losses in different orders; other draws change the loss by a per cent.
    let whole = loss(1);
    assert!([2, 3, 8].iter().all(|&shards| (loss(shards) / whole - 1.0).abs() < 1e-6));
}
