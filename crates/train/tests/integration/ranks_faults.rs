//! What happens on all ranks if something is wrong on one of them.

use crate::data::{moons_net, moons_split};
use crate::ranks::on_ranks;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use wengert_nn::{CrossEntropy, Mlp, Normalisation};
use wengert_optim::{Adam, Schedule, Sgd};
use wengert_train::{
    AfterEpoch, Channels, RankError, Ranks, Received, Sent, StopReason, Strategy, TrainError, Trainer,
};

fn trainer() -> Trainer<Mlp, CrossEntropy, Adam> {
    let trainer = Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).strategy(Strategy::Shards(4));
    trainer.batch_size(60).epochs(5).seed(3).threads(1)
}

fn source<R>(result: Result<R, TrainError>) -> RankError {
    match result {
        Err(TrainError::Ranks { source }) => source,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the ranks trained"),
    }
}

#[test]
fn ranks_that_would_not_train_the_same_say_so_on_all_of_them() {
    let (data, mut other) = (moons_split(), moons_split());
    let mut features = data.train.features().to_vec();
    features[7] = features[7].next_up();
    other.train = data.train.with_features(features).unwrap();
    let check = |expected: &str, run: &(dyn Fn(bool, Arc<dyn Ranks>) -> Result<(), TrainError> + Sync)| {
        let errors = on_ranks(3, |ranks| source(run(ranks.rank() == 2, ranks)));
        for error in errors {
            assert!(matches!(error, RankError::Different { rank: 2, .. }), "{error}");
            let message = error.to_string();
            assert!(message.contains(&format!("{expected} ")), "{expected}: {message}");
        }
    };
    let fit =
        |trainer: Trainer<Mlp, CrossEntropy, Adam>, ranks, data| trainer.ranks(ranks).fit(data).map(|_| ());
    check("training part", &|is_other, ranks| fit(trainer(), ranks, if is_other { &other } else { &data }));
    check("seed", &|is_other, ranks| fit(trainer().seed(3 + u64::from(is_other)), ranks, &data));
    check("epochs", &|is_other, ranks| fit(trainer().epochs(5 + usize::from(is_other)), ranks, &data));
    check("batch_size", &|is_other, ranks| {
        fit(trainer().batch_size(60 + usize::from(is_other)), ranks, &data)
    });
    check("schedule", &|is_other, ranks| {
        let rate = if is_other { 0.1 } else { 0.2 };
        fit(trainer().schedule(Schedule::cosine(rate, 20)), ranks, &data)
    });
    check("can be interrupted", &|is_other, ranks| {
        fit(if is_other { trainer().interrupted_by(Arc::default()) } else { trainer() }, ranks, &data)
    });
    let state = trainer().epochs(1).fit(&data).unwrap().state.unwrap();
    check("state of the optimizer", &|is_other, ranks| {
        let mut state = state.clone();
        state.optimizer.buffers[0].1[0] += f32::from(u8::from(is_other));
        trainer().ranks(ranks).resume(state, &data).map(|_| ())
    });
}

#[test]
fn a_model_that_needs_whole_batches_is_refused() {
    let data = moons_split();
    let errors = on_ranks(2, |ranks| {
        let mlp = moons_net().normalisation(Normalisation::Batch);
        let trainer = Trainer::new(mlp, CrossEntropy, Adam::new(1e-2)).strategy(Strategy::Shards(4));
        source(trainer.batch_size(60).ranks(ranks).fit(&data))
    });
    assert_eq!(errors, [RankError::WholeBatches, RankError::WholeBatches]);
}

#[test]
fn callbacks_run_on_rank_0_alone_and_end_the_run_on_all_ranks() {
    let data = moons_split();
    let calls = Arc::new(AtomicUsize::new(0));
    let stops = on_ranks(3, |ranks| {
        let calls = Arc::clone(&calls);
        let trainer = trainer().callback(move |run: &AfterEpoch<'_>| {
            calls.fetch_add(1, Ordering::Relaxed);
            if run.epoch.number == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let report = trainer.ranks(ranks).fit(&data).unwrap();
        (report.stop, report.history.len())
    });
    assert_eq!(stops, [(StopReason::Callback, 2); 3]);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn an_interruption_of_one_rank_ends_all_after_the_same_step() {
    let data = moons_split();
    let ends = on_ranks(3, |ranks| {
        let (flag, set) = (Arc::new(AtomicBool::new(false)), ranks.rank() == 1);
        let raised = Arc::clone(&flag);
        let schedule = Schedule::custom(move |step| {
            raised.fetch_or(set && step == 4, Ordering::Relaxed);
            1e-2
        });
        // Ranks compare the rates of a few other steps before the run begins.
        let trainer = trainer().schedule(schedule).interrupted_by(Arc::clone(&flag));
        match trainer.ranks(ranks).fit(&data) {
            Err(TrainError::Interrupted { epoch, step, is_saved }) => (epoch, step, is_saved),
            other => panic!("{:?}", other.map(|report| report.stop)),
        }
    });
    assert_eq!(ends, [(2, 2, false); 3]);
}

#[test]
fn a_loss_that_is_not_finite_ends_all_ranks_with_the_same_report() {
    let data = moons_split();
    let warnings = Arc::new(AtomicUsize::new(0));
    let run = |trainer: Trainer<Mlp, CrossEntropy, Sgd>| {
        let warnings = Arc::clone(&warnings);
        let trainer = trainer.strategy(Strategy::Shards(4)).batch_size(60).epochs(50).threads(1);
        let trainer = trainer.on_divergence(move |_| {
            warnings.fetch_add(1, Ordering::Relaxed);
        });
        let report = trainer.fit(&data).unwrap();
        let bits: Vec<u32> = report.model.params.values().iter().map(|x| x.to_bits()).collect();
        (report.stop, bits, report.divergence.map(|divergence| divergence.to_string()))
    };
    let trainer = || Trainer::new(moons_net(), CrossEntropy, Sgd::new(1e30));
    let alone = run(trainer());
    assert!(matches!(alone.0, StopReason::NotFinite { .. }));
    let found = on_ranks(3, |ranks| run(trainer().ranks(ranks)));
    assert!(found.iter().all(|found| *found == alone), "{found:?}");
    // Once alone, and once on rank 0.
    assert_eq!(warnings.load(Ordering::Relaxed), 2);
}

/// Answers like other ranks, and ends after some messages.
struct Mortal {
    ranks: Channels,
    left: AtomicUsize,
}

impl Ranks for Mortal {
    fn rank(&self) -> usize {
        self.ranks.rank()
    }

    fn size(&self) -> usize {
        self.ranks.size()
    }

    fn exchange(&self, sent: &[Sent<'_>], received: &mut [Received<'_>]) -> Result<(), RankError> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            return Err(RankError::Transport { problem: "the end".to_owned() });
        }
        self.ranks.exchange(sent, received)
    }
}

#[test]
fn a_rank_that_ends_at_any_moment_ends_the_others() {
    let (data, begin) = (moons_split(), Instant::now());
    for after in (1..32).step_by(2) {
        let ranks = Channels::connect(3, Duration::from_secs(60));
        let ends: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = ranks
                .into_iter()
                .map(|ranks| {
                    let left = AtomicUsize::new(if ranks.rank() == 1 { after } else { usize::MAX });
                    let (ranks, data) = (Arc::new(Mortal { ranks, left }), &data);
                    scope.spawn(move || source(trainer().ranks(ranks).fit(data)))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(matches!(ends[1], RankError::Transport { .. }), "{ends:?}");
        for other in [0, 2] {
            assert!(matches!(ends[other], RankError::Ended { .. }), "after {after} messages: {ends:?}");
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(60), "the other ranks waited for the time limit");
}
