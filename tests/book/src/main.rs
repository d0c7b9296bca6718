//! The preprocessor of the book, which mdBook calls: marks formulas.

use serde_json::Value;
use std::io::{Read, Write, stdin, stdout};
use std::process::ExitCode;
use wengert_book::math::mark_book;

fn main() -> ExitCode {
    // mdBook asks first whether the preprocessor supports a renderer: it supports all.
    if std::env::args().nth(1).is_some_and(|argument| argument == "supports") {
        return ExitCode::SUCCESS;
    }
    match book() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the context and the book from standard input, and writes the book to standard output.
fn book() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    stdin().lock().read_to_string(&mut text)?;
    let Value::Array(mut parts) = serde_json::from_str(&text)? else {
        return Err("standard input is not the array of context and book that mdBook sends".into());
    };
    let mut book = parts.pop().ok_or("the array that mdBook sends is empty")?;
    mark_book(&mut book);
    stdout().lock().write_all(serde_json::to_string(&book)?.as_bytes())?;
    Ok(())
}
