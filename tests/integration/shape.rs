//! The shape of the source code: short files, short functions, short lines, `unsafe` in one crate.

use crate::source::packages::{root, rust_files};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::fs;
use std::path::PathBuf;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 60;
const MAX_COLUMNS: usize = 110;
/// All Rust files of the workspace, with their texts.
fn sources() -> Vec<(PathBuf, String)> {
    let folders = ["crates", "benches", "examples", "tests"].map(|folder| root().join(folder));
    let files = folders.iter().flat_map(|folder| rust_files(folder));
    files
        .map(|file| (file.strip_prefix(root()).unwrap().to_owned(), fs::read_to_string(&file).unwrap()))
        .collect()
}

/// Asserts that `find` finds nothing in any file. It returns the places and what is wrong there.
#[track_caller]
fn assert_nowhere(find: impl Fn(&PathBuf, &str) -> Vec<String>) {
    let in_file = |(file, text): &(PathBuf, String)| {
        let found = find(file, text).into_iter();
        found.map(|found| format!("{}:{found}", file.display())).collect::<Vec<_>>()
    };
    let found: Vec<String> = sources().iter().flat_map(in_file).collect();
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

#[test]
fn files_are_short() {
    assert_nowhere(|_, text| {
        let lines = text.lines().count();
        (lines > MAX_FILE_LINES).then(|| format!("{lines}: the last line")).into_iter().collect()
    });
}

#[test]
fn lines_are_short() {
    assert_nowhere(|_, text| {
        // A row of a table in a doc comment cannot be wrapped.
        let is_table = |line: &str| line.trim_start().get(3..).is_some_and(|text| text.starts_with(" |"));
        let lines = text.lines().zip(1..).filter(|(line, _)| !is_table(line));
        let long = lines.filter(|(line, _)| line.chars().count() > MAX_COLUMNS);
        long.map(|(line, number)| format!("{number}: {} columns", line.chars().count())).collect()
    });
}

#[test]
fn functions_are_short() {
    assert_nowhere(|_, text| {
        let mut functions = LongFunctions::default();
        functions.visit_file(&syn::parse_file(text).unwrap());
        functions.found
    });
}

#[derive(Default)]
struct LongFunctions {
    found: Vec<String>,
}

impl LongFunctions {
    fn check(&mut self, signature: &Signature, block: &Block) {
        let (first, last) = (signature.span().start().line, block.span().end().line);
        let lines = last - first + 1;
        if lines > MAX_FUNCTION_LINES {
            self.found.push(format!("{first}: {} has {lines} lines", signature.ident));
        }
    }
}

impl Visit<'_> for LongFunctions {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        self.check(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        self.check(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &TraitItemFn) {
        if let Some(block) = &function.default {
            self.check(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[test]
fn unsafe_code_is_in_the_kernels_only() {
    assert_nowhere(|file, text| {
        // The handwritten peer of the benchmarks is not part of the workspace.
        if file.starts_with("crates/kernels") || file.starts_with("benches/peers") {
            return Vec::new();
        }
        // The WebAssembly module exports functions by their names. Nothing else in it may be unsafe.
        let exports = file.starts_with("crates/playground/wasm");
        let text = if exports { text.replace("#[unsafe(no_mangle)]", "") } else { text.to_owned() };
        let mut lines = Vec::new();
        each_token(text.parse().unwrap(), &mut |token| {
            let is_unsafe =
                matches!(token, TokenTree::Ident(word) if word == "unsafe" || word == "unsafe_code");
            lines.extend(is_unsafe.then(|| format!("{}: {token}", token.span().start().line)));
        });
        lines
    });
}

#[test]
fn every_lint_exception_has_a_reason() {
    assert_nowhere(|_, text| {
        let mut lines = Vec::new();
        each_token(text.parse().unwrap(), &mut |token| {
            if let TokenTree::Group(attribute) = token
                && let [TokenTree::Ident(word), TokenTree::Group(lints)] =
                    &*Vec::from_iter(attribute.stream())
                && (word == "allow" || word == "expect")
                && attribute.delimiter() == Delimiter::Bracket
                && !lints.stream().into_iter().any(|token| token.to_string() == "reason")
            {
                lines.push(format!("{}: {word}{lints}", word.span().start().line));
            }
        });
        lines
    });
}

/// Calls `visit` with each token, also those in groups.
fn each_token(tokens: TokenStream, visit: &mut impl FnMut(&TokenTree)) {
    for token in tokens {
        visit(&token);
        if let TokenTree::Group(group) = token {
            each_token(group.stream(), visit);
        }
    }
}
