//! The encoding of columns, in C and Rust.

use super::language::{Language, in_comment};
use super::plan::Plan;
use crate::network::Column;
use std::fmt::Write;
use wengert_data::ColumnEncoding;

/// The lines that turn the inputs into features, indented by four.
pub(super) fn encoding(plan: &Plan<'_>, language: Language) -> String {
    let is_c = language == Language::C;
    if plan.is_plain() {
        return if is_c {
            "    for (i = 0; i < INPUTS; i++) {\n        if (!isfinite(inputs[i])) {\n            return i \
             + 1;\n        }\n        features[i] = inputs[i];\n    }\n"
                .to_owned()
        } else {
            "    for (i, &x) in inputs.iter().enumerate() {\n        if !x.is_finite() {\n            return \
             Err(i);\n        }\n        features[i] = x;\n    }\n"
                .to_owned()
        };
    }
    let (mut text, mut start) = (String::new(), 0);
    for (i, column) in plan.network.columns.iter().enumerate() {
        let name = in_comment(&column.input.name);
        text += &if is_c { format!("    /* {name} */\n") } else { format!("    // {name}\n") };
        text += &if is_c { format!("    x = inputs[{i}];\n") } else { format!("    let x = inputs[{i}];\n") };
        text += &Cases { column, index: i, start, is_c }.lines();
        start += column.input.width();
    }
    text
}

/// The cases of the value `x` of a column.
struct Cases<'a> {
    column: &'a Column,
    index: usize,
    /// The index of its first feature.
    start: usize,
    is_c: bool,
}

impl Cases<'_> {
    fn lines(&self) -> String {
        let input = &self.column.input;
        let mut cases = Vec::new();
        let refused = if self.is_c {
            format!("return {};", self.index + 1)
        } else {
            format!("return Err({});", self.index)
        };
        let missing = if self.is_c { "isnan(x)" } else { "x.is_nan()" };
        let set = |feature: usize, value: &str| format!("features[{feature}] = {value};");
        match &input.encoding {
            ColumnEncoding::Number | ColumnEncoding::Date => {
                if let Some(fill) = input.fill {
                    let fill = format!("{fill:?}");
                    let mut lines = vec![set(self.start, &fill)];
                    lines.extend(input.indicator.then(|| set(self.start + 1, "1.0")));
                    cases.push((missing.to_owned(), lines));
                }
                let finite = if self.is_c { "isfinite(x)" } else { "x.is_finite()" };
                cases.push((finite.to_owned(), vec![set(self.start, "x")]));
            }
            ColumnEncoding::OneHot { categories } => {
                let count = categories.len();
                match input.fill {
                    Some(fill) => {
                        cases.push((missing.to_owned(), vec![set(self.start + fill as usize, "1.0")]));
                    }
                    None if input.indicator => {
                        cases.push((missing.to_owned(), vec![set(self.start + count, "1.0")]));
                    }
                    None => {}
                }
                let (is_category, place) = if self.is_c {
                    (
                        format!("x >= 0.0 && x < {count}.0 && floor(x) == x"),
                        format!("{} + (int)x", self.start),
                    )
                } else {
                    (
                        format!("(0.0..{count}.0).contains(&x) && x.fract() == 0.0"),
                        format!("{} + x as usize", self.start),
                    )
                };
                cases.push((is_category, vec![format!("features[{place}] = 1.0;")]));
                if self.column.takes_unknown {
                    let note = "a text that did not occur in training";
                    let note = if self.is_c { format!("/* {note} */") } else { format!("// {note}") };
                    cases.push(("x == -1.0".to_owned(), vec![note]));
                }
            }
        }
        let mut text = String::new();
        for (i, (condition, lines)) in cases.iter().enumerate() {
            let word = if i == 0 { "    if" } else { " else if" };
            let condition = if self.is_c { format!("({condition})") } else { condition.clone() };
            write!(text, "{word} {condition} {{\n        {}\n    }}", lines.join("\n        "))
                .expect("a text takes all texts");
        }
        text + &format!(" else {{\n        {refused}\n    }}\n")
    }
}

/// What the columns are, a line each.
pub(super) fn descriptions(plan: &Plan<'_>) -> Vec<String> {
    const MOST: usize = 100;
    let columns = &plan.network.columns;
    let describe = |(i, column): (usize, &Column)| {
        let input = &column.input;
        let kind = match &input.encoding {
            ColumnEncoding::Number => "number".to_owned(),
            ColumnEncoding::Date => "date, in seconds since the beginning of 1970".to_owned(),
            ColumnEncoding::OneHot { categories } => {
                format!("index of one of {} categories", categories.len())
            }
        };
        let missing = if input.fill.is_some() || input.indicator { ", may be missing" } else { "" };
        let unknown = if column.takes_unknown && matches!(input.encoding, ColumnEncoding::OneHot { .. }) {
            ", -1 if it is none"
        } else {
            ""
        };
        format!("{i}: {}: {kind}{missing}{unknown}", in_comment(&input.name))
    };
    let mut lines: Vec<String> = columns.iter().enumerate().take(MOST).map(describe).collect();
    if columns.len() > MOST {
        lines.push(format!("and {} more, in the order of the features", columns.len() - MOST));
    }
    lines
}
