//! Settings, models and data that cannot be trained.

use crate::data::{moons_net, moons_split};
use wengert_data::{Dataset, Split, Targets, circles, digits};
use wengert_nn::{
    Architecture, CrossEntropy, HalfSquared, Huber, Init, Logistic, Mlp, MultiClassHinge, Normalisation,
    ProbabilityCrossEntropy, Regulariser, SumSquared, TargetKind,
};
use wengert_optim::{Adam, Sgd};
use wengert_train::{Mismatch, TrainError, Trainer, Training};

#[test]
fn settings_that_cannot_be_trained_are_rejected_with_a_reason() {
    let data = circles(100, 0.1, 0.5, 1).split(0.8, 0.0, 0.2, 1).unwrap();
    let no_validation =
        Trainer::new(Mlp::new([2, 4, 2]), CrossEntropy, Adam::new(1e-3)).early_stopping(3).fit(&data);
    assert!(matches!(no_validation, Err(TrainError::NoValidation)));
    let wrong_loss = Trainer::new(Mlp::new([2, 4, 2]), SumSquared, Adam::new(1e-3)).fit(&data);
    assert!(matches!(
        wrong_loss,
        Err(TrainError::Mismatch(Mismatch::TargetKind { needed: TargetKind::Values }))
    ));
    let text = wrong_loss.unwrap_err().to_string();
    assert!(text.contains("cross-entropy"), "{text}");
}

#[test]
fn models_that_do_not_fit_the_data_are_rejected_before_training() {
    let data = moons_split();
    let narrow = Trainer::new(Mlp::new([3, 2]), CrossEntropy, Sgd::new(0.1)).fit(&data);
    assert!(matches!(narrow, Err(TrainError::Mismatch(Mismatch::InputWidth { model: 3, data: 2 }))));
    let few = Trainer::new(Mlp::new([2, 1]), MultiClassHinge::new(), Sgd::new(0.1)).fit(&data);
    assert!(matches!(few, Err(TrainError::Mismatch(Mismatch::OutputWidth { model: 1, data: 2 }))));
    let two = Trainer::new(Mlp::new([2, 2]), Logistic, Sgd::new(0.1)).fit(&data);
    assert!(matches!(two, Err(TrainError::Mismatch(Mismatch::OutputWidth { model: 2, data: 1 }))));
    let digits = digits().split(0.8, 0.1, 0.1, 1).unwrap();
    let ten = Trainer::new(Mlp::new([64, 1]), Logistic, Sgd::new(0.1)).fit(&digits);
    assert!(matches!(ten, Err(TrainError::Mismatch(Mismatch::TooManyClasses { classes: 10 }))));
    let values = Trainer::new(moons_net(), HalfSquared, Sgd::new(0.1)).fit(&data);
    assert!(matches!(values, Err(TrainError::Mismatch(Mismatch::TargetKind { .. }))));
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

/// Examples with the features `i` and `-i`.
fn numbered(targets: Targets) -> Split {
    let features = (0..20).flat_map(|i| [i as f32, -(i as f32)]).collect();
    Dataset::new("numbered", features, 2, targets).unwrap().split(0.5, 0.25, 0.25, 1).unwrap()
}

#[test]
fn data_of_one_class_are_refused_by_every_classifier() {
    let data = numbered(Targets::Classes { labels: vec![0; 20], classes: 1 });
    let mlp = |width| Mlp::new([2, 4, width]);
    for error in [
        Trainer::new(mlp(1), CrossEntropy, Adam::new(0.01)).fit(&data).unwrap_err(),
        Trainer::new(mlp(2), CrossEntropy, Adam::new(0.01)).fit(&data).unwrap_err(),
        Trainer::new(mlp(2), MultiClassHinge::new(), Adam::new(0.01)).fit(&data).unwrap_err(),
        Trainer::new(mlp(1), Logistic, Adam::new(0.01)).fit(&data).unwrap_err(),
    ] {
        assert!(error.to_string().contains("all examples belong to one class"), "{error}");
    }
    // A second class without an example is known to the data.
    let data = numbered(Targets::Classes { labels: vec![0; 20], classes: 2 });
    let report = Trainer::new(mlp(2), CrossEntropy, Adam::new(0.1)).epochs(20).fit(&data).unwrap();
    assert_eq!(report.train.accuracy, Some(1.0));
}

#[test]
fn parts_that_differ_in_columns_or_scaling_are_refused_by_name() {
    let classes = |classes| numbered(Targets::Classes { labels: vec![0; 20], classes });
    let fit = |data: &Split| Trainer::new(Mlp::new([2, 4, 3]), CrossEntropy, Adam::new(0.01)).fit(data);
    let error = fit(&Split { validation: classes(3).validation, ..classes(2) }).unwrap_err();
    assert!(error.to_string().contains("the validation part has another number of features"), "{error}");
    let error = fit(&Split { test: classes(2).standardised().test, ..classes(2) }).unwrap_err();
    assert!(error.to_string().contains("the test part is stored with another scaling"), "{error}");
}

#[test]
fn standardised_targets_are_refused_by_losses_that_are_not_of_differences() {
    let values = Targets::Values { values: (0..40).map(|i| (i % 2) as f32).collect(), width: 2 };
    let data = numbered(values).standardised_targets();
    let mlp = || Mlp::new([2, 4, 2]);
    for error in [
        Trainer::new(mlp(), ProbabilityCrossEntropy::new(), Adam::new(0.01)).fit(&data).unwrap_err(),
        Trainer::new(mlp(), Logistic, Adam::new(0.01)).fit(&data).unwrap_err(),
    ] {
        assert!(error.to_string().contains("leave out standardised_targets()"), "{error}");
    }
    assert!(Trainer::new(mlp(), Huber::new(1.0), Adam::new(0.01)).epochs(1).fit(&data).is_ok());
}

#[test]
fn a_batch_larger_than_the_data_holds_all_examples() {
    let data = numbered(Targets::Classes { labels: (0..20).map(|i| i % 2).collect(), classes: 2 });
    let fit = |size| {
        let trainer = Trainer::new(Mlp::new([2, 4, 2]), CrossEntropy, Adam::new(0.01)).epochs(3);
        trainer.batch_size(size).fit(&data).unwrap().model.params
    };
    assert_eq!(fit(10), fit(usize::MAX));
}

#[test]
fn a_single_example_with_a_single_column_and_a_constant_target_is_learnt() {
    let data = Dataset::new("one", vec![5.0_f32], 1, Targets::Values { values: vec![7.0], width: 1 });
    let data = data.unwrap().split(1.0, 0.0, 0.0, 1).unwrap().standardised().standardised_targets();
    let trainer = Trainer::new(Mlp::new([1, 1]), HalfSquared, Adam::new(0.1)).epochs(5);
    let report = trainer.fit(&data).unwrap();
    assert!(report.train.loss < 1e-6 && report.validation.is_none() && report.test.is_none());
    assert_eq!(report.model.predict(&ndarray::array![[5.0_f32]]), ndarray::array![[7.0]]);
}

#[test]
fn a_penalty_and_weight_decay_on_one_parameter_are_refused() {
    let trainer = |optimizer: Adam| {
        Trainer::new(moons_net(), CrossEntropy, optimizer).epochs(1).regularise(Regulariser::l2(0.01))
    };
    let data = moons_split();
    for optimizer in [Adam::new(0.01).weight_decay(0.1), Adam::new(0.01).decoupled_weight_decay(0.1)] {
        let error = trainer(optimizer).fit(&data).unwrap_err();
        let expected =
            "the L2 penalty (0.01) and the weight decay of the optimizer (0.1) both shrink hidden.0";
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(trainer(Adam::new(0.01)).fit(&data).is_ok());
    // Each on parameters of their own; and a penalty that does not shrink with the square.
    let decayed = || Adam::new(0.01).decoupled_weight_decay(0.1);
    let apart = trainer(decayed()).regularise(Regulariser::l2(0.01).only("out.*"));
    assert!(apart.group("out.*", |group| group.weight_decay(0.0)).fit(&data).is_ok());
    assert!(trainer(decayed()).regularise(Regulariser::l1(0.01)).fit(&data).is_ok());
    let only_in_group = trainer(Adam::new(0.01)).group("out.weight", |group| group.weight_decay(0.5));
    let error = only_in_group.fit(&data).unwrap_err().to_string();
    assert!(error.contains("(0.5) both shrink out.weight"), "{error}");
}

#[test]
#[should_panic(expected = "both shrink hidden.0.weight")]
fn a_loop_of_ones_own_refuses_a_penalty_and_weight_decay_on_one_parameter() {
    let data = moons_split();
    let sgd = Sgd::new(0.1).weight_decay(0.1);
    let mut training = Training::new(moons_net(), CrossEntropy, sgd).regularise(Regulariser::l2(0.01));
    training.step(&data.train.batch(&[0, 1, 2]));
}
