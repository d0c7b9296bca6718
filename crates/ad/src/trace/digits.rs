//! Numbers formatted for readers.

/// `x` with all its digits, with an exponent if there would be many zeros otherwise. Zero has no
/// sign.
///
/// ```
/// use wengert_ad::trace::digits;
///
/// assert_eq!([0.1 + 0.2, -0.0, 2.5e-7].map(digits::full), ["0.30000000000000004", "0", "2.5e-7"]);
/// ```
pub fn full(x: f64) -> String {
    let magnitude = x.abs();
    if magnitude == 0.0 {
        // The sign of a zero usually comes from a product and would distract the reader.
        return "0".into();
    }
    let plain = (1e-4..1e15).contains(&magnitude) || !x.is_finite();
    if plain { format!("{x}") } else { format!("{x:e}") }
}

/// `x` rounded to six significant digits.
///
/// ```
/// assert_eq!(wengert_ad::trace::digits::short(0.1 + 0.2), "0.3");
/// ```
pub fn short(x: f64) -> String {
    full(format!("{x:.5e}").parse().expect("Rust parses the numbers that it prints"))
}
