//! Reads a table into memory, and prints its size and the time: for `benches/peers/large_tables.py`.

use std::time::Instant;
use wengert::data::{DataError, read_csv};

fn main() -> Result<(), DataError> {
    for path in std::env::args().skip(1) {
        let start = Instant::now();
        let table = read_csv(path)?;
        println!("{} {} {}", table.rows(), table.columns().len(), start.elapsed().as_secs_f64());
    }
    Ok(())
}
