//! Predictions of trained models.

use crate::data::digits_split;
use ndarray::{Array2, array};
use wengert_ad::ArrayTape;
use wengert_data::{Dataset, Targets};
use wengert_nn::{Architecture, CrossEntropy, Logistic, MeanSquared, Mlp, MlpModule, Model, Module};
use wengert_optim::Adam;
use wengert_train::{Outputs, TrainedModel, Trainer};

fn untrained(model: Model<MlpModule>) -> TrainedModel<MlpModule> {
    let params = model.layout().initialise(5);
    TrainedModel::new(model, params, Outputs::Logits)
}

#[test]
fn predictions_in_blocks_equal_those_in_one_pass() {
    let data = digits_split().train;
    let (width, rows) = (data.width(), 600);
    let model = Mlp::new([width, 20, 10]).into_model();
    let trained = untrained(model);
    let x = ndarray::ArrayView2::from_shape((rows, width), &data.features()[..rows * width]).unwrap();
    let outputs = trained.predict(&x);
    assert_eq!(outputs.dim(), (rows, 10));
    let tape = ArrayTape::new();
    let whole =
        trained.model.module().forward(&trained.params.bind_for_evaluation(&tape), tape.constant(&x)).value();
    assert_eq!(outputs.into_dyn(), whole);
    assert_eq!(trained.predict(&x.slice(ndarray::s![..0, ..])).dim(), (0, 10));
}

#[test]
fn predicted_probabilities_are_positive_sum_to_one_and_are_largest_for_the_predicted_class() {
    let data = digits_split().train;
    let x = ndarray::ArrayView2::from_shape((50, 64), &data.features()[..50 * 64]).unwrap();
    for outputs in [1, 10] {
        let model = Mlp::new([64, 20, outputs]).into_model();
        let trained = untrained(model);
        let (classes, probabilities) = (trained.predict_classes(&x), trained.predict_probabilities(&x));
        assert_eq!(probabilities.dim(), (50, outputs.max(2)));
        for (row, class) in probabilities.rows().into_iter().zip(classes) {
            assert!((row.sum() - 1.0).abs() < 1e-12 && row.iter().all(|&p| p > 0.0), "{row}");
            let class = class.expect("the outputs are finite");
            assert!(row.iter().all(|&p| p <= row[class as usize]), "{class}: {row}");
        }
    }
}

/// Rows `1000 + i` and the targets `1e6 + 500 i`.
fn houses() -> Dataset {
    let sizes: Vec<f32> = (0..60).map(|i| 1000.0 + i as f32).collect();
    let values = (0..60).map(|i| 1e6 + 500.0 * i as f32).collect();
    Dataset::new("houses", sizes, 1, Targets::Values { values, width: 1 }).unwrap()
}

#[test]
fn a_model_that_was_trained_on_standardised_data_predicts_in_the_units_of_the_user() {
    let raw = houses().split(0.8, 0.1, 0.1, 3).unwrap();
    let data = raw.clone().standardised().standardised_targets();
    let trainer = Trainer::new(Mlp::new([1, 1]), MeanSquared, Adam::new(0.05)).epochs(200).seed(3);
    let report = trainer.fit(&data).unwrap();
    assert_eq!(&report.model.scaling, data.train.scaling());
    assert!(report.test.unwrap().loss < 1e-6, "{:?}", report.test);
    let single: Array2<f32> = report.model.predict(&array![[1000.0_f32], [1030.0]]);
    let double: Array2<f64> = report.model.predict(&array![[1000.0_f64], [1030.0]]);
    for (row, price) in [(0, 1e6), (1, 1.015e6)] {
        // A loss of 1e-6 is an error of a thousandth of the deviation, 8660.
        assert!((double[[row, 0]] - price).abs() < 10.0, "{double}");
        assert!((f64::from(single[[row, 0]]) - double[[row, 0]]).abs() < 0.1, "{single} {double}");
    }
    // The metrics are the same for data in any form.
    for data in [&raw.test, &data.test, &data.test.scaled_as(raw.test.scaling())] {
        let metrics = report.model.evaluate(&MeanSquared, data).unwrap();
        // The standardised numbers differ by the rounding of the others, a ten-millionth of 1000.
        assert!((metrics.loss - report.test.unwrap().loss).abs() < 1e-6, "{metrics:?}");
    }
    assert_eq!(report.model.evaluate(&MeanSquared, &data.test), report.test);
}

#[test]
fn predictions_from_times_in_seconds_keep_their_digits() {
    let seconds: Vec<f64> = (0..600).map(|i| 1_700_000_000.0 + f64::from(i % 60)).collect();
    let labels = (0..600).map(|i| u32::from(i % 60 >= 30)).collect();
    let data = Dataset::new("times", seconds, 1, Targets::Classes { labels, classes: 2 }).unwrap();
    let split = data.cast::<f32>().split(0.8, 0.2, 0.0, 1).unwrap().standardised();
    let trainer = Trainer::new(Mlp::new([1, 8, 2]), CrossEntropy, Adam::new(0.01)).epochs(50).seed(1);
    let report = trainer.fit(&split).unwrap();
    assert!(report.validation.unwrap().accuracy > Some(0.9), "{:?}", report.validation);
    let classes = report.model.predict_classes(&array![[1_700_000_010.0], [1_700_000_050.0]]);
    assert_eq!(classes, [Some(0), Some(1)]);
}

#[test]
#[should_panic(expected = "predict: the rows have 2 features, the model takes 1")]
fn rows_of_another_width_are_refused() {
    let data = houses().split(1.0, 0.0, 0.0, 3).unwrap().standardised();
    let trainer = Trainer::new(Mlp::new([1, 1]), MeanSquared, Adam::new(0.05)).epochs(1);
    let _ = trainer.fit(&data).unwrap().model.predict(&array![[1.0, 2.0]]);
}

#[test]
#[should_panic(expected = "evaluate: the model knows 2 classes, but row 300 of flowers has class 2")]
fn evaluation_names_the_row_whose_class_the_model_does_not_know() {
    let features = (0..300).map(|i| i as f32).collect();
    let labels = (0..300).map(|i| if i == 299 { 2 } else { i % 2 }).collect();
    let targets = Targets::Classes { labels, classes: 3 };
    let data = Dataset::new("flowers", features, 1, targets).unwrap();
    let model = Mlp::new([1, 2]).into_model();
    let params = model.layout().initialise::<f32>(5);
    let _ = TrainedModel::new(model, params, Outputs::Logits).evaluate(&CrossEntropy, &data);
}

#[test]
fn a_row_with_a_nan_among_its_outputs_has_no_predicted_class() {
    let model = Mlp::new([2, 3]).into_model();
    let trained = untrained(model);
    let classes = trained.predict_classes(&array![[0.5_f32, 1.0], [f32::NAN, 1.0], [0.5, f32::NAN]]);
    assert!(classes[0].is_some() && classes[1..] == [None, None], "{classes:?}");
}

#[test]
fn a_model_whose_outputs_are_nan_has_accuracy_zero() {
    let labels = vec![0, 0, 0, 1];
    let data = Dataset::new("labels", vec![1.0_f32; 4], 1, Targets::Classes { labels, classes: 2 }).unwrap();
    for outputs in [1, 2] {
        let model = Mlp::new([1, outputs]).into_model();
        let mut params = model.layout().initialise::<f32>(5);
        params.values_mut().fill(f32::NAN);
        let trained = TrainedModel::new(model, params, Outputs::Logits);
        let found = if outputs == 1 {
            trained.evaluate(&Logistic, &data)
        } else {
            trained.evaluate(&CrossEntropy, &data)
        };
        let found = found.unwrap();
        assert!(found.accuracy == Some(0.0) && found.loss.is_nan(), "{outputs} outputs: {found:?}");
    }
}
