//! Runs on several ranks, as far as the program without MPI knows them.

use crate::program::{assert_failed, assert_rejected, json_of, output_of, wengert};
use std::process::{Command, Output};

/// A run of the program as a launcher starts it, which says the number of processes in a variable.
fn started_by(variable: &str, processes: &str, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_wengert"));
    program.args(arguments).env(variable, processes).output().unwrap()
}

#[test]
fn the_program_without_mpi_does_not_train_the_same_several_times() {
    for variable in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"] {
        for arguments in [&["train", "iris"][..], &["search", "iris", "--space", "absent.toml"]] {
            let message = assert_failed(&started_by(variable, "3", arguments), 1);
            let parts = ["compiled without MPI", "one of 3 ranks", "cargo install --path crates/mpi"];
            assert!(parts.iter().all(|part| message.contains(part)), "{variable}: {message}");
        }
        assert!(started_by(variable, "1", &["train", "iris", "--epochs", "1"]).status.success());
        assert!(started_by(variable, "3", &["data", "describe", "iris"]).status.success());
    }
}

#[test]
fn launch_shows_the_command_of_the_launcher() {
    let launch = ["launch", "-n", "3", "--hostfile", "my hosts", "--mpirun-option=--bind-to"];
    let command = ["--mpirun-option", "none", "--dry-run", "--", "search", "iris", "--space", "s.toml"];
    let shown = output_of(&[&launch[..], &command].concat());
    assert!(shown.starts_with("mpirun -n 3 --hostfile 'my hosts' --bind-to none /"), "{shown}");
    assert!(shown.ends_with("wengert search iris --space s.toml\n"), "{shown}");
    assert_rejected(1, &["launch", "-n", "2", "--", "train", "iris"], &["compiled without MPI"]);
    assert_rejected(2, &["launch", "-n", "2", "--", "inspect", "model"], &["only `train` and `search`"]);
    assert_rejected(2, &["launch", "-n", "0", "--dry-run", "--", "train", "iris"], &["at least 1"]);
}

#[test]
fn shards_decide_the_bits_and_are_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ckpt").to_str().unwrap().to_owned();
    let train = |more: &[&str]| json_of(&[&["train", "digits", "--epochs", "1", "--json"], more].concat());
    let eight = train(&["--shards", "8", "--threads", "1", "--checkpoint", &path]);
    assert_eq!(eight["settings"]["strategy"], "8 shards");
    assert_eq!(eight["params_sha256"], train(&["--shards", "8", "--threads", "2"])["params_sha256"]);
    let whole = train(&[]);
    assert_eq!(whole["settings"].get("strategy"), None);
    assert!(whole["params_sha256"] != eight["params_sha256"], "the number of shards changes nothing");
    let resumed = wengert(&["train", "--resume", &path, "--shards", "4"]);
    assert!(assert_failed(&resumed, 2).contains("--shards cannot change"));
    assert!(wengert(&["train", "--resume", &path, "--epochs", "2", "--threads", "2"]).status.success());
}
