//! Requests with random changes: none may cause a panic.

use serde_json::{Value, json};
use wengert_playground::Session;

/// How many requests are sent, unless `WENGERT_MUTATIONS` says otherwise.
const REQUESTS: u64 = 3000;

/// Random numbers whose quality does not matter (Marsaglia 2003, xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

fn requests() -> Vec<Value> {
    let points: Vec<[f64; 3]> = (0..24).map(|i| [f64::from(i), f64::from(i % 3), f64::from(i % 2)]).collect();
    let settings = json!({
        "data": { "kind": "points", "points": points, "regression": false }, "hidden": [3, 2],
        "activation": "relu", "init": "he_normal", "loss": "cross_entropy", "optimizer": "adam", "rate": 0.01,
        "weight_decay": 0.1, "schedule": "cosine:warmup=1", "batch": 8, "epochs": 4, "dropout": 0.1,
        "patience": 2, "validation": 0.2, "seed": 3,
    });
    let mut csv = settings.clone();
    csv["data"] = json!({ "kind": "csv", "text": "a,b\n1,2\n3,4\n5,7.5\n", "target": "b" });
    csv["loss"] = json!("huber:delta=0.5");
    (csv["validation"], csv["patience"]) = (json!(0.0), Value::Null);
    let view = json!({ "side": 5, "window": [-2, 2, -2, 2], "axes": [0, 1], "units": 3 });
    vec![
        json!({ "do": "lists" }),
        json!({ "do": "graph", "formula": "x^3*(x + 3*sin(y)/2)", "at": { "x": 2, "y": 3 } }),
        json!({ "do": "surface", "formula": "exp(x)*y^2", "window": [-1, 1, -1, 1], "side": 4 }),
        json!({
            "do": "descend", "formula": "x^2 + max(y, 0)", "start": [1, 2], "steps": 9, "noise": 0.1,
            "seed": 1,
            "optimizers": [{ "name": "adam:beta1=0.5", "rate": 0.1 }, { "name": "rprop" }],
        }),
        json!({ "do": "confusion", "parabolas": 5, "start": 2, "rate": 0.1, "batch": 2, "steps": 100 }),
        json!({ "do": "create", "slot": 0, "settings": settings }),
        json!({ "do": "create", "slot": 1, "settings": csv }),
        json!({ "do": "advance", "slot": 0, "steps": 5 }),
        json!({ "do": "advance", "slot": 1, "steps": 5 }),
        json!({ "do": "rewind", "slot": 0, "step": 3 }),
        json!({ "do": "picture", "slot": 0, "view": view }),
        json!({ "do": "picture", "slot": 1, "view": view }),
        json!({ "do": "predict", "slot": 0, "rows": [1, 2, 3, 4] }),
        json!({ "do": "export", "slot": 0, "format": "onnx" }),
        json!({ "do": "export", "slot": 1, "format": "rust" }),
    ]
}

/// Pieces that may mean something somewhere.
const PIECES: [&str; 26] = [
    "0",
    "-1",
    "1e308",
    "1e-308",
    "null",
    "\"\"",
    "[]",
    "{}",
    "\"NaN\"",
    "true",
    "9007199254740993",
    "x^",
    "(",
    "ln(",
    "sgd",
    "muon",
    "lamb",
    "hinge",
    "square",
    "sine",
    "digits",
    "iris",
    ":",
    "=",
    ",",
    "1e9",
];

fn mutated(request: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = request.as_bytes().to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(bytes.len().max(1));
        let end = (at + random.below(6)).min(bytes.len());
        match random.below(5) {
            0 if !bytes.is_empty() => bytes[at] = random.below(256) as u8,
            1 => drop(bytes.drain(at..end)),
            2 => bytes.extend_from_within(at..end),
            3 => drop(bytes.splice(at..end, PIECES[random.below(PIECES.len())].bytes())),
            _ => {
                // A number becomes another one, so that the request can still be read.
                let digits = |byte: &u8| byte.is_ascii_digit();
                let starts: Vec<usize> = (0..bytes.len()).filter(|&i| digits(&bytes[i])).collect();
                if let Some(&start) = starts.get(random.below(starts.len().max(1))) {
                    let piece = ["0", "1", "7", "-2", "0.5", "300", "1e6", "1e-9"][random.below(8)];
                    bytes.splice(start..=start, piece.bytes());
                }
            }
        }
    }
    bytes
}

#[test]
fn no_mutated_request_causes_a_panic() {
    let count = std::env::var("WENGERT_MUTATIONS").map_or(REQUESTS, |count| count.parse().unwrap());
    let (mut session, mut random) = (Session::new(), Random(0x9e37_79b9_7f4a_7c15));
    let requests: Vec<String> = requests().iter().map(Value::to_string).collect();
    let mut answered = 0;
    for i in 0..count {
        let request = &requests[i as usize % requests.len()];
        let request = mutated(request, &mut random);
        let reply = session.handle(&request);
        assert!(reply.to_bytes().len() < 20_000_000, "{}", String::from_utf8_lossy(&request));
        match reply.header()["error"].as_str() {
            Some(message) => assert!(message.len() < 2000, "{message}"),
            None => answered += 1,
        }
        if i % 100 == 0 {
            requests.iter().for_each(|request| drop(session.handle(request.as_bytes())));
        }
    }
    assert!(answered > count / 20, "{answered} of {count} requests were still right");
}
