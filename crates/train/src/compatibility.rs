//! Checks that model, loss and data fit together.

use crate::error::TrainError;
use crate::mismatch::Mismatch;
use crate::own_metrics::OwnMetrics;
use crate::parameter_names::names_and_shapes;
use crate::selection::{BestBy, Sampling};
use crate::settings::Settings;
use wengert_ad::Real;
use wengert_data::{Dataset, Examples, Parts, Targets};
use wengert_nn::{Layout, Module, Params, Penalty, TargetKind};
use wengert_optim::{Group, Optimizer};

/// Checks that the loss can compare outputs with the targets of the data, and that all parts are stored with
/// the same scaling.
pub(crate) fn check_targets<T: Real>(kind: TargetKind, data: Parts<'_, T>) -> Result<(), Mismatch> {
    let train = data.train.sample();
    let scaling = train.scaling();
    for (part, name) in held_out(data) {
        let part = part.sample();
        if columns(part) != columns(train) {
            return Err(Mismatch::OtherColumns { part: name });
        }
        if part.scaling() != scaling {
            return Err(Mismatch::OtherScaling { part: name });
        }
    }
    if scaling.targets.is_some() && kind != TargetKind::Values {
        return Err(Mismatch::ScaledTargets);
    }
    match (kind, train.targets()) {
        (TargetKind::Classes, Targets::Values { .. })
        | (TargetKind::Values | TargetKind::Probabilities, Targets::Classes { .. }) => {
            Err(Mismatch::TargetKind { needed: kind })
        }
        (_, &Targets::Classes { classes, .. }) if classes < 2 => Err(Mismatch::OneClass),
        (TargetKind::TwoClasses, &Targets::Classes { classes, .. }) if classes > 2 => {
            Err(Mismatch::TooManyClasses { classes })
        }
        _ => Ok(()),
    }
}

/// The parts that nothing is trained on, by name.
fn held_out<'a, T: Real>(data: Parts<'a, T>) -> impl Iterator<Item = (&'a dyn Examples<T>, &'static str)> {
    let named = [(data.validation, "validation"), (data.test, "test")];
    named.into_iter().filter_map(|(part, name)| Some((part?, name)))
}

/// Checks that there are examples to train on, and what the choice of the best epoch needs.
pub(crate) fn check_parts<T: Real>(best_by: Option<BestBy>, data: Parts<'_, T>) -> Result<(), TrainError> {
    let has_classes = matches!(data.train.sample().targets(), Targets::Classes { .. });
    match best_by {
        _ if data.train.examples() == 0 => Err(TrainError::NoExamples),
        Some(_) if data.validation.is_none_or(|part| part.examples() == 0) => Err(TrainError::NoValidation),
        Some(BestBy::Accuracy) if !has_classes => Err(TrainError::NoAccuracy),
        _ => Ok(()),
    }
}

/// The number of features, and the number of classes or of target values per example, of which one is 0.
fn columns<T: Real>(data: &Dataset<T>) -> [usize; 3] {
    match data.targets() {
        Targets::Classes { classes, .. } => [data.width(), *classes, 0],
        Targets::Values { width, .. } => [data.width(), 0, *width],
    }
}

/// Checks the widths of the model, where it reports them, against those of the data.
pub(crate) fn check_widths<T: Real>(
    module: &dyn Module<T>,
    kind: TargetKind,
    train: &Dataset<T>,
) -> Result<(), Mismatch> {
    let width = train.width();
    if let Some(model) = module.input_width().filter(|&model| model != width) {
        return Err(Mismatch::InputWidth { model, data: width });
    }
    let needed = match (kind, train.targets()) {
        (TargetKind::TwoClasses, Targets::Classes { .. }) => 1,
        (_, Targets::Classes { classes, .. }) => *classes,
        (_, Targets::Values { width, .. }) => *width,
    };
    match module.output_width(Some(width)).filter(|&model| model != needed) {
        // Outputs for classes that do not occur do no harm.
        Some(model) if kind != TargetKind::Classes || model < needed => {
            Err(Mismatch::OutputWidth { model, data: needed })
        }
        _ => Ok(()),
    }
}

/// Checks that no batch has a single example if the model has batch normalisation.
pub(crate) fn check_batch_size(
    layout: &Layout,
    examples: usize,
    batch_size: usize,
) -> Result<(), TrainError> {
    let normalised = layout.statistics().iter().any(|statistics| statistics.trainable);
    if normalised && (examples % batch_size == 1 || batch_size == 1) {
        return Err(TrainError::BatchOfOne { examples, batch_size });
    }
    Ok(())
}

/// Checks that data that are not in memory are not needed there.
pub(crate) fn check_streams<T: Real>(
    settings: &Settings,
    metrics: &OwnMetrics,
    data: Parts<'_, T>,
) -> Result<(), TrainError> {
    let are_whole = data.train.whole().is_some() && held_out(data).all(|(part, _)| part.whole().is_some());
    if settings.sampling == Sampling::Replacement && data.train.whole().is_none() {
        return Err(TrainError::ReplacementFromStream);
    }
    match metrics.names().next().filter(|_| !are_whole) {
        Some(name) => Err(TrainError::MetricOfStream { name: name.to_owned() }),
        None => Ok(()),
    }
}

/// Checks that each part of the data in memory has an example that counts, unless it is empty.
pub(crate) fn check_weights<T: Real>(data: Parts<'_, T>) -> Result<(), TrainError> {
    let parts = held_out(data).chain([(data.train, "training")]);
    let mut parts = parts.filter_map(|(part, name)| Some((part.whole()?, name)));
    let without = |data: &Dataset<T>| {
        data.weights()
            .is_some_and(|weights| !weights.is_empty() && weights.iter().all(|&weight| weight == 0.0))
    };
    match parts.find(|(part, _)| without(part)) {
        Some((_, part)) => Err(TrainError::NoWeight { part }),
        None => Ok(()),
    }
}

/// Checks that no parameter is shrunk twice, by the L2 penalty on the loss and by weight decay.
pub(crate) fn check_decay<T: Real>(
    penalty: &Penalty,
    optimizer: &impl Optimizer<T>,
    groups: &[Group],
    layout: &Layout,
) -> Result<(), TrainError> {
    let settings = optimizer.state().settings;
    let of_all = settings.iter().find(|(name, _)| name.ends_with("weight_decay"));
    let of_all = of_all.map_or(0.0, |(_, lambda)| *lambda);
    for (index, entry) in layout.parameters().iter().enumerate().filter(|(_, entry)| entry.trainable) {
        let group = groups.iter().find(|group| group.range() == entry.range);
        let weight_decay = group.and_then(Group::own_weight_decay).unwrap_or(of_all);
        let l2 = penalty.l2_of(index);
        if l2 > 0.0 && weight_decay > 0.0 {
            return Err(TrainError::DecayTwice { parameter: entry.name.clone(), l2, weight_decay });
        }
    }
    Ok(())
}

/// Panics unless the parameters have the names and shapes of the layout of the model, and their layout
/// declares the same about its rows.
#[track_caller]
pub(crate) fn assert_parameters_of<T: Real>(layout: &Layout, params: &Params<T>) {
    let (model, given) = (names_and_shapes(layout), names_and_shapes(params.layout()));
    assert!(
        model == given,
        "start parameters: the model has the parameters {model:?}, but {given:?} were given"
    );
    let (model, given) = (layout.row_mixing(), params.layout().row_mixing());
    assert!(
        model == given,
        "start parameters: the layout of the model mixes rows {model:?}, but that of the parameters \
         {given:?}; \
         create the parameters from the layout of the model"
    );
}
