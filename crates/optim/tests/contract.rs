//! What every optimizer promises: inference of the precision, steady lengths, refused settings.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wengert_optim::{Adam, Optimizer, Sgd};

fn message_of(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("should have panicked");
    panic.downcast_ref::<String>().expect("the message is formatted").clone()
}

fn every_optimizer() -> [Box<dyn Optimizer<f64>>; 3] {
    [Box::new(Sgd::new(0.1)), Box::new(Sgd::new(0.1).momentum(0.9)), Box::new(Adam::new(0.1))]
}

#[test]
fn the_precision_is_inferred_from_use() {
    fn takes_narrow(mut optimizer: impl Optimizer<f32>) -> &'static str {
        optimizer.step(&mut [0.0], &[1.0]);
        optimizer.name()
    }
    assert_eq!(takes_narrow(Adam::new(1e-3)), "adam");
    assert_eq!(takes_narrow(Sgd::new(1e-3).momentum(0.9)), "sgd");
}

#[test]
fn a_gradient_of_another_length_is_refused_naming_both() {
    for mut optimizer in every_optimizer() {
        let message = message_of(|| optimizer.step(&mut [0.0; 3], &[0.0; 2]));
        assert!(message.contains("3 parameters") && message.contains("length 2"), "{message}");
    }
}

#[test]
fn a_later_step_of_another_length_is_refused_naming_both() {
    for mut optimizer in every_optimizer() {
        optimizer.step(&mut [0.0; 3], &[1.0; 3]);
        let message = message_of(|| optimizer.step(&mut [0.0; 4], &[1.0; 4]));
        assert!(message.contains("4 parameters") && message.contains("had 3"), "{message}");
    }
}

#[test]
fn a_refused_step_leaves_the_optimizer_usable() {
    for (mut optimizer, mut untroubled) in every_optimizer().into_iter().zip(every_optimizer()) {
        let (mut w, mut u) = ([1.0; 3], [1.0; 3]);
        message_of(|| optimizer.step(&mut [0.0; 4], &[1.0; 5]));
        optimizer.step(&mut w, &[1.0; 3]);
        untroubled.step(&mut u, &[1.0; 3]);
        assert_eq!(w, u);
    }
}

#[test]
fn settings_out_of_range_are_refused_naming_argument_value_and_range() {
    let rate = "learning rate is -0.1, must be in [0, inf)";
    assert!(message_of(|| drop(Sgd::<f32>::new(-0.1))).contains(rate));
    assert!(message_of(|| drop(Adam::<f32>::new(-0.1))).contains(rate));
    assert!(message_of(|| drop(Adam::<f32>::new(f64::NAN))).contains("learning rate is NaN"));
    assert!(message_of(|| drop(Sgd::<f32>::new(f64::INFINITY))).contains("learning rate is inf"));
    for mut optimizer in every_optimizer() {
        assert!(message_of(|| optimizer.set_learning_rate(-0.1)).contains(rate));
        assert_eq!(optimizer.learning_rate(), 0.1);
    }

    let sgd = || Sgd::<f32>::new(0.1);
    assert!(message_of(|| drop(sgd().momentum(1.0))).contains("momentum is 1, must be in [0, 1)"));
    assert!(message_of(|| drop(sgd().weight_decay(-1.0))).contains("weight decay is -1"));

    let adam = || Adam::<f32>::new(0.1);
    assert!(message_of(|| drop(adam().betas(-0.5, 0.9))).contains("beta1 is -0.5, must be in [0, 1)"));
    assert!(message_of(|| drop(adam().betas(0.9, 1.5))).contains("beta2 is 1.5, must be in [0, 1)"));
    assert!(message_of(|| drop(adam().epsilon(0.0))).contains("epsilon is 0, must be in (0, inf)"));
    assert!(message_of(|| drop(adam().decoupled_weight_decay(f64::NAN))).contains("weight decay is NaN"));
}

#[test]
fn an_epsilon_that_the_precision_cannot_hold_is_refused() {
    let wide = Adam::<f64>::new(0.1).epsilon(1e-60);
    assert_eq!(wide.name(), "adam");
    assert!(message_of(|| drop(Adam::<f32>::new(0.1).epsilon(1e-60))).contains("epsilon"));
}
