//! The languages.

use crate::error::Inexpressible;
use std::fmt::Write;

/// A language of source files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// C99 and later.
    C,
    /// Rust, of any edition.
    Rust,
    /// Python 3 with NumPy.
    Python,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 3] = [Self::C, Self::Rust, Self::Python];

    /// The name on the command line: `c`, `rust` or `python`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Rust => "rust",
            Self::Python => "python",
        }
    }

    /// The name for messages.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::C => "C",
            Self::Rust => "Rust",
            Self::Python => "Python",
        }
    }
}

/// The keywords of C and C++ that are lower-case words, and names that the file itself uses.
const TAKEN: &str = "auto break case char const continue default do double else enum extern float for goto \
 if inline int long register restrict return short signed sizeof static struct switch typedef union \
 unsigned void volatile while bool true false asm class new this public private main";

/// Checks that a name is a lower-case identifier and no keyword of C.
pub(super) fn check_name(name: &str) -> Result<(), Inexpressible> {
    let is_word = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() <= 40
        && !TAKEN.split_whitespace().any(|word| word == name);
    if is_word { Ok(()) } else { Err(Inexpressible::Name { name: name.to_owned() }) }
}

/// A text as a literal in double quotes.
pub(super) fn quoted(text: &str, language: Language) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match (language, c) {
            (_, '"' | '\\') => literal.extend(['\\', c]),
            (_, ' '..='~') if language != Language::C || c != '?' => literal.push(c),
            (Language::C, _) => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    write!(literal, "\\{byte:03o}").expect("a text takes all texts");
                }
            }
            (Language::Rust, _) => literal.extend(c.escape_unicode()),
            (Language::Python, _) => {
                write!(literal, "\\U{:08x}", u32::from(c)).expect("a text takes all texts");
            }
        }
    }
    literal + "\""
}

/// A name in a comment, without characters that end or start comments or lines.
pub(super) fn in_comment(name: &str) -> String {
    let safe = |c: char| if c.is_control() || "*/\\?\u{2028}\u{2029}".contains(c) { '_' } else { c };
    wengert_files::excerpt(name).chars().map(safe).collect()
}

/// Items separated by commas, in lines of at most 108 columns.
pub(super) fn wrapped(items: impl Iterator<Item = String>, indent: &str) -> String {
    let (mut text, mut line) = (String::new(), String::new());
    for item in items {
        if !line.is_empty() && indent.len() + line.len() + item.len() > 106 {
            text += &format!("{indent}{}\n", line.trim_end());
            line.clear();
        }
        line += &format!("{item}, ");
    }
    if line.is_empty() { text } else { text + &format!("{indent}{}\n", line.trim_end()) }
}
