//! Words of a command line that is shown, to be copied into a shell.

/// The word, in quotation marks if a shell needs them.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "/._-+=@:,".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        let shown = ["--lr=0.1", "--hidden=64,32", "my data.csv", "it's", ""].map(quoted);
        assert_eq!(shown, ["--lr=0.1", "--hidden=64,32", "'my data.csv'", "'it'\\''s'", "''"]);
    }
}
