//! Modules and losses whose examples depend on each other.

use crate::data::moons_net;
use ndarray::{Array2, ArrayView2, Axis, s};
use wengert_ad::{Element, Tensor};
use wengert_data::{Dataset, Targets, digits, moons};
use wengert_nn::{
    Architecture, Bound, CrossEntropy, Init, Linear, Loss, Mlp, Model, Module, RowMixing, TargetBatch,
    TargetKind,
};
use wengert_optim::{Adam, Sgd};
use wengert_train::{Backprop, Strategy, TrainError, Trainer, Training};

/// Each example should have a larger inner product with itself than with the others: the cross-entropy of the
/// matrix of inner products, in which the label of row `i` is `i`.
struct Contrastive {
    declared: bool,
}

impl Loss<f64> for Contrastive {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn mixes_rows(&self) -> bool {
        self.declared
    }
    fn per_example<'t>(&self, outputs: Tensor<'t, f64>, _: TargetBatch<'_, 't, f64>) -> Tensor<'t, f64> {
        let own: Vec<u32> = (0..outputs.shape()[0] as u32).collect();
        CrossEntropy.per_example(outputs.matmul(outputs.transpose()), TargetBatch::Classes(&own))
    }
}

/// The mean contrastive loss of rows of outputs, in plain numbers.
fn contrastive(outputs: &Array2<f64>) -> f64 {
    let products = outputs.dot(&outputs.t());
    let each = products.rows().into_iter().enumerate().map(|(i, row)| {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + row.iter().map(|x| (x - largest).exp()).sum::<f64>().ln() - row[i]
    });
    each.sum::<f64>() / outputs.nrows() as f64
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12 * b.abs()
}

fn digits_f64() -> Dataset<f64> {
    digits().cast::<f64>()
}

#[test]
fn a_contrastive_loss_compares_all_rows_of_a_batch_in_training_and_in_evaluation() {
    let data = digits_f64().split(0.5, 0.3, 0.2, 1).unwrap().standardised();
    // Small outputs, so that the loss is near ln 256 = 5.55 for 256 rows, and would be near ln 128 = 4.85 for
    // two shards.
    let mlp = || Mlp::new([64, 128, 64, 10]).init(Init::Normal(0.04));
    let mut training =
        Training::new(mlp(), Contrastive { declared: true }, Sgd::new(0.1)).strategy(Strategy::Shards(2));
    let outputs = |training: &Training<_, _, _, f64>, data: &Dataset<f64>, rows| {
        let x = ArrayView2::from_shape((data.examples(), 64), data.features()).unwrap();
        training.predict(&x.slice(s![..rows, ..]))
    };
    let expected = contrastive(&outputs(&training, &data.train, 256));
    assert!((5.4..5.56).contains(&expected), "{expected}");
    let indices: Vec<usize> = (0..256).collect();
    let loss = training.step(&data.train.batch(&indices));
    assert!(close(loss, expected), "{loss}, must be {expected}");

    let report = Trainer::new(mlp(), Contrastive { declared: true }, Sgd::new(1e-30))
        .strategy(Strategy::Shards(3))
        .batch_size(300)
        .epochs(1)
        .fit(&data)
        .unwrap();
    let validation = report.model.evaluate(&Contrastive { declared: true }, &data.validation).unwrap();
    assert_eq!(report.validation, Some(validation));
    let examples = data.validation.examples();
    assert!(examples > 512, "evaluation would cut them into several blocks");
    let outputs = outputs(
        &Training::new(mlp(), Contrastive { declared: true }, Sgd::new(0.1)),
        &data.validation,
        examples,
    );
    assert!(close(validation.loss, contrastive(&outputs)), "{}", validation.loss);
}

#[test]
fn a_loss_that_mixes_examples_without_a_declaration_is_refused_before_the_first_step() {
    let data = digits_f64().split(0.8, 0.1, 0.1, 1).unwrap().standardised();
    let undeclared = Trainer::new(Mlp::new([64, 16, 10]), Contrastive { declared: false }, Sgd::new(0.1));
    let error = undeclared.fit(&data).unwrap_err();
    assert!(matches!(error, TrainError::MixedExamples), "{error}");
    assert!(error.to_string().contains("fn mixes_rows(&self) -> bool { true }"), "{error}");
}

#[test]
#[should_panic(expected = "training: the loss of an example depends on other examples")]
fn a_loss_that_mixes_examples_without_a_declaration_is_refused_in_a_loop_of_ones_own() {
    let data = digits_f64();
    let mut training = Training::new(Mlp::new([64, 16, 10]), Contrastive { declared: false }, Sgd::new(0.1));
    training.step(&data.batch(&[0, 1, 2, 3]));
}

/// A linear layer on inputs minus their mean over the batch.
#[derive(Debug)]
struct Centred {
    linear: Linear,
    when: RowMixing,
}

fn centred(when: RowMixing, declared: RowMixing) -> Model<Centred> {
    Model::new(|layout| {
        layout.mix_rows(declared);
        Centred { linear: Linear::new(layout, "linear", 64, 10, Init::GlorotNormal), when }
    })
}

impl<T: Element> Module<T> for Centred {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let mixes = self.when.applies(p.training().is_some());
        self.linear.forward(p, if mixes { x - x.mean_axis(0).broadcast_to(&x.shape()) } else { x })
    }
}

#[test]
fn a_module_that_mixes_rows_sees_all_rows_in_training_evaluation_and_inference() {
    let data = digits_f64();
    let examples = data.examples();
    let x = ArrayView2::from_shape((examples, 64), data.features()).unwrap();
    let model = centred(RowMixing::Always, RowMixing::Always);
    let params = model.layout().initialise::<f64>(0);
    let weight = params.get("linear.weight").unwrap().into_dimensionality::<ndarray::Ix2>().unwrap();
    let expected = (&x - &x.mean_axis(Axis(0)).unwrap()).dot(&weight);

    let mut training = Training::new(model, CrossEntropy, Sgd::new(0.0)).strategy(Strategy::Shards(4));
    let outputs = training.predict(&x);
    assert!(outputs.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-10));
    let indices: Vec<usize> = (0..examples).collect();
    let loss = training.step(&data.batch(&indices));
    let evaluated = training.evaluate(&data).unwrap().loss;
    let Targets::Classes { labels, .. } = data.targets() else { panic!("digits are classes") };
    let each = expected.rows().into_iter().zip(labels).map(|(row, &label)| {
        let sum: f64 = row.iter().map(|x| x.exp()).sum();
        sum.ln() - row[label as usize]
    });
    let mean = each.sum::<f64>() / examples as f64;
    assert!(close(loss, mean) && close(evaluated, mean), "{loss} and {evaluated}, must be {mean}");
}

#[test]
fn a_module_that_mixes_rows_in_training_only_is_evaluated_in_blocks_and_trained_on_whole_batches() {
    let data = digits_f64();
    let indices: Vec<usize> = (0..256).collect();
    let gradient = |declared, shards| {
        let model = centred(RowMixing::InTraining, declared);
        let params = model.layout().initialise::<f64>(0);
        let mut backprop = Backprop::for_training(0).strategy(Strategy::Shards(shards));
        backprop.value_and_grad(model.module(), &CrossEntropy, &params, data.batch(&indices));
        backprop.gradient().to_vec()
    };
    assert_eq!(gradient(RowMixing::InTraining, 4), gradient(RowMixing::Never, 1));
    assert_ne!(gradient(RowMixing::Never, 4), gradient(RowMixing::Never, 1), "the shards have other means");
}

#[test]
fn modules_that_mix_rows_without_a_declaration_are_refused_with_the_declaration_to_write() {
    let data = digits_f64().split(0.8, 0.1, 0.1, 1).unwrap().standardised();
    use RowMixing::{Always, InTraining, Never};
    for (when, declared) in [(Always, Never), (Always, InTraining), (InTraining, Never)] {
        let error =
            Trainer::new(centred(when, declared), CrossEntropy, Sgd::new(0.1)).fit(&data).unwrap_err();
        assert!(matches!(error, TrainError::MixedRows { observed } if observed == when), "{error}");
        let declaration = format!("layout.mix_rows(RowMixing::{when:?})");
        assert!(error.to_string().contains(&declaration), "{error}");
    }
    for when in [Never, InTraining, Always] {
        let trainer = Trainer::new(centred(when, when), CrossEntropy, Adam::new(1e-2)).epochs(1);
        assert!(trainer.fit(&data).is_ok(), "{when:?}");
    }
}

#[test]
#[should_panic(expected = "the layout of the model mixes rows Always, but that of the parameters Never")]
fn parameters_whose_layout_declares_other_mixing_are_refused() {
    let params = centred(RowMixing::Always, RowMixing::Never).into_model().layout().initialise::<f64>(0);
    let model = centred(RowMixing::Always, RowMixing::Always);
    let _ = Training::new(model, CrossEntropy, Sgd::new(0.1)).start_from(params);
}

#[test]
fn data_too_small_to_mix_are_trained_without_a_check() {
    for examples in [1, 2, 3] {
        let few: Vec<usize> = (0..examples).collect();
        let mut training = Training::new(moons_net(), CrossEntropy, Adam::new(1e-2));
        let data = moons(10, 0.1, 1);
        assert!(training.step(&data.batch(&few)).is_finite());
    }
}
