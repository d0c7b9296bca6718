//! Panics of optimizers point at the caller's line. Alone in its file: it replaces the process's panic hook.

use std::panic::{Location, catch_unwind, set_hook, take_hook};
use std::sync::mpsc::channel;

use wengert_optim::{Adam, Optimizer, Sgd};

#[test]
fn a_panic_points_at_the_caller() {
    let (sender, receiver) = channel();
    let usual = take_hook();
    set_hook(Box::new(move |info| {
        let _ = sender.send(info.location().map(|place| place.file().to_owned()));
    }));
    let refusals: [fn(); 4] = [
        || drop(Sgd::<f32>::new(-0.1)),
        || drop(Adam::<f32>::new(0.1).betas(1.0, 0.9)),
        || Sgd::new(0.1).step(&mut [0.0_f32; 2], &[0.0; 1]),
        || Adam::<f32>::new(0.1).set_learning_rate(-1.0),
    ];
    let refused = refusals.map(|work| catch_unwind(work).is_err());
    set_hook(usual);

    assert_eq!(refused, [true; 4]);
    let here = Some(Location::caller().file().to_owned());
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), vec![here; 4]);
}
