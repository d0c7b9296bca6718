//! The settings of a run: what was asked for, and the defaults of `wengert train` for everything else.

use crate::bounds;
use crate::error::RequestError;
use crate::reply::object;
use crate::request::{DataChoice, NetworkSettings};
use serde_json::Value;
use wengert_data::{Split, Targets};
use wengert_nn::{ActivationChoice, AnyActivation, Architecture, InitChoice, Loss, Mlp, TargetKind};
use wengert_optim::{OptimizerChoice, Run};
use wengert_train::{Defaults, Training};

/// The training of a network whose parts are chosen by name.
pub(super) type NetworkTraining = Training<
    wengert_nn::MlpModule<AnyActivation>,
    Box<dyn Loss<f32>>,
    Box<dyn wengert_optim::Optimizer<f32>>,
>;

/// The settings of a run.
pub(super) struct Plan {
    pub(super) defaults: Defaults,
    pub(super) mlp: Mlp<AnyActivation>,
    pub(super) init: Option<InitChoice>,
    pub(super) patience: Option<usize>,
    pub(super) validation: f64,
    pub(super) seed: u64,
    pub(super) choice: DataChoice,
    /// The number of training examples.
    pub(super) examples: usize,
}

/// Checks the numbers of the settings, before anything is read or computed.
pub(super) fn check(settings: &NetworkSettings) -> Result<(), RequestError> {
    bounds::count("the number of hidden layers", settings.hidden.len(), 0..=bounds::LAYERS)?;
    for &width in &settings.hidden {
        bounds::count("the number of units of a layer", width, 1..=bounds::UNITS)?;
    }
    let numbers = [
        ("the learning rate", settings.rate, 1e-8..=1e4),
        ("the weight decay", settings.weight_decay, 0.0..=1e4),
        ("the dropout rate", Some(settings.dropout), 0.0..=0.9),
        ("the share for validation", Some(settings.validation), 0.0..=0.9),
    ];
    for (what, value, range) in numbers {
        value.map_or(Ok(0.0), |value| bounds::number(what, value, range))?;
    }
    let counts = [
        ("the batch size", settings.batch, bounds::EXAMPLES),
        ("the number of epochs", settings.epochs, bounds::EPOCHS),
        ("the patience of early stopping", settings.patience, bounds::EPOCHS),
    ];
    for (what, value, most) in counts {
        value.map_or(Ok(0), |value| bounds::count(what, value, 1..=most))?;
    }
    Ok(())
}

impl Plan {
    /// The plan for the scaled data.
    pub(super) fn of(settings: NetworkSettings, data: &Split) -> Result<Self, RequestError> {
        let defaults = chosen(&settings, data)?;
        let kind = defaults.loss.build::<f32>().kind();
        let outputs = match (kind, data.train.targets()) {
            (TargetKind::Classes, Targets::Classes { classes, .. }) => *classes,
            (TargetKind::TwoClasses, Targets::Classes { classes: 2, .. }) => 1,
            (TargetKind::Values, Targets::Values { width, .. }) => *width,
            _ => {
                let needed = match kind {
                    TargetKind::Classes => "classes",
                    TargetKind::TwoClasses => "two classes",
                    TargetKind::Values => "values",
                    TargetKind::Probabilities => "probabilities",
                };
                return Err(RequestError::Loss { loss: defaults.loss.to_string(), needed });
            }
        };
        let init = settings.init.as_deref().map(str::parse::<InitChoice>).transpose()?;
        let mut mlp = defaults.network(&data.train).outputs(outputs).dropout(settings.dropout);
        if let Some(init) = &init {
            mlp = mlp.init(init.build());
        }
        if settings.patience.is_some() && data.validation.examples() == 0 {
            return Err(RequestError::NoValidation);
        }
        let (patience, validation) = (settings.patience, settings.validation);
        let (seed, choice, examples) = (settings.seed, settings.data, data.train.examples());
        let plan = Self { defaults, mlp, init, patience, validation, seed, choice, examples };
        bounds::count("the number of parameters", plan.parameters(), 1..=bounds::PARAMETERS)?;
        let work = plan.work_of_step();
        bounds::count("the number of multiplications per step", work, 1..=bounds::WORK)?;
        Ok(plan)
    }

    /// The number of parameters, from the widths.
    fn parameters(&self) -> usize {
        self.mlp.widths().windows(2).map(|fans| (fans[0] + 1) * fans[1]).sum()
    }

    /// The number of multiplications per step, about.
    fn work_of_step(&self) -> usize {
        6 * self.parameters() * self.defaults.batch_size.min(self.examples)
    }

    /// The largest number of steps of one request.
    pub(super) fn most_steps(&self) -> usize {
        // A small step costs more than its multiplications.
        bounds::WORK / self.work_of_step().max(bounds::WORK / 100_000)
    }

    pub(super) fn steps_per_epoch(&self) -> usize {
        self.examples.div_ceil(self.defaults.batch_size)
    }

    /// The training before its first step.
    pub(super) fn training(&self) -> Result<NetworkTraining, RequestError> {
        let Defaults { loss, optimizer, rate, schedule, epochs, .. } = &self.defaults;
        let steps_per_epoch = self.steps_per_epoch() as u64;
        let steps = steps_per_epoch.saturating_mul(*epochs as u64);
        let schedule = schedule.build(*rate, Run { steps, steps_per_epoch })?;
        let training = Training::new(self.mlp.clone(), loss.build(), optimizer.build(*rate));
        Ok(training.schedule(schedule).seed(self.seed))
    }

    /// What is trained, and how, by the names of the options of `wengert train`.
    pub(super) fn chosen(&self) -> Value {
        let Defaults { hidden, activation, loss, optimizer, rate, schedule, batch_size, epochs, .. } =
            &self.defaults;
        object!({
            "hidden": &**hidden, "activation": activation.to_string(),
            "init": self.init.as_ref().map(ToString::to_string), "loss": loss.to_string(),
            "optimizer": optimizer.to_string(), "lr": *rate, "schedule": schedule.to_string(),
            "batch_size": *batch_size, "epochs": *epochs, "dropout": self.mlp.dropout_rate(),
            "early_stopping": self.patience, "validation": self.validation, "seed": self.seed,
        })
    }

    /// The networks that end after each hidden layer.
    pub(super) fn truncated(&self) -> Vec<wengert_nn::Model<wengert_nn::MlpFeatures<AnyActivation>>> {
        let widths = self.mlp.widths();
        let rule = self.mlp.activation_rule();
        let until = |end: usize| {
            let widths = [&widths[..end], &[1]].concat();
            Mlp::new(widths).activation(rule).into_model().features()
        };
        (2..widths.len()).map(until).collect()
    }
}

/// The defaults for the data, and what was asked for.
fn chosen(settings: &NetworkSettings, data: &Split) -> Result<Defaults, RequestError> {
    let mut defaults = Defaults::of(&data.train);
    defaults.hidden.clone_from(&settings.hidden);
    if let Some(activation) = &settings.activation {
        defaults.activation = activation.parse::<ActivationChoice>()?;
    }
    if let Some(loss) = &settings.loss {
        defaults.loss = loss.parse()?;
    }
    if let Some(optimizer) = &settings.optimizer {
        defaults.optimizer = optimizer.parse::<OptimizerChoice>()?;
        defaults.rate = defaults.optimizer.typical_rate();
        if defaults.optimizer.needs_no_schedule() {
            defaults.schedule = "constant".parse()?;
        }
    }
    if let Some(decay) = settings.weight_decay {
        defaults.optimizer = defaults.optimizer.with("weight_decay", Some(&decay.to_string()))?;
    }
    if let Some(schedule) = &settings.schedule {
        defaults.schedule = schedule.parse()?;
    }
    defaults.rate = settings.rate.unwrap_or(defaults.rate);
    defaults.batch_size = settings.batch.unwrap_or(defaults.batch_size);
    defaults.epochs = settings.epochs.unwrap_or(defaults.epochs);
    Ok(defaults)
}
