//! Source files in C.

use super::columns::{descriptions, encoding};
use super::constants::Notation;
use super::language::{Language, quoted, wrapped};
use super::plan::{Plan, product};
use super::snippet::Snippet;
use std::fmt::Write;
use wengert_nn::Outputs;

/// The source file; functions and constants that others see begin with the name.
pub(super) fn file(plan: &Plan<'_>, name: &str) -> String {
    let network = plan.network;
    let mut text = header(plan, name);
    let (inputs, outputs) = (network.columns.len(), network.width());
    write!(text, "\nenum {{ INPUTS = {inputs}, FEATURES = {}, OUTPUTS = {outputs}", network.features())
        .expect(TEXT);
    if plan.needs_widest() {
        write!(text, ", WIDEST = {}", plan.widest).expect(TEXT);
    }
    text += " };\n";
    text += &declarations(plan, name);
    text += &NOTATION.constants(plan);
    text += &plan.functions(Language::C);
    if let Some((code, numbers)) = &plan.activation {
        let expression = code.expression(Language::C, numbers);
        write!(text, "\nstatic float activation(float x)\n{{\n    return {expression};\n}}\n").expect(TEXT);
    }
    text + &category(plan, name) + &predict(plan, name) + &class(plan, name) + &probabilities(plan, name)
}

const TEXT: &str = "a text takes all texts";

const NOTATION: Notation = Notation { comment: |text| format!("\n/* {text} */"), floats, doubles };

fn header(plan: &Plan<'_>, name: &str) -> String {
    let network = plan.network;
    let mut lines = vec![
        format!("The forward pass of the network {name}, written by Wengert {}.", env!("CARGO_PKG_VERSION")),
        String::new(),
        format!(
            "int {name}_predict(const double inputs[{}], double outputs[{}])",
            network.columns.len(),
            network.width()
        ),
        format!("    computes the {} for one row of a table. Returns 0, or the number", plan.outputs()),
        "    of the first column, from 1, with a value that the model refuses. A missing value is NAN."
            .to_owned(),
        "    The columns, from 0:".to_owned(),
    ];
    lines.extend(descriptions(plan).into_iter().map(|line| format!("    {line}")));
    if plan.categories().next().is_some() {
        lines.push(format!("double {name}_category(int column, const char *text)"));
        lines.push("    the index of the category, -1 if it is none, NAN for an empty text.".to_owned());
    }
    if network.outputs.are_classes() {
        lines.push(format!("int {name}_class(const double outputs[{}])", network.width()));
        lines.push(format!(
            "    the index of the class, whose name is in {name}_classes; -1 if there is none."
        ));
    }
    if plan.has_probabilities() {
        let (outputs, classes) = (network.width(), network.classes.len());
        lines.push(format!(
            "void {name}_probabilities(const double outputs[{outputs}], double probabilities[{classes}])"
        ));
        lines.push("    the probabilities of the classes.".to_owned());
    }
    lines.push(String::new());
    lines.push("C99, and arithmetic of IEEE 754; link with -lm. Not with -ffast-math.".to_owned());
    let comment: String =
        lines.iter().map(|line| format!(" * {line}").trim_end().to_owned() + "\n").collect();
    format!(
        "/*\n{comment} */\n\n#include <float.h>\n#include <math.h>\n#include <stdint.h>\n#include \
         <string.h>\n\n#if (FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16) || \
         defined(__FAST_MATH__)\n#error \"compile for IEEE arithmetic without excess precision, and without \
         -ffast-math\"\n#endif\n/* Products and sums are rounded one by one. */\n#if \
         defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n#elif defined(__GNUC__)\n#pragma GCC optimize \
         (\"fp-contract=off\")\n#endif\n"
    )
}

/// The declarations of what others see.
fn declarations(plan: &Plan<'_>, name: &str) -> String {
    let mut text = format!("\nint {name}_predict(const double inputs[INPUTS], double outputs[OUTPUTS]);\n");
    if plan.categories().next().is_some() {
        writeln!(text, "double {name}_category(int column, const char *text);").expect(TEXT);
    }
    let (names, kind) = match plan.network.outputs {
        Outputs::Values => (&plan.network.values, "values"),
        Outputs::Logits | Outputs::Scores => (&plan.network.classes, "classes"),
    };
    let count = names.len();
    writeln!(text, "extern const char *const {name}_{kind}[{count}];").expect(TEXT);
    if plan.network.outputs.are_classes() {
        writeln!(text, "int {name}_class(const double outputs[OUTPUTS]);").expect(TEXT);
    }
    if plan.has_probabilities() {
        writeln!(
            text,
            "void {name}_probabilities(const double outputs[OUTPUTS], double probabilities[{count}]);"
        )
        .expect(TEXT);
    }
    let list = wrapped(names.iter().map(|name| quoted(name, Language::C)), "    ");
    text + &format!("\nconst char *const {name}_{kind}[{count}] = {{\n{list}}};\n")
}

fn floats(name: &str, numbers: &[f32]) -> String {
    let list = wrapped(numbers.iter().map(|x| format!("{x:?}f")), "    ");
    format!("\nstatic const float {name}[{}] = {{\n{list}}};\n", numbers.len())
}

fn doubles(name: &str, numbers: &[f64]) -> String {
    let list = wrapped(numbers.iter().map(|x| format!("{x:?}")), "    ");
    format!("\nstatic const double {name}[{}] = {{\n{list}}};\n", numbers.len())
}

fn category(plan: &Plan<'_>, name: &str) -> String {
    if plan.categories().next().is_none() {
        return String::new();
    }
    let (mut tables, mut cases) = (String::new(), String::new());
    for (i, categories) in plan.categories() {
        let (list, count) =
            (wrapped(categories.iter().map(|text| quoted(text, Language::C)), "    "), categories.len());
        write!(tables, "\nstatic const char *const CATEGORIES_{i}[{count}] = {{\n{list}}};\n").expect(TEXT);
        write!(
            cases,
            "    case {i}:\n        names = CATEGORIES_{i};\n        count = {count};\n        break;\n"
        )
        .expect(TEXT);
    }
    format!(
        "{tables}\ndouble {name}_category(int column, const char *text)\n{{\n    const char *const \
         *names;\n    int count, i;\n    switch (column) {{\n{cases}    default:\n        return \
         -1.0;\n    }}\n    if (text[0] == '\\0') {{\n        return NAN;\n    }}\n    for (i = 0; i < \
         count; i++) {{\n        if (strcmp(names[i], text) == 0) {{\n            return \
         i;\n        }}\n    }}\n    return -1.0;\n}}\n"
    )
}

fn predict(plan: &Plan<'_>, name: &str) -> String {
    let network = plan.network;
    let variables: Vec<String> = std::iter::once("x0[FEATURES]".to_owned())
        .chain(network.layers.iter().zip(1..).map(|(layer, i)| format!("x{i}[{}]", layer.outputs)))
        .collect();
    let mut text = format!(
        "\nint {name}_predict(const double inputs[INPUTS], double outputs[OUTPUTS])\n{{\n    \
         double features[FEATURES] = {{ 0.0 }}{};\n    float {};\n    int i;\n",
        if plan.is_plain() { "" } else { ", x" },
        variables.join(", ")
    );
    text += &encoding(plan, Language::C);
    text += "    for (i = 0; i < FEATURES; i++) {\n";
    if network.inputs.is_some() {
        text += "        double z = (FACTOR[i] * features[i] - MEAN[i]) / DEVIATION[i];\n        z = z < \
                 -FLT_MAX ? -FLT_MAX : z > FLT_MAX ? FLT_MAX : z;\n        x0[i] = (float)z;\n    }\n";
    } else {
        text += "        x0[i] = (float)features[i];\n    }\n";
    }
    for (i, layer) in network.layers.iter().enumerate() {
        let (inputs, outputs, y) = (layer.inputs, layer.outputs, i + 1);
        text += &match layer.bias {
            Some(_) => format!("    memcpy(x{y}, BIAS_{i}, sizeof x{y});\n"),
            None => format!("    memset(x{y}, 0, sizeof x{y});\n"),
        };
        text += &match product(layer) {
            Snippet::AddDot => format!("    add_dot(WEIGHT_{i}, x{i}, {inputs}, x{y});\n"),
            Snippet::AddLongProduct => {
                format!("    add_long_product(WEIGHT_{i}, x{i}, {inputs}, x{y}, {outputs});\n")
            }
            _ => format!("    add_product(WEIGHT_{i}, x{i}, {inputs}, x{y}, {outputs});\n"),
        };
        let each = |work: String| format!("    for (i = 0; i < {outputs}; i++) {{\n        {work}\n    }}\n");
        text += &match &layer.normaliser {
            None => String::new(),
            Some(norm) if norm.statistics.is_none() => {
                format!("    layer_norm(SCALE_{i}, SHIFT_{i}, x{y}, {outputs});\n")
            }
            Some(_) => each(format!("x{y}[i] = x{y}[i] * SCALE_{i}[i] + SHIFT_{i}[i];")),
        };
        if layer.activation.is_some() {
            text += &each(format!("x{y}[i] = activation(x{y}[i]);"));
        }
    }
    let last = network.layers.len();
    let value = match network.targets {
        Some(_) => format!("TARGET_MEAN[i] + TARGET_DEVIATION[i] * x{last}[i]"),
        None => format!("x{last}[i]"),
    };
    text + &format!(
        "    for (i = 0; i < OUTPUTS; i++) {{\n        outputs[i] = {value};\n    }}\n    return 0;\n}}\n"
    )
}

fn class(plan: &Plan<'_>, name: &str) -> String {
    if !plan.network.outputs.are_classes() {
        return String::new();
    }
    let start = format!("\nint {name}_class(const double outputs[OUTPUTS])\n{{\n");
    if plan.network.width() == 1 {
        return start + "    return isnan(outputs[0]) ? -1 : outputs[0] > 0.0;\n}\n";
    }
    start
        + "    int best = 0, ties = 0, i;\n    for (i = 0; i < OUTPUTS; i++) {\n        if \
         (isnan(outputs[i])) {\n            return -1;\n        }\n        best = outputs[i] > \
         outputs[best] ? i : best;\n    }\n    for (i = 0; i < OUTPUTS; i++) {\n        ties += outputs[i] \
         == outputs[best];\n    }\n    return isfinite(outputs[best]) || ties == 1 ? best : -1;\n}\n"
}

fn probabilities(plan: &Plan<'_>, name: &str) -> String {
    if !plan.has_probabilities() {
        return String::new();
    }
    let count = plan.network.classes.len();
    let start = format!(
        "\nvoid {name}_probabilities(const double outputs[OUTPUTS], double probabilities[{count}])\n{{\n"
    );
    if plan.network.width() == 1 {
        return start
            + "    probabilities[0] = logistic(-outputs[0]);\n    probabilities[1] = \
             logistic(outputs[0]);\n}\n";
    }
    start
        + "    double largest = -HUGE_VAL, total;\n    int ties = 0, i;\n    for (i = 0; i < OUTPUTS; i++) \
         {\n        largest = outputs[i] > largest ? outputs[i] : largest;\n    }\n    for (i = 0; i < \
         OUTPUTS; i++) {\n        ties += outputs[i] == largest;\n    }\n    for (i = 0; i < OUTPUTS; i++) \
         {\n        probabilities[i] = outputs[i] == largest && ties == 1 ? 1.0 : exp(outputs[i] - \
         largest);\n    }\n    total = sum_of_classes(probabilities, OUTPUTS);\n    for (i = 0; i < \
         OUTPUTS; i++) {\n        probabilities[i] = probabilities[i] / total;\n    }\n}\n"
}
