//! Predictions of trained models.

use crate::data::digits_split;
use wengert_ad::ArrayTape;
use wengert_nn::{Architecture, Mlp, Module};
use wengert_train::TrainedModel;

#[test]
fn predictions_in_blocks_equal_those_in_one_pass() {
    let data = digits_split().train;
    let (width, rows) = (data.width(), 600);
    let model = Mlp::new([width, 20, 10]).into_model();
    let trained = TrainedModel { params: model.layout().initialise::<f32>(5), model };
    let x = ndarray::ArrayView2::from_shape((rows, width), &data.features()[..rows * width]).unwrap();
    let outputs = trained.predict(&x);
    assert_eq!(outputs.dim(), (rows, 10));
    let tape = ArrayTape::new();
    let whole = trained.model.module().forward(&trained.params.bind(&tape), tape.constant(&x)).value();
    assert_eq!(outputs.into_dyn(), whole);
    assert_eq!(trained.predict(&x.slice(ndarray::s![..0, ..])).dim(), (0, 10));
}

#[test]
fn predicted_probabilities_are_positive_sum_to_one_and_are_largest_for_the_predicted_class() {
    let data = digits_split().train;
    let x = ndarray::ArrayView2::from_shape((50, 64), &data.features()[..50 * 64]).unwrap();
    for outputs in [1, 10] {
        let model = Mlp::new([64, 20, outputs]).into_model();
        let trained = TrainedModel { params: model.layout().initialise::<f32>(5), model };
        let (classes, probabilities) = (trained.predict_classes(&x), trained.predict_probabilities(&x));
        assert_eq!(probabilities.dim(), (50, outputs.max(2)));
        for (row, class) in probabilities.rows().into_iter().zip(classes) {
            assert!((row.sum() - 1.0).abs() < 1e-12 && row.iter().all(|&p| p > 0.0), "{row}");
            let class = class.expect("the outputs are finite");
            assert!(row.iter().all(|&p| p <= row[class as usize]), "{class}: {row}");
        }
    }
}
