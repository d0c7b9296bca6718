//! A search on several ranks has the results of a search on one.

use crate::data::{moons_net, moons_split};
use crate::ranks::on_ranks;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wengert_nn::CrossEntropy;
use wengert_optim::Adam;
use wengert_train::{
    Range, RankError, Search, SearchError, SearchMethod, SearchTable, Space, Trainer, TrialOutcome,
};

fn search(method: SearchMethod) -> Search {
    let space = Space::new().range("lr", Range::log(1e-3, 1e-1)).choices("seed", [1, 2, 3, 4, 5, 6, 7, 8]);
    Search::new(space, method).seed(7).threads(2)
}

fn run(search: &Search) -> Result<SearchTable, SearchError> {
    run_counted(search, &AtomicUsize::new(0))
}

/// Runs the search, and counts the runs of trials.
fn run_counted(search: &Search, runs: &AtomicUsize) -> Result<SearchTable, SearchError> {
    let data = moons_split();
    search.run(|run| {
        runs.fetch_add(1, Ordering::Relaxed);
        let (rate, seed) = (run.settings.number("lr"), run.settings.count("seed") as u64);
        run.fit(Trainer::new(moons_net(), CrossEntropy, Adam::new(rate)).epochs(2).seed(seed), &data)
    })
}

/// The table without the times.
fn without_times(table: SearchTable) -> Vec<TrialOutcome> {
    table.trials.into_iter().map(|trial| TrialOutcome { seconds: 0.0, ..trial }).collect()
}

#[test]
fn the_table_is_the_same_on_any_number_of_ranks() {
    for method in [SearchMethod::Random { trials: 40 }, SearchMethod::halving(9, 9, 3)] {
        let alone = without_times(run(&search(method)).unwrap());
        for size in [2, 3] {
            let calls = Arc::new(AtomicUsize::new(0));
            let tables = on_ranks(size, |ranks| {
                let calls = Arc::clone(&calls);
                let search = search(method).ranks(ranks, "moons").on_trial(move |_, _, _| {
                    calls.fetch_add(1, Ordering::Relaxed);
                });
                without_times(run(&search).unwrap())
            });
            assert!(tables.iter().all(|table| *table == alone), "{method:?} on {size} ranks");
            assert_eq!(calls.load(Ordering::Relaxed), method.runs(alone.len()), "calls on {size} ranks");
        }
    }
}

#[test]
fn rank_0_reads_and_writes_the_results_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("results.jsonl");
    let few = SearchMethod::halving(9, 9, 3);
    let alone = without_times(run(&search(few)).unwrap());
    for _ in 0..2 {
        let trained = AtomicUsize::new(0);
        let tables = on_ranks(3, |ranks| {
            // Only the path of rank 0 can be written.
            let file =
                if ranks.rank() == 0 { file.clone() } else { folder.path().join("absent/results.jsonl") };
            let search = search(few).results(file, "moons").ranks(ranks, "moons");
            without_times(run_counted(&search, &trained).unwrap())
        });
        assert!(tables.iter().all(|table| *table == alone));
        // Nothing is trained again in the second search, from which the first lines are missing.
        let lines = std::fs::read_to_string(&file).unwrap();
        let kept: Vec<&str> = lines.lines().take(lines.lines().count() - 2).collect();
        let all = few.runs(alone.len());
        assert!([all, 2].contains(&trained.load(Ordering::Relaxed)) && lines.lines().count() == all + 1);
        std::fs::write(&file, kept.join("\n")).unwrap();
    }
}

#[test]
fn ranks_that_search_something_else_say_so() {
    let errors = on_ranks(2, |ranks| {
        let identity = if ranks.rank() == 0 { "moons" } else { "iris" };
        run(&search(SearchMethod::Random { trials: 2 }).ranks(ranks, identity)).unwrap_err()
    });
    for error in errors {
        let SearchError::Ranks { source: RankError::Different { rank, first, other } } = error else {
            panic!("{error}")
        };
        assert!(rank == 1 && first.ends_with("moons") && other.ends_with("iris"), "{first}, {other}");
    }
}
