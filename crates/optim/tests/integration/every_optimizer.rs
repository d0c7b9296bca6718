//! The contract of an optimizer, for every optimizer in the list of the crate.

use wengert_optim::{
    ArrayShape, Average, Float, GradientScaling, Group, Optimizer, OptimizerSample, all_optimizers,
};

use crate::panics::message_of;
use crate::support::{names, noise, optimizer};

/// Whether the parameters decay: ASGD has a shrinkage of its own.
fn decays<F: Float>(optimizer: &dyn Optimizer<F>) -> bool {
    let is_decay = |name: &str| name.ends_with("weight_decay") || name == "shrinkage";
    optimizer.state().settings.iter().any(|(name, value)| is_decay(name) && *value > 0.0)
}

/// Whether steps depend on more than gradients and the rate: those of Adafactor follow the size of the
/// parameters, and those of Prodigy the distance from the start, which depends on earlier rates.
fn is_relative<F: Float>(sample: &OptimizerSample<F>) -> bool {
    ["adafactor", "prodigy"].contains(&sample.optimizer.name())
}

/// The samples without weight decay, at a rate.
fn undecayed(rate: f64) -> impl Iterator<Item = OptimizerSample<f64>> {
    all_optimizers::<f64>(rate).into_iter().filter(|sample| !decays(&*sample.optimizer))
}

/// The gradient of every parameter in a step, away from zero.
fn gradient(step: usize, factor: f64) -> [f64; 4] {
    [0, 1, 2, 3].map(|i| factor * (noise(i, step) + 0.25_f64.copysign(noise(i, step))))
}

/// The points that the gradients of 40 steps, multiplied by a factor, lead to.
fn walk(optimizer: &mut dyn Optimizer<f64>, start: [f64; 4], factor: f64) -> Vec<[f64; 4]> {
    let mut w = start;
    let steps = (0..40).map(|step| {
        optimizer.step(&mut w, &gradient(step, factor));
        w
    });
    steps.collect()
}

/// Compares points with a tolerance relative to the largest of their numbers.
fn assert_near(a: &[[f64; 4]], b: &[[f64; 4]], tolerance: f64, name: &str) {
    let largest = a.iter().chain(b).flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
    for (step, (a, b)) in a.iter().zip(b).enumerate() {
        let near = a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * largest);
        assert!(near, "{name}, step {step}: {a:?} {b:?}");
    }
}

/// The number of steps until the first one that moves the parameters: ADOPT measures before.
fn first_moving_step(name: &str) -> usize {
    if name.starts_with("adopt") { 2 } else { 1 }
}

#[test]
fn the_first_step_goes_against_the_gradient_in_every_coordinate() {
    for mut sample in undecayed(0.1) {
        let (mut w, g) = ([1.0, -1.0, 0.5, 0.0], [3.0, -0.25, 1e-2, 40.0]);
        let before = w;
        (0..first_moving_step(sample.name)).for_each(|_| sample.optimizer.step(&mut w, &g));
        for i in 0..4 {
            assert!((w[i] - before[i]) * g[i] < 0.0, "{}: from {before:?} to {w:?}", sample.name);
        }
    }
}

/// The value of a bowl with curvatures 1 and 10 around `(0.5, -0.25)`, before and at the end of a descent.
fn descend<F: Float>(optimizer: &mut dyn Optimizer<F>, start: [f64; 2], steps: usize) -> (f64, f64) {
    let value = |w: &[F; 2]| {
        let (x, y) = (w[0].widened() - 0.5, w[1].widened() + 0.25);
        0.5 * (x * x + 10.0 * y * y)
    };
    let mut w = start.map(F::literal);
    let before = value(&w);
    for _ in 0..steps {
        let slope = [w[0] - F::literal(0.5), F::literal(10.0) * (w[1] + F::literal(0.25))];
        optimizer.step(&mut w, &slope);
    }
    (before, value(&w))
}

fn assert_descends<F: Float>() {
    for start in [[2.0, 1.0], [-1.0, 0.5], [0.6, -2.0], [30.0, -20.0]] {
        for mut sample in all_optimizers::<F>(0.05) {
            let name = sample.name;
            // Its first steps are 5e-8, which single precision cannot add to 30.
            if name == "prodigy" && start[0] == 30.0 && F::epsilon() > F::literal(1e-10) {
                continue;
            }
            // Steps that are scaled are short compared with the distance of the last start, and those of
            // Adadelta at this rate everywhere.
            let (before, after) = descend(&mut *sample.optimizer, start, 2000);
            let share = if name.starts_with("adadelta") || start[0] == 30.0 { 0.98 } else { 0.1 };
            assert!(after < share * before, "{name} from {start:?}: {before} to {after}");
        }
    }
}

#[test]
fn a_convex_bowl_is_descended_from_every_start_in_both_precisions() {
    assert_descends::<f64>();
    assert_descends::<f32>();
}

#[test]
fn both_precisions_visit_the_same_points_up_to_rounding() {
    for name in names() {
        let (mut narrow, mut wide) = (optimizer::<f32>(name, 0.01), optimizer::<f64>(name, 0.01));
        let (mut w, mut u) = ([1.0_f32, -1.0, 0.5, 0.0], [1.0_f64, -1.0, 0.5, 0.0]);
        for step in 0..40 {
            narrow.step(&mut w, &gradient(step, 1.0).map(|g| g as f32));
            wide.step(&mut u, &gradient(step, 1.0).map(|g| f64::from(g as f32)));
        }
        let near = w.iter().zip(u).all(|(w, u)| (f64::from(*w) - u).abs() < 2e-5);
        assert!(near, "{name}: {w:?} {u:?}");
    }
}

#[test]
fn steps_scale_with_the_gradients_as_documented() {
    // Small factors would make epsilon visible.
    for factor in [16.0, 1024.0] {
        for (mut plain, mut scaled) in
            all_optimizers::<f64>(0.01).into_iter().zip(all_optimizers::<f64>(0.01))
        {
            let start = [0.0; 4];
            let steps = walk(&mut *plain.optimizer, start, 1e3);
            let steps_scaled = walk(&mut *scaled.optimizer, start, 1e3 * factor);
            match plain.scaling {
                GradientScaling::Proportional => {
                    let expected: Vec<_> = steps.iter().map(|w| w.map(|x| factor * x)).collect();
                    assert_near(&steps_scaled, &expected, 1e-12, plain.name);
                }
                GradientScaling::Invariant => assert_near(&steps_scaled, &steps, 1e-4, plain.name),
                _ => {}
            }
        }
    }
}

#[test]
fn steps_are_proportional_to_the_learning_rate_where_nothing_decays() {
    let samples = |rate| undecayed(rate).filter(|sample| !is_relative(sample));
    for (mut slow, mut fast) in samples(0.01).zip(samples(0.04)) {
        let fast_steps = walk(&mut *fast.optimizer, [0.0; 4], 1.0);
        let expected: Vec<_> =
            walk(&mut *slow.optimizer, [0.0; 4], 1.0).iter().map(|w| w.map(|x| 4.0 * x)).collect();
        assert_near(&fast_steps, &expected, 1e-12, slow.name);
    }
    for mut sample in all_optimizers::<f64>(0.0) {
        assert_eq!(walk(&mut *sample.optimizer, [0.5; 4], 1.0), [[0.5; 4]; 40], "{}", sample.name);
    }
}

#[test]
fn steps_do_not_depend_on_the_origin_where_nothing_decays_and_are_odd() {
    let samples = || undecayed(0.01).filter(|sample| !is_relative(sample));
    for (mut here, mut there) in samples().zip(samples()) {
        let steps = walk(&mut *here.optimizer, [0.0; 4], 1.0);
        let moved: Vec<_> =
            walk(&mut *there.optimizer, [8.0; 4], 1.0).iter().map(|w| w.map(|x| x - 8.0)).collect();
        assert_near(&moved, &steps, 1e-10, here.name);
    }
    for (mut plain, mut mirrored) in all_optimizers::<f64>(0.1).into_iter().zip(all_optimizers::<f64>(0.1)) {
        let start = [1.0, -2.0, 0.5, 3.0];
        let steps = walk(&mut *plain.optimizer, start, 1.0);
        let mirror = walk(&mut *mirrored.optimizer, start.map(|x| -x), -1.0);
        let mirror: Vec<_> = mirror.iter().map(|w| w.map(|x| -x)).collect();
        assert_eq!(mirror, steps, "{}", plain.name);
    }
}

#[test]
fn weight_decay_shrinks_parameters_at_a_gradient_of_zero_and_nothing_else_moves_them() {
    for mut sample in all_optimizers::<f32>(0.1) {
        let mut w = [1.0, -0.5];
        (0..first_moving_step(sample.name)).for_each(|_| sample.optimizer.step(&mut w, &[0.0, 0.0]));
        let shrinks = 0.0 < w[0] && w[0] < 1.0 && -0.5 < w[1] && w[1] < 0.0;
        let expected = if decays(&*sample.optimizer) { shrinks } else { w == [1.0, -0.5] };
        assert!(expected, "{}: {w:?}", sample.name);
    }
}

#[test]
fn a_nan_in_the_gradient_reaches_its_parameter_and_no_other() {
    for mut sample in all_optimizers::<f64>(0.1) {
        let mut w = [1.0; 3];
        let steps = 0..first_moving_step(sample.name);
        steps.for_each(|_| sample.optimizer.step(&mut w, &[0.5, f64::NAN, 0.5]));
        assert!(w[0].is_finite() && w[1].is_nan() && w[2].is_finite(), "{}: {w:?}", sample.name);
    }
}

#[test]
fn a_gradient_of_another_length_is_refused_naming_both() {
    for mut sample in all_optimizers::<f64>(0.1) {
        let message = message_of(|| sample.optimizer.step(&mut [0.0; 3], &[0.0; 2]));
        assert!(message.contains("3 parameters") && message.contains("length 2"), "{message}");
    }
}

#[test]
fn a_later_step_of_another_length_is_refused_naming_both() {
    for mut sample in all_optimizers::<f64>(0.1) {
        sample.optimizer.step(&mut [0.0; 3], &[1.0; 3]);
        let message = message_of(|| sample.optimizer.step(&mut [0.0; 4], &[1.0; 4]));
        assert!(message.contains("4 parameters") && message.contains("had 3"), "{message}");
    }
    let mut average = Average::mean();
    average.update(&[1.0_f64; 3]);
    let message = message_of(|| average.update(&[1.0; 4]));
    assert!(message.contains("4 parameters") && message.contains("had 3"), "{message}");
}

#[test]
fn a_refused_step_leaves_the_optimizer_usable() {
    for name in names() {
        let (mut refused, mut other) = (optimizer(name, 0.1), optimizer(name, 0.1));
        let (mut w, mut u) = ([1.0; 3], [1.0_f64; 3]);
        message_of(|| refused.step(&mut [0.0; 4], &[1.0; 5]));
        refused.step(&mut w, &[1.0; 3]);
        other.step(&mut u, &[1.0; 3]);
        assert_eq!(w, u, "{name}");
    }
}

#[test]
fn steps_without_parameters_are_counted() {
    for mut sample in all_optimizers::<f32>(0.1) {
        (0..2).for_each(|_| sample.optimizer.step(&mut [], &[]));
        assert_eq!(sample.optimizer.state().steps, [(0, 0)], "{}", sample.name);
    }
}

#[test]
fn names_in_the_list_are_unique_and_begin_with_the_name_of_the_method() {
    let mut names = names();
    for sample in all_optimizers::<f32>(0.1) {
        let (first, method) = (sample.name.split(',').next(), sample.optimizer.name());
        assert!(first == Some(method) || ["amsgrad", "nadam", "adam"].contains(&first.unwrap()), "{method}");
    }
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

/// The number of subnormal numbers in the buffers.
fn subnormal(optimizer: &dyn Optimizer<f32>) -> usize {
    let buffers = optimizer.state().buffers;
    buffers.iter().flat_map(|(_, numbers)| numbers).filter(|x| x.is_subnormal()).count()
}

#[test]
fn no_number_in_a_buffer_becomes_subnormal_after_the_gradient_has_vanished() {
    for mut sample in all_optimizers::<f32>(0.1) {
        sample.optimizer.set_shapes(&[0, 4, 8].map(|start| ArrayShape { start, shape: vec![2, 2] }));
        let mut w = [0.5; 12];
        sample.optimizer.step(&mut w, &[1e-15; 12]);
        for step in 0..20_000 {
            sample.optimizer.step(&mut w, &[0.0; 12]);
            if step % 50 == 0 {
                assert_eq!(subnormal(&*sample.optimizer), 0, "{}, step {step}", sample.name);
            }
        }
    }
}

#[test]
fn a_step_that_is_divided_into_shares_has_the_bits_of_a_whole_one() {
    const LENGTH: usize = 37;
    let groups = [Group::frozen(3..6), Group::new(10..30).rate_factor(0.5).weight_decay(0.125)];
    let samples = || all_optimizers::<f32>(0.1).into_iter();
    let mut divided = 0;
    for ((mut whole, mut left), mut right) in samples().zip(samples()).zip(samples()) {
        let name = whole.name;
        if whole.optimizer.buffers_mut().is_none() {
            let step = || left.optimizer.step_share(0..1, &mut [1.0; 2], &[1.0; 2], &[]);
            assert!(message_of(step).contains("depend on those of other shares"), "{name}");
            continue;
        }
        divided += 1;
        let (mut w, mut u, mut v) = ([1.0; LENGTH], [1.0; LENGTH], [1.0; LENGTH]);
        for step in 0..6 {
            let gradient: [f32; LENGTH] = std::array::from_fn(|i| noise(i, step) as f32);
            whole.optimizer.step_groups(&mut w, &gradient, &groups);
            left.optimizer.step_share(0..17, &mut u, &gradient, &groups);
            right.optimizer.step_share(17..LENGTH, &mut v, &gradient, &groups);
            u[17..].copy_from_slice(&v[17..]);
            v[..17].copy_from_slice(&u[..17]);
            assert!(w.map(f32::to_bits) == u.map(f32::to_bits) && u == v, "{name}: {w:?} {u:?} {v:?}");
        }
        let others = right.optimizer.buffers_mut().unwrap();
        for (own, other) in left.optimizer.buffers_mut().unwrap().into_iter().zip(others) {
            own[17..].copy_from_slice(&other[17..]);
        }
        assert!(left.optimizer.state() == whole.optimizer.state(), "{name}: the states differ");
    }
    assert!(divided > 10);
}
