//! Texts in pictures: their widths without a font, line breaks, and excerpts.

/// The widths of the characters from space to `~` in thousandths of the font size. They are those of DejaVu
/// Sans, the widest of the common sans-serif fonts, since an SVG file does not know which font its reader
/// has.
#[rustfmt::skip]
const ASCII: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/// The width of a text in pixels, at most. Bold texts are wider.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: f64 = text.chars().map(character).sum();
    thousandths * size / 1000.0 * if bold { 1.18 } else { 1.0 }
}

/// The width of a character in thousandths of the font size.
fn character(character: char) -> f64 {
    match u32::from(character) {
        code @ 0x20..=0x7e => f64::from(ASCII[code as usize - 0x20]),
        // Latin, Greek and Cyrillic letters, punctuation, and most symbols.
        0..0x1100 => 800.0,
        0x2000..0x2e80 => 900.0,
        // Chinese, Japanese and Korean characters, and emoji.
        _ => 1200.0,
    }
}

/// The start of a text, with an ellipsis if it is not the whole one, that is at most `limit` pixels wide.
pub(crate) fn fitted(text: &str, size: f64, bold: bool, limit: f64) -> String {
    let text = printable(text);
    if width(&text, size, bold) <= limit {
        return text;
    }
    let room = limit - width("…", size, bold);
    let mut used = 0.0;
    let fits = |character: &char| {
        used += width(character.encode_utf8(&mut [0; 4]), size, bold);
        used <= room
    };
    let start: String = text.chars().take_while(fits).collect();
    format!("{}…", start.trim_end())
}

/// A name that is at most `limit` pixels wide: if it is not the whole one, its start and its end, which often
/// contains a number.
pub(crate) fn squeezed(name: &str, size: f64, limit: f64) -> String {
    let name = printable(name);
    if width(&name, size, false) <= limit {
        return name;
    }
    let end: Vec<char> = name.chars().rev().take(4).collect();
    let end: String = end.into_iter().rev().collect();
    let start = fitted(&name, size, false, limit - width(&end, size, false));
    format!("{start}{end}")
}

/// A text in at most `lines` lines of at most `limit` pixels. The last one ends in an ellipsis if text is
/// left.
pub(crate) fn wrapped(text: &str, size: f64, bold: bool, limit: f64, lines: usize) -> Vec<String> {
    // More characters than this cannot fit, whatever they are.
    let text: String = printable(text).chars().take(10_000).collect();
    let mut words = text.split_whitespace().peekable();
    let mut wrapped: Vec<String> = Vec::new();
    while words.peek().is_some() && wrapped.len() < lines {
        if wrapped.len() + 1 == lines {
            let rest = words.by_ref().collect::<Vec<_>>().join(" ");
            wrapped.push(fitted(&rest, size, bold, limit));
            break;
        }
        let mut line = words.next().unwrap_or_default().to_owned();
        while let Some(word) = words.next_if(|word| width(&format!("{line} {word}"), size, bold) <= limit) {
            line = format!("{line} {word}");
        }
        wrapped.push(fitted(&line, size, bold, limit));
    }
    wrapped
}

/// The text with a space instead of each character that XML does not allow, and of each line break.
pub(crate) fn printable(text: &str) -> String {
    let allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if allowed(c) { c } else { ' ' }).collect()
}

/// The text with the special characters of XML replaced by entities.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_text_has_the_given_number_of_lines_of_the_given_width() {
        let text =
            "The loss of the training part and of the validation part over the epochs of a run".repeat(3);
        for text in [&*text, &"x".repeat(500), &"損失 ".repeat(100), "", "short"] {
            for lines in 1..4 {
                let wrapped = wrapped(text, 14.0, true, 200.0, lines);
                assert!(wrapped.len() <= lines, "{wrapped:?}");
                assert!(wrapped.iter().all(|line| width(line, 14.0, true) <= 200.0), "{wrapped:?}");
                assert_eq!(wrapped.is_empty(), text.is_empty());
            }
        }
    }

    #[test]
    fn what_xml_forbids_is_replaced() {
        assert_eq!(escaped("a<b>&\"'\u{0}\u{1b}\n\u{ffff}c"), "a&lt;b&gt;&amp;&quot;&#39;    c");
    }
}
