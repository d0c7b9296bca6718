//! Every kind of chart with ordinary, empty, hostile and large inputs.

use crate::picture::Picture;
use wengert_figures::{Chart, GALLERY, Kind, LineChart, animation};

/// Numbers that are hard to draw.
fn hostile_numbers() -> Vec<(&'static str, Vec<f64>)> {
    vec![
        ("nothing", vec![]),
        ("one", vec![0.5]),
        ("equal", vec![3.0; 7]),
        ("zeros", vec![0.0; 4]),
        ("NaN", vec![f64::NAN]),
        ("infinite", vec![f64::INFINITY, f64::NEG_INFINITY]),
        ("mixed", vec![0.3, f64::NAN, 0.7, f64::INFINITY, -2.0, 0.0, 0.9]),
        ("largest", vec![f64::MAX, f64::MIN, 1.0, -1e300, 1e300]),
        ("smallest", vec![f64::MIN_POSITIVE, 5e-324, -1e-310, 0.0]),
        ("times", (0..50).map(|i| 1.7e9 + f64::from(i)).collect()),
        ("adjacent", vec![1.0, 1.0 + f64::EPSILON, 1.0]),
        ("magnitudes", (-20..20).map(|i| 10f64.powi(i)).collect()),
    ]
}

fn hostile_texts() -> Vec<String> {
    vec![
        String::new(),
        "loss (nats)".to_owned(),
        "</text><script>alert(1)</script>&amp;\"'>]]>".to_owned(),
        "\u{0}\u{1b}[31m\n\t\u{ffff}\u{202e}".to_owned(),
        "x".repeat(5000),
        "a very long title of several words ".repeat(40),
        "損失関数 的 損失 \u{1f600} מודל ".repeat(20),
    ]
}

/// Reads a picture and asserts what holds for all.
#[track_caller]
fn checked(kind: &Kind, input: &str, svg: &str) -> Picture {
    let name = format!("{} of {input}", kind.name);
    let picture = Picture::read(svg);
    picture.assert_inside(&name);
    assert!(!picture.description.is_empty(), "{name} has no description");
    // Images contain any letters.
    let svg: String =
        svg.split("base64,").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect();
    for forbidden in ["NaN", "inf\"", "<script", "<a ", "url(", "@import"] {
        assert!(!svg.contains(forbidden), "{name} contains {forbidden}");
    }
    assert_eq!(svg.matches("http").count(), 1, "{name} refers to more than the name space of SVG");
    picture
}

#[test]
fn every_example_shows_its_title_its_labels_and_its_legend() {
    assert!(GALLERY.len() >= 13);
    for kind in GALLERY {
        let figure = (kind.example)();
        let picture = checked(kind, "the example", &figure.svg());
        let text = picture.text();
        assert!(text.starts_with(figure.title()), "{}: {text}", kind.name);
        let words = picture
            .description
            .split(". ")
            .flat_map(|part| part.split(" against "))
            .flat_map(|part| part.split(", "));
        let words: Vec<&str> = words.collect();
        assert!(words.len() >= 2, "{}: {words:?}", kind.name);
        // Notes may be broken into lines.
        let flat = text.replace('\n', " ");
        for word in words {
            assert!(flat.contains(word), "{}: {word} is not in the picture: {flat}", kind.name);
        }
        assert!(picture.points.len() > 20 || picture.images > 0, "{} draws nothing", kind.name);
    }
}

#[test]
fn every_kind_draws_any_numbers_inside_its_frame() {
    for kind in GALLERY {
        for (name, numbers) in hostile_numbers() {
            checked(kind, name, &(kind.of_any)(&numbers, "loss (nats)").svg());
        }
    }
}

#[test]
fn every_kind_draws_any_texts_inside_its_frame() {
    let numbers: Vec<f64> = (1..30).map(|i| f64::from(i) / 30.0).collect();
    for kind in GALLERY {
        for text in hostile_texts() {
            let picture = checked(kind, &format!("{text:.20?}"), &(kind.of_any)(&numbers, &text).svg());
            assert!(picture.height < 900.0, "{}: {:.20?}: {} pixels", kind.name, text, picture.height);
        }
    }
}

#[test]
fn values_that_are_left_out_are_counted_below_the_chart() {
    let numbers = [0.25, f64::NAN, 0.75, f64::INFINITY, 0.5, 0.5];
    // A matrix contains whole numbers.
    for kind in GALLERY.iter().filter(|kind| kind.name != "confusion_matrix") {
        let text = checked(kind, "mixed", &(kind.of_any)(&numbers, "loss").svg()).text();
        let counted = ["not finite", "not probabilities", "predicts no class", "outside of the picture"];
        assert!(counted.iter().any(|note| text.contains(note)), "{}: {text}", kind.name);
    }
    for kind in GALLERY {
        let text = checked(kind, "nothing", &(kind.of_any)(&[], "loss").svg()).text();
        let noted = ["no values", "no examples", "not finite"].iter().any(|note| text.contains(note));
        assert!(noted, "{} does not say that it is empty: {text}", kind.name);
    }
}

#[test]
fn a_chart_has_the_same_bytes_each_time() {
    for kind in GALLERY {
        assert_eq!((kind.example)().svg(), (kind.example)().svg(), "{}", kind.name);
    }
}

#[test]
fn ten_thousand_values_take_at_most_240_kilobytes() {
    let numbers: Vec<f64> = (0..10_000).map(|i| f64::from(i * 7919 % 10_007) / 10_007.0).collect();
    for kind in GALLERY {
        let svg = (kind.of_any)(&numbers, "value").svg();
        checked(kind, "ten thousand", &svg);
        assert!(svg.len() < 240_000, "{}: {} bytes", kind.name, svg.len());
    }
}

#[test]
fn the_examples_take_at_most_100_kilobytes_each() {
    for kind in GALLERY {
        let svg = (kind.example)().svg();
        assert!(svg.len() < 100_000, "{}: {} bytes", kind.name, svg.len());
    }
}

#[test]
fn points_are_drawn_without_a_line_and_lines_of_one_name_are_not_connected() {
    let pairs = vec![vec![[0.0, 1.0], [1.0, 2.0]], vec![[0.0, 3.0], [1.0, 4.0]]];
    let chart = |chart: LineChart| Picture::read(&chart.include_y(&[0.0, 10.0]).svg());
    let new = || LineChart::new("x", "y");
    let [x, y] = [[0.0, 0.0, 1.0, 1.0], [1.0, 3.0, 2.0, 4.0]];
    let (points, lines) = (chart(new().points("f", &x, &y)), chart(new().lines("f", &pairs)));
    assert!(points.text().contains("10"), "the axis contains what is included");
    assert_eq!(points.text(), lines.text());
    let has_dots = |chart: LineChart| chart.svg().contains("stroke-linecap");
    assert!(has_dots(new().points("f", &x, &y)) && !has_dots(new().lines("f", &pairs)));
    let one = Picture::read(&new().line("f", &x, &y).include_y(&[0.0, 10.0]).svg());
    assert!(one.points != lines.points);
}

#[test]
fn an_animation_contains_every_frame_and_what_they_share_once() {
    let x = [0.0, 1.0];
    let frame = |slope: f64| {
        let chart =
            LineChart::new("time (s)", "y").line("f", &x, &x.map(|x| slope * x)).include_y(&[0.0, 3.0]);
        chart.figure().note(&format!("slope {slope}"))
    };
    let moving = animation(&[1.0, 2.0, 3.0].map(frame), 0.25);
    Picture::read(&moving).assert_inside("an animation");
    for (text, times) in [("slope 1<", 1), ("slope 2<", 1), ("slope 3<", 1), ("time (s)<", 1)] {
        assert_eq!(moving.matches(text).count(), times, "{text}");
    }
    assert!(moving.len() < 2 * frame(1.0).svg().len());
}
