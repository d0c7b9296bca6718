//! Patterns for names of parameters.

/// Whether `name` is what `pattern` describes, `*` standing for any characters, none among them: `hidden.*`,
/// `*.weight`, `hidden.0.weight`.
///
/// ```
/// assert!(wengert_nn::matches("hidden.*.weight", "hidden.12.weight"));
/// assert!(!wengert_nn::matches("hidden.*", "out.weight"));
/// ```
pub fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // The parts between two stars may be taken where they occur first: that leaves most for those behind.
    for part in parts {
        let Some(start) = rest.find(part) else { return false };
        rest = &rest[start + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters_and_for_none() {
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
    fn prefix_and_suffix_do_not_overlap() {
        assert!(!matches("aa*aa", "aaa"));
        assert!(matches("aa*aa", "aaaa"));
    }
}
