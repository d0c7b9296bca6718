//! Chapters whose commands are run, in order, in one folder.

use crate::shown::assert_shown;
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

/// Whether a line is one of progress, such as `trial 7/24 after 10 s`, which a command writes after ten
/// seconds.
fn is_progress(line: &str) -> bool {
    let counts = ["epoch ", "trial "].iter().find_map(|unit| line.strip_prefix(unit)?.split_once(" after "));
    counts.is_some_and(|(counts, _)| counts.chars().all(|c| c.is_ascii_digit() || c == '/'))
}

/// Runs the commands, in order, in one folder, and returns what they print.
fn run(sessions: &[Session<'_>], folder: &Path) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_wengert")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let run = |session: &Session<'_>| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{} 2>&1", session.command)]);
        let run = shell.env("PATH", &path).current_dir(folder).output().unwrap();
        let found = String::from_utf8(run.stdout).unwrap();
        assert_eq!(run.status.success(), !found.starts_with("error:"), "{}: {found}", session.command);
        let lines: Vec<&str> = found.trim_end().lines().filter(|line| !is_progress(line)).collect();
        lines.join("\n")
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

fn updates() -> bool {
    std::env::var_os("WENGERT_UPDATE_BOOK").is_some()
}

/// Runs the commands of a page in `folder`, and compares what they print with what the page shows. With the
/// environment variable `WENGERT_UPDATE_BOOK`, writes the outputs to the page instead.
fn check(page: &str, least: usize, folder: &Path) {
    let path = root().join("docs").join(page);
    let text = fs::read_to_string(&path).unwrap();
    let sessions = sessions(&text);
    assert!(sessions.len() >= least, "{page}: only {} commands", sessions.len());
    let outputs = run(&sessions, folder);
    if updates() {
        fs::write(path, updated(&text, &outputs)).unwrap();
        return;
    }
    for (session, found) in sessions.iter().zip(&outputs) {
        assert_shown(session.command, session.output, found);
    }
}

#[cfg(unix)]
#[test]
fn the_chapter_from_a_table_to_predictions_shows_what_the_program_prints() {
    check("tables.md", 8, tempfile::tempdir().unwrap().path());
}

#[cfg(unix)]
#[test]
fn the_chapter_on_searches_shows_what_the_program_prints_and_draws() {
    let folder = tempfile::tempdir().unwrap();
    check("search.md", 7, folder.path());
    let drawn = fs::read_to_string(folder.path().join("figures/lr.svg")).unwrap();
    let stored = root().join("docs/figures/search-lr.svg");
    if updates() {
        fs::write(stored, drawn).unwrap();
        return;
    }
    let shown = fs::read_to_string(stored).unwrap();
    let ratio = shown.len() as f64 / drawn.len() as f64;
    assert!((0.7..1.4).contains(&ratio) && shown.contains("validation mistakes"), "draw the figure again");
}
