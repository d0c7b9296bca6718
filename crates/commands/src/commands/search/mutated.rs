//! Mutated settings files and spaces: an answer, without a panic, and in little memory.
//!
//! The number of inputs of each reader is that of the environment variable `WENGERT_MUTATIONS`, or 1000.

use crate::commands::train::options::Options;
use crate::settings::{LONGEST, arguments, read_space};
use std::path::Path;
use std::time::{Duration, Instant};

const SETTINGS: &str =
    "data = \"houses.csv\"\ntarget = [\"price\"]\nhidden = \"64,32\"\nlr = 1e-3\nstream = true\n";
const SPACE: &str = "# Space\nlr = { from = 1e-4, to = 0.1, scale = \"log\", steps = 4 }\n\
                     hidden = [\"none\", 8, [8, 4]]\nepochs = 12\n";
/// Bytes that mean something in TOML.
const BYTES: &[u8] = b"=[]{}\"',.#-+_\\e9\n \t\0\xff";
/// What the parsers of the options and the lists of the parser of TOML take, which grow by doubling.
const PARSERS: u64 = 5 << 18;

/// A source of choices that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// The text after a few changes; what is no longer UTF-8 is replaced.
fn mutated(original: &str, chance: &mut Chance) -> String {
    let mut data = original.as_bytes().to_vec();
    for _ in 0..[1, 1, 1, 2, 3, 6][chance.below(6)] {
        let at = chance.below(data.len());
        let length = [1, 1, 2, 4, 8, 30][chance.below(6)].min(data.len() - at);
        match chance.below(6) {
            0 if length > 0 => data[at] = BYTES[chance.below(BYTES.len())],
            1 => drop(data.drain(at..at + length)),
            2 => drop(data.splice(at..at, [BYTES[chance.below(BYTES.len())]])),
            3 => {
                let piece = data[at..at + length].repeat([1, 2, 10, 300][chance.below(4)]);
                drop(data.splice(at..at, piece));
            }
            4 => {
                let from = chance.below(data.len());
                let piece = data[from..(from + length).min(data.len())].to_vec();
                drop(data.splice(at..at + length, piece));
            }
            _ if length > 0 => data[at] ^= 1 << chance.below(8),
            _ => {}
        }
    }
    String::from_utf8_lossy(&data).into_owned()
}

/// Reads mutations of the text; a message must be short. Some are accepted, and some are not.
fn check(original: &str, read: impl Fn(&str) -> Result<(), String>) {
    let count = std::env::var("WENGERT_MUTATIONS").map_or(1000, |count| count.parse::<usize>().unwrap());
    let (mut chance, mut accepted) = (Chance(0x1234_5678_9abc_def1), 0);
    // The longest files of one character have the most tokens.
    let uniform = BYTES.iter().map(|&byte| char::from(byte).to_string().repeat(LONGEST));
    let changed = (0..count).map(|_| mutated(original, &mut chance));
    for (number, input) in uniform.chain(changed).enumerate() {
        let (start, mut answer) = (Instant::now(), Ok(()));
        let memory = allocation_counter::measure(|| answer = read(&input));
        assert!(start.elapsed() < Duration::from_secs(20), "{number} takes {:?}: {input:?}", start.elapsed());
        let most = 64 * input.len() as u64 + PARSERS;
        let size = input.len();
        assert!(memory.bytes_max <= most, "input {number} of {size} bytes takes {} bytes", memory.bytes_max);
        match answer {
            Ok(()) => accepted += 1,
            Err(message) => assert!(message.len() < 1000, "input {number}: {message}"),
        }
    }
    assert!(accepted > count / 50 && accepted < count, "{accepted}");
}

#[test]
fn mutated_settings_files_are_answered() {
    let command = Options::command();
    let given = Options::command().get_matches_from(["data"]);
    check(SETTINGS, |text| {
        arguments(Path::new("x.toml"), text, &command, &given).map(drop).map_err(|error| error.to_string())
    });
}

#[test]
fn mutated_spaces_are_answered() {
    let command = Options::command();
    check(SPACE, |text| {
        read_space(Path::new("x.toml"), text, &command, &[]).map(drop).map_err(|error| error.to_string())
    });
}
