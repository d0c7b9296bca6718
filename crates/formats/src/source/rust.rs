//! Source files in Rust.

use super::columns::{descriptions, encoding};
use super::constants::Notation;
use super::language::{Language, quoted, wrapped};
use super::plan::{Plan, product};
use super::snippet::Snippet;
use std::fmt::Write;

const TEXT: &str = "a text takes all texts";

const NOTATION: Notation = Notation { comment: |text| format!("\n// {text}"), floats, doubles };

/// The source file: a module or a crate of its own.
pub(super) fn file(plan: &Plan<'_>, name: &str) -> String {
    let mut text = header(plan, name);
    if plan.needs_widest() {
        write!(text, "\n/// The largest width of a layer.\nconst WIDEST: usize = {};\n", plan.widest)
            .expect(TEXT);
    }
    text += &NOTATION.constants(plan);
    text += &plan.functions(Language::Rust);
    if let Some((code, numbers)) = &plan.activation {
        let expression = code.expression(Language::Rust, numbers);
        let expression =
            expression.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }")).unwrap_or(&expression);
        write!(text, "\nfn activation(x: f32) -> f32 {{\n    {expression}\n}}\n").expect(TEXT);
    }
    text + &category(plan) + &predict(plan) + &class(plan) + &probabilities(plan)
}

fn header(plan: &Plan<'_>, name: &str) -> String {
    let network = plan.network;
    let mut text = format!(
        "//! The forward pass of the network {name}, written by Wengert {}.\n//!\n//! [`predict`] computes \
         the {} for one row of a table. The columns, from 0:\n//!\n",
        env!("CARGO_PKG_VERSION"),
        plan.outputs()
    );
    for line in descriptions(plan) {
        writeln!(text, "//! - `{}`", line.replace('`', "'")).expect(TEXT);
    }
    write!(
        text,
        "\n/// The number of columns.\npub const INPUTS: usize = {};\n/// The number of outputs.\npub const \
         OUTPUTS: usize = {};\n",
        network.columns.len(),
        network.width()
    )
    .expect(TEXT);
    let (names, constant, what) = if network.outputs.are_classes() {
        (&network.classes, "CLASSES", "The names of the classes.")
    } else {
        (&network.values, "VALUES", "The names of the outputs.")
    };
    let list = wrapped(names.iter().map(|name| quoted(name, Language::Rust)), "    ");
    text + &format!("/// {what}\npub const {constant}: [&str; {}] = [\n{list}];\n", names.len())
}

fn floats(name: &str, numbers: &[f32]) -> String {
    let list = wrapped(numbers.iter().map(|x| format!("{x:?}")), "    ");
    format!("\nstatic {name}: [f32; {}] = [\n{list}];\n", numbers.len())
}

fn doubles(name: &str, numbers: &[f64]) -> String {
    let list = wrapped(numbers.iter().map(|x| format!("{x:?}")), "    ");
    format!("\nstatic {name}: [f64; {}] = [\n{list}];\n", numbers.len())
}

fn category(plan: &Plan<'_>) -> String {
    if plan.categories().next().is_none() {
        return String::new();
    }
    let mut cases = String::new();
    for (i, categories) in plan.categories() {
        let list = wrapped(categories.iter().map(|text| quoted(text, Language::Rust)), "            ");
        write!(cases, "        {i} => &[\n{list}        ],\n").expect(TEXT);
    }
    format!(
        "\n/// The input for a text in a column of categories: the index of the category, -1 if it is none, \
         NaN for an empty\n/// text, which is missing.\npub fn category(column: usize, text: &str) -> f64 \
         {{\n    let names: &[&str] = match column {{\n{cases}        _ => return -1.0,\n    }};\n    if \
         text.is_empty() {{\n        return f64::NAN;\n    }}\n    names.iter().position(|name| *name == \
         text).map_or(-1.0, |i| i as f64)\n}}\n"
    )
}

fn predict(plan: &Plan<'_>) -> String {
    let network = plan.network;
    let mut text = format!(
        "\n/// The {} for one row of a table: one number per column, NaN for a missing value. The error is \
         the index, from 0, of\n/// the first column with a value that the model refuses.\npub fn \
         predict(inputs: &[f64; INPUTS]) -> Result<[f64; OUTPUTS], usize> {{\n    let mut features = [0.0; \
         {}];\n",
        plan.outputs(),
        network.features()
    );
    text += &encoding(plan, Language::Rust);
    text += &match network.inputs {
        Some(_) => format!(
            "    let mut x0 = [0.0_f32; {}];\n    for (i, x) in x0.iter_mut().enumerate() {{\n        let z \
             = (FACTOR[i] * features[i] - MEAN[i]) / DEVIATION[i];\n        *x = \
             z.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;\n    }}\n",
            network.features()
        ),
        None => format!(
            "    let mut x0 = [0.0_f32; {}];\n    for (x, feature) in x0.iter_mut().zip(&features) \
             {{\n        *x = *feature as f32;\n    }}\n",
            network.features()
        ),
    };
    for (i, layer) in network.layers.iter().enumerate() {
        let (outputs, y) = (layer.outputs, i + 1);
        text += &match layer.bias {
            Some(_) => format!("    let mut x{y} = BIAS_{i};\n"),
            None => format!("    let mut x{y} = [0.0; {outputs}];\n"),
        };
        let function = match product(layer) {
            Snippet::AddDot => "add_dot",
            Snippet::AddLongProduct => "add_long_product",
            _ => "add_product",
        };
        text += &format!("    {function}(&WEIGHT_{i}, &x{i}, &mut x{y});\n");
        text += &match &layer.normaliser {
            None => String::new(),
            Some(norm) if norm.statistics.is_none() => {
                format!("    layer_norm(&SCALE_{i}, &SHIFT_{i}, &mut x{y});\n")
            }
            Some(_) => format!(
                "    for (i, x) in x{y}.iter_mut().enumerate() {{\n        *x = *x * SCALE_{i}[i] + \
                 SHIFT_{i}[i];\n    }}\n"
            ),
        };
        if layer.activation.is_some() {
            text += &format!("    for x in &mut x{y} {{\n        *x = activation(*x);\n    }}\n");
        }
    }
    let last = network.layers.len();
    let value = match network.targets {
        Some(_) => format!("TARGET_MEAN[i] + TARGET_DEVIATION[i] * f64::from(x{last}[i])"),
        None => format!("x{last}[i].into()"),
    };
    text + &format!(
        "    let mut outputs = [0.0; OUTPUTS];\n    for (i, y) in outputs.iter_mut().enumerate() {{\n        \
         *y = {value};\n    }}\n    Ok(outputs)\n}}\n"
    )
}

fn class(plan: &Plan<'_>) -> String {
    if !plan.network.outputs.are_classes() {
        return String::new();
    }
    let start = "\n/// The index of the class; `None` if there is none, as for a NaN.\npub fn \
     class(outputs: &[f64; OUTPUTS]) -> Option<usize> {\n";
    if plan.network.width() == 1 {
        return format!(
            "{start}    if outputs[0].is_nan() {{ None }} else {{ Some(usize::from(outputs[0] > 0.0)) \
             }}\n}}\n"
        );
    }
    format!(
        "{start}    if outputs.iter().any(|x| x.is_nan()) {{\n        return None;\n    }}\n    let best = \
         (1..OUTPUTS).fold(0, |best, i| if outputs[i] > outputs[best] {{ i }} else {{ best }});\n    let \
         ties = outputs.iter().filter(|x| **x == outputs[best]).count();\n    if outputs[best].is_finite() \
         || ties == 1 {{ Some(best) }} else {{ None }}\n}}\n"
    )
}

fn probabilities(plan: &Plan<'_>) -> String {
    if !plan.has_probabilities() {
        return String::new();
    }
    let count = plan.network.classes.len();
    let start = format!(
        "\n/// The probabilities of the classes.\npub fn probabilities(outputs: &[f64; OUTPUTS]) -> [f64; \
         {count}] {{\n"
    );
    if plan.network.width() == 1 {
        return start + "    [logistic(-outputs[0]), logistic(outputs[0])]\n}\n";
    }
    start
        + "    let largest = outputs.iter().fold(f64::NEG_INFINITY, |largest, x| largest.max(*x));\n    \
           let ties = outputs.iter().filter(|x| **x == largest).count();\n    \
           let mut shares = *outputs;\n    for x in &mut shares {\n        \
           *x = if *x == largest && ties == 1 { 1.0 } else { (*x - largest).exp() };\n    }\n    \
           let total = sum_of_classes(&shares);\n    shares.iter_mut().for_each(|x| *x = *x / total);\n    \
           shares\n}\n"
}
