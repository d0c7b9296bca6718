//! SGD, momentum, Nesterov, AdaGrad, RMSProp and Adam compared on landscapes that show how they differ.

use crate::support::message_of;
use wengert_lab::{GradientNoise, Landscape, OptimizerPath, compare_optimizers};
use wengert_optim::{Adam, Sgd, trajectory};

const BOWL: Landscape = Landscape::Bowl { condition: 30.0 };

fn points<'a>(paths: &'a [OptimizerPath], optimizer: &str) -> &'a [[f64; 2]] {
    &paths.iter().find(|path| path.optimizer == optimizer).unwrap().points
}

/// The first step after which `reached` holds.
fn first(points: &[[f64; 2]], reached: impl Fn(&[f64; 2]) -> bool) -> Option<usize> {
    points.iter().position(reached)
}

/// The number of sign changes of a coordinate.
fn crossings(points: &[[f64; 2]], axis: usize) -> usize {
    points.windows(2).filter(|pair| pair[0][axis] * pair[1][axis] < 0.0).count()
}

/// The angle between the first step and the direction to the origin, in degrees.
fn first_turn(points: &[[f64; 2]]) -> f64 {
    let [start, next] = [points[0], points[1]];
    let step = [next[0] - start[0], next[1] - start[1]];
    let cosine =
        -(step[0] * start[0] + step[1] * start[1]) / (step[0].hypot(step[1]) * start[0].hypot(start[1]));
    cosine.clamp(-1.0, 1.0).acos().to_degrees()
}

fn distance([x, y]: [f64; 2]) -> f64 {
    x.hypot(y)
}

#[test]
fn gradients_of_the_landscapes_agree_with_central_differences() {
    for landscape in [BOWL, Landscape::Saddle, Landscape::TwoWells] {
        for [x, y] in [[0.3, -0.7], [-1.2, 0.4], [2.0, 1.1]] {
            let h = 1e-5;
            let gradient = landscape.gradient([x, y]);
            let along_x = (landscape.value([x + h, y]) - landscape.value([x - h, y])) / (2.0 * h);
            let along_y = (landscape.value([x, y + h]) - landscape.value([x, y - h])) / (2.0 * h);
            // Central differences: h^2 times third derivatives of at most 12, and rounding over h.
            assert!(
                (gradient[0] - along_x).abs() < 1e-8 && (gradient[1] - along_y).abs() < 1e-8,
                "{landscape:?}"
            );
        }
    }
}

#[test]
fn the_critical_points_are_the_documented_ones() {
    let flat = |landscape: Landscape, at| landscape.gradient(at).iter().all(|g| g.abs() < 1e-4);
    let wells = Landscape::TwoWells;
    assert!([0.9456, 0.1010, -1.0467].iter().all(|&x| flat(wells, [x, 0.0])));
    assert!(wells.value([-1.0467, 0.0]) < wells.value([0.9456, 0.0]));
    assert!(wells.value([0.9456, 0.0]) < wells.value([0.1010, 0.0]));
    assert!([[0.0, 0.0], [0.0, 1.0], [0.0, -1.0]].iter().all(|&at| flat(Landscape::Saddle, at)));
    assert!(Landscape::Saddle.value([0.0, 1.0]) < 0.0);
}

#[test]
fn in_an_ill_conditioned_bowl_momentum_overshoots_and_arrives_sooner() {
    let paths = compare_optimizers(BOWL, 0.02, 400, None);
    let (sgd, momentum) = (points(&paths, "sgd"), points(&paths, "momentum"));
    // Descent approaches slowly along the flat direction, from one side: 0.98^t. The velocity carries
    // momentum past the minimum.
    assert_eq!((crossings(sgd, 0), crossings(sgd, 1)), (0, 0));
    let lowest = momentum.iter().fold(f64::INFINITY, |least, at| least.min(at[0]));
    assert!(crossings(momentum, 0) >= 2 && lowest < -0.25, "{lowest}");
    let arrival = |name: &str| {
        let path = points(&paths, name);
        path.iter().rposition(|&at| distance(at) > 1e-2).unwrap() + 1
    };
    assert!(2 * arrival("momentum") < arrival("sgd"), "{} {}", arrival("momentum"), arrival("sgd"));
    // The look-ahead gradient reduces the overshoot.
    let nesterov = points(&paths, "nesterov").iter().fold(f64::INFINITY, |least, at| least.min(at[0]));
    assert!(lowest < nesterov && nesterov < 0.0, "{lowest} {nesterov}");
    assert!(arrival("nesterov") < arrival("momentum"), "{} {}", arrival("nesterov"), arrival("momentum"));
}

#[test]
fn rms_prop_heads_for_the_minimum_where_descent_goes_down_the_steep_direction_first() {
    let paths = compare_optimizers(BOWL, 0.02, 400, None);
    // The gradient (1, 30) is 43 degrees away from the direction to the minimum; its signs point in that
    // direction.
    let exact = 30.0_f64.atan().to_degrees() - 45.0;
    for name in ["sgd", "momentum", "nesterov"] {
        assert!((first_turn(points(&paths, name)) - exact).abs() < 1e-9, "{name}");
    }
    for name in ["adagrad", "rmsprop", "adam"] {
        assert!(first_turn(points(&paths, name)) < 1e-3, "{name}: {}", first_turn(points(&paths, name)));
    }
    // Halfway, RMSProp is still close to the diagonal, while y of descent is almost 0.
    let halfway = |name: &str| {
        let path = points(&paths, name);
        path[first(path, |at| at[0] < 0.5).unwrap()]
    };
    let (bent, steep) = (halfway("rmsprop"), halfway("sgd"));
    assert!((bent[1] / bent[0] - 1.0).abs() < 0.1 && steep[1].abs() < 1e-6, "{bent:?} {steep:?}");
}

#[test]
fn momentum_leaves_the_saddle_long_before_descent() {
    let paths = compare_optimizers(Landscape::Saddle, 0.05, 600, None);
    let escape = |name: &str| first(points(&paths, name), |at| at[1] > 0.5);
    let sgd = escape("sgd").unwrap();
    // From 1e-3 next to the ridge, the distance grows by 1.05 per step: ln 500 / ln 1.05 = 127 steps, and
    // more as the slope flattens.
    assert!((127..150).contains(&sgd), "{sgd}");
    assert!(2 * escape("momentum").unwrap() < sgd && 2 * escape("nesterov").unwrap() < sgd);
    // On the way it crosses the valley of the saddle, which descent never does.
    assert_eq!(crossings(points(&paths, "sgd"), 0), 0);
    assert!(crossings(points(&paths, "momentum"), 0) >= 2);
    // Steps that do not depend on the size of the gradient leave first.
    assert!(["adagrad", "rmsprop", "adam"].iter().all(|name| escape(name).unwrap() < sgd / 2));
    for path in &paths {
        let end = path.points[600];
        // RMSProp keeps oscillating with an amplitude of about its rate.
        assert!((end[1] - 1.0).abs() < 0.06 && end[0].abs() < 0.06, "{}: {end:?}", path.optimizer);
    }
}

#[test]
fn momentum_passes_a_local_minimum_that_stops_descent() {
    let paths = compare_optimizers(Landscape::TwoWells, 0.02, 2000, None);
    let end = |name: &str| points(&paths, name)[2000];
    assert!((end("sgd")[0] - 0.9456).abs() < 1e-4, "{:?}", end("sgd"));
    assert!((end("momentum")[0] + 1.0467).abs() < 1e-4, "{:?}", end("momentum"));
    // Methods that scale the gradient have no velocity either. The steps of AdaGrad have become so short
    // that it has not arrived yet.
    assert!((end("rmsprop")[0] - 0.9456).abs() < 0.03, "{:?}", end("rmsprop"));
    assert!((0.9456..1.2).contains(&end("adagrad")[0]), "{:?}", end("adagrad"));
}

#[test]
fn with_noisy_gradients_momentum_ends_in_a_wider_cloud_than_descent_and_adagrad_in_a_narrower_one() {
    let noise = GradientNoise { deviation: 1.0, seed: 7 };
    let steps = 20_000;
    let paths = compare_optimizers(Landscape::Bowl { condition: 1.0 }, 0.02, steps, Some(noise));
    let spread_from = |name: &str, step: usize| {
        let tail = &points(&paths, name)[step..];
        tail.iter().map(|at| distance(*at).powi(2)).sum::<f64>() / (2.0 * tail.len() as f64)
    };
    let spread = |name: &str| spread_from(name, steps / 4);
    // For a gradient x + noise, the variance v of x <- x - eta (x + noise) is eta / (2 - eta), and with
    // momentum rho eta (1 + rho) / ((1 - rho) (2 (1 + rho) - eta)). 15 000 steps are some 300 independent
    // points in two directions: 6 %; four of that.
    let exact = 0.02 / 1.98;
    assert!((spread("sgd") / exact - 1.0).abs() < 0.24, "{} {exact}", spread("sgd"));
    let exact = 0.02 * 1.9 / (0.1 * (2.0 * 1.9 - 0.02));
    assert!((spread("momentum") / exact - 1.0).abs() < 0.24, "{} {exact}", spread("momentum"));
    // Its rate falls like 0.02 / sqrt t, to 0.00015, when the sum of the rates, 5, has made it forget the
    // start.
    let late = spread_from("adagrad", steps - steps / 8);
    assert!(late < 0.05 * spread("sgd"), "{late}");
}

#[test]
fn a_comparison_can_be_repeated_and_every_optimizer_gets_the_same_noise() {
    let noise = |seed| Some(GradientNoise { deviation: 0.5, seed });
    let paths = compare_optimizers(BOWL, 0.02, 50, noise(1));
    assert_eq!(paths, compare_optimizers(BOWL, 0.02, 50, noise(1)));
    assert_ne!(paths, compare_optimizers(BOWL, 0.02, 50, noise(2)));
    // The first steps of descent, momentum and Nesterov use the same gradient and the same noise.
    assert_eq!(points(&paths, "sgd")[1], points(&paths, "momentum")[1]);
    let names: Vec<&str> = paths.iter().map(|path| path.optimizer).collect();
    assert_eq!(names, ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]);
    assert!(paths.iter().all(|path| path.points.len() == 51 && path.points[0] == BOWL.start()));
}

#[test]
fn a_trajectory_has_the_start_and_the_point_after_every_step() {
    let path = trajectory(&mut Sgd::new(0.25), |w, g| g[0] += 2.0 * w[0], &[8.0_f32], 3);
    assert_eq!(path, [[8.0], [4.0], [2.0], [1.0]]);
    assert_eq!(trajectory(&mut Adam::new(0.1), |_, _| unreachable!(), &[1.0_f64, 2.0], 0), [[1.0, 2.0]]);
}

#[test]
fn rates_and_deviations_out_of_range_are_refused() {
    let rate = message_of(|| drop(compare_optimizers(BOWL, -0.1, 1, None)));
    assert_eq!(rate, "compare_optimizers: rate is -0.1, must be in (0, inf)");
    let noise = Some(GradientNoise { deviation: f64::NAN, seed: 0 });
    let deviation = message_of(|| drop(compare_optimizers(BOWL, 0.1, 1, noise)));
    assert_eq!(deviation, "compare_optimizers: deviation of the noise is NaN, must be in (0, inf)");
}
