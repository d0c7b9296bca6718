//! A callback of training that writes an event file.

use super::event_file::EventFile;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};
use wengert_ad::Real;
use wengert_files::WriteError;
use wengert_nn::{ActivationRule, Mlp};
use wengert_train::{AfterEpoch, Callback, Metrics};

/// A callback that writes the metrics of each epoch to an event file, and histograms of the parameters.
/// The steps of TensorBoard are epochs.
///
/// | tag | number |
/// |---|---|
/// | `loss/train`, `loss/validation` | mean loss per example |
/// | `accuracy/train`, `accuracy/validation` | share of correct classes; only for classes |
/// | `learning_rate` | that of the last step of the epoch |
/// | `own/NAME` | metrics of the program's own, by the given names |
/// | `parameters/NAME` | a histogram of each parameter and running statistic |
///
/// If the file cannot be written, training goes on without it, and [`problem`](Self::problem) says why.
///
/// ```
/// use wengert_data::moons;
/// use wengert_formats::TensorBoard;
/// use wengert_nn::{CrossEntropy, Mlp};
/// use wengert_optim::Adam;
/// use wengert_train::Trainer;
///
/// let data = moons(200, 0.1, 7).split(0.8, 0.2, 0.0, 7)?.standardised();
/// let mlp = Mlp::new([2, 8, 2]);
/// # let runs = tempfile::tempdir()?;
/// # let folder = runs.path().join("moons");
/// let board = TensorBoard::create(&folder)?.graph(&mlp)?;
/// let problem = board.problem();
/// Trainer::new(mlp, CrossEntropy, Adam::new(1e-2)).epochs(5).callback(board).fit(&data)?;
/// assert!(problem.lock().expect("nothing panicked").is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TensorBoard {
    events: EventFile,
    own_names: Vec<String>,
    problem: Arc<Mutex<Option<WriteError>>>,
}

impl TensorBoard {
    /// Creates an event file in the folder of a run, which is made if it does not exist.
    ///
    /// # Errors
    /// If the folder cannot be made, or the file not written.
    pub fn create(folder: impl AsRef<Path>) -> Result<Self, WriteError> {
        Ok(Self { events: EventFile::new_in(folder)?, own_names: Vec::new(), problem: Arc::default() })
    }

    /// Writes the graph of the network.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn graph<R: ActivationRule>(mut self, mlp: &Mlp<R>) -> Result<Self, WriteError> {
        self.events.graph(mlp)?;
        Ok(self)
    }

    /// Sets the names of the [metrics of the program's own](wengert_train::Trainer::metric), in their
    /// order. Those without a name are numbered.
    #[must_use]
    pub fn own_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.own_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// The reason why the file could not be written, if it could not: shared with the callback, so that it
    /// can be read after training.
    #[must_use]
    pub fn problem(&self) -> Arc<Mutex<Option<WriteError>>> {
        self.problem.clone()
    }

    fn write<T: Real>(&mut self, run: &AfterEpoch<'_, T>) -> Result<(), WriteError> {
        let (epoch, step) = (run.epoch, run.epoch.number as u64);
        let mut scalars = vec![("learning_rate".to_owned(), epoch.learning_rate)];
        let mut add = |part: &str, metrics: &Metrics| {
            scalars.push((format!("loss/{part}"), metrics.loss));
            scalars.extend(metrics.accuracy.map(|accuracy| (format!("accuracy/{part}"), accuracy)));
        };
        add("train", &epoch.train);
        if let Some(metrics) = &epoch.validation {
            add("validation", metrics);
        }
        for (i, &value) in epoch.own.iter().enumerate() {
            let name = self.own_names.get(i).cloned().unwrap_or_else(|| (i + 1).to_string());
            scalars.push((format!("own/{name}"), value));
        }
        self.events.scalars(step, &scalars)?;
        let params = run.params;
        let (values, statistics) = (params.values(), params.statistics());
        let layout = params.layout();
        let parameters = layout.parameters().iter().map(|entry| (entry, values));
        let all = parameters.chain(layout.statistics().iter().map(|entry| (entry, statistics)));
        let tagged =
            all.map(|(entry, all)| (format!("parameters/{}", entry.name), &all[entry.range.clone()]));
        self.events.histograms(step, tagged)
    }
}

impl<T: Real> Callback<T> for TensorBoard {
    fn after_epoch(&mut self, run: &AfterEpoch<'_, T>) -> ControlFlow<()> {
        let has_failed = self.problem.lock().is_ok_and(|problem| problem.is_some());
        if !has_failed
            && let Err(error) = self.write(run)
            && let Ok(mut problem) = self.problem.lock()
        {
            *problem = Some(error);
        }
        ControlFlow::Continue(())
    }
}
