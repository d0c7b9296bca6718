//! Generated classifications.

use crate::support::{counts, labels_of};
use wengert_data::{Dataset, blobs, checkerboard, circles, gaussian_quantiles, moons, spiral, xor};

#[test]
fn generators_make_the_least_number_of_points_and_refuse_fewer() {
    type Generator = fn(usize) -> Dataset;
    let generators: [(&str, usize, Generator); 8] = [
        ("spiral", 1, |n| spiral(1, n, 0.1, 1)),
        ("moons", 2, |n| moons(n, 0.1, 1)),
        ("circles", 2, |n| circles(n, 0.1, 0.5, 1)),
        ("xor", 2, |n| xor(n, 0.1, 1)),
        ("blobs", 1, |n| blobs(1, n, 0.1, 1)),
        ("blobs", 3, |n| blobs(3, n, 0.1, 1)),
        ("checkerboard", 2, |n| checkerboard(3, n, 0.1, 1)),
        ("gaussian quantiles", 4, |n| gaussian_quantiles(4, n, 2, 1)),
    ];
    for (name, least, make) in generators {
        for n in least..least + 5 {
            let data = make(n);
            assert_eq!((data.examples(), data.width()), (n, 2), "{name}");
        }
        for n in 0..least {
            let panic = std::panic::catch_unwind(|| make(n)).expect_err(name);
            let message = panic.downcast::<String>().expect("a message");
            assert!(message.contains(&format!("is {n}, must be at least {least}")), "{message}");
        }
    }
    assert!(std::panic::catch_unwind(|| spiral(0, 5, 0.1, 1)).is_err());
    assert!(std::panic::catch_unwind(|| blobs(0, 5, 0.1, 1)).is_err());
    assert!(std::panic::catch_unwind(|| checkerboard(1, 5, 0.1, 1)).is_err());
    assert!(std::panic::catch_unwind(|| gaussian_quantiles(0, 5, 2, 1)).is_err());
    assert!(std::panic::catch_unwind(|| gaussian_quantiles(2, 5, 0, 1)).is_err());
}

#[test]
fn moons_are_two_half_circles() {
    let data = moons(7, 0.0, 1);
    assert_eq!(labels_of(&data), [0, 0, 0, 1, 1, 1, 1]);
    let places = [(0, [1.0, 0.0]), (1, [0.0, 1.0]), (2, [-1.0, 0.0]), (3, [0.0, 0.5]), (6, [2.0, 0.5])];
    for (i, [x, y]) in places {
        assert!(
            (data.row(i)[0] - x).abs() < 1e-6 && (data.row(i)[1] - y).abs() < 1e-6,
            "{i}: {:?}",
            data.row(i)
        );
    }
}

#[test]
fn circles_have_radius_one_and_factor() {
    let data = circles(9, 0.0, 0.5, 1);
    assert_eq!(counts(&data), [4, 5]);
    for (i, &label) in labels_of(&data).iter().enumerate() {
        let radius = data.row(i)[0].hypot(data.row(i)[1]);
        assert!((radius - if label == 0 { 1.0 } else { 0.5 }).abs() < 1e-6, "{i}: {radius}");
    }
    assert_eq!(data.row(0), [1.0, 0.0]);
}

#[test]
fn the_arms_of_a_spiral_are_rotated_copies_of_each_other() {
    let data = spiral(2, 50, 0.0, 1);
    assert_eq!(counts(&data), [50, 50]);
    for i in 0..50 {
        let (a, b) = (data.row(i), data.row(i + 50));
        assert!((a[0] + b[0]).abs() < 1e-5 && (a[1] + b[1]).abs() < 1e-5, "{a:?} {b:?}");
        assert!((a[0].hypot(a[1]) - (i + 1) as f32 / 10.0).abs() < 1e-5);
    }
    // Half way, at radius 2.5, the arm is 7/8 turns from the upward axis.
    let middle = data.row(24);
    assert!(middle.iter().zip([-1.767767, 1.767767]).all(|(x, y)| (x - y).abs() < 1e-5), "{middle:?}");
}

#[test]
fn the_labels_of_xor_follow_the_signs_with_a_margin() {
    let data = xor(102, 0.0, 1);
    assert_eq!(counts(&data), [51, 51]);
    for (i, &label) in labels_of(&data).iter().enumerate() {
        let [x, y] = [data.row(i)[0], data.row(i)[1]];
        assert_eq!(label == 1, x * y < 0.0);
        assert!([x, y].iter().all(|c| (0.1..=1.0).contains(&c.abs())), "{x} {y}");
    }
}

#[test]
fn blobs_have_the_given_spread_around_their_centres() {
    let (data, centres) = (blobs(3, 3001, 0.5, 1), blobs(3, 3001, 0.0, 1));
    assert_eq!(counts(&data), [1001, 1000, 1000]);
    let squares: f32 = data.features().iter().zip(centres.features()).map(|(x, c)| (x - c).powi(2)).sum();
    // 6002 draws: the estimate has a relative standard deviation of 0.9 %.
    assert!(((squares / 6002.0).sqrt() - 0.5).abs() < 0.025, "{squares}");
    assert!(centres.features().iter().all(|c| c.abs() <= 10.0));
}

#[test]
fn noise_has_the_given_deviation() {
    let (noisy, clean) = (moons(5000, 0.2, 3), moons(5000, 0.0, 3));
    let squares: f32 = noisy.features().iter().zip(clean.features()).map(|(x, c)| (x - c).powi(2)).sum();
    assert!(((squares / 10_000.0).sqrt() - 0.2).abs() < 0.008, "{squares}");
}

#[test]
#[should_panic(expected = "moons: noise is -0.1, must be in [0, inf)")]
fn negative_noise_is_refused() {
    let _ = moons(10, -0.1, 1);
}

#[test]
#[should_panic(expected = "circles: factor is 1, must be in [0, 1)")]
fn a_factor_of_one_is_refused() {
    let _ = circles(10, 0.1, 1.0, 1);
}

#[test]
#[should_panic(expected = "blobs: n is 2, must be at least 3")]
fn fewer_points_than_classes_are_refused() {
    let _ = blobs(3, 2, 1.0, 1);
}

#[test]
fn the_classes_of_a_checkerboard_alternate_like_its_squares() {
    let data = checkerboard(3, 90, 0.0, 1);
    assert_eq!(counts(&data), [50, 40], "five black and four white squares of ten points");
    let mut squares = [0; 9];
    for (i, &label) in labels_of(&data).iter().enumerate() {
        let [x, y] = [data.row(i)[0], data.row(i)[1]].map(|x| x as usize);
        assert_eq!(label as usize, (x + y) % 2);
        squares[3 * y + x] += 1;
    }
    assert_eq!(squares, [10; 9]);
}

#[test]
fn gaussian_quantiles_are_shells_of_equal_size() {
    let data = gaussian_quantiles(3, 1000, 4, 1);
    assert_eq!((data.width(), counts(&data)), (4, vec![333, 333, 334]));
    let radius = |i: usize| data.row(i).iter().map(|x| x * x).sum::<f32>();
    let labels = labels_of(&data);
    for (a, b) in (1..1000).map(|i| (i - 1, i)) {
        // Radii are compared in another precision than that of the generator.
        assert!(radius(a) <= radius(b) * (1.0 + 1e-6) && labels[a] <= labels[b], "{a}");
    }
    let mean = (0..1000).map(radius).sum::<f32>() / 1000.0;
    // The squared distance has mean 4 and variance 8: four standard errors are 0.36.
    assert!((mean - 4.0).abs() < 0.36, "{mean}");
}
