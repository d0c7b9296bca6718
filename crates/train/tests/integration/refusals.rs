//! Settings, models and data that cannot be trained.

use crate::data::{moons_net, moons_split};
use wengert_data::{circles, digits};
use wengert_nn::{
    Architecture, CrossEntropy, HalfSquared, Init, Logistic, Mlp, MultiClassHinge, Normalisation, SumSquared,
    TargetKind,
};
use wengert_optim::{Adam, Sgd};
use wengert_train::{TrainError, Trainer};

#[test]
fn settings_that_cannot_be_trained_are_rejected_with_a_reason() {
    let data = circles(100, 0.1, 0.5, 1).split(0.8, 0.0, 0.2, 1).unwrap();
    let no_validation =
        Trainer::new(Mlp::new([2, 4, 2]), CrossEntropy, Adam::new(1e-3)).early_stopping(3).fit(&data);
    assert!(matches!(no_validation, Err(TrainError::NoValidation)));
    let wrong_loss = Trainer::new(Mlp::new([2, 4, 2]), SumSquared, Adam::new(1e-3)).fit(&data);
    assert!(matches!(wrong_loss, Err(TrainError::TargetKind { needed: TargetKind::Values })));
    let text = wrong_loss.unwrap_err().to_string();
    assert!(text.contains("cross-entropy"), "{text}");
}

#[test]
fn models_that_do_not_fit_the_data_are_rejected_before_training() {
    let data = moons_split();
    let narrow = Trainer::new(Mlp::new([3, 2]), CrossEntropy, Sgd::new(0.1)).fit(&data);
    assert!(matches!(narrow, Err(TrainError::InputWidth { model: 3, data: 2 })));
    let few = Trainer::new(Mlp::new([2, 1]), MultiClassHinge::new(), Sgd::new(0.1)).fit(&data);
    assert!(matches!(few, Err(TrainError::OutputWidth { model: 1, data: 2 })));
    let two = Trainer::new(Mlp::new([2, 2]), Logistic, Sgd::new(0.1)).fit(&data);
    assert!(matches!(two, Err(TrainError::OutputWidth { model: 2, data: 1 })));
    let digits = digits().split(0.8, 0.1, 0.1, 1).unwrap();
    let ten = Trainer::new(Mlp::new([64, 1]), Logistic, Sgd::new(0.1)).fit(&digits);
    assert!(matches!(ten, Err(TrainError::TooManyClasses { classes: 10 })));
    let values = Trainer::new(moons_net(), HalfSquared, Sgd::new(0.1)).fit(&data);
    assert!(matches!(values, Err(TrainError::TargetKind { .. })));
    let lonely = Trainer::new(moons_net().normalisation(Normalisation::Batch), CrossEntropy, Sgd::new(0.1))
        .batch_size(179);
    let Err(error) = lonely.fit(&data) else { panic!("180 examples leave one over") };
    assert!(
        error.to_string().contains("180 training examples in batches of 179 leave a last batch of 1"),
        "{error}"
    );
}

#[test]
#[should_panic(expected = "freeze: no parameter matches \"body.*\"")]
fn freezing_unknown_parameters_is_rejected() {
    let _ = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).freeze("body.*").fit(&moons_split());
}

#[test]
#[should_panic(expected = "start parameters: the model has the parameters")]
fn parameters_of_another_model_are_rejected() {
    let other = Mlp::new([2, 8, 2]).init(Init::GlorotNormal).into_model().layout().initialise::<f32>(1);
    let _ = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).fit_from(other, &moons_split());
}
