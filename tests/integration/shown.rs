//! Outputs that pages show, next to what the program prints.

/// The words of an output, without the lines of tables and without times.
fn words(output: &str) -> Vec<&str> {
    let is_line = |word: &&str| word.chars().all(|c| "│┆─┌┐└┘├┤┬┴┼═╞╡╪".contains(c));
    let words = output.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !is_line(word));
    let words: Vec<&str> = words.collect();
    let is_time = |i: usize| words.get(i + 1) == Some(&"s") && words[i].parse::<f64>().is_ok();
    (0..words.len()).filter(|&i| !is_time(i)).map(|i| words[i]).collect()
}

/// Whether two words are equal, or numbers that are close: results differ a little between processors.
fn agree(shown: &str, found: &str) -> bool {
    let number = |word: &str| word.trim_end_matches([',', ';', ')']).parse::<f64>().ok();
    match (number(shown), number(found)) {
        (Some(shown), Some(found)) => shown == found || (shown - found).abs() <= 0.02 + 0.1 * shown.abs(),
        _ => shown == found,
    }
}

/// Asserts that an output is the one that is shown. Three dots stand for lines that are left out, and times
/// differ.
#[track_caller]
pub(crate) fn assert_shown(command: &str, shown: &str, found: &str) {
    let mut rest = words(found);
    let is_whole = !shown.contains("\n...\n");
    assert!(
        !is_whole || rest.len() == words(shown).len(),
        "$ {command}\n{shown}\nbut the program prints\n{found}"
    );
    for part in shown.split("\n...\n") {
        let part = words(part);
        let fits = |start: usize| {
            let found = rest[start..].iter();
            part.iter().zip(found).all(|(shown, found)| agree(shown, found))
                && rest.len() >= start + part.len()
        };
        let Some(start) = (0..=rest.len().saturating_sub(part.len())).find(|&start| fits(start)) else {
            panic!("$ {command}\nthe page shows\n{shown}\nbut the program prints\n{found}");
        };
        rest = rest.split_off(start + part.len());
    }
}

#[test]
fn a_wrong_output_does_not_pass() {
    let wrong =
        |shown: &str, found: &str| std::panic::catch_unwind(|| assert_shown("x", shown, found)).is_err();
    assert!(!wrong("a 1.00 b\n...\nc", "a 1.05 b d c") && !wrong("in 1.5 s", "in 9.7 s"));
    for (shown, found) in
        [("a 1 b", "a 2 b"), ("a b", "a"), ("a\n...\nc", "c a"), ("a b", "a c"), ("a", "a b")]
    {
        assert!(wrong(shown, found), "{shown:?} {found:?}");
    }
}
