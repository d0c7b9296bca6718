//! Formulas in pages: `$...$` within a line, `$$...$$` on their own.
//!
//! Markdown would read underscores, asterisks and backslashes of a formula as its own marks. Each formula
//! therefore becomes an empty element with the formula in an attribute, which the script `docs/math.js` draws
//! with KaTeX.

use serde_json::Value;

/// Marks the formulas in all chapters of a book, in the form that mdBook hands to preprocessors.
pub fn mark_book(book: &mut Value) {
    match book {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if name == "content" => *text = marked(text),
                    field => mark_book(field),
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(mark_book),
        _ => {}
    }
}

/// A page with its formulas as elements. Code is left as it is.
///
/// ```
/// use wengert_book::math::marked;
///
/// let inline = "so <span class=\"math\" data-formula=\"a_i &lt; b\"></span> holds";
/// assert_eq!(marked("so $a_i < b$ holds"), inline);
/// assert_eq!(marked("$$ x^2 $$"), "<div class=\"math\" data-formula=\"x^2\"></div>");
/// let code = "```text\n$ wengert $x$\n```\n";
/// for unchanged in ["it costs 5 $ or 6 $", "`a$b$c`", code, "one $ only", "\\$a$ b"] {
///     assert_eq!(marked(unchanged), unchanged);
/// }
/// assert!(marked("```\n$x$\n```\nand $y$").ends_with("data-formula=\"y\"></span>"));
/// ```
#[must_use]
pub fn marked(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(at) = rest.find(['`', '$', '\\']) {
        text += &rest[..at];
        let here = &rest[at..];
        let (length, replacement) = match here.as_bytes()[0] {
            b'`' => (code(here), None),
            b'\\' => (1 + here[1..].chars().next().map_or(0, char::len_utf8), None),
            _ if here.starts_with("$$") => formula(here, "$$", "div"),
            _ => formula(here, "$", "span"),
        };
        match replacement {
            Some(element) => text += &element,
            None => text += &here[..length],
        }
        rest = &here[length..];
    }
    text + rest
}

/// The length of the code that starts here, between equal numbers of backticks; of the backticks alone if it
/// does not end.
fn code(text: &str) -> usize {
    let ticks = text.bytes().take_while(|&byte| byte == b'`').count();
    let mut from = ticks;
    while let Some(at) = text[from..].find('`') {
        let start = from + at;
        let length = text[start..].bytes().take_while(|&byte| byte == b'`').count();
        if length == ticks {
            return start + length;
        }
        from = start + length;
    }
    ticks
}

/// The length of the formula that starts here, and its element; the mark alone if it is none: a formula does
/// not contain an empty line, and between single marks it neither starts nor ends with a space.
fn formula(text: &str, mark: &str, element: &str) -> (usize, Option<String>) {
    let inner = &text[mark.len()..];
    let end = inner.find(mark).filter(|&end| {
        let formula = &inner[..end];
        let is_tight = formula.trim() == formula || mark == "$$";
        !formula.trim().is_empty() && is_tight && !formula.contains("\n\n")
    });
    match end {
        None => (mark.len(), None),
        Some(end) => {
            let escaped = escaped(inner[..end].trim());
            let element = format!("<{element} class=\"math\" data-formula=\"{escaped}\"></{element}>");
            (end + 2 * mark.len(), Some(element))
        }
    }
}

/// A text for an attribute, also in a cell of a table.
fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '|' => "&#124;".to_owned(),
        '\n' => " ".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}
