//! Source files: compiled without warnings, they compute the bits of the model.

use crate::models::{Sample, mlp, model, of_every_activation, of_every_architecture};
use ndarray::Array2;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use wengert_ad::rules::Erf;
use wengert_formats::{FormatError, Inexpressible, Language, source_code};
use wengert_nn::metrics::{class_probabilities, predicted_class};
use wengert_nn::{AnyActivation, Mlp, Outputs};

fn bits(numbers: impl IntoIterator<Item = f64>) -> String {
    numbers.into_iter().map(|x| format!(" {:016x}", x.to_bits())).collect()
}

/// What the model says about each of its rows, a line each.
fn expected(sample: &Sample) -> String {
    let lines = sample.rows.iter().map(|row| {
        let Some(outputs) = sample.outputs(row) else { return format!("{} refused\n", sample.name) };
        let outputs = outputs.into_raw_vec_and_offset().0;
        let mut line = format!("{}{}", sample.name, bits(outputs.iter().copied()));
        if sample.model.outputs.are_classes() {
            let class = predicted_class(&outputs).map_or(-1, |class| class as i64);
            write!(line, " class {class}").unwrap();
        }
        if sample.model.outputs == Outputs::Logits {
            let outputs = Array2::from_shape_vec((1, outputs.len()), outputs).unwrap();
            write!(line, "{}", bits(class_probabilities(&outputs))).unwrap();
        }
        line + "\n"
    });
    lines.collect()
}

/// The rows as lists of literals.
fn literals(sample: &Sample, nan: &str, infinity: &str, brackets: [char; 2]) -> String {
    let number = |x: &f64| match x {
        x if x.is_nan() => nan.to_owned(),
        x if x.is_infinite() => infinity.to_owned(),
        x => format!("{x:?}"),
    };
    let [open, close] = brackets;
    let row =
        |row: &Vec<f64>| format!("{open}{}{close},\n", row.iter().map(number).collect::<Vec<_>>().join(", "));
    sample.rows.iter().map(row).collect()
}

/// A C program that prints what the functions of the models return.
fn c_driver(samples: &[Sample]) -> String {
    let mut text = String::from(
        "#include <math.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <string.h>\n\
         static void print(const double *x, int n) {\n    uint64_t bits;\n    int i;\n    for (i = 0; i < \
         n; i++) {\n        memcpy(&bits, x + i, sizeof bits);\n        printf(\" %016llx\", (unsigned long \
         long)bits);\n    }\n}\n",
    );
    let mut main = String::new();
    for sample in samples {
        let (name, columns, width) = (&sample.name, sample.rows[0].len(), width(sample));
        let (rows, classes) = (sample.rows.len(), sample.model.outputs.are_classes());
        let logits = sample.model.outputs == Outputs::Logits;
        writeln!(text, "int {name}_predict(const double *, double *);").unwrap();
        if classes {
            writeln!(text, "int {name}_class(const double *);").unwrap();
        }
        if logits {
            writeln!(text, "void {name}_probabilities(const double *, double *);").unwrap();
        }
        let literals = literals(sample, "NAN", "INFINITY", ['{', '}']);
        writeln!(text, "static double {name}_rows[{rows}][{columns}] = {{\n{literals}}};").unwrap();
        let class = if classes { format!("printf(\" class %d\", {name}_class(y));") } else { String::new() };
        let shares = width.max(2);
        let probabilities = if logits {
            format!("{{ double p[{shares}]; {name}_probabilities(y, p); print(p, {shares}); }}")
        } else {
            String::new()
        };
        writeln!(
            main,
            "    for (i = 0; i < {rows}; i++) {{\n        double y[{width}];\n        int refused = \
             {name}_predict({name}_rows[i], y);\n        printf(\"{name}\");\n        if (refused) {{ \
             puts(\" refused\"); continue; }}\n        print(y, {width}); {class} \
             {probabilities}\n        puts(\"\");\n    }}"
        )
        .unwrap();
    }
    format!("{text}int main(void) {{\n    int i;\n{main}    return 0;\n}}\n")
}

fn width(sample: &Sample) -> usize {
    *sample.model.mlp.widths().last().unwrap()
}

/// A Rust program that prints what the functions of the models return.
fn rust_driver(samples: &[Sample]) -> String {
    let mut text = String::from("//! Prints what models compute.\n");
    let mut main = String::new();
    for sample in samples {
        let name = &sample.name;
        writeln!(text, "#[path = \"model_{name}.rs\"]\npub mod {name};").unwrap();
        let class = if sample.model.outputs.are_classes() {
            format!("print!(\" class {{}}\", {name}::class(&y).map_or(-1, |class| class as i64));")
        } else {
            String::new()
        };
        let probabilities = if sample.model.outputs == Outputs::Logits {
            format!("print(&{name}::probabilities(&y));")
        } else {
            String::new()
        };
        let literals = literals(sample, "f64::NAN", "f64::INFINITY", ['[', ']']);
        let (rows, columns, upper) = (sample.rows.len(), sample.rows[0].len(), name.to_uppercase());
        writeln!(text, "static {upper}: [[f64; {columns}]; {rows}] = [\n{literals}];").unwrap();
        writeln!(
            main,
            "    for row in &{upper} {{\n        print!(\"{name}\");\n        match {name}::predict(row) \
             {{\n            Err(_) => println!(\" refused\"),\n            Ok(y) => {{ print(&y); {class} \
             {probabilities} println!(); }}\n        }}\n    }}"
        )
        .unwrap();
    }
    format!(
        "{text}fn print(x: &[f64]) {{\n    x.iter().for_each(|x| print!(\" {{:016x}}\", \
         x.to_bits()));\n}}\nfn main() {{\n{main}}}\n"
    )
}

/// Runs a program, which must succeed without a word on standard error.
#[track_caller]
fn run(program: &mut Command) -> String {
    let output = program.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && message.is_empty(), "{program:?}: {message}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn assert_equal(program: &str, found: &str, samples: &[Sample]) {
    let expected: String = samples.iter().map(expected).collect();
    for (found, expected) in found.lines().zip(expected.lines()) {
        // The sign and the digits of a NaN differ between processors.
        let without_nan = |line: &str| line.replace("fff8000000000000", "7ff8000000000000");
        assert_eq!(without_nan(found), without_nan(expected), "{program}");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "{program}");
}

fn samples() -> Vec<Sample> {
    let mut samples = of_every_activation();
    for sample in &mut samples {
        sample.name = format!("by_{}", sample.name);
    }
    samples.extend(of_every_architecture());
    samples
}

fn write_sources(samples: &[Sample], language: Language, folder: &Path) -> Vec<String> {
    let write = |sample: &Sample| {
        let text = source_code(&sample.model, language, &sample.name).unwrap();
        let ending = if language == Language::C { "c" } else { "rs" };
        let file = format!("model_{}.{ending}", sample.name);
        fs::write(folder.join(&file), text).unwrap();
        file
    };
    samples.iter().map(write).collect()
}

#[test]
fn c_compiles_without_warnings_and_agrees_bit_for_bit() {
    let (folder, samples) = (tempfile::tempdir().unwrap(), samples());
    let files = write_sources(&samples, Language::C, folder.path());
    fs::write(folder.path().join("driver.c"), c_driver(&samples)).unwrap();
    // With fused multiply-adds and vectors of the processor, which must not change a bit.
    let variants: [&[&str]; 2] = [&["-std=c99", "-O1"], &["-std=gnu11", "-O3", "-march=native"]];
    for flags in variants {
        let strict =
            ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-o", "program", "driver.c"];
        let mut cc = Command::new("cc");
        run(cc.current_dir(&folder).args(flags).args(strict).args(&files).arg("-lm"));
        let found = run(&mut Command::new(folder.path().join("program")));
        assert_equal(&format!("C, {flags:?}"), &found, &samples);
    }
}

#[test]
fn rust_compiles_without_warnings_and_agrees_bit_for_bit() {
    let (folder, samples) = (tempfile::tempdir().unwrap(), samples());
    write_sources(&samples, Language::Rust, folder.path());
    fs::write(folder.path().join("main.rs"), rust_driver(&samples)).unwrap();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
    let flags = ["--edition", "2021", "-C", "opt-level=1", "-D", "warnings", "-o", "program", "main.rs"];
    run(rustc.current_dir(&folder).args(flags));
    let found = run(&mut Command::new(folder.path().join("program")));
    assert_equal("Rust", &found, &samples);
}

#[test]
fn names_that_are_no_identifiers_are_refused() {
    let saved = model(&mlp(&[2, 2], "relu"), Outputs::Values, 1);
    for name in ["", "Model", "2x", "int", "a-b", "é", "_x", &"a".repeat(41)] {
        for language in Language::ALL {
            let error = source_code(&saved, language, name).unwrap_err();
            let problem = Inexpressible::Name { name: name.to_owned() };
            assert!(
                matches!(&error, FormatError::Inexpressible { problem: found, .. } if *found == problem),
                "{error}"
            );
        }
    }
}

#[test]
fn what_a_language_cannot_express_is_refused_by_name() {
    let erf = AnyActivation::from_rule(Erf).unwrap();
    let saved = model(&Mlp::new([2, 2, 1]).activation(erf), Outputs::Values, 1);
    let text = source_code(&saved, Language::C, "m").unwrap_err().to_string();
    assert!(text.starts_with("C cannot express the activation erf; it has abs, atan, "), "{text}");
    let mut saved = model(&mlp(&[2, 2], "relu"), Outputs::Values, 1);
    saved.params.values_mut()[3] = f32::NAN;
    let text = source_code(&saved, Language::Rust, "m").unwrap_err().to_string();
    assert_eq!(text, "Rust cannot express element 3 of \"out.weight\", which is NaN; numbers must be finite");
}

#[test]
fn the_same_model_has_the_same_text() {
    let saved = model(&mlp(&[2, 3, 2], "gelu"), Outputs::Logits, 1);
    for language in Language::ALL {
        let text = source_code(&saved, language, "model").unwrap();
        assert_eq!(text, source_code(&saved, language, "model").unwrap());
        assert!(text.lines().all(|line| line.chars().count() <= 140), "{language:?}");
    }
}
