//! Text from outside in messages: a cell of a table, a name, an argument may have any length.

/// The number of characters of a text that a message shows.
const CHARACTERS: usize = 60;
/// The number of elements of a list that a message shows.
const ELEMENTS: usize = 20;

/// The text, shortened to 60 characters, of which the last third are from its end.
///
/// ```
/// use wengert_files::excerpt;
///
/// assert_eq!(excerpt("3.25"), "3.25");
/// let digits = "0123456789";
/// assert_eq!(excerpt(&digits.repeat(100)), format!("{}...{}", digits.repeat(4), digits.repeat(2)));
/// ```
#[must_use]
pub fn excerpt(text: &str) -> String {
    shortened(text, CHARACTERS)
}

/// The text, shortened to a number of characters, of which the last third are from its end.
#[must_use]
pub fn shortened(text: &str, characters: usize) -> String {
    // A longer text may still have few characters, but not at four times the number of bytes.
    if text.len() <= 4 * characters && text.chars().count() <= characters {
        return text.to_owned();
    }
    let last = characters / 3;
    let start: String = text.chars().take(characters - last).collect();
    let end: Vec<char> = text.chars().rev().take(last).collect();
    format!("{start}...{}", end.into_iter().rev().collect::<String>())
}

/// The elements separated by commas, each an [`excerpt`]; of more than 20, the first 20 and the number of the
/// others.
///
/// ```
/// use wengert_files::list;
///
/// assert_eq!(list([1, 2, 3]), "1, 2, 3");
/// assert!(list(1..=25).ends_with("19, 20 and 5 more"));
/// ```
pub fn list<T: ToString>(elements: impl IntoIterator<Item = T>) -> String {
    let mut elements = elements.into_iter();
    let shown = elements.by_ref().take(ELEMENTS).map(|element| excerpt(&element.to_string()));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match elements.count() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_of_a_text_of_any_length_is_short() {
        for text in ["x".repeat(1_000_000), "é".repeat(1_000_000), "\u{1f600}".repeat(61)] {
            let shown = excerpt(&text);
            assert_eq!(shown.chars().count(), CHARACTERS + 3, "{shown}");
        }
        let limit = "é".repeat(CHARACTERS);
        assert_eq!(excerpt(&limit), limit);
    }

    #[test]
    fn a_list_of_any_length_is_short() {
        assert_eq!(list(Vec::<usize>::new()), "");
        assert_eq!(list(1..=ELEMENTS), list(1..ELEMENTS) + ", 20");
        assert!(list(0..1_000_000).len() < 100);
    }
}
