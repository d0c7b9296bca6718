//! Moving pictures: figures one after the other in one SVG file.

use crate::chart::picture;
use crate::figure::Figure;
use crate::layout::draw;
use crate::theme;
use std::fmt::Write;

/// The last figure stays for as long as this many others.
const HOLD: usize = 6;

/// The figures one after the other, again and again, as the text of an SVG file for light and dark pages.
///
/// `seconds` is the time per figure; the last one stays six times as long. What all figures have in
/// common, such as title, legend and axes, is stored once: charts of equal ranges
/// ([`LineChart::include_y`](crate::LineChart::include_y)) make small files. Readers who prefer reduced
/// motion, and programs that show no animations, see the last figure.
///
/// ```
/// use wengert_figures::{Chart, LineChart, animation};
///
/// let x = [0.0, 1.0, 2.0];
/// let chart = LineChart::new("x", "y").include_y(&[0.0, 6.0]);
/// let chart = |slope: f64| chart.clone().line("f", &x, &x.map(|x| slope * x));
/// let frames = [1.0, 2.0, 3.0].map(|slope| chart(slope).figure().note(&format!("slope {slope}")));
/// assert!(animation(&frames, 0.5).contains("slope 2"));
/// ```
///
/// # Panics
/// If there are no figures, or if the time is not positive and finite.
#[must_use]
#[track_caller]
pub fn animation(figures: &[Figure], seconds: f64) -> String {
    assert!(!figures.is_empty(), "an animation of no figures");
    assert!(seconds > 0.0 && seconds.is_finite(), "{seconds} seconds per figure; they must be positive");
    let frames: Vec<(String, f64)> = figures.iter().map(draw).collect();
    let elements: Vec<Vec<&str>> = frames.iter().map(|(body, _)| split(body)).collect();
    let is_shared = |element: &&str| elements.iter().all(|list| list.contains(element));
    let first = &elements[0];
    let below = first.iter().take_while(|element| is_shared(element)).count();
    let height = frames.iter().map(|(_, height)| *height).fold(0.0, f64::max);
    let slots = (figures.len() - 1 + HOLD) as f64;
    let [time, end, stay] = [slots * seconds, 100.0 / slots, 100.0 * HOLD as f64 / slots];
    let mut body: String = first[..below].concat();
    for (i, list) in elements.iter().enumerate() {
        let class = if i + 1 == elements.len() { "z" } else { "a" };
        let delay = i as f64 * seconds - time;
        let _ = write!(body, "<g class=\"{class}\" style=\"animation-delay:{delay:.3}s\">");
        body.extend(list.iter().copied().filter(|element| !is_shared(element)));
        body.push_str("</g>");
    }
    body.extend(first[below..].iter().copied().filter(is_shared));
    let style = format!(
        "{}.wg .a{{visibility:hidden}}.wg .a{{animation:wg-a {time:.3}s step-end infinite}}\
         .wg .z{{animation:wg-z {time:.3}s step-end infinite}}\
         @keyframes wg-a{{0%{{visibility:visible}}{end:.4}%,100%{{visibility:hidden}}}}\
         @keyframes wg-z{{0%{{visibility:visible}}{stay:.4}%,100%{{visibility:hidden}}}}\
         @media (prefers-reduced-motion:reduce){{.wg .a,.wg .z{{animation:none}}}}",
        theme::adaptive()
    );
    let last = &figures[figures.len() - 1];
    picture(&body, height, &last.description(), &format!("<style>{style}</style>"))
}

/// The elements of a picture, none of which contains another one.
fn split(body: &str) -> Vec<&str> {
    let starts = body.match_indices('<').map(|(at, _)| at).filter(|&at| !body[at..].starts_with("</"));
    let starts: Vec<usize> = starts.collect();
    let ends = starts.iter().copied().skip(1).chain([body.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &body[start..end]).collect()
}
