//! Training runs that save their state to a file, and continue from it bit for bit.

use crate::data::{moons_net, moons_split};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wengert_ad::Real;
use wengert_data::{Split, moons};
use wengert_nn::{Architecture, CrossEntropy, Mlp, MlpModule, Normalisation};
use wengert_optim::{Adam, Schedule, Sgd};
use wengert_train::{
    Checkpoint, CheckpointError, CheckpointProblem, CheckpointSummary, Every, ResumeError, Sampling,
    StopReason, TrainError, Trainer, TrainingReport,
};

fn net() -> Mlp {
    moons_net().dropout(0.2).normalisation(Normalisation::Batch)
}

fn data<T: Real>() -> Split<T> {
    moons(150, 0.4, 1).cast::<T>().split(0.6, 0.2, 0.2, 1).unwrap().standardised()
}

type MoonsTrainer<T> = Trainer<Mlp, CrossEntropy, Adam<T>, T>;

/// Six epochs of six steps; whatever a state can contain is in it. The schedule sets `flag` in step `at`.
fn trainer<T: Real>(at: u64, flag: &Arc<AtomicBool>) -> MoonsTrainer<T> {
    let set = Arc::clone(flag);
    let schedule = Schedule::custom(move |step| {
        set.fetch_or(step == at, Ordering::Relaxed);
        1e-2 / (1.0 + 0.1 * step as f64)
    });
    Trainer::new(net(), CrossEntropy, Adam::new(1e-2).decoupled_weight_decay(0.1))
        .schedule(schedule)
        .batch_size(16)
        .epochs(6)
        .early_stopping(100)
        .freeze("out.bias")
        .metric("first", |outputs, _| outputs[[0, 0]])
        .interrupted_by(Arc::clone(flag))
        .seed(3)
}

fn interrupted<M, T>(run: Result<TrainingReport<M, T>, TrainError>) -> (usize, usize) {
    match run {
        Err(TrainError::Interrupted { epoch, step, is_saved: true }) => (epoch, step),
        Err(other) => panic!("{other}"),
        Ok(report) => panic!("{:?}", report.stop),
    }
}

/// Interrupts a run after several steps, and compares the continuation with the run without interruption.
fn assert_continues<T: Real>(change: impl Fn(MoonsTrainer<T>) -> MoonsTrainer<T>) {
    let (data, folder) = (data::<T>(), tempfile::tempdir().unwrap());
    let [whole_file, file] = ["whole.ckpt", "run.ckpt"].map(|name| folder.path().join(name));
    let never = Arc::default();
    let whole = change(trainer(u64::MAX, &never)).checkpoint(&whole_file, []).fit(&data).unwrap();
    let steps = whole.state.as_ref().unwrap().steps;
    for at in [0, 1, steps / 6 - 1, steps / 6, steps / 2 + 1, steps - 1] {
        let flag = Arc::default();
        let (epoch, step) = interrupted(change(trainer(at, &flag)).checkpoint(&file, []).fit(&data));
        let summary = CheckpointSummary::load(&file).unwrap();
        assert_eq!((summary.epochs, summary.batches, summary.steps), (epoch - 1, step, at + 1));
        let resumed =
            change(trainer(u64::MAX, &never)).checkpoint(&file, []).resume_from(&file, &data).unwrap();
        assert_eq!(resumed.model.params, whole.model.params, "after step {at}");
        assert_eq!((&resumed.history, resumed.best_epoch), (&whole.history, whole.best_epoch));
        assert_eq!(resumed.state, whole.state);
        assert!(fs::read(&file).unwrap() == fs::read(&whole_file).unwrap(), "after step {at}");
    }
}

#[test]
fn a_run_that_is_interrupted_after_any_step_continues_with_the_same_bits() {
    assert_continues::<f32>(|trainer| trainer);
    assert_continues::<f64>(|trainer| trainer.every(Every::Steps(4)));
    assert_continues::<f32>(|trainer| trainer.sampling(Sampling::Replacement).every(Every::Epochs(4)));
    assert_continues::<f32>(|trainer| trainer.sampling(Sampling::Once).batch_size(20).threads(2));
}

#[test]
fn a_run_with_accumulated_gradients_continues_with_the_same_bits() {
    let (data, folder) = (data::<f32>(), tempfile::tempdir().unwrap());
    let file = folder.path().join("run.ckpt");
    let trainer = || {
        let trainer = Trainer::new(moons_net().dropout(0.5), CrossEntropy, Sgd::new(0.1).momentum(0.9));
        trainer.batch_size(8).accumulate(2).epochs(3).seed(3)
    };
    let whole = trainer().fit(&data).unwrap();
    let flag = Arc::new(AtomicBool::new(true));
    let run = trainer().interrupted_by(flag).checkpoint(&file, []).fit(&data);
    assert_eq!(interrupted(run), (1, 1));
    let resumed = trainer().resume_from(&file, &data).unwrap();
    assert_eq!((resumed.model.params, resumed.history), (whole.model.params, whole.history));
}

#[test]
fn a_finished_run_continues_with_more_epochs() {
    let (data, folder) = (data::<f32>(), tempfile::tempdir().unwrap());
    let (file, never) = (folder.path().join("run.ckpt"), Arc::default());
    let whole = trainer(u64::MAX, &never).fit(&data).unwrap();
    trainer(u64::MAX, &never).epochs(2).checkpoint(&file, []).fit(&data).unwrap();
    let resumed = trainer(u64::MAX, &never).resume_from(&file, &data).unwrap();
    assert_eq!((resumed.model.params, resumed.history), (whole.model.params, whole.history));
    // Without a checkpoint of its own, it left the file as it was.
    assert_eq!(CheckpointSummary::load(&file).unwrap().epochs, 2);
}

#[test]
fn a_checkpoint_is_due_after_the_given_number_of_epochs_or_steps() {
    let (data, folder) = (data::<f32>(), tempfile::tempdir().unwrap());
    let file = folder.path().join("run.ckpt");
    for (every, expected) in [
        (Every::Epochs(1), [1, 2, 3, 4]),
        (Every::Epochs(2), [0, 2, 2, 4]),
        (Every::Steps(6), [1, 2, 3, 4]),
        (Every::Steps(20), [0, 0, 0, 3]),
    ] {
        let (seen, path, never) = (Arc::new(std::sync::Mutex::new(Vec::new())), file.clone(), Arc::default());
        let saw = Arc::clone(&seen);
        // What the file has at the start of the evaluation after each epoch.
        let trainer = trainer::<f32>(u64::MAX, &never).epochs(5).every(every).checkpoint(&file, []);
        let trainer = trainer.on_epoch(move |_| {
            let steps = CheckpointSummary::load(&path).map_or(0, |summary| summary.steps);
            saw.lock().unwrap().push(steps / 6);
        });
        trainer.fit(&data).unwrap();
        let before_epoch = |epoch: usize| seen.lock().unwrap()[epoch];
        let found = match every {
            Every::Epochs(_) => [1, 2, 3, 4].map(before_epoch),
            _ => [0, 1, 2, 3].map(before_epoch),
        };
        assert_eq!(found, expected, "{every:?}");
        assert_eq!(CheckpointSummary::load(&file).unwrap().epochs, 5, "the end is saved");
        fs::remove_file(&file).unwrap();
    }
}

#[test]
fn equal_runs_save_equal_bytes_for_any_number_of_threads() {
    let (data, folder) = (data::<f32>(), tempfile::tempdir().unwrap());
    let bytes = |threads| {
        let (file, never) = (folder.path().join("run.ckpt"), Arc::default());
        let texts = [("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())];
        trainer(u64::MAX, &never).threads(threads).checkpoint(&file, texts).fit(&data).unwrap();
        fs::read(file).unwrap()
    };
    assert!(bytes(1) == bytes(4));
}

#[test]
fn a_run_that_diverges_keeps_its_last_good_checkpoint() {
    let (data, folder) = (moons_split(), tempfile::tempdir().unwrap());
    let file = folder.path().join("run.ckpt");
    // Step 20 moves the parameters so far that the next losses are not finite.
    let trainer = |explodes: bool| {
        let schedule = Schedule::custom(move |step| if explodes && step >= 20 { 1e38 } else { 0.1 });
        let trainer = Trainer::new(Mlp::new([2, 8, 8, 2]), CrossEntropy, Sgd::new(0.1)).schedule(schedule);
        trainer.batch_size(20).epochs(5).seed(1).on_divergence(|_| ())
    };
    for every in [Every::Steps(1), Every::Steps(7), Every::Epochs(1)] {
        let report = trainer(true).every(every).checkpoint(&file, []).fit(&data).unwrap();
        assert!(matches!(report.stop, StopReason::NotFinite { .. }), "{:?}", report.stop);
        let expected = match every {
            Every::Steps(1) => 20,
            Every::Steps(_) => 14,
            _ => 18,
        };
        assert_eq!(CheckpointSummary::load(&file).unwrap().steps, expected, "{every:?}");
        let resumed = trainer(false).resume_from(&file, &data).unwrap();
        assert_eq!(resumed.model.params, trainer(false).fit(&data).unwrap().model.params);
    }
}

fn refused<M, T>(run: Result<TrainingReport<M, T>, TrainError>) -> String {
    match run {
        Err(error) => error.to_string(),
        Ok(report) => panic!("{:?}", report.stop),
    }
}

#[test]
fn a_checkpoint_of_other_data_settings_or_models_is_refused() {
    let (data, folder) = (data::<f32>(), tempfile::tempdir().unwrap());
    let (file, never) = (folder.path().join("run.ckpt"), Arc::default());
    let new = || trainer::<f32>(u64::MAX, &never).epochs(2);
    new().checkpoint(&file, []).fit(&data).unwrap();
    let other = moons(150, 0.41, 1).split(0.6, 0.2, 0.2, 1).unwrap().standardised();
    let other = Split { train: other.train.cast_as(data.train.scaling()), ..data.clone() };
    let error = new().resume_from(&file, &other);
    assert!(matches!(&error, Err(TrainError::Resume { source: ResumeError::Data { .. } })), "{error:?}");
    assert!(refused(error).contains("90 examples"));
    let message = refused(new().batch_size(15).resume_from(&file, &data));
    assert!(message.contains("batch_size was 16 before the interruption, and is 15 now"), "{message}");
    let wider = Trainer::new(Mlp::new([2, 20, 2]), CrossEntropy, Adam::new(1e-2)).batch_size(16);
    let message = refused(wider.resume_from(&file, &data));
    assert!(message.contains("\"parameters.hidden.0.weight\"") && message.contains("[2, 20]"), "{message}");
    let double = Trainer::new(net(), CrossEntropy, Adam::<f64>::new(1e-2)).batch_size(16);
    let message = refused(double.resume_from(&file, &data.clone().cast::<f64>()));
    assert!(message.contains("is F32") && message.contains("must be F64"), "{message}");
    let absent = refused(new().resume_from(folder.path().join("absent"), &data));
    assert!(absent.contains("absent: No such file"), "{absent}");
}

#[test]
fn a_file_that_is_no_checkpoint_is_named() {
    let (data, folder) = (data::<f32>(), tempfile::tempdir().unwrap());
    let (file, never) = (folder.path().join("run.ckpt"), Arc::default());
    let new = || trainer::<f32>(u64::MAX, &never).epochs(1);
    let report = new().checkpoint(&file, []).fit(&data).unwrap();
    let bytes = fs::read(&file).unwrap();
    let message = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let error = CheckpointSummary::load(&file).unwrap_err().to_string();
        assert_eq!(refused(new().resume_from(&file, &data)), error);
        error
    };
    let place = bytes.windows(13).position(|window| window == b"wengert-run-1").unwrap();
    let mut newer = bytes.clone();
    newer[place + 12] = b'2';
    assert!(message(&newer).contains("has version 2 of the format, but this program reads versions up to 1"));
    for torn in [0, 7, 8, 100, bytes.len() - 1] {
        assert!(message(&bytes[..torn]).contains("not a whole checkpoint"), "{torn}");
    }
    let mut damaged = bytes.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(message(&damaged).contains("the checkpoint is damaged"));
    report.model.save(&file).unwrap();
    assert!(message(&fs::read(&file).unwrap()).contains("its format is \"wengert-mlp-3\""));
    // The state of one precision is not that of the other.
    let layout = net().into_model().layout().clone();
    assert!(Checkpoint::<f32>::from_bytes(&bytes, &layout).is_ok());
    let double = Checkpoint::<f64>::from_bytes(&bytes, &layout);
    assert!(matches!(double, Err(CheckpointProblem::Content(_))), "{double:?}");
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_an_error_before_the_first_step() {
    let (data, folder) = (data::<f32>(), tempfile::tempdir().unwrap());
    let (flag, path) = (Arc::default(), folder.path().join("absent/run.ckpt"));
    let run = trainer::<f32>(0, &flag).checkpoint(&path, []).fit(&data);
    let is_unwritable = matches!(run, Err(TrainError::Checkpoint { source: CheckpointError::Unwritable(_) }));
    assert!(is_unwritable && !flag.load(Ordering::Relaxed));
}

#[test]
fn an_interrupted_run_without_a_file_says_that_it_is_not_saved() {
    let flag = Arc::default();
    let run: Result<TrainingReport<MlpModule>, _> = trainer(7, &flag).fit(&data::<f32>());
    let message = refused(run);
    assert_eq!(message, "the run was interrupted after step 2 of epoch 2; its state is not saved");
}

/// The content of a checkpoint with everything that one can have.
fn full_checkpoint(folder: &Path) -> Vec<u8> {
    let (file, flag) = (folder.join("run.ckpt"), Arc::default());
    let texts = [("settings".to_owned(), "lr = 1e-2\n".to_owned())];
    interrupted(trainer::<f32>(20, &flag).checkpoint(&file, texts).fit(&data::<f32>()));
    fs::read(file).unwrap()
}

mod mutations {
    use super::{full_checkpoint, net};
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};
    use wengert_nn::{Architecture, CrossEntropy};
    use wengert_optim::Adam;
    use wengert_train::{Checkpoint, Training};

    /// Bytes changed, removed, repeated or replaced by those of another place.
    fn mutated(bytes: &[u8], rng: &mut StdRng) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..rng.random_range(1..4) {
            // Half of the changes are in the header, which says what the other bytes are.
            let header = usize::from(u16::from_le_bytes([bytes[0], bytes[1]])).min(bytes.len());
            let end = if rng.random_bool(0.5) { header } else { bytes.len() };
            let at = rng.random_range(0..end.max(1));
            let length = rng.random_range(1..9).min(bytes.len() - at);
            match rng.random_range(0..5) {
                0 => bytes[at] ^= 1 << rng.random_range(0..8),
                1 => {
                    let byte = b"09,:[]{}\"e-\0\xff"[rng.random_range(0..13)];
                    bytes[at..at + length].fill(byte);
                }
                2 => drop(bytes.drain(at..at + length)),
                3 => {
                    let piece = bytes[at..at + length].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => bytes.truncate(at.max(2)),
            }
            if bytes.len() < 16 {
                break;
            }
        }
        bytes
    }

    #[test]
    fn no_mutated_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (bytes, layout) = (full_checkpoint(folder.path()), net().into_model().layout().clone());
        assert!(Checkpoint::<f32>::from_bytes(&bytes, &layout).is_ok());
        let mut rng = StdRng::seed_from_u64(7);
        for _ in 0..4000 {
            let mutated = mutated(&bytes, &mut rng);
            let read = Checkpoint::<f32>::from_bytes(&mutated, &layout);
            assert!(read.is_err() || mutated == bytes);
        }
    }

    /// The checksum keeps mutations from the code behind it; here it fits.
    #[test]
    fn a_mutated_file_with_a_checksum_that_fits_does_not_panic() {
        let folder = tempfile::tempdir().unwrap();
        let (bytes, layout) = (full_checkpoint(folder.path()), net().into_model().layout().clone());
        let mut rng = StdRng::seed_from_u64(8);
        let (mut read, mut restored) = (0, 0);
        for _ in 0..4000 {
            let mut mutated = mutated(&bytes, &mut rng);
            let content = mutated.len().saturating_sub(4);
            if content < 16 {
                continue;
            }
            let checksum = crc32fast::hash(&mutated[..content]);
            mutated[content..].copy_from_slice(&checksum.to_le_bytes());
            let Ok(checkpoint) = Checkpoint::<f32>::from_bytes(&mutated, &layout) else { continue };
            read += 1;
            let adam = Adam::new(1e-2).decoupled_weight_decay(0.1);
            restored +=
                usize::from(Training::new(net(), CrossEntropy, adam).restore(checkpoint.state).is_ok());
        }
        assert!(read > 100 && restored > 100, "{read} {restored}: the mutations should reach the readers");
    }
}
