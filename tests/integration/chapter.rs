//! The chapter from a table to predictions: its commands are run, in order, in one folder.

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
