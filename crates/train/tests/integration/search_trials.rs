//! Searches over a space: methods, ranking, and results that outlive the program.

use crate::data::moons_split;
use std::sync::atomic::{AtomicUsize, Ordering};
use wengert_data::Split;
use wengert_nn::{CrossEntropy, Mlp};
use wengert_optim::{Adam, Sgd};
use wengert_train::{
    ChooseBy, Range, Search, SearchError, SearchMethod, SearchTable, Space, TrainError, Trainer,
    TrialOutcome, TrialRun, TrialStatus,
};

fn space() -> Space {
    Space::new().range("lr", Range::log(1e-3, 3e-1).steps(3)).choices("width", [2, 8])
}

fn train(
    run: TrialRun<'_>,
    data: &Split,
) -> Result<wengert_train::TrainingReport<wengert_nn::MlpModule>, TrainError> {
    let (rate, width) = (run.settings.number("lr"), run.settings.count("width"));
    run.fit(Trainer::new(Mlp::new([2, width, 2]), CrossEntropy, Adam::new(rate)).epochs(8).seed(3), data)
}

/// The trials without the times that they took.
fn timeless(table: &SearchTable) -> Vec<TrialOutcome> {
    table.trials.iter().map(|trial| TrialOutcome { seconds: 0.0, ..trial.clone() }).collect()
}

#[test]
fn a_grid_has_all_combinations_and_the_ends_of_ranges() {
    let space = Space::new()
        .range("lr", Range::log(1e-3, 1e-1).steps(3))
        .range("width", Range::linear(1.0, 3.0).whole().steps(5))
        .choices("norm", ["none", "batch"]);
    let grid = space.grid().unwrap();
    let values = |name: &str| grid.iter().map(|settings| settings.text(name)).collect::<Vec<_>>();
    assert_eq!(grid.len(), 3 * 3 * 2);
    assert_eq!(&values("norm")[..3], ["none", "batch", "none"]);
    assert_eq!([values("lr")[0], values("lr")[6], values("lr")[17]], ["0.001", "0.01", "0.1"]);
    assert_eq!([values("width")[0], values("width")[2], values("width")[4]], ["1", "2", "3"]);
    let without = Space::new().range("lr", Range::log(1e-3, 1e-1)).grid().unwrap_err();
    assert!(matches!(&without, SearchError::NoSteps { name } if name == "lr"), "{without}");
    assert!(matches!(Space::new().grid(), Err(SearchError::NoSettings)));
    let many = |name: &str, space: Space| space.choices(name, 0..1000);
    let large = many("b", many("a", Space::new())).grid();
    assert!(matches!(large, Err(SearchError::TooManyTrials { trials: 1_000_000, .. })));
}

#[test]
fn random_settings_differ_stay_in_their_ranges_and_depend_on_the_seed_only() {
    let space = Space::new()
        .range("lr", Range::log(1e-4, 1e-1))
        .range("decay", Range::linear(-1.0, 1.0))
        .range("width", Range::log(1.0, 4.0).whole());
    let settings = space.random(400, 5).unwrap();
    assert_eq!(settings, space.random(400, 5).unwrap());
    assert_eq!(settings[..50], space.random(50, 5).unwrap());
    assert_ne!(settings[..50], space.random(50, 6).unwrap());
    let numbers = |name: &str| settings.iter().map(|settings| settings.number(name)).collect::<Vec<f64>>();
    assert!(numbers("lr").iter().all(|rate| (1e-4..=1e-1).contains(rate)));
    // Half of the rates are below the middle of the logarithms, up to four standard deviations.
    let small = numbers("lr").iter().filter(|&&rate| rate < 1e-4 * 1000_f64.sqrt()).count();
    assert!((160..=240).contains(&small), "{small}");
    assert!(numbers("decay").iter().any(|&x| x < -0.9) && numbers("decay").iter().any(|&x| x > 0.9));
    let widths = [1.0, 2.0, 3.0, 4.0].map(|width| numbers("width").iter().filter(|&&x| x == width).count());
    assert!(widths.iter().all(|&count| count > 30) && widths.iter().sum::<usize>() == 400, "{widths:?}");
    // A small space is searched completely, and no setting occurs twice.
    let few = Space::new().choices("a", [1, 2, 2]).range("b", Range::linear(1.0, 3.0).whole());
    let mut all = few.random(50, 1).unwrap();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6);
}

#[test]
fn trials_do_not_depend_on_the_number_of_threads_and_are_those_of_single_runs() {
    let data = moons_split();
    for method in [SearchMethod::Grid, SearchMethod::Random { trials: 5 }, SearchMethod::halving(6, 8, 2)] {
        let search = |threads| Search::new(space(), method).seed(2).threads(threads);
        let table = search(1).run(|run| train(run, &data)).unwrap();
        assert_eq!(
            timeless(&table),
            timeless(&search(4).run(|run| train(run, &data)).unwrap()),
            "{method:?}"
        );
        let best = table.best().unwrap();
        let (rate, width) = (best.settings.number("lr"), best.settings.count("width"));
        let trainer = Trainer::new(Mlp::new([2, width, 2]), CrossEntropy, Adam::new(rate)).epochs(8).seed(3);
        let single = trainer.fit(&data).unwrap();
        assert_eq!((best.train, Some(best.validation)), (single.train, single.validation), "{method:?}");
        assert_eq!((best.epochs, best.status), (8, TrialStatus::Finished));
    }
}

#[test]
fn halving_gives_more_epochs_to_the_better_trials_only() {
    let data = moons_split();
    let (runs, epochs) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let search = Search::new(space(), SearchMethod::halving(6, 8, 2));
    let table = search.run(|run| {
        runs.fetch_add(1, Ordering::Relaxed);
        let report = train(run, &data)?;
        epochs.fetch_add(report.history.len(), Ordering::Relaxed);
        Ok(report)
    });
    let table = table.unwrap();
    // Rounds of 6 trials to epoch 2, of 3 to epoch 4, of 2 to epoch 8.
    assert_eq!((runs.into_inner(), epochs.into_inner()), (11, 6 * 2 + 3 * 4 + 2 * 8));
    let ranked = table.ranked();
    let lengths: Vec<usize> = ranked.iter().map(|trial| trial.epochs).collect();
    assert_eq!(lengths, [8, 8, 4, 2, 2, 2]);
    let dropped = ranked.iter().filter(|trial| trial.status == TrialStatus::Dropped).count();
    assert_eq!(dropped, 4);
    let errors = |trial: &TrialOutcome| (trial.validation.error_rate().unwrap(), trial.validation.loss);
    assert!(errors(ranked[0]) <= errors(ranked[1]) && errors(ranked[3]) <= errors(ranked[4]));
}

#[test]
fn the_true_loss_and_the_surrogate_can_choose_differently() {
    let mut differ = 0;
    for seed in 1..=8 {
        let data = wengert_data::moons(200, 0.5, seed).split(0.5, 0.5, 0.0, 7).unwrap().standardised();
        let search = |by| {
            let space = Space::new().range("lr", Range::log(1e-3, 1.0)).choices("width", [2, 32]);
            let search = Search::new(space, SearchMethod::Random { trials: 12 }).by(by);
            search.run(|run| train(run, &data)).unwrap()
        };
        let (by_mistakes, by_loss) = (search(ChooseBy::True), search(ChooseBy::Surrogate));
        assert_eq!(timeless(&by_mistakes), timeless(&by_loss));
        let mistakes = |trial: &TrialOutcome| trial.validation.error_rate().unwrap();
        let loss = |trial: &TrialOutcome| trial.validation.loss;
        let (first, second) = (by_mistakes.best().unwrap(), by_loss.best().unwrap());
        assert!(by_loss.trials.iter().all(|trial| mistakes(first) <= mistakes(trial)));
        assert!(by_loss.trials.iter().all(|trial| loss(second) <= loss(trial)));
        differ += usize::from(mistakes(first) < mistakes(second) && loss(first) > loss(second));
    }
    assert!(differ > 0);
}

#[test]
fn a_trial_that_diverges_is_marked_and_never_wins() {
    let data = moons_split();
    let sgd = |run: TrialRun<'_>, data: &Split| {
        let rate = run.settings.number("lr");
        let trainer = Trainer::new(Mlp::new([2, 4, 2]), CrossEntropy, Sgd::new(rate)).epochs(4);
        run.fit(trainer.on_divergence(|_| ()), data)
    };
    for method in [SearchMethod::Grid, SearchMethod::halving(3, 4, 2)] {
        let space = Space::new().choices("lr", ["1e30", "0.1", "1e35"]);
        let table = Search::new(space, method).run(|run| sgd(run, &data)).unwrap();
        let status: Vec<_> = table.ranked().iter().map(|trial| trial.status).collect();
        assert_eq!(status, [TrialStatus::Finished, TrialStatus::Diverged, TrialStatus::Diverged]);
        assert_eq!(table.best().unwrap().settings.text("lr"), "0.1");
    }
    let hopeless = Space::new().choices("lr", ["1e30", "1e35"]);
    let table = Search::new(hopeless, SearchMethod::Grid).run(|run| sgd(run, &data)).unwrap();
    assert!(table.best().is_none() && table.trials.len() == 2);
}

#[test]
fn a_trial_that_cannot_begin_ends_the_search_and_is_named() {
    let data = moons_split();
    let search = Search::new(Space::new().choices("inputs", [2, 3, 4]), SearchMethod::Grid);
    let found = search.run(|run| {
        let inputs = run.settings.count("inputs");
        run.fit(Trainer::new(Mlp::new([inputs, 4, 2]), CrossEntropy, Sgd::new(0.1)).epochs(1), &data)
    });
    let error = found.unwrap_err();
    assert!(error.to_string().starts_with("trial 2 (inputs=3): "), "{error}");
    let bare = wengert_data::moons(50, 0.1, 1).split(0.8, 0.0, 0.2, 1).unwrap();
    let search = Search::new(space(), SearchMethod::Grid);
    assert!(matches!(search.run(|run| train(run, &bare)), Err(SearchError::NoValidation)));
}

mod results {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn search(file: &Path) -> Search {
        Search::new(space(), SearchMethod::halving(6, 8, 2)).threads(1).results(file, "moons")
    }

    #[test]
    fn a_search_that_ended_early_continues_with_the_trials_that_are_missing() {
        let (data, folder) = (moons_split(), tempfile::tempdir().unwrap());
        let whole = search(&folder.path().join("whole.jsonl")).run(|run| train(run, &data)).unwrap();
        // In the first round, between two rounds, and in the last one.
        for end in [1, 4, 6, 7, 10] {
            let file = folder.path().join(format!("{end}.jsonl"));
            let runs = AtomicUsize::new(0);
            let ended = search(&file).run(|run| {
                if runs.fetch_add(1, Ordering::Relaxed) == end {
                    Err(TrainError::NoExamples)
                } else {
                    train(run, &data)
                }
            });
            assert!(ended.is_err());
            // A program that is killed leaves what was written: here, at least the first result.
            let kept = fs::read_to_string(&file).unwrap().lines().count() - 1;
            assert!((1..=end).contains(&kept), "{kept} of {end}");
            let runs = AtomicUsize::new(0);
            let table = search(&file).run(|run| {
                runs.fetch_add(1, Ordering::Relaxed);
                train(run, &data)
            });
            assert_eq!(timeless(&table.unwrap()), timeless(&whole), "after {end} runs");
            assert_eq!(runs.into_inner(), 11 - kept);
        }
    }

    #[test]
    fn losses_that_are_not_finite_are_kept() {
        let (data, folder) = (moons_split(), tempfile::tempdir().unwrap());
        let file = folder.path().join("diverged.jsonl");
        let search = || {
            let space = Space::new().choices("lr", ["1e30", "0.1"]);
            Search::new(space, SearchMethod::Grid).threads(1).results(&file, "")
        };
        let sgd = |run: TrialRun<'_>| {
            let rate = run.settings.number("lr");
            let trainer = Trainer::new(Mlp::new([2, 4, 2]), CrossEntropy, Sgd::new(rate)).epochs(2);
            run.fit(trainer.on_divergence(|_| ()), &data)
        };
        let first = search().run(sgd).unwrap();
        let again = search().run::<wengert_nn::MlpModule, f32>(|_| panic!("all results are there")).unwrap();
        assert_eq!(format!("{:?}", first.ranked()), format!("{:?}", again.ranked()));
        let text = fs::read_to_string(&file)
            .unwrap()
            .replace(r#""validation_loss":0"#, r#""validation_loss":"NaN","x":0"#);
        fs::write(&file, text).unwrap();
        let nan = search().run::<wengert_nn::MlpModule, f32>(|_| panic!("all results are there")).unwrap();
        assert!(nan.trials[1].validation.loss.is_nan() && nan.best().is_none());
    }

    #[test]
    fn files_of_other_searches_and_other_contents_are_refused() {
        let (data, folder) = (moons_split(), tempfile::tempdir().unwrap());
        let file = folder.path().join("results.jsonl");
        search(&file).run(|run| train(run, &data)).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let refused = |search: Search| {
            search
                .run::<wengert_nn::MlpModule, f32>(|_| panic!("nothing is trained"))
                .unwrap_err()
                .to_string()
        };
        let message = refused(search(&file).seed(9).results(&file, "moons"));
        assert!(message.contains("another search") && message.contains("seed 9"), "{message}");
        let message = refused(search(&file).results(&file, "digits"));
        assert!(message.contains("\"moons\" there, \"digits\" here"), "{message}");
        for (changed, parts) in [
            (text.replace("\"version\":1", "\"version\":7"), &["version 7", "update"][..]),
            (String::new(), &["line 1", "empty"]),
            ("{}\n".to_owned(), &["line 1", "first line"]),
            (text.clone() + "garbage\n", &["line 13", "JSON"]),
            (text.clone() + "{\"trial\":1}\n", &["line 13", "result of a trial"]),
            (text.replace("\"width\":\"2\"", "\"width\":\"3\""), &["line ", "result of a trial"]),
            (text.replace("\"trial\":6", "\"trial\":7"), &["line ", "result of a trial"]),
        ] {
            fs::write(&file, &changed).unwrap();
            let message = refused(search(&file));
            assert!(parts.iter().all(|part| message.contains(part)), "{parts:?} in {message}");
            assert_eq!(fs::read_to_string(&file).unwrap(), changed);
        }
        let message = refused(search(&folder.path().join("absent/results.jsonl")));
        assert!(message.contains("absent"), "{message}");
    }
}
