//! The environment variable that chooses the vector instructions.

use crate::program::assert_failed;
use std::process::{Command, Output};
use wengert::ad::kernels::InstructionSet;

fn with_set(name: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
    command.env("WENGERT_SIMD", name).args(arguments).output().unwrap()
}

#[test]
fn a_set_that_does_not_exist_is_an_error_before_anything_is_computed() {
    let message = assert_failed(&with_set("sse9", &["train", "moons"]), 2);
    assert!(message.contains("WENGERT_SIMD=sse9") && message.contains("portable"), "{message}");
    assert!(message.lines().count() == 1, "{message}");
}

#[test]
fn training_has_the_same_bits_with_every_set_that_fuses_and_nearly_the_same_loss_without() {
    let trained = |set: InstructionSet| {
        let run = with_set(set.name(), &["train", "digits", "--epochs", "3", "--json"]);
        assert!(run.status.success(), "{set:?}: {}", String::from_utf8_lossy(&run.stderr));
        let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        (report["params_sha256"].as_str().unwrap().to_owned(), report["train_loss"].as_f64().unwrap())
    };
    let (portable_bits, portable) = trained(InstructionSet::Portable);
    let fused = InstructionSet::ALL[1..].iter().filter(|set| set.is_available());
    let fused: Vec<_> = fused.map(|&set| trained(set)).collect();
    assert!(fused.windows(2).all(|pair| pair[0] == pair[1]), "{fused:?}");
    for (bits, fused) in fused {
        // Other roundings, which 153 steps in single precision amplify.
        assert!(bits != portable_bits && (fused / portable - 1.0).abs() < 1e-3, "{fused} and {portable}");
    }
}
