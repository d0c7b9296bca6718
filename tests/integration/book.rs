//! The book: links, snippets, and the output of the commands that it shows.

use crate::program::output_of;
use crate::source::packages::root;
use std::collections::BTreeSet;
use std::fs;
use wengert::ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert::ad::{Binary, Unary};
use wengert_figures::{Chart, GALLERY};

/// The pages of the book: paths relative to `docs/`, and texts.
pub(crate) fn pages() -> Vec<(String, String)> {
    let docs = root().join("docs");
    let (mut folders, mut pages) = (vec![docs.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                let name = path.strip_prefix(&docs).unwrap().to_str().unwrap().replace('\\', "/");
                pages.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    pages.sort();
    pages
}

/// The targets of the links and images of a page, outside its code blocks.
pub(crate) fn links(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let targets =
        prose.flat_map(|prose| prose.split("](").skip(1)).map(|rest| rest.split(')').next().unwrap());
    targets.collect()
}

#[test]
fn every_link_leads_to_a_file() {
    for (page, text) in pages() {
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            let target = root().join("docs").join(&page).with_file_name(link.split('#').next().unwrap());
            assert!(target.is_file(), "docs/{page} links to {link}, which does not exist");
        }
    }
}

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed = links(&summary);
    let distinct: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(listed.len(), distinct.len(), "a page is listed twice");
    let pages = pages();
    let written: BTreeSet<&str> =
        pages.iter().map(|(page, _)| page.as_str()).filter(|&page| page != "SUMMARY.md").collect();
    assert_eq!(written, distinct);
}

#[test]
fn every_page_with_code_is_run_by_the_doc_tests() {
    let wired = fs::read_to_string(root().join("tests/book/src/lib.rs")).unwrap();
    let with_code = pages().into_iter().filter(|(_, text)| text.contains("```rust"));
    let mut count = 0;
    for (page, text) in with_code {
        assert!(
            wired.contains(&format!("\"{page}\"")),
            "the snippets of docs/{page} are not run: add the page to tests/book/src/lib.rs"
        );
        let skipped = ["rust,ignore", "rust,no_run", "rust,compile_fail"];
        assert!(!skipped.iter().any(|mark| text.contains(mark)), "docs/{page} has a snippet that is not run");
        count += text.matches("```rust").count();
    }
    assert!(count > 60, "only {count} snippets");
}

#[test]
fn the_figure_of_the_graph_is_the_one_that_the_program_draws() {
    let stored = fs::read_to_string(root().join("docs/figures/lecture_graph.svg")).unwrap();
    let drawn = output_of(&["graph", "x^3*(x+3*y)", "--at", "x=2,y=3", "--format", "svg"]);
    assert_eq!(stored.trim_end(), drawn.trim_end());
}

#[test]
fn the_gallery_shows_what_the_crate_draws() {
    let page = fs::read_to_string(root().join("docs/figures.md")).unwrap();
    let mut size = 0;
    for kind in GALLERY {
        let file = format!("figures/gallery/{}.svg", kind.name);
        assert!(page.contains(&format!("]({file})")), "docs/figures.md does not show {file}");
        let stored = fs::read_to_string(root().join("docs").join(&file)).unwrap();
        assert!(stored == (kind.example)().svg(), "{file} is not current: write the gallery again");
        size += stored.len();
    }
    assert!(size < 600_000, "{size} bytes");
}

#[test]
fn the_row_that_explains_the_rule_table_is_part_of_the_table() {
    let page = fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let row = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(row.contains("partial"), "{row}");
    let table = fs::read_to_string(root().join("crates/ad/src/rules/elementary.rs")).unwrap();
    assert!(table.contains(row), "not in elementary.rs:\n{row}");
}

/// The names of all elementwise rules.
#[derive(Default)]
struct Names(Vec<&'static str>);

impl UnaryVisitor for Names {
    fn visit<R: Unary>(&mut self, _: R, _: &'static [Interval]) {
        self.0.push(R::NAME);
    }
}

impl BinaryVisitor for Names {
    fn visit<R: Binary>(&mut self, _: R, _: [Interval; 2]) {
        self.0.push(R::NAME);
    }
}

#[test]
fn every_elementwise_rule_appears_in_a_chapter() {
    let pages = pages();
    let chapters: String =
        pages.iter().filter(|(page, _)| page.starts_with("rules/")).map(|(_, text)| text.as_str()).collect();
    // The words of all code spans.
    let formulas = chapters.split('`').skip(1).step_by(2);
    let words: BTreeSet<&str> =
        formulas.flat_map(|formula| formula.split(|c: char| " (),".contains(c))).collect();
    let mut rules = Names::default();
    each_unary(&mut rules);
    each_binary(&mut rules);
    let missing: Vec<&str> = rules.0.into_iter().filter(|name| !words.contains(name)).collect();
    assert!(missing.is_empty(), "rules that no chapter of docs/rules mentions: {missing:?}");
}
