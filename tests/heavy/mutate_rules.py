#!/usr/bin/env python3
"""Mutation test of the rule tables: is every single partial guarded by a test?

    python3 tests/heavy/mutate_rules.py            (a few minutes; needs cargo and nothing else)

In a scratch copy of the repository, each partial of the tables is replaced by its negative, by 1.01 times itself, by zero, and
by itself with its operands exchanged; so are the functions that partials share. All mutants are compiled at once, each behind a
number that the environment chooses when the tests run (a "mutant schema", Untch et al. 1993), so there is one build and not
hundreds. A mutant that no test detects survives and is reported. The exit status is 1 if a mutant survives that is not listed
below as equivalent to the original, or if a listed one is detected.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = Path("crates/ad/src/rules")
# The modules of the integration tests that guard the rules.
TESTS = ["accuracy::", "kinks::", "limits::", "rules::", "smooth_of_kinks::", "special_functions::"]

# Mutants that are the same function as the original.
EQUIVALENT = {
    ("Clamp", "operands exchanged"): "the partial compares input and output, which is symmetric",
    ("Signum", "negated"): "the partial is 0",
    ("Signum", "scaled by 1.01"): "the partial is 0",
    ("Sum", "partials exchanged"): "both partials are 1",
}

CHOICE = """
/// The number of the mutant to run.
fn mutant() -> usize {
    static CHOICE: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *CHOICE.get_or_init(|| std::env::var("MUTANT").map_or(0, |n| n.parse().expect("a number")))
}
"""


def end_of(text, start, closing):
    """The position of the first `closing` after `start` that is outside of all brackets."""
    depth = 0
    for i in range(start, len(text)):
        if depth == 0 and text[i] == closing:
            return i
        depth += (text[i] in "([{") - (text[i] in ")]}")
    raise ValueError(f"no {closing} after {text[start:start + 80]!r}")


def changes(p):
    """The mutations of one number."""
    return {
        "negated": f"-{p}",
        "scaled by 1.01": f"{p} * T::constant(1.01)",
        "replaced by 0": "T::constant(0.0)",
    }


class Mutants:
    """The mutants of all sources, numbered from 1."""

    def __init__(self):
        self.names = [None]

    def arms(self, rule, variants):
        arms = []
        for what, code in variants.items():
            arms.append(f"{len(self.names)} => {{ {code} }}")
            self.names.append((rule, what))
        return ", ".join(arms)

    def of_number(self, rule, expression, arguments=()):
        variants = changes("p")
        if len(arguments) == 2 and "_" not in arguments:
            x, y = arguments
            variants["operands exchanged"] = f"let ({x}, {y}) = ({y}, {x}); {expression}"
        return f"{{ let p: T = {{ {expression} }}; match super::mutant() {{ {self.arms(rule, variants)}, _ => p }} }}"

    def of_pair(self, rule, expression, arguments=()):
        variants = {f"first {what}": f"({code}, q)" for what, code in changes("p").items()}
        variants |= {f"second {what}": f"(p, {code})" for what, code in changes("q").items()}
        variants["partials exchanged"] = "(q, p)"
        if arguments and "_" not in arguments[:2]:
            a, b = arguments[:2]
            variants["operands exchanged"] = f"let ({a}, {b}) = ({b}, {a}); {expression}"
        arms = self.arms(rule, variants)
        return f"{{ let (p, q): (T, T) = {{ {expression} }}; match super::mutant() {{ {arms}, _ => (p, q) }} }}"

    def of_table(self, text):
        """Mutates the partial of each row of a table."""
        head, table = re.split(r"(?<=\n)(?=(?:unary|binary)! \{\n)", text)
        out, at, rules = "", 0, re.compile(r"\n    ([A-Z]\w+)[ (]")
        for row in re.finditer(r"\n        (partials?) \|([^|]*)\|", table):
            end = end_of(table, row.end(), ";")
            clause = re.search(r",\s*(from_output|lifted) \|", table[row.end() : end])
            end = row.end() + clause.start() if clause else end
            rule = rules.findall(table, 0, row.start())[-1]
            arguments = [name.strip() for name in row[2].split(",")]
            mutate = self.of_pair if row[1] == "partials" else self.of_number
            out += table[at : row.end()] + " " + mutate(rule, table[row.end() : end].strip(), arguments)
            at = end
        return head + out + table[at:]

    def of_functions(self, text):
        """Mutates the results of the functions that partials share."""
        out, at = "", 0
        for function in re.finditer(r"\n(?:pub\(crate\) )?fn (\w+)<T: Scalar>\([^)]+\) -> (T|\(T, T\)) \{", text):
            end = end_of(text, function.end(), "}")
            mutate = self.of_number if function[2] == "T" else self.of_pair
            out += text[at : function.end()] + " " + mutate(f"fn {function[1]}", text[function.end() : end].strip())
            at = end
        return out + text[at:]


def mutated_copy(folder):
    ignored = shutil.ignore_patterns("target", ".git")
    shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)
    mutants = Mutants()
    for name in ["elementary.rs", "arithmetic.rs"]:
        file = folder / RULES / name
        file.write_text(mutants.of_functions(mutants.of_table(file.read_text())))
    file = folder / RULES / "mod.rs"
    shared = mutants.of_functions(file.read_text()).replace("super::mutant()", "mutant()")
    file.write_text(shared + CHOICE)
    return mutants.names


def build(folder):
    """Compiles the tests and returns the path of the test program."""
    command = ["cargo", "test", "--no-run", "--message-format=json", "-p", "wengert-ad-tests", "--test", "integration"]
    built = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        sys.exit("the mutants do not compile")
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    return next(m["executable"] for m in messages if m.get("executable"))


def is_detected(program, mutant, folder):
    """Whether a test fails with this mutant."""
    environment = os.environ | {"MUTANT": str(mutant), "RUST_BACKTRACE": "0"}
    command = [program, "--test-threads=1", *TESTS]
    run = subprocess.run(command, cwd=folder / "crates/ad/tests", env=environment, capture_output=True, timeout=600)
    return run.returncode != 0


def main():
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        folder = Path(scratch)
        names = mutated_copy(folder)
        program = build(folder)
        if is_detected(program, 0, folder):
            sys.exit("the tests fail without a mutation")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            killed = list(pool.map(lambda n: is_detected(program, n, folder), range(1, len(names))))
    survivors = {name for name, killed in zip(names[1:], killed) if not killed}
    for rule, what in sorted(survivors):
        print(f"survived: {rule}, {what} ({EQUIVALENT.get((rule, what), 'NOT EXPLAINED')})")
    for rule, what in sorted(EQUIVALENT.keys() - survivors):
        print(f"listed as equivalent, but detected: {rule}, {what}")
    print(f"{sum(killed)} of {len(killed)} mutants detected, {len(survivors & EQUIVALENT.keys())} are equivalent")
    sys.exit(survivors != EQUIVALENT.keys())


if __name__ == "__main__":
    main()
