//! Gradients of batches: equal to serial ones, with dropout and penalties.

use crate::data::{digits_split, moons_net, moons_split};
use wengert_ad::ArrayTape;
use wengert_data::{Targets, digits};
use wengert_nn::{Architecture, CrossEntropy, Loss, Mlp, Module, Regulariser, TrainingPass};
use wengert_train::{Backprop, Batch, Strategy};

/// Asserts that `x` and `y` agree to the rounding of sums of 1e3 terms of size 1 in `f64`.
fn assert_close(x: &[f64], y: &[f64]) {
    assert_eq!(x.len(), y.len());
    for (x, y) in x.iter().zip(y) {
        assert!((x - y).abs() <= 1e-12 * (1.0 + x.abs()), "{x} and {y}");
    }
}

#[test]
fn the_parallel_gradient_of_a_batch_equals_the_serial_gradient() {
    let data = digits_split().train.cast::<f64>();
    let model = Mlp::new([64, 128, 64, 10]).into_model();
    let params = model.layout().initialise::<f64>(3);
    let indices: Vec<usize> = (0..97).collect();

    let mut parallel = Backprop::for_evaluation();
    let batch = Batch { data: &data, indices: &indices };
    let value = parallel.value_and_grad(model.module(), &CrossEntropy, &params, batch);

    let tape = ArrayTape::new();
    let x = ndarray::ArrayView2::from_shape((97, 64), &data.features()[..97 * 64]).unwrap();
    let Targets::Classes { labels, .. } = data.targets() else { unreachable!() };
    let outputs = model.module().forward(&params.bind_for_evaluation(&tape), tape.constant(&x));
    let loss = outputs.cross_entropy(&labels[..97]).mean();
    let mut serial = vec![0.0; params.len()];
    loss.gradient_into(1.0, &mut serial);

    assert_close(&[value], &[loss.item()]);
    assert_close(parallel.gradient(), &serial);
}

#[test]
fn the_mean_of_the_mini_batch_gradients_is_the_full_gradient() {
    let data = digits_split().train.cast::<f64>();
    let model = Mlp::new([64, 16, 10]).into_model();
    let params = model.layout().initialise::<f64>(3);
    let mut backprop = Backprop::for_evaluation();
    let mut gradient = |indices: &[usize]| {
        backprop.value_and_grad(model.module(), &CrossEntropy, &params, Batch { data: &data, indices });
        backprop.gradient().to_vec()
    };
    let indices: Vec<usize> = (0..1000).collect();
    let full = gradient(&indices);
    let mut mean = vec![0.0; full.len()];
    for batch in indices.chunks(50) {
        mean.iter_mut().zip(gradient(batch)).for_each(|(mean, g)| *mean += g / 20.0);
    }
    assert_close(&mean, &full);
}

#[test]
fn with_dropout_the_parallel_gradient_equals_the_serial_gradient() {
    let data = digits_split().train.cast::<f64>();
    let model = Mlp::new([64, 128, 64, 10]).dropout(0.3).into_model();
    let params = model.layout().initialise::<f64>(3);
    let indices: Vec<usize> = (0..97).collect();
    let mut parallel = Backprop::for_training(5);
    parallel.set_step(11);
    let batch = Batch { data: &data, indices: &indices };
    let value = parallel.value_and_grad(model.module(), &CrossEntropy, &params, batch);

    let tape = ArrayTape::new();
    let x = ndarray::ArrayView2::from_shape((97, 64), &data.features()[..97 * 64]).unwrap();
    let Targets::Classes { labels, .. } = data.targets() else { unreachable!() };
    let bound = params.bind_for_training(&tape, TrainingPass::new(5, 11));
    let outputs = model.module().forward(&bound, tape.constant(&x));
    let loss = CrossEntropy.total(outputs, wengert_nn::TargetBatch::Classes(&labels[..97])) / 97.0;
    let mut serial = vec![0.0; params.len()];
    loss.gradient_into(1.0, &mut serial);
    assert_close(&[value], &[loss.item()]);
    assert_close(parallel.gradient(), &serial);

    let evaluated = Backprop::for_evaluation().value_and_grad(model.module(), &CrossEntropy, &params, batch);
    assert!((evaluated - value).abs() > 1e-6, "evaluation mode has no dropout");
}

#[test]
fn a_penalty_is_added_once_to_loss_and_gradient_for_any_number_of_shards() {
    let data = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised().train.cast::<f64>();
    for hidden in [4, 128] {
        let model = Mlp::new([64, hidden, 64, 10]).into_model();
        let params = model.layout().initialise::<f64>(2);
        let indices: Vec<usize> = (0..50).collect();
        let batch = Batch { data: &data, indices: &indices };
        let mut plain = Backprop::for_evaluation();
        let loss = plain.value_and_grad(model.module(), &CrossEntropy, &params, batch);
        let mut penalised =
            Backprop::for_evaluation().penalty(Regulariser::l2(0.1).without_biases().on(model.layout()));
        let objective = penalised.value_and_grad(model.module(), &CrossEntropy, &params, batch);
        let weights = model.layout().parameters().iter().filter(|entry| entry.name.ends_with("weight"));
        let squares: f64 =
            weights.flat_map(|entry| entry.range.clone()).map(|i| params.values()[i].powi(2)).sum();
        // The rounding of sums of 1e4 terms of size 1e-2.
        assert!((objective - loss - 0.1 * squares).abs() < 1e-12 * objective);
        for entry in model.layout().parameters() {
            for i in entry.range.clone() {
                let expected = if entry.name.ends_with("weight") { 0.2 * params.values()[i] } else { 0.0 };
                assert!((penalised.gradient()[i] - plain.gradient()[i] - expected).abs() < 1e-13);
            }
        }
    }
}

#[test]
fn each_training_step_drops_other_units_and_can_be_repeated() {
    let data = moons_split().train;
    let model = moons_net().dropout(0.5).into_model();
    let params = model.layout().initialise::<f32>(2);
    let indices: Vec<usize> = (0..20).collect();
    let mut backprop = Backprop::for_training(3);
    let mut loss = |step: Option<u64>| {
        if let Some(step) = step {
            backprop.set_step(step);
        }
        backprop.value_and_grad(
            model.module(),
            &CrossEntropy,
            &params,
            Batch { data: &data, indices: &indices },
        )
    };
    let [first, second] = [loss(None), loss(None)];
    assert_ne!(first, second);
    assert_eq!([loss(Some(0)), loss(None)], [first, second]);
}

#[test]
#[should_panic(expected = "the number of shards is 0")]
fn zero_shards_are_rejected() {
    drop(Backprop::<f32>::for_evaluation().strategy(Strategy::Shards(0)));
}
