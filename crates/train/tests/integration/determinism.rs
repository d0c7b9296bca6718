//! Bitwise equal results on any number of threads.

use crate::data::digits_split;
use wengert_nn::{CrossEntropy, Mlp, Normalisation};
use wengert_optim::Adam;
use wengert_train::{Strategy, Trainer};

#[test]
fn for_each_strategy_the_bits_are_the_same_on_any_number_of_threads() {
    let data = digits_split();
    for strategy in [Strategy::Shards(4), Strategy::Operators] {
        let fit = |threads| {
            let trainer = Trainer::new(Mlp::new([64, 256, 200, 10]), CrossEntropy, Adam::new(1e-3));
            let trainer = trainer.batch_size(256).epochs(2).strategy(strategy).threads(threads);
            let report = trainer.fit(&data).unwrap();
            report.model.params.values().iter().map(|x| x.to_bits()).collect::<Vec<u32>>()
        };
        let one = fit(1);
        assert!(one == fit(2) && one == fit(3), "{strategy:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let data = digits_split();
    let fit = |threads| {
        let trainer = Trainer::new(Mlp::new([64, 128, 64, 10]), CrossEntropy, Adam::new(1e-3));
        let report = trainer.epochs(3).seed(5).threads(threads).fit(&data).unwrap();
        let bits: Vec<u32> = report.model.params.values().iter().map(|x| x.to_bits()).collect();
        (bits, report.train, report.test)
    };
    let one = fit(1);
    assert!(one == fit(2), "two threads differ from one");
    assert!(one == fit(4), "four threads differ from one");
    assert!(
        one.0
            != Trainer::new(Mlp::new([64, 128, 64, 10]), CrossEntropy, Adam::new(1e-3))
                .epochs(3)
                .seed(6)
                .fit(&data)
                .map(|report| report.model.params.values().iter().map(|x| x.to_bits()).collect::<Vec<u32>>())
                .unwrap(),
        "another seed gives the same parameters"
    );
}

#[test]
fn with_dropout_and_batch_norm_the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let data = digits_split();
    let fit = |mlp: &Mlp, threads, seed| {
        let trainer = Trainer::new(mlp.clone(), CrossEntropy, Adam::new(1e-3));
        let report = trainer.epochs(2).batch_size(96).seed(seed).threads(threads).fit(&data).unwrap();
        let params = &report.model.params;
        let bits: Vec<u32> = params.values().iter().chain(params.statistics()).map(|x| x.to_bits()).collect();
        (bits, report.train, report.test)
    };
    for mlp in [
        Mlp::new([64, 128, 64, 10]).dropout(0.2),
        Mlp::new([64, 128, 64, 10]).dropout(0.2).normalisation(Normalisation::Batch),
        Mlp::new([64, 128, 64, 10]).normalisation(Normalisation::Layer),
    ] {
        let one = fit(&mlp, 1, 5);
        assert!(one == fit(&mlp, 2, 5), "two threads differ from one");
        assert!(one == fit(&mlp, 4, 5), "four threads differ from one");
        assert!(one != fit(&mlp, 1, 6), "another seed gives the same");
    }
}
