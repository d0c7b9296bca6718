//! Panics of the settings point at the caller's line. Alone in its file: it replaces the process's panic
//! hook.

use std::panic::{Location, catch_unwind, set_hook, take_hook};
use std::sync::mpsc::channel;

use wengert_minimize::{
    CoordinateDescent, GradientDescent, Interval, Lbfgs, LeastSquares, Method, NewtonCg, Stopping,
};

#[test]
fn a_panic_points_at_the_caller() {
    let (sender, receiver) = channel();
    let usual = take_hook();
    set_hook(Box::new(move |info| {
        let _ = sender.send(info.location().map(|place| place.file().to_owned()));
    }));
    let refusals: [fn(); 8] = [
        || drop(Stopping::new().gradient(-0.1)),
        || drop(Lbfgs::new().memory(0)),
        || drop(Lbfgs::new().wolfe(0.9, 0.1)),
        || drop(NewtonCg::new().products(0)),
        || drop(GradientDescent::new(-1.0)),
        || _ = Interval::new(1.0, 0.0),
        || drop(LeastSquares::new(&[1.0], &[1.0, 2.0])),
        || drop(CoordinateDescent::new(1.0).minimize(&mut LeastSquares::new(&[1.0], &[1.0]), &[0.0; 2])),
    ];
    let refused = refusals.map(|work| catch_unwind(work).is_err());
    set_hook(usual);

    assert_eq!(refused, [true; 8]);
    let here = Some(Location::caller().file().to_owned());
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), vec![here; 8]);
}
