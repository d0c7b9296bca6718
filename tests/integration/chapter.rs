//! The chapter from a table to predictions: its commands are run, in order, in one folder.

use crate::source::packages::root;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A command of a page, with the output that it shows.
struct Session<'a> {
    command: &'a str,
    output: &'a str,
}

const BLOCK: &str = "```console,chapter\n";

/// The commands of a page in order.
fn sessions(page: &str) -> Vec<Session<'_>> {
    let blocks = page.split(BLOCK).skip(1).map(|rest| rest.split("```").next().unwrap());
    let sessions = blocks.flat_map(|block| block.split("$ ").skip(1));
    let parts = sessions.map(|session| session.split_once('\n').unwrap());
    parts.map(|(command, output)| Session { command, output: output.trim_end() }).collect()
}

/// Runs the commands, in order, in one folder, and returns what they print.
fn run(sessions: &[Session<'_>]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_wengert")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let run = |session: &Session<'_>| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{} 2>&1", session.command)]);
        let run = shell.env("PATH", &path).current_dir(folder.path()).output().unwrap();
        let found = String::from_utf8(run.stdout).unwrap();
        assert_eq!(run.status.success(), !found.starts_with("error:"), "{}: {found}", session.command);
        found.trim_end().to_owned()
    };
    sessions.iter().map(run).collect()
}

/// The page with these outputs.
fn updated(page: &str, outputs: &[String]) -> String {
    let mut outputs = outputs.iter();
    let mut blocks = page.split(BLOCK);
    let mut text = blocks.next().unwrap().to_owned();
    for rest in blocks {
        let (block, after) = rest.split_once("```").unwrap();
        text += BLOCK;
        for session in block.split("$ ").skip(1) {
            let (command, output) = (session.lines().next().unwrap(), outputs.next().unwrap());
            text += &format!("$ {command}\n{output}\n").replace("\n\n\n", "\n\n");
            text = text.trim_end().to_owned() + "\n";
        }
        text += &format!("```{after}");
    }
    text
}

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
        (Some(shown), Some(found)) => (shown - found).abs() <= 0.02 + 0.1 * shown.abs(),
        _ => shown == found,
    }
}

/// Asserts that an output is the one that is shown. Three dots stand for lines that are left out, and times
/// differ.
#[track_caller]
fn assert_shown(command: &str, shown: &str, found: &str) {
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

/// With the environment variable `WENGERT_UPDATE_BOOK`, writes the outputs to the page instead.
#[cfg(unix)]
#[test]
fn the_chapter_from_a_table_to_predictions_shows_what_the_program_prints() {
    let path = root().join("docs/tables.md");
    let page = fs::read_to_string(&path).unwrap();
    let sessions = sessions(&page);
    assert!(sessions.len() >= 8, "only {} commands", sessions.len());
    let outputs = run(&sessions);
    if std::env::var_os("WENGERT_UPDATE_BOOK").is_some() {
        fs::write(path, updated(&page, &outputs)).unwrap();
        return;
    }
    for (session, found) in sessions.iter().zip(&outputs) {
        assert_shown(session.command, session.output, found);
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
