//! Training steps per second of the playground's engine: a network 2-16-16-3 on the spiral, with batches of
//! 32. `crates/playground/speed.mjs` measures the same with WebAssembly.

use serde_json::json;
use std::time::Instant;
use wengert_playground::Session;

/// Steps per request, as long as there are requests.
const STEPS: u32 = 20_000;

fn main() {
    let settings = json!({
        "data": { "kind": "named", "name": "spiral" }, "hidden": [16, 16], "activation": "relu",
        "optimizer": "adam", "rate": 0.01, "schedule": "constant", "batch": 32, "epochs": 100_000, "seed": 7,
        "validation": 0.0,
    });
    let mut session = Session::new();
    let mut ask = |request: serde_json::Value| session.handle(request.to_string().as_bytes());
    ask(json!({ "do": "create", "slot": 0, "settings": settings }));
    for _ in 0..5 {
        let start = Instant::now();
        let reply = ask(json!({ "do": "advance", "slot": 0, "steps": STEPS }));
        let rate = f64::from(STEPS) / start.elapsed().as_secs_f64();
        println!("{rate:.0} steps per second, loss {}", reply.header()["loss"]);
    }
}
