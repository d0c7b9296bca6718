#!/usr/bin/env python3
"""Feeds mutated inputs to every reader of the program: nothing that a file or an argument says may crash it.

    python3 tests/heavy/mutate_inputs.py [--count N] [--only READER] [--seed N] [--program PATH] [--keep FOLDER]

Needs Python 3 on Linux and the program: `cargo build --release`, or a development build, which also finds
numbers that overflow. 10,000 inputs per reader take some minutes on two cores.

Each reader has valid inputs, from which others are made: bits flipped, bytes and pieces removed, repeated or
exchanged with those of other inputs, numbers replaced by extreme ones, the whole cut or repeated. The program is
run on each of them. A run must end within five seconds of processor time with exit code 0, 1 or 2, with a message
of at most 4 kB on standard error, without a panic, and with no more memory than 64 times the input and 64 MB.
Whether the answer is right is the business of the tests.

A failure is printed with the command and the number of the input; the same seed makes the same inputs. `--keep` writes the
inputs that fail to a folder. The exit status is 1 if there is a failure.
"""

import argparse
import gzip
import io
import json
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Processor time, which other programs on the machine do not lengthen, and the time after which a run is waiting.
SECONDS = 5
WAITING = 60
MEGABYTE = 1 << 20
# The limits of a run; beyond them the system stops it. The address space also holds what is reserved, not used.
ADDRESS_SPACE = 8 << 30
MESSAGE = 4096

NUMBERS = [
    b"0", b"-0", b"-1", b"1e999", b"-1e999", b"1e-999", b"NaN", b"inf", b"-inf", b"0x10", b"1_000", b"1e", b".", b"+5",
    b"4294967295", b"4294967296", b"9223372036854775807", b"18446744073709551615", b"18446744073709551616", b"1e38", b"1e300",
    b"1000000000", b"0." + b"3" * 400, b"9" * 400, b"\xef\xbc\x91", b"", b"1,5", b"1;2", b"NA", b"?",
]
WORDS = {
    "csv": [b",", b";", b"\t", b'"', b"\n", b"\r\n", b"\r", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"#", b"x,y,class\n", b",,"],
    "table": [
        b",", b";", b"\t", b"|", b'"', b"\n", b"\r\n", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"#", b"NA", b"null", b"?", b"nan", b"2024-02-30",
        b"2024-01-01T25:00:00Z", b"0000-00-00", b"99999999-01-01", b"true", b"1,5", b"size", b"city", b"kind", b",,,", b"Unnamed: 0", b"\xc3",
    ],
    "npy": [
        b"\x93NUMPY", b"\x01\x00", b"\x03\x00", b"'descr'", b"'<f8'", b"'>f4'", b"'|O'", b"'<U10'", b"'fortran_order'", b"True", b"False",
        b"'shape'", b"(", b")", b"(0, 3)", b"(99999999999, 99999999999)", b"{", b"}", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\xff" * 8,
    ],
    "config": [
        b"[", b"]", b"=", b'"', b"\n", b"#", b"[[", b'"""', b"true", b"1e999", b"-1", b"data", b"epochs", b"hidden", b"optimizer", b"seed",
        b"iris", b"unknown = 1\n", b"inf", b"nan", b"1979-05-27", b"\\u0000", b"{", b"}", b"99999999999999999999",
    ],
    "idx": [bytes([0, 0, 8, 3]), bytes([0, 0, 8, 1]), bytes([0, 0, 8, 255]), b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)],
    "model": [
        b'"', b"{", b"}", b"[", b"]", b"null", b"F64", b"F32", b"I8", b"wengert-mlp-1", b"wengert-mlp-2", b"wengert-mlp-3",
        b"features", b"classes", b"seed", b"widths", b"1,1,1",
        b"__metadata__", b"data_offsets", b"shape", b"\\u0000", b"relu", b"tanh", b"\x00\x00\xc0\x7f", b"\xff" * 8,
    ],
    "checkpoint": [
        b'"', b"{", b"}", b"[", b"]", b"null", b"F64", b"F32", b"U64", b"wengert-run-1", b"wengert-run-9", b"state.", b"passes", b"steps", b"best",
        b"partial_batches", b"optimizer", b"history", b"parameters.", b"present", b"checksum", b"settings", b"data = ", b"moons", b"adamw", b"sgd",
        b"18446744073709551615", b"1e999", b"NaN", b"\\n", b"\x00\x00\xc0\x7f", b"\xff" * 8,
    ],
    "formula": [
        b"(", b")", b"+", b"-", b"*", b"/", b"^", b",", b"sin(", b"max(", b"powi(", b"ln(", b"gamma(", b"x", b"y", b"pi", b"e",
        b"1/0", b"(((", b")))", b"---", b"^^", b"\n", b"\xc3\xa9", b"\xff", b"=", b"1e308*10", b"0/0", b"x^x^x", b"sqrt(-1)",
    ],
    "point": [b"=", b",", b"\n", b"x=", b"y=1", b"z=2", b"pi/2", b"inf", b"NaN", b"-", b"(", b"x=x", b"==", b"@", b"\xff"],
}


def mutated(original, others, words, chance):
    """The input after one to six changes."""
    data = bytearray(original)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 6])):
        at = chance.randrange(len(data) + 1)
        length = min(chance.choice([1, 1, 2, 4, 8, 30, 200]), len(data) - at)
        kind = chance.randrange(11)
        if kind == 0 and length:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.choice([1, 2, 8])))
        elif kind == 3:
            data[at:at] = data[at : at + length] * chance.choice([1, 2, 10, 100])
        elif kind == 4:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data[at : at + length] = other[start : start + chance.choice([1, 8, 100])]
        elif kind == 5:
            data[at : at + length] = chance.choice(words)
        elif kind == 6:
            data[at:at] = chance.choice(words) * chance.choice([1, 1, 2, 50])
        elif kind == 7:
            data[at : at + length] = chance.choice(NUMBERS)
        elif kind == 8:
            del data[at:]
        elif kind == 9 and length:
            data[at : at + 1] = bytes([chance.choice([0, 1, 127, 128, 255])])
        elif kind == 10:
            end = chance.randrange(len(data) + 1)
            data[at:at] = data[min(at, end) : max(at, end)] * chance.choice([1, 1, 20])
        if len(data) > MEGABYTE:
            del data[MEGABYTE:]
    return bytes(data)


def csv_inputs(chance):
    row = lambda label: f"{chance.uniform(-5, 5):.3f},{chance.randrange(100)},{label}\n"
    plain = "".join(row(i % 3) for i in range(40))
    return [
        plain.encode(), ("length,width,class\n" + plain).encode(), plain.replace("\n", "\r\n").encode(),
        '"a, b",c,class\n"1","2","0"\n3,4,1\n5,6,0\n7,8,1\n9,1,0\n2,3,1\n4,5,0\n6,7,1\n8,9,0\n1,3,1\n'.encode(),
        ("x;y;class\n" + plain.replace(",", ";")).encode(), plain.replace(",", "\t").encode(), plain.encode("utf-16"),
        b"NA,?,?\n" + plain.encode(), b"1700000000,1e38,0\n" * 12 + b"1700000001,-1e38,1\n" * 12, b"1,2\n3,4\n",
    ]


def gzip_inputs(chance):
    # Also what decompresses to hundreds of times its size, seldom, because it takes long.
    bombs = [gzip.compress(text * (12 * MEGABYTE // len(text)), mtime=0) for text in (b"0", b"0,0,0\n", b"\n")]
    return [gzip.compress(text, mtime=0) for text in csv_inputs(chance)] * 8 + bombs


def table_inputs(chance):
    """Tables with texts, dates, missing values, other delimiters and decimal commas."""
    cities, kinds = ["Bonn", "Oslo", "Lima"], ["a", "b"]
    rows = [
        [f"{chance.uniform(1, 9):.2f}", chance.choice(cities), f"2024-0{1 + i % 9}-1{i % 10}", str(1_700_000_000 + 60 * i), kinds[i % 2]]
        for i in range(40)
    ]
    header = ["size", "city", "day", "seen", "kind"]

    def text(delimiter, rows=rows, header=header):
        return "".join(delimiter.join(row) + "\n" for row in [header, *rows])

    comma = [[row[0].replace(".", ","), *row[1:]] for row in rows]
    missing = [["NA" if i % 7 == 0 else row[0], "" if i % 5 == 0 else row[1], *row[2:]] for i, row in enumerate(rows)]
    indexed = [[str(i), *row] for i, row in enumerate(rows)]
    quoted = [[f'"{row[0]}"', f'"{row[1]}, ""x"""', *row[2:]] for row in rows]
    return [
        text(",").encode(), text("\t").encode(), text("|").encode(), text(";", comma).encode(), text(",", missing).encode(),
        text(",", indexed, ["", *header]).encode(), text(",", quoted).encode(), ("# a comment\n" + text(",")).encode(),
        b"\xef\xbb\xbf" + text(";").encode(), text(",").encode("utf-16"),
    ]


def npy_array(shape, descr="<f8", fortran=False, data=None):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    kind = {"<f8": "d", "<f4": "f", "<i8": "q", "|u1": "B"}[descr]
    values = [i * 0.37 % 2 if kind in "df" else i % 3 for i in range(count)]
    content = data if data is not None else struct.pack(f"<{count}{kind}", *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def npy_inputs():
    """Arrays of NumPy, and archives of them."""
    single = [npy_array((20, 3)), npy_array((20, 3), "<f4"), npy_array((20, 2), "<i8"), npy_array((15, 4), "|u1", True), npy_array((30,))]
    huge = npy_array((1, 1)).replace(b"(1, 1)", b"(4000000000, 4000000000)")
    archives = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", method) as archive:
            archive.writestr("x.npy", single[0])
            archive.writestr("y.npy", npy_array((20,), "<i8"))
        archives.append(content.getvalue())
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", npy_array((1_500_000, 1), data=bytes(12_000_000)))
    return single * 3 + archives * 6 + [huge, bomb.getvalue()]


def config_inputs(program, folder):
    """Settings by hand, and those that a run writes."""
    written = folder / "written.toml"
    command = [program, "train", "iris", "--epochs", "1", "--hidden", "3", "--write-config", written]
    subprocess.run(command, check=True, capture_output=True)
    by_hand = b'data = "moons"\nepochs = 1\nhidden = "none"\noptimizer = "sgd:momentum=0.9"\nseed = 3\n'
    return [b'data = "iris"\nepochs = 1\n', by_hand, written.read_bytes()]


def idx_inputs(chance):
    """Pairs of training images and labels; the test files are the same."""
    pairs = []
    for count, rows, columns in [(20, 2, 2), (30, 1, 3), (12, 4, 1)]:
        pixels = bytes(chance.randrange(256) for _ in range(count * rows * columns))
        images = struct.pack(">BBBBIII", 0, 0, 8, 3, count, rows, columns) + pixels
        labels = struct.pack(">BBBBI", 0, 0, 8, 1, count) + bytes(i % 3 for i in range(count))
        pairs += [images, labels]
    return pairs


def model_inputs(program, folder):
    paths = []
    for name, arguments in {"a": ["iris", "--hidden", "4"], "b": ["moons", "--hidden", "none"], "c": ["xor", "--hidden", "3,2"]}.items():
        paths.append(folder / f"{name}.safetensors")
        command = [program, "train", *arguments, "--epochs", "2", "--save", paths[-1]]
        subprocess.run(command, check=True, capture_output=True)
    inputs = [path.read_bytes() for path in paths]
    widths = ",".join(["1"] * 1_000_000)
    metadata = {"format": "wengert-mlp-3", "activation": "relu", "outputs": "logits", "seed": "7", "settings": '{"epochs": "3"}'}
    for text in (widths, "1000000000,1000000000", "4294967296,4294967296,4294967296"):
        header = json.dumps({"__metadata__": metadata | {"widths": text}}).encode()
        inputs.append(struct.pack("<Q", len(header)) + header)
    many = {f"hidden.{i}.weight": {"dtype": "F32", "shape": [1, 1], "data_offsets": [4 * i, 4 * i + 4]} for i in range(5000)}
    header = json.dumps({"__metadata__": metadata | {"widths": ",".join(["1"] * 5001)}} | many).encode()
    inputs.append(struct.pack("<Q", len(header)) + header + bytes(20_000))
    return inputs


def checkpoint_inputs(program, folder):
    paths = []
    runs = {
        "a": ["iris", "--hidden", "4", "--norm", "batch", "--early-stopping", "5"], "b": ["moons", "--hidden", "none", "--optimizer", "sgd"],
        "c": ["xor", "--hidden", "3,2", "--optimizer", "adam:amsgrad"],
    }
    for name, arguments in runs.items():
        paths.append(folder / f"{name}.ckpt")
        command = [program, "train", *arguments, "--epochs", "2", "--checkpoint", paths[-1]]
        subprocess.run(command, check=True, capture_output=True)
    return [path.read_bytes() for path in paths]


FORMULAS = [
    b"x^3 * (x + 3*y)", b"-sin(x) / (2 - y)^2 + max(x, y)", b"powi(x, 3) + powf(y, 2.5) - ln(x*y)", b"exp(-x^2) * tanh(y) + sqrt(x)",
    b"clamp(x, 0, 1) + relu(y)", b"x^y^0.5 - 1e-3 * pi * e", b"((((x))))*((y))", b"x" + b"+x*y" * 300, b"+".join(b"x%d" % i for i in range(60)),
]
POINTS = [b"x=2,y=3", b"x = 1e-3\ny = -pi/2\n", b"x=inf,y=NaN", b"y=2^0.5,x=(1+2)/3", b"x=1e300\n\n,y=5", b"x=2,y=3,"]


class Reader:
    """A kind of input, and the command that reads it."""

    def __init__(self, inputs, words, command):
        self.inputs, self.words, self.command = inputs, WORDS[words], command


def readers(program, folder, chance):
    csv, compressed, models = csv_inputs(chance), gzip_inputs(chance), model_inputs(program, folder)
    model, rows = folder / "b.safetensors", folder / "rows.csv"
    rows.write_text("1,2\n3,4\n")
    tables = table_inputs(random.Random(2))
    named = folder / "named.safetensors"
    (folder / "named.csv").write_bytes(tables[0])
    command = [program, "train", folder / "named.csv", "--epochs", "2", "--hidden", "3", "--save", named]
    subprocess.run(command, check=True, capture_output=True)

    def one_of(*commands):
        return lambda at, place, data: commands[at % len(commands)](place, data)

    def in_file(name, *command):
        def of(place, data):
            path = place / name
            path.write_bytes(data)
            return [str(part).replace("FILE", str(path)) for part in command]
        return of

    def checkpoint(place, data, repaired):
        # Without a checksum that fits, nothing but the checksum would be tested.
        if repaired and len(data) > 4:
            data = data[:-4] + struct.pack("<I", zlib.crc32(data[:-4]))
        path = place / "run.ckpt"
        path.write_bytes(data)
        return ["train", "--resume", str(path), "--epochs", "3", "--threads", "1"]

    train = ["train", "FILE", "--epochs", "1", "--hidden", "none", "--threads", "1"]

    def idx(place, data, plain):
        good = idx_inputs(random.Random(1))
        images, labels = (data, good[1]) if data[3:4] != b"\x01" else (good[0], data)
        pack = (lambda content: content) if plain else gzip.compress
        end = "" if plain else ".gz"
        for part in ("train", "t10k"):
            (place / f"{part}-images-idx3-ubyte{end}").write_bytes(pack(images))
            (place / f"{part}-labels-idx1-ubyte{end}").write_bytes(pack(labels))
        return ["train", str(place), "--epochs", "1", "--hidden", "none", "--threads", "1"]

    def argument(*command):
        def of(place, data):
            # An argument has no zero bytes and at most 128 kB.
            text = data.replace(b"\0", b" ")[:100_000]
            return [os.fsencode(part).replace(b"TEXT", text) for part in command]
        return of

    graph_formats = ["table", "json", "svg", "dot", "trace", "latex", "markdown", "cost"]
    formulas = [in_file("formula", "graph", "@FILE", "--at", "x=2,y=3", "--format", form) for form in graph_formats]
    return {
        "csv": Reader(csv, "csv", one_of(in_file("data.csv", *train), in_file("data.csv", "predict", model, "FILE"))),
        "gzip": Reader(compressed, "csv", one_of(in_file("data.csv.gz", *train), in_file("data", "predict", model, "FILE"))),
        "table": Reader(
            tables, "table",
            one_of(in_file("data.csv", *train), in_file("data.txt", *train, "--missing", "mean", "--target", "size"),
                   in_file("data", "data", "describe", "FILE"), in_file("data.csv", "predict", named, "FILE"),
                   in_file("data.csv", "evaluate", named, "FILE")),
        ),
        "npy": Reader(
            npy_inputs(), "npy",
            one_of(in_file("data.npy", *train), in_file("data.npz", "data", "describe", "FILE"), in_file("data.npz", *train)),
        ),
        "config": Reader(
            config_inputs(program, folder), "config",
            one_of(in_file("run.toml", "train", "--config", "FILE", "--threads", "1", "--epochs", "1", "--hidden", "2")),
        ),
        "idx": Reader(idx_inputs(chance), "idx", one_of(lambda p, d: idx(p, d, True), lambda p, d: idx(p, d, False))),
        "model": Reader(models, "model", one_of(in_file("model", "predict", "FILE", rows))),
        "checkpoint": Reader(
            checkpoint_inputs(program, folder), "checkpoint",
            one_of(*[lambda p, d: checkpoint(p, d, True)] * 3, lambda p, d: checkpoint(p, d, False)),
        ),
        "formula": Reader(
            FORMULAS, "formula",
            one_of(*formulas, argument("graph", "TEXT", "--at", "x=2,y=3", "--json"), in_file("formula", "gradcheck", "@FILE", "--at", "x=2,y=3")),
        ),
        "point": Reader(
            POINTS, "point",
            one_of(in_file("point", "graph", "x*y", "--at", "@FILE"), argument("graph", "x*y", "--at", "TEXT"),
                   in_file("point", "gradcheck", "x*y", "--at", "@FILE")),
        ),
    }


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def launch():
    """Runs the commands that arrive on standard input, and tells how each ended. The memory that the system counts for a
    program includes what its parent had when it started it, so the parent is this small process."""
    for line in sys.stdin:
        command, output = json.loads(line)
        with open(output, "wb") as stderr:
            command = [part.encode("latin-1") for part in command]
            run = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, preexec_fn=limit
            )
            waiting = threading.Timer(WAITING, lambda: os.kill(run.pid, signal.SIGKILL))
            waiting.start()
            _, status, usage = os.wait4(run.pid, 0)
            timed_out = not waiting.is_alive()
            waiting.cancel()
            run.returncode = os.waitstatus_to_exitcode(status)
        print(json.dumps([run.returncode, timed_out, usage.ru_maxrss * 1024]), flush=True)


LAUNCHERS = threading.local()


def run(command, output):
    """The exit code of a command, whether it had to be stopped, and its memory."""
    if not hasattr(LAUNCHERS, "process"):
        launcher = [sys.executable, __file__, "--launch"]
        LAUNCHERS.process = subprocess.Popen(launcher, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process = LAUNCHERS.process
    print(json.dumps([[os.fsencode(part).decode("latin-1") for part in command], str(output)]), file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())


def fault(program, command, size, place):
    """What is wrong with a run; None if nothing."""
    code, timed_out, memory = run([program, *command], place / "stderr")
    message = (place / "stderr").read_bytes()
    if timed_out:
        return f"runs for more than {WAITING} s"
    if code == -signal.SIGXCPU:
        return f"takes more than {SECONDS} s of processor time"
    if code not in (0, 1, 2):
        return f"exit code {code}: {message[:300]!r}"
    if b"panicked" in message:
        return f"a panic: {message[:300]!r}"
    if len(message) > MESSAGE:
        return f"a message of {len(message)} bytes: {message[:100]!r}"
    if code and not message:
        return f"exit code {code} without a message"
    if memory > 64 * size + 64 * MEGABYTE:
        return f"{memory // MEGABYTE} MB of memory for {size} bytes of input"
    return None


def check(program, name, reader, number, seed, keep):
    """Runs the program on one input; returns what is wrong."""
    chance = random.Random(f"{seed} {name} {number}")
    # The first inputs are the originals.
    data = reader.inputs[number] if number < len(reader.inputs) else mutated(
        chance.choice(reader.inputs), reader.inputs, reader.words, chance
    )
    with tempfile.TemporaryDirectory(prefix="mutated-") as folder:
        place = Path(folder)
        command = reader.command(number, place, data)
        size = max(len(data), sum(path.stat().st_size for path in place.iterdir()))
        found = fault(program, command, size, place)
    if found and keep:
        (Path(keep) / f"{name}-{number}").write_bytes(data)
    return found and f"{name} {number}: {found}\n    {b' '.join(map(os.fsencode, command))[:300]!r}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--count", type=int, default=10_000, help="inputs per reader")
    arguments.add_argument("--only", help="one reader: csv, gzip, table, npy, config, idx, model, formula or point")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--program", default=ROOT / "target/release/wengert")
    arguments.add_argument("--keep", help="a folder for the inputs that fail")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    given = arguments.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="readers-") as folder:
        for name, reader in readers(given.program, Path(folder), random.Random(given.seed)).items():
            if given.only not in (None, name):
                continue
            one = lambda number: check(given.program, name, reader, number, given.seed, given.keep)
            with ThreadPoolExecutor(given.jobs) as pool:
                faults = [found for found in pool.map(one, range(given.count)) if found]
            print(f"{name}: {given.count} inputs, {len(faults)} failures", flush=True)
            for found in faults[:20]:
                print(f"  {found}")
            failed += len(faults)
    sys.exit(failed > 0)


if __name__ == "__main__":
    launch() if sys.argv[1:] == ["--launch"] else main()
