//! Methods whose result is an average of their points.

use crate::panics::message_of;
use crate::support::noise;
use wengert_optim::{Adam, Asgd, Group, Grouped, Optimizer, ScheduleFreeAdamW, ScheduleFreeSgd};

const RECORDED: [usize; 14] = [1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50];

/// The optimizer of this name in `goldens/make.py`, with its rates.
fn by_golden_name(name: &str, function: usize) -> Box<dyn Optimizer<f64>> {
    let (steep, even) = ([5e-3, 2e-4, 5e-2][function], 5e-2);
    match name {
        "asgd" => Box::new(Asgd::new(steep)),
        "asgd_all" => Box::new(Asgd::new(steep).shrinkage(0.01).power(0.5).start(5).weight_decay(0.1)),
        "schedule_free_sgd" => Box::new(ScheduleFreeSgd::new(steep)),
        "schedule_free_sgd_all" => {
            Box::new(ScheduleFreeSgd::new(steep).beta(0.8).warm_up(12).weight_decay(0.1))
        }
        "schedule_free_adamw" => Box::new(ScheduleFreeAdamW::new(even)),
        "schedule_free_adamw_all" => {
            let optimizer = ScheduleFreeAdamW::new(even).betas(0.8, 0.95).epsilon(1e-3).warm_up(12);
            Box::new(optimizer.decoupled_weight_decay(0.1))
        }
        _ => panic!("{name} is not in make.py"),
    }
}

type Gradient = fn([f64; 2]) -> [f64; 2];

const FUNCTIONS: [(&str, Gradient, [f64; 2]); 3] = [
    ("bowl", |[x, y]| [x, 100.0 * y], [1.0, 1.0]),
    ("rosenbrock", |[x, y]| [-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)], [-1.2, 1.0]),
    ("saddle", |[x, y]| [x, y * y * y - y], [1.0, 0.01]),
];

#[test]
fn points_and_averages_agree_with_pytorch_and_the_code_of_the_authors() {
    let text = include_str!("goldens/averaging.txt");
    let mut lines = text.lines().peekable();
    let mut count = 0;
    while let Some(title) = lines.next() {
        let (name, function) = title.split_once(' ').unwrap();
        let at = FUNCTIONS.iter().position(|(known, ..)| *known == function).unwrap();
        let (_, gradient, start) = FUNCTIONS[at];
        let (mut optimizer, mut w) = (by_golden_name(name, at), start);
        for step in 1..=50 {
            let slope = gradient(w);
            optimizer.step(&mut w, &slope);
            if !RECORDED.contains(&step) {
                continue;
            }
            let mut average = [0.0; 2];
            optimizer.write_average(&w, &mut average);
            let golden: Vec<f64> = lines.next().unwrap().split(' ').map(|x| x.parse().unwrap()).collect();
            let scale = golden.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            for (ours, theirs) in w.iter().chain(&average).zip(&golden) {
                let near = (ours - theirs).abs() <= 1e-12 * scale;
                assert!(near, "{title}, step {step}: {w:?} and {average:?}, should be {golden:?}");
            }
        }
        count += 1;
    }
    assert_eq!(count, 6 * 3);
}

/// All methods with an average.
fn averaging() -> [Box<dyn Optimizer<f64>>; 3] {
    [
        Box::new(Asgd::new(0.1).start(2)),
        Box::new(ScheduleFreeSgd::new(0.5)),
        Box::new(ScheduleFreeAdamW::new(0.1).warm_up(3)),
    ]
}

#[test]
fn the_average_of_noisy_steps_is_nearer_to_the_minimum_than_the_last_point() {
    for mut optimizer in averaging() {
        let (mut w, mut far, mut near) = ([1.0], 0.0, 0.0);
        for step in 0..4000 {
            let gradient = [w[0] + 3.0 * noise(1, step)];
            optimizer.step(&mut w, &gradient);
            let mut average = [0.0];
            optimizer.write_average(&w, &mut average);
            if step >= 3000 {
                (far, near) = (far + w[0].abs(), near + average[0].abs());
            }
        }
        assert!(optimizer.has_average() && near < 0.5 * far, "{}: {near} and {far}", optimizer.name());
    }
}

#[test]
fn parameters_that_never_moved_are_their_own_average() {
    for mut optimizer in averaging() {
        let mut w = [1.0, 2.0, 3.0];
        (0..5).for_each(|step| {
            optimizer.step_groups(&mut w, &[0.5, noise(2, step), 1.0], &[Group::frozen(2..3)]);
        });
        let mut average = [0.0; 3];
        optimizer.write_average(&w, &mut average);
        assert!(average[2] == 3.0 && average[0] != 3.0 && average[0] < 1.0, "{average:?}");
        let wrong = message_of(|| optimizer.write_average(&[1.0; 2], &mut [0.0; 2]));
        assert!(wrong.contains("2 parameters, but the first step had 3"), "{wrong}");
    }
    let mut other = [0.0; 2];
    Adam::new(0.1).write_average(&[1.0, 2.0], &mut other);
    assert!(other == [1.0, 2.0] && !Optimizer::<f64>::has_average(&Adam::<f64>::new(0.1)));
    let grouped = Grouped::new(ScheduleFreeSgd::<f64>::new(0.1), [Group::frozen(0..1)]);
    assert!(grouped.has_average());
}

#[test]
fn an_interpolation_of_zero_is_refused() {
    let zero = message_of(|| drop(ScheduleFreeSgd::<f32>::new(0.1).beta(0.0)));
    assert_eq!(zero, "Schedule-Free SGD: beta is 0, must be positive");
    let one = message_of(|| drop(ScheduleFreeAdamW::<f32>::new(0.1).betas(1.0, 0.9)));
    assert_eq!(one, "Schedule-Free AdamW: beta is 1, must be in [0, 1)");
    assert!(message_of(|| drop(Asgd::<f32>::new(0.1).power(-1.0))).contains("ASGD: power is -1"));
    assert!(message_of(|| drop(Asgd::<f32>::new(-0.1))).contains("ASGD: learning rate is -0.1"));
}
