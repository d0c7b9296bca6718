//! The network and the settings of a training run: what was asked for, and defaults for everything else.

use super::checkpoint::train;
use super::data::Data;
use super::options::Options;
use super::report::{Report, summary};
use crate::bounds::check_network;
use crate::error::CliError;
use crate::progress::Progress;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use wengert::data::Parts;
#[cfg(feature = "formats")]
use wengert::formats::TensorBoard;
use wengert::nn::{AnyActivation, Architecture, Loss, Mlp, TargetKind};
use wengert::optim::Run;
use wengert::train::{Alone, DefaultTrainer, Defaults, Ranks, Strategy, Trainer};

/// What is trained, and how.
pub(in crate::commands) struct Plan {
    pub(in crate::commands) settings: Defaults,
    mlp: Mlp<AnyActivation>,
    ranks: Arc<dyn Ranks>,
}

impl Plan {
    pub(in crate::commands) fn of(options: &Options, data: Parts<'_>) -> Result<Self, CliError> {
        let settings = settings(options, data)?;
        let network = &options.network;
        let mut mlp = settings.network(data.train);
        if loss_kind(&settings) == TargetKind::TwoClasses {
            mlp = mlp.outputs(1);
        }
        if let Some(init) = &network.init {
            mlp = mlp.init(init.build());
        }
        let mlp = mlp.dropout(network.dropout).normalisation(network.norm.into());
        check_network(mlp.widths(), settings.batch_size.min(data.train.examples()))?;
        Ok(Self { settings, mlp, ranks: Arc::new(Alone) })
    }

    /// The same on these ranks.
    pub(in crate::commands) fn on(self, ranks: &Arc<dyn Ranks>) -> Self {
        Self { ranks: Arc::clone(ranks), ..self }
    }

    /// Whether this is the rank that prints and writes.
    pub(in crate::commands) fn is_first(&self) -> bool {
        self.ranks.rank() == 0
    }

    /// What was chosen, by the names of the options, for what was not asked for.
    pub(in crate::commands) fn chosen(&self) -> Vec<(&'static str, String)> {
        let Defaults { hidden, activation, loss, optimizer, rate, schedule, batch_size, epochs, .. } =
            &self.settings;
        let widths: Vec<String> = hidden.iter().map(usize::to_string).collect();
        let widths = if widths.is_empty() { "none".to_owned() } else { widths.join(",") };
        vec![
            ("hidden", widths),
            ("activation", activation.to_string()),
            ("loss", loss.to_string()),
            ("optimizer", optimizer.to_string()),
            ("lr", rate.to_string()),
            ("weight-decay", optimizer.choice().number("weight_decay").to_string()),
            ("schedule", schedule.to_string()),
            ("batch-size", batch_size.to_string()),
            ("epochs", epochs.to_string()),
        ]
    }

    /// Trains, and shows the progress. The text of the settings goes into checkpoints.
    pub(in crate::commands) fn run(
        &self,
        options: &Options,
        data: &Data,
        text: &str,
    ) -> Result<Report, CliError> {
        if !self.is_first() {
            return train(self.trainer(options, data.parts())?, options, data, text);
        }
        let interval = Duration::from_secs_f64(options.output.progress);
        let progress = Progress::of("epoch", options.epochs_before()?, self.settings.epochs, interval);
        let mut news = progress.news();
        let trainer =
            self.trainer(options, data.parts())?.on_epoch(move |epoch| news(epoch.number, summary(epoch)));
        match &options.output.tensorboard {
            Some(folder) => self.run_on_board(folder, trainer, |trainer| train(trainer, options, data, text)),
            None => train(trainer, options, data, text),
        }
    }

    /// Trains, and writes metrics, parameters and the graph to a folder for TensorBoard.
    #[cfg(feature = "formats")]
    fn run_on_board(
        &self,
        folder: &Path,
        trainer: DefaultTrainer,
        train: impl FnOnce(DefaultTrainer) -> Result<Report, CliError>,
    ) -> Result<Report, CliError> {
        let board = TensorBoard::create(folder)?.graph(&self.mlp)?;
        let problem = board.problem();
        let report = train(trainer.callback(board))?;
        let problem = problem.lock().ok().and_then(|mut problem| problem.take());
        problem.map_or(Ok(report), |error| Err(error.into()))
    }

    #[cfg(not(feature = "formats"))]
    fn run_on_board(
        &self,
        _: &Path,
        _: DefaultTrainer,
        _: impl FnOnce(DefaultTrainer) -> Result<Report, CliError>,
    ) -> Result<Report, CliError> {
        Err(CliError::CompiledWithout { what: "--tensorboard", feature: "formats" })
    }

    /// The numbers of steps.
    pub(in crate::commands) fn steps(&self, options: &Options, data: Parts<'_>) -> Run {
        let per_step = self.settings.batch_size.saturating_mul(options.training.accumulate);
        let steps_per_epoch = data.train.examples().div_ceil(per_step) as u64;
        Run { steps: steps_per_epoch.saturating_mul(self.settings.epochs as u64), steps_per_epoch }
    }

    /// The widths of all layers, inputs first.
    pub(in crate::commands) fn widths(&self) -> &[usize] {
        self.mlp.widths()
    }

    /// The number of parameters.
    pub(in crate::commands) fn parameters(&self) -> usize {
        self.mlp.clone().into_model().layout().len()
    }

    /// The same without what works against learning a single batch by heart.
    pub(in crate::commands) fn for_one_batch(self) -> Result<Self, CliError> {
        let Self { settings, mlp, ranks } = self;
        let optimizer = settings.optimizer.with("weight_decay", Some("0"))?;
        let settings = Defaults { optimizer, schedule: "constant".parse()?, ..settings };
        Ok(Self { settings, mlp: mlp.dropout(0.0), ranks })
    }

    pub(in crate::commands) fn trainer(
        &self,
        options: &Options,
        data: Parts<'_>,
    ) -> Result<DefaultTrainer, CliError> {
        let (settings, training) = (&self.settings, &options.training);
        let schedule = settings.schedule.build(settings.rate, self.steps(options, data))?;
        let optimizer = settings.optimizer.build(settings.rate);
        let mut trainer = Trainer::new(self.mlp.clone(), settings.loss.build(), optimizer)
            .batch_size(settings.batch_size)
            .epochs(settings.epochs)
            .schedule(schedule)
            .accumulate(training.accumulate)
            .sampling(training.sampling)
            .class_weights(training.class_weight.clone())
            .seed(training.seed)
            .threads(training.threads)
            .ranks(Arc::clone(&self.ranks))
            .on_divergence(|_| ());
        if let Some(shards) = training.shards {
            trainer = trainer.strategy(Strategy::Shards(shards));
        }
        if let Some(norm) = training.clip {
            trainer = trainer.clip_norm(norm);
        }
        if let Some(rho) = training.sam {
            trainer = trainer.sharpness_aware(rho);
        }
        if let Some(patience) = training.early_stopping {
            trainer = trainer.early_stopping(patience);
        }
        if let Some(criterion) = settings.best_by {
            trainer = trainer.best_by(criterion);
        }
        Ok(trainer)
    }
}

/// The kind of targets of a loss.
fn loss_kind(settings: &Defaults) -> TargetKind {
    settings.loss.build::<f32>().kind()
}

/// The defaults for the data, and what was asked for.
fn settings(options: &Options, data: Parts<'_>) -> Result<Defaults, CliError> {
    let (network, training) = (&options.network, &options.training);
    let mut settings = Defaults::of(data.train);
    if let Some(widths) = &network.hidden {
        settings.hidden.clone_from(&widths.0);
    }
    if let Some(activation) = &network.activation {
        settings.activation = activation.clone();
    }
    if let Some(loss) = &training.loss {
        settings.loss = loss.clone();
    }
    if let Some(optimizer) = &training.optimizer {
        settings.rate = optimizer.typical_rate();
        settings.optimizer = optimizer.clone();
        if optimizer.needs_no_schedule() {
            settings.schedule = "constant".parse()?;
        }
    }
    settings.rate = training.lr.unwrap_or(settings.rate);
    if let Some(decay) = training.weight_decay {
        settings.optimizer = settings.optimizer.with("weight_decay", Some(&decay.to_string()))?;
    }
    if let Some(schedule) = &training.schedule {
        settings.schedule = schedule.clone();
    }
    settings.epochs = training.epochs.unwrap_or(settings.epochs);
    settings.batch_size = training.batch_size.unwrap_or(settings.batch_size);
    let has_validation = data.validation.is_some_and(|part| part.examples() > 0);
    settings.best_by = training.best_by.or(settings.best_by.filter(|_| has_validation));
    Ok(settings)
}
