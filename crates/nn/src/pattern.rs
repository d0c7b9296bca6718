//! Patterns for parameter names.

use wildmatch::WildMatchPattern;

/// A pattern for parameter names: `*` matches any characters, or none; every other character matches itself.
///
/// The pattern describes the whole name: `hidden.*` matches `hidden.0.weight`, and `weight` does not.
///
/// ```
/// use wengert_nn::NamePattern;
///
/// let weights = NamePattern::new("hidden.*.weight");
/// assert!(weights.matches("hidden.12.weight"));
/// assert!(!weights.matches("out.weight"));
/// ```
#[derive(Clone, Debug)]
pub struct NamePattern(WildMatchPattern<'*', '\0'>);

impl NamePattern {
    /// Reads a pattern; every text is one.
    pub fn new(pattern: &str) -> Self {
        Self(WildMatchPattern::new(pattern))
    }

    /// Whether the pattern matches the whole of `name`.
    pub fn matches(&self, name: &str) -> bool {
        self.0.matches(name)
    }
}

#[cfg(test)]
mod tests {
    use super::NamePattern;

    fn matches(pattern: &str, name: &str) -> bool {
        NamePattern::new(pattern).matches(name)
    }

    #[test]
    fn a_star_matches_any_characters_and_none() {
        for name in ["hidden.0.weight", "hidden.0.weight.x.weight", "hidden..weight"] {
            assert!(matches("hidden.*.weight", name), "{name}");
        }
        for pattern in ["*", "**", "hidden*", "*weight", "*.0.*", "hidden.0.weight", "hidden.0.weight*"] {
            assert!(matches(pattern, "hidden.0.weight"), "{pattern}");
        }
        for pattern in ["", "hidden", "*bias", "*.1.*", "hidden.0.weight.*", "weight*", "*hidden.0.weight*x"]
        {
            assert!(!matches(pattern, "hidden.0.weight"), "{pattern}");
        }
    }

    #[test]
    fn every_other_character_matches_itself_alone() {
        for (pattern, name) in [("a?c", "abc"), ("a.c", "abc"), ("[abc]", "a"), ("a", "A"), ("a\\*", "a*")] {
            assert!(!matches(pattern, name) && matches(pattern, pattern), "{pattern}");
        }
        assert!(matches("", "") && matches("*", "") && !matches("", "a"));
    }

    #[test]
    fn prefix_and_suffix_do_not_overlap() {
        assert!(!matches("aa*aa", "aaa"));
        assert!(matches("aa*aa", "aaaa"));
    }
}
