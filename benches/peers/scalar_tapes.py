#!/usr/bin/env python3
"""Compares gradients of scalar code: the scalar tape of Wengert, CoDiPack, reverse, echidna and ad_trait, on one thread.

    git clone https://github.com/SciCompKL/CoDiPack
    python3 benches/peers/scalar_tapes.py --codipack CoDiPack
    python3 benches/peers/scalar_tapes.py --tapes wengert reverse --rounds 3

The functions are Rosenbrock's, the Helmholtz energy and a perceptron with 337 parameters (src/functions.rs); the result of all
programs is compared. Wengert and the other tapes of Rust are an ordinary `cargo build --release`, without instructions of this
processor; CoDiPack is compiled by g++ -O3 -march=native, and left out without --codipack. For each function and size, all
programs are started and then take turns, one block per round. Prints the processor and a Markdown table of the time per
gradient: the median of the blocks; the best other tape over ours; and the bytes of tape and adjoints per operation of the
function, of Wengert and of CoDiPack; the others do not say theirs.
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

import steps
from second_order import Conversation, compare_checks, processor

PEERS = Path(__file__).resolve().parent
ROOT = PEERS.parent.parent
TAPES = ["wengert", "codipack", "reverse", "echidna", "ad_trait"]
CASES = [("rosenbrock", n) for n in (10, 1000, 100_000, 1_000_000)] + [("helmholtz", n) for n in (10, 100, 1000)] + [("perceptron", 337)]


def build(options):
    """The commands of the tapes, by name."""
    target = Path(options.our_target or ROOT / "target" / "peers")
    steps.cargo(["--manifest-path", PEERS / "Cargo.toml", "--bin", "scalar_tapes"], target, {})
    found = {name: [str(target / "release/scalar_tapes"), name] for name in options.tapes if name != "codipack"}
    if "codipack" in options.tapes and options.codipack:
        program, source = target / "with_codipack", PEERS / "scalar_tapes" / "with_codipack.cpp"
        command = ["g++", "-std=c++17", "-O3", "-march=native", "-I", options.codipack / "include", source, "-o", program]
        subprocess.run(command, check=True)
        found["codipack"] = [str(program)]
    return found


class Program(Conversation):
    """A program that also says how much memory it takes."""

    def memory(self):
        """The words of its answer: bytes and, of Wengert, operations."""
        self.process.stdin.write("bytes\n")
        self.process.stdin.flush()
        return self.line().split()


def compare(commands, case, options):
    """The median time of a gradient by each tape, and bytes per operation."""
    peers = {name: Program([*command, case[0], str(case[1])]) for name, command in commands.items()}
    compare_checks({name: {"check": peer.check} for name, peer in peers.items()}, f"{case[0]} {case[1]}")
    first = {name: peer.block("gradient", 2, 3) for name, peer in peers.items()}
    counts = {name: max(3, min(10**6, round(options.seconds / seconds))) for name, seconds in first.items()}
    times = {name: [] for name in peers}
    for _ in range(options.rounds):
        for name, peer in peers.items():
            times[name].append(peer.block("gradient", max(1, counts[name] // 3), counts[name]))
    memory = {name: peer.memory() for name, peer in peers.items() if name in ("wengert", "codipack")}
    for peer in peers.values():
        peer.close()
    operations = float(memory["wengert"][1]) if "wengert" in memory else None
    bytes_per_operation = {name: float(words[0]) / operations for name, words in memory.items()} if operations else {}
    return {name: statistics.median(blocks) for name, blocks in times.items()}, bytes_per_operation


def row(case, times, bytes_per_operation, names):
    cells = [steps.time_cell({"median": times[name], "seconds": [times[name]]}).split(" (")[0] for name in names]
    others = {name: seconds for name, seconds in times.items() if name != "wengert"}
    best = min(others, key=others.get, default=None)
    ratio = f"{others[best] / times['wengert']:.2f} ({best})" if best and "wengert" in times else "-"
    memory = ", ".join(f"{count:.1f}" for count in bytes_per_operation.values()) or "-"
    return "| " + " | ".join([f"{case[0]}, n = {case[1]:,}", *cells, ratio, memory]) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tapes", nargs="+", choices=TAPES, default=TAPES)
    parser.add_argument("--codipack", type=Path, help="a checkout of CoDiPack")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="duration of a block")
    parser.add_argument("--our-target", type=Path, help="target directory of the package of the peers")
    options = parser.parse_args()
    try:
        commands = build(options)
    except (steps.Failed, subprocess.CalledProcessError) as failure:
        sys.exit(f"scalar_tapes: {failure}")
    names = [name for name in options.tapes if name in commands]
    print(f"{processor()}, one thread, {options.rounds} rounds\n")
    print("| function | " + " | ".join(names) + " | best other / ours | bytes per operation |")
    print("|---|" + "---|" * (len(names) + 2))
    for case in CASES:
        print(row(case, *compare(commands, case, options), names), flush=True)


if __name__ == "__main__":
    main()
