//! Training runs that save their state to a file, and continue from it.

use crate::data_digest::DataDigest;
use crate::error::TrainError;
use crate::keep_state::KeepState;
use crate::model_metadata::ModelMetadata;
use crate::report::TrainingReport;
use crate::saved::Checkpoint;
use crate::start::Start;
use crate::state::TrainingState;
use crate::trainer::Trainer;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wengert_ad::Real;
use wengert_data::{Examples, Parts};
use wengert_files::Output;
use wengert_nn::{Architecture, Loss, Module};
use wengert_optim::Optimizer;

/// The file that the state of a run is saved to.
struct CheckpointFile {
    path: PathBuf,
    metadata: ModelMetadata,
    data: Option<DataDigest>,
    texts: BTreeMap<String, String>,
}

impl<T: Real> KeepState<T> for CheckpointFile {
    fn begin(&mut self, metadata: ModelMetadata, train: &dyn Examples<T>) -> Result<(), TrainError> {
        Output::new(&self.path).map_err(|error| TrainError::Checkpoint { source: error.into() })?;
        (self.metadata, self.data) = (metadata, Some(DataDigest::of(train)));
        Ok(())
    }

    fn keep(&mut self, state: TrainingState<T>) -> Result<(), TrainError> {
        let Self { path, metadata, data, texts } = self;
        let checkpoint = Checkpoint { state, metadata: metadata.clone(), data: *data, texts: texts.clone() };
        checkpoint.save(path).map_err(|source| TrainError::Checkpoint { source })
    }
}

/// Checkpoints; with the feature `safetensors`.
#[cfg_attr(docsrs, doc(cfg(feature = "safetensors")))]
impl<A: Architecture, L, O, T: Real> Trainer<A, L, O, T> {
    /// Saves the state of the run to a file: after each epoch, or as [`every`](Self::every) says, at the end,
    /// and when the run is [interrupted](Self::interrupted_by). The file is replaced as a whole each time; a
    /// reader sees the state before or after, never a part.
    ///
    /// A state whose loss is not finite is not saved, so that the file of a run that diverges has the last
    /// good one. `texts` of the program's own, such as its settings, go with it. The same run gives the same
    /// bytes.
    ///
    /// ```
    /// use wengert_data::moons;
    /// use wengert_nn::{CrossEntropy, Mlp};
    /// use wengert_optim::Adam;
    /// use wengert_train::{Every, Trainer};
    ///
    /// let data = moons(200, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("run.ckpt");
    /// let trainer = || Trainer::new(Mlp::new([2, 16, 2]), CrossEntropy, Adam::new(1e-2));
    /// trainer().epochs(5).checkpoint(&path, []).every(Every::Steps(2)).fit(&data)?;
    ///
    /// // Later: the same run, for ten epochs.
    /// let resumed = trainer().epochs(10).checkpoint(&path, []).resume_from(&path, &data)?;
    /// assert_eq!(resumed.model.params, trainer().epochs(10).fit(&data)?.model.params);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn checkpoint(
        mut self,
        path: impl AsRef<Path>,
        texts: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let (metadata, data) = (ModelMetadata::default(), None);
        let file = CheckpointFile {
            path: path.as_ref().to_owned(),
            metadata,
            data,
            texts: texts.into_iter().collect(),
        };
        self.observers.keeping.keeper = Some(Box::new(file));
        self
    }

    /// Continues a training run from the file of a [`checkpoint`](Self::checkpoint) up to the epoch that
    /// [`epochs`](Self::epochs) sets, counted from the first epoch of the run, as [`resume`](Self::resume)
    /// does: with the same settings and data, the result is, bit for bit, that of one run without the
    /// interruption, wherever that was.
    ///
    /// # Errors
    /// As [`resume`](Self::resume), if the file cannot be read or is not a checkpoint of this model, or if
    /// the training data or the settings of the batches are not those of the run.
    ///
    /// # Panics
    /// As [`fit`](Self::fit).
    #[track_caller]
    pub fn resume_from<'a>(
        self,
        path: impl AsRef<Path>,
        data: impl Into<Parts<'a, T>>,
    ) -> Result<TrainingReport<A::Module, T>, TrainError>
    where
        A::Module: Module<T>,
        L: Loss<T>,
        O: Optimizer<T>,
    {
        self.start(data.into(), Start::File(path.as_ref().to_owned()))
    }
}
