//! Training: parallel batched backpropagation, the training loop, hyper-parameter search, and models on disk.
//!
//! This crate contains what moves the parameters of a model: [`Training`] takes the steps of a loop of the
//! user's own, [`Trainer`] runs the usual loop over epochs with it, [`Search`] compares settings,
//! [`Backprop`] computes the gradient of a batch, and [`second_order`] products with the Hessian of its loss
//! and the gradient of each example. Models
//! and losses are in `wengert-nn`, optimizers and schedules in `wengert-optim`, data sets in
//! `wengert-data`.
//!
//! Saving and loading models (`SavedMlp`, `save_params`, `load_params`) and runs (`Checkpoint`) need the
//! feature `safetensors`.
//!
//! ```
//! use wengert_data::moons;
//! use wengert_nn::{CrossEntropy, Mlp};
//! use wengert_optim::Adam;
//! use wengert_train::Trainer;
//!
//! let data = moons(400, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
//! let trainer = Trainer::new(Mlp::new([2, 32, 2]), CrossEntropy, Adam::new(1e-2));
//! let report = trainer.epochs(40).seed(7).fit(&data)?;
//! assert!(report.train.accuracy.expect("the targets are classes") > 0.9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod ascent;
mod augmented;
mod backprop;
mod batch;
mod batch_fit;
mod callback;
#[cfg(feature = "safetensors")]
mod checkpoints;
mod class_weights;
mod clock;
mod compatibility;
#[cfg(feature = "safetensors")]
mod data_digest;
mod defaults;
mod divergence;
mod epoch;
mod error;
mod faulty_operation;
mod fingerprint;
mod fit;
mod history;
#[cfg(feature = "tables")]
mod history_files;
mod independent_rows;
mod keep_awake;
mod keep_state;
mod metrics;
mod mismatch;
mod model_metadata;
mod numerical_issue;
mod observers;
mod own_metrics;
mod parameter_names;
mod part_sums;
mod partial_epoch;
pub mod precompiled;
mod provenance;
mod ranks;
mod report;
mod run;
#[cfg(feature = "safetensors")]
mod saved;
mod search;
pub mod second_order;
mod selection;
mod settings;
mod shard;
mod sharpness;
mod snapshots;
mod start;
mod state;
mod step_settings;
mod strategy;
mod threads;
mod trained;
mod trainer;
mod trainer_options;
mod training;
mod training_evaluation;
mod training_issue;
mod training_options;
mod training_result;
mod trial_runs;
mod units;
mod update;

pub use augmented::Augmented;
pub use backprop::Backprop;
pub use batch_fit::BatchFit;
pub use callback::{AfterEpoch, Callback};
pub use class_weights::ClassWeights;
#[cfg(feature = "safetensors")]
#[cfg_attr(docsrs, doc(cfg(feature = "safetensors")))]
pub use data_digest::DataDigest;
pub use defaults::{DefaultTrainer, Defaults};
pub use divergence::{Divergence, DivergenceCause};
pub use epoch::Epoch;
pub use error::TrainError;
pub use faulty_operation::{FaultyOperation, Place};
pub use history::History;
pub use keep_state::Every;
pub use metrics::Metrics;
pub use mismatch::Mismatch;
pub use model_metadata::{ModelMetadata, Provenance};
pub use numerical_issue::{IssueKind, NumericalIssue};
pub use partial_epoch::PartialEpoch;
pub use ranks::{Alone, Channels, RankError, Ranks, Received, Sent};
pub use report::{OwnValues, StopReason, TrainingReport};
#[cfg(feature = "safetensors")]
#[cfg_attr(docsrs, doc(cfg(feature = "safetensors")))]
pub use saved::{
    Checkpoint, CheckpointError, CheckpointProblem, CheckpointSummary, ModelProblem, SavedMlp,
    SavedModelError, TensorElements, load_params, safetensors_content, save_params,
};
#[cfg(feature = "tables")]
#[cfg_attr(docsrs, doc(cfg(feature = "tables")))]
pub use search::ResultsError;
pub use search::{ChooseBy, Range, Search, SearchMethod, SearchTable, Space};
pub use search::{CrossValidation, FoldMean, cross_validate};
pub use search::{SearchError, SearchReport, SettingSampler, Trial, grid, random_settings, search_settings};
pub use search::{TrialOutcome, TrialRun, TrialSettings, TrialStatus};
pub use selection::{BestBy, Sampling};
pub use state::{BestEpoch, ResumeError, TrainingState};
pub use strategy::Strategy;
pub use trained::TrainedModel;
pub use trainer::Trainer;
pub use training::Training;
pub use wengert_data::{Batch, Parts};
pub use wengert_nn::Outputs;
