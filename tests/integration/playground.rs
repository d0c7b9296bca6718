//! The server of the interactive page.

use crate::program::{assert_rejected, json_of, output_of};
use crate::source::packages::root;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A server that ends with the test.
struct Server {
    child: Child,
    /// `127.0.0.1` and the port.
    host: String,
    /// The token in the address.
    token: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        let mut child = command.args(["playground", "--no-open"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        let (host, token) = address.trim().strip_prefix("http://").unwrap().split_once('/').unwrap();
        let (host, token) = (host.to_owned(), token.trim_end_matches('/').to_owned());
        assert_eq!(token.len(), 32, "{address}");
        Self { child, host, token }
    }

    /// The status and the body of the answer to a request with these lines and this body.
    fn raw(&self, head: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let request = [head.replace('\n', "\r\n").as_bytes(), b"\r\n\r\n", body].concat();
        // The server may refuse, and close the connection, before it has read everything.
        let _ = stream.write_all(&request);
        let mut answer = BufReader::new(stream);
        let mut line = String::new();
        answer.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("{head}: {line:?}")).parse().unwrap();
        let mut length = 0;
        while line.trim() != "" {
            line.clear();
            answer.read_line(&mut line).unwrap();
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body).unwrap();
        (status, body)
    }

    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.raw(&format!("GET {path} HTTP/1.1\nHost: {}", self.host), b"")
    }

    /// The header of the reply of a session.
    fn ask(&self, session: &str, request: &Value) -> Value {
        let (path, body) = (format!("/{}/session/{session}", self.token), request.to_string());
        let head = format!("POST {path} HTTP/1.1\nHost: {}\nContent-Length: {}", self.host, body.len());
        let (status, reply) = self.raw(&head, body.as_bytes());
        assert_eq!(status, 200, "{request}");
        let length = u32::from_le_bytes(reply[..4].try_into().unwrap()) as usize;
        serde_json::from_slice(&reply[4..4 + length]).unwrap()
    }
}

#[test]
fn the_page_is_served_under_its_token_only() {
    let server = Server::start();
    for file in fs::read_dir(root().join("crates/playground/page")).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        let (status, body) = server.get(&format!("/{}/{name}", server.token));
        assert!(status == 200 && body == fs::read(file.path()).unwrap(), "{name}: {status}");
    }
    let (status, page) = server.get(&format!("/{}/", server.token));
    assert!(status == 200 && page.starts_with(b"<!doctype html>"));
    let token = &server.token;
    for path in [
        "/",
        "/index.html",
        &format!("/{token}x/"),
        &format!("/{token}/../Cargo.toml"),
        &format!("/{token}/src/lib.rs"),
        &format!("/{token}//etc/passwd"),
        &format!("/{}/", "0".repeat(32)),
    ] {
        assert_eq!(server.get(path).0, 404, "{path}");
    }
}

#[test]
fn other_hosts_other_origins_and_large_bodies_are_refused() {
    let server = Server::start();
    let (host, page) = (&server.host, format!("/{}/", server.token));
    let port = host.rsplit(':').next().unwrap();
    let session = format!("{page}session/a");
    let origin = "Origin: http://example.org";
    for (status, head) in [
        (200, format!("GET {page} HTTP/1.1\nHost: localhost:{port}\nOrigin: http://{host}")),
        (403, format!("GET {page} HTTP/1.1\nHost: example.org:{port}")),
        (403, format!("GET {page} HTTP/1.1\nHost: 127.0.0.1")),
        (403, format!("GET {page} HTTP/1.1")),
        (400, format!("GET {page} HTTP/1.1\nHost: {host}\nHost: example.org")),
        (403, format!("POST {session} HTTP/1.1\nHost: {host}\n{origin}\nContent-Length: 0")),
        (403, format!("POST {session} HTTP/1.1\nHost: {host}\nOrigin: null\nContent-Length: 0")),
        (413, format!("POST {session} HTTP/1.1\nHost: {host}\nContent-Length: 999999999999")),
        (400, format!("POST {session} HTTP/1.1\nHost: {host}\nContent-Length: -1")),
        (400, format!("POST {session} HTTP/1.1\nHost: {host}\nTransfer-Encoding: chunked")),
        (405, format!("GET {session} HTTP/1.1\nHost: {host}")),
        (405, format!("DELETE {page} HTTP/1.1\nHost: {host}")),
        (413, format!("GET {page} HTTP/1.1\nHost: {host}\nX: {}", "x".repeat(20_000))),
        (400, "?".to_owned()),
    ] {
        assert_eq!(server.raw(&head, b"").0, status, "{}", &head[..head.len().min(200)]);
    }
}

#[test]
fn sessions_are_apart_and_their_number_is_limited() {
    let server = Server::start();
    let settings = json!({ "data": { "kind": "named", "name": "xor" }, "hidden": [4], "batch": 32 });
    let create = json!({ "do": "create", "slot": 0, "settings": settings });
    let advance = json!({ "do": "advance", "slot": 0, "steps": 3 });
    server.ask("first", &create);
    assert_eq!(server.ask("first", &advance)["step"], 3);
    assert!(server.ask("second", &advance)["error"].is_string());
    for i in 0..8 {
        server.ask(&format!("other{i}"), &create);
    }
    assert!(server.ask("first", &advance)["error"].is_string(), "the oldest session ended");
    assert_eq!(server.ask("other7", &advance)["step"], 3);
}

#[test]
fn the_session_trains_like_the_command_that_it_exports() {
    let server = Server::start();
    let settings = json!({
        "data": { "kind": "named", "name": "moons" }, "hidden": [8], "activation": "relu",
        "optimizer": "adam", "rate": 0.02, "weight_decay": 0.0, "schedule": "cosine", "batch": 32,
        "epochs": 3, "seed": 5,
    });
    server.ask("a", &json!({ "do": "create", "slot": 0, "settings": settings }));
    assert_eq!(server.ask("a", &json!({ "do": "advance", "slot": 0, "steps": 5000 }))["stopped"], "finished");
    let view = json!({ "side": 2, "window": [0, 1, 0, 1] });
    let picture = server.ask("a", &json!({ "do": "picture", "slot": 0, "view": view }));
    let arguments = "train moons --hidden 8 --activation relu --loss cross_entropy --optimizer adam \
                     --lr 0.02 --schedule cosine --batch-size 32 --epochs 3 --dropout 0 --validation 0.1 \
                     --seed 5 --json";
    let report = json_of(&arguments.split_whitespace().collect::<Vec<_>>());
    for part in ["train", "validation"] {
        assert_eq!(picture[part]["accuracy"], report[format!("{part}_accuracy")], "{report}");
        assert_eq!(picture[part]["loss"], report[format!("{part}_loss")], "{report}");
    }
}

#[test]
fn one_request_is_answered_without_a_server() {
    let request = r#"{"do": "graph", "formula": "x^3*(x + 3*y)", "at": {"x": 2, "y": 3}}"#;
    let reply: Value = serde_json::from_str(&output_of(&["playground", "--request", request])).unwrap();
    assert_eq!((&reply["value"], &reply["gradient"]), (&json!(88.0), &json!([140.0, 24.0])));
    assert_rejected(2, &["playground", "--request", "{}"], &["request"]);
}

#[test]
fn a_set_up_is_the_end_of_the_address() {
    for (argument, end) in [("graph?mode=forward", "/#graph?mode=forward"), ("#classifier", "/#classifier")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wengert"));
        let mut child =
            command.args(["playground", "--no-open", argument]).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(address.trim_end().ends_with(end), "{address}");
    }
    for wrong in ["", "#", "graph ?", "graph?f=\u{e9}", "graph\n", "graphs", "spiral"] {
        assert_rejected(2, &["playground", "--no-open", wrong], &["set-up", "Copy link"]);
    }
}

/// The set-up, the chapter and the title of each entry of `chapters.js`.
fn chapters() -> Vec<[String; 3]> {
    let list = fs::read_to_string(root().join("crates/playground/page/chapters.js")).unwrap();
    let entry = |line: &str| {
        let fields = line.strip_prefix("  ['")?.strip_suffix("'],")?.split("', '").map(str::to_owned);
        fields.collect::<Vec<_>>().try_into().ok()
    };
    list.lines().filter_map(entry).collect()
}

#[test]
fn chapters_and_set_ups_of_the_page_link_to_each_other() {
    let docs = root().join("docs");
    let page = fs::read_to_string(docs.join("playground.md")).unwrap();
    let chapters = chapters();
    assert!(chapters.len() > 20);
    for [set_up, path, title] in &chapters {
        let chapter = fs::read_to_string(docs.join(path)).unwrap();
        assert!(chapter.starts_with(&format!("# {title}\n")), "{path} is not {title}");
        let up = "../".repeat(path.matches('/').count());
        let line =
            format!("In the [playground]({up}playground.md#links): `wengert playground '{set_up}'`.\n");
        assert_eq!(chapter.matches(&line).count(), 1, "{path}: {line}");
        let row = format!("| [{title}]({path}) | `#{set_up}` |\n");
        assert_eq!(page.matches(&row).count(), 1, "{row}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| [")).count();
    assert_eq!(rows, chapters.len(), "docs/playground.md has other set-ups");
    let mut linked = 0;
    for folder in fs::read_dir(&docs).unwrap().map(|entry| entry.unwrap().path()).chain([docs.clone()]) {
        let Ok(files) = fs::read_dir(folder) else { continue };
        for file in
            files.map(|file| file.unwrap().path()).filter(|file| file.extension() == Some("md".as_ref()))
        {
            linked += fs::read_to_string(file).unwrap().matches("`wengert playground '").count();
        }
    }
    assert_eq!(linked, chapters.len(), "a chapter has a set-up that the page does not know");
}

#[test]
fn every_module_that_the_page_imports_is_a_file_of_it() {
    let folder = root().join("crates/playground/page");
    let mut imported = BTreeSet::new();
    for file in fs::read_dir(&folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        imported.extend(
            text.lines().filter(|line| line.starts_with("import") || line.starts_with("} from")).map(
                |line| {
                    line.rsplit("from ")
                        .next()
                        .unwrap()
                        .trim_matches(['\'', ';'])
                        .trim_start_matches("./")
                        .to_owned()
                },
            ),
        );
    }
    assert!(imported.len() > 5, "{imported:?}");
    for name in imported {
        assert!(folder.join(&name).exists(), "{name}");
    }
}
