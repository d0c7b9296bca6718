//! Training on several ranks has the bits of training on one.

use crate::data::digits_split;
use crate::examples::Computed;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use wengert_ad::Real;
use wengert_data::{Parts, Split, moons};
use wengert_nn::{Architecture, CrossEntropy, Mlp, MlpModule, Normalisation, Regulariser};
use wengert_optim::{Adam, RateFinder, Schedule};
use wengert_train::{
    Alone, BestBy, Channels, RankError, Ranks, Received, Sampling, Sent, Strategy, TrainError, Trainer,
    TrainingReport,
};

/// No test waits as long, unless a rank is lost.
const LIMIT: Duration = Duration::from_secs(120);

/// What each of some ranks, which are threads, answers.
pub(crate) fn on_ranks<R: Send>(size: usize, run: impl Fn(Arc<dyn Ranks>) -> R + Sync) -> Vec<R> {
    let ranks = Channels::connect(size, LIMIT);
    thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> =
            ranks.into_iter().map(|rank| scope.spawn(move || run(Arc::new(rank)))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn all_pairs_of_ranks_exchange_messages_of_any_length_in_order() {
    assert_eq!((Alone.rank(), Alone.size()), (0, 1));
    on_ranks(4, |ranks| {
        let (rank, size) = (ranks.rank(), ranks.size());
        for length in [0, 1, 100_000] {
            for round in 1..size {
                let (to, from) = ((rank + round) % size, (rank + size - round) % size);
                let message = |by: usize| vec![(16 * by + length % 7) as u8; length];
                let mut received = vec![0; length];
                ranks.exchange(&[(to, &message(rank))], &mut [(from, &mut received)]).unwrap();
                assert_eq!(received, message(from));
            }
        }
    });
}

/// Everything that a run computes, without its time.
fn results<T: Real>(report: &TrainingReport<MlpModule, T>) -> String {
    let TrainingReport { train, validation, test, history, best_epoch, stop, state, .. } = report;
    let bits: Vec<u64> = report.model.params.values().iter().map(|x| x.widened().to_bits()).collect();
    format!("{bits:?} {train:?} {validation:?} {test:?} {history:?} {best_epoch} {stop:?} {state:?}")
}

type MoonsTrainer<T> = Trainer<Mlp, CrossEntropy, Adam<T>, T>;

fn trainer<T: Real>() -> MoonsTrainer<T> {
    let mlp = Mlp::new([2, 24, 2]).dropout(0.2).normalisation(Normalisation::Layer);
    Trainer::new(mlp, CrossEntropy, Adam::new(1e-2))
        .strategy(Strategy::Shards(8))
        .batch_size(50)
        .epochs(3)
        .seed(5)
        .threads(1)
}

fn data<T: Real>() -> Split<T> {
    // The last of the batches of 50 has 3 examples, fewer than there are ranks.
    moons(1253, 0.3, 1).cast::<T>().split(0.4811, 0.25, 0.2689, 1).unwrap().standardised()
}

/// Compares runs on several ranks with the run on one.
fn assert_same_on_any_number_of_ranks<T: Real>(change: impl Fn(MoonsTrainer<T>) -> MoonsTrainer<T> + Sync) {
    let data = data::<T>();
    assert_eq!(data.train.examples() % 50, 3);
    let alone = results(&change(trainer()).fit(&data).unwrap());
    for size in [1, 2, 3, 4, 5, 8] {
        for threads in [1, 2] {
            for (rank, report) in
                on_ranks(size, |ranks| change(trainer()).threads(threads).ranks(ranks).fit(&data).unwrap())
                    .iter()
                    .enumerate()
            {
                assert!(results(report) == alone, "rank {rank} of {size} with {threads} threads differs");
            }
        }
    }
}

#[test]
fn the_bits_are_the_same_on_any_number_of_ranks_and_threads() {
    assert_same_on_any_number_of_ranks::<f32>(|trainer| trainer);
    assert_same_on_any_number_of_ranks::<f64>(|trainer| trainer.strategy(Strategy::Shards(11)));
}

#[test]
fn the_bits_are_the_same_with_every_setting_of_steps_and_epochs() {
    assert_same_on_any_number_of_ranks::<f32>(|trainer| {
        let trainer = trainer.regularise(Regulariser::elastic(1e-4, 1e-4)).clip_norm(0.5).accumulate(3);
        trainer.schedule(Schedule::cosine(1e-2, 20)).freeze("out.bias").early_stopping(1).epochs(30)
    });
    assert_same_on_any_number_of_ranks::<f32>(|trainer| {
        trainer.sharpness_aware(0.05).sampling(Sampling::Replacement).best_by(BestBy::Accuracy)
    });
    // Each rank moves a share of the parameters.
    assert_same_on_any_number_of_ranks::<f32>(|trainer| {
        let trainer = trainer.regularise(Regulariser::elastic(1e-4, 1e-4)).clip_value(0.01).accumulate(3);
        trainer.schedule(Schedule::cosine(1e-2, 20)).freeze("out.bias").early_stopping(1).epochs(30)
    });
}

#[test]
fn the_automatic_strategy_of_large_batches_needs_no_setting() {
    let data = digits_split();
    let trainer = || {
        let trainer = Trainer::new(Mlp::new([64, 128, 64, 10]), CrossEntropy, Adam::new(1e-3));
        trainer.batch_size(512).epochs(2).threads(1)
    };
    let alone = results(&trainer().fit(&data).unwrap());
    for size in [2, 3, 4] {
        let reports = on_ranks(size, |ranks| results(&trainer().ranks(ranks).fit(&data).unwrap()));
        assert!(reports.iter().all(|report| *report == alone), "{size} ranks");
    }
}

#[test]
fn examples_that_are_not_in_memory_give_the_same_bits() {
    let (train, validation) = (Computed::new(), Computed::new());
    let parts = Parts::new(&train).validation(&validation);
    let trainer = || {
        let trainer = Trainer::new(Mlp::new([2, 8, 3]), CrossEntropy, Adam::new(1e-2));
        trainer.strategy(Strategy::Shards(8)).batch_size(50).epochs(3).threads(1)
    };
    let alone = results(&trainer().fit(parts).unwrap());
    for size in [2, 3] {
        let reports = on_ranks(size, |ranks| results(&trainer().ranks(ranks).fit(parts).unwrap()));
        assert!(reports.iter().all(|report| *report == alone), "{size} ranks");
    }
}

#[test]
fn a_run_continues_on_another_number_of_ranks_with_the_same_bits() {
    let data = data::<f32>();
    let whole = results(&trainer().fit(&data).unwrap());
    for (first, second) in [(4, 1), (4, 2), (1, 8), (3, 5)] {
        let mut half = on_ranks(first, |ranks| trainer().epochs(1).ranks(ranks).fit(&data).unwrap());
        let state = half.pop().unwrap().state.unwrap();
        let reports = on_ranks(second, |ranks| trainer().ranks(ranks).resume(state.clone(), &data).unwrap());
        assert!(reports.iter().all(|report| results(report) == whole), "{first} ranks, then {second}");
    }
}

#[test]
fn rank_0_alone_writes_a_checkpoint_and_all_ranks_continue_from_it() {
    let (data, folder) = (data::<f32>(), tempfile::tempdir().unwrap());
    let path = folder.path().join("run.ckpt");
    on_ranks(3, |ranks| {
        let file = if ranks.rank() == 0 { path.clone() } else { folder.path().join("absent/other.ckpt") };
        trainer().epochs(1).checkpoint(file, []).ranks(ranks).fit(&data).unwrap();
    });
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    let whole = results(&trainer().fit(&data).unwrap());
    let reports = on_ranks(2, |ranks| results(&trainer().ranks(ranks).resume_from(&path, &data).unwrap()));
    assert!(reports.iter().all(|report| *report == whole));
    // Another number of shards gives other bits, and is refused.
    let error = trainer().strategy(Strategy::Automatic).resume_from(&path, &data).unwrap_err();
    assert!(error.to_string().contains("strategy was 8 shards"), "{error}");
}

#[test]
fn short_runs_have_the_same_bits() {
    let data = data::<f32>();
    let batch = |trainer: MoonsTrainer<f32>| format!("{:?}", trainer.overfit_batch(20, &data).unwrap());
    let rate = |trainer: MoonsTrainer<f32>| {
        format!("{:?}", trainer.find_rate(RateFinder::new(1e-4, 10.0, 30), &data).unwrap().tried())
    };
    let alone = (batch(trainer()), rate(trainer()));
    let found =
        on_ranks(3, |ranks| (batch(trainer().ranks(Arc::clone(&ranks))), rate(trainer().ranks(ranks))));
    assert!(found.iter().all(|found| *found == alone));
}

/// Counts the bytes that a rank sends.
struct Counted {
    ranks: Arc<dyn Ranks>,
    sent: Arc<AtomicU64>,
}

impl Ranks for Counted {
    fn rank(&self) -> usize {
        self.ranks.rank()
    }

    fn size(&self) -> usize {
        self.ranks.size()
    }

    fn exchange(&self, sent: &[Sent<'_>], received: &mut [Received<'_>]) -> Result<(), RankError> {
        let bytes: usize = sent.iter().map(|(_, message)| message.len()).sum();
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
        self.ranks.exchange(sent, received)
    }
}

#[test]
fn a_rank_sends_about_two_gradients_per_step() {
    let data = Arc::new(moons(64, 0.3, 1).split(1.0, 0.0, 0.0, 1).unwrap().standardised());
    let mlp = Mlp::new([2, 64, 2]);
    let numbers = mlp.clone().into_model().layout().len() as u64;
    for size in [2, 4, 8] {
        let bytes = |epochs: usize| -> Vec<u64> {
            on_ranks(size, |ranks| {
                let sent = Arc::new(AtomicU64::new(0));
                let counted = Counted { ranks, sent: Arc::clone(&sent) };
                // One step per epoch.
                let trainer = Trainer::new(mlp.clone(), CrossEntropy, Adam::new(1e-2)).batch_size(64);
                let trainer = trainer.strategy(Strategy::Shards(8)).epochs(epochs).threads(1);
                trainer.ranks(Arc::new(counted)).fit(&*data).unwrap();
                sent.load(Ordering::Relaxed)
            })
        };
        // Numbers of equally many digits: the ranks also compare their settings.
        let (few, many) = (bytes(10), bytes(20));
        let others = size as u64 - 1;
        for (rank, (few, many)) in (0..size as u64).zip(few.iter().zip(&many)) {
            let slice = |rank: u64| {
                (numbers * (rank + 1)).div_ceil(size as u64) - (numbers * rank).div_ceil(size as u64)
            };
            // The slices of the others with three sums for each, its own sum to each, and a byte to each
            // after each epoch, which says whether a callback has ended the run.
            let step = 4 * (numbers - slice(rank)) + 24 * others + 4 * slice(rank) * others + others;
            assert_eq!(many - few, 10 * step, "rank {rank} of {size}");
            assert!(step < 2 * 4 * numbers + 25 * others, "{step} bytes");
        }
    }
}

#[test]
fn a_step_with_fewer_shards_than_ranks_is_refused() {
    let data = data::<f32>();
    let errors = on_ranks(9, |ranks| trainer().ranks(ranks).fit(&data).map(|_| ()).unwrap_err());
    for error in errors {
        assert!(error.to_string().contains("8 shards, too few for 9 ranks"), "{error}");
    }
    let errors = on_ranks(2, |ranks| {
        trainer().strategy(Strategy::Automatic).ranks(ranks).fit(&data).map(|_| ()).unwrap_err()
    });
    let too_many = |error: &TrainError| {
        matches!(error, TrainError::Ranks { source: RankError::TooMany { ranks: 2, shards: 1 } })
    };
    assert!(errors.iter().all(too_many), "{errors:?}");
}
