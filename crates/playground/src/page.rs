//! The files of the interactive page.

/// The names of the tabs of the page: a set-up, the end of its address after `#`, begins with one of them.
pub const TABS: [&str; 4] = ["graph", "descent", "network", "classifier"];

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub struct PageFile {
    /// Its name, relative to the address of the page.
    pub name: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// Its content.
    pub content: &'static [u8],
}

/// Lists the files of the folder `page`.
macro_rules! page {
    ($($name:literal $kind:literal),+ $(,)?) => {
        /// The interactive page, which finds its engine by itself: a WebAssembly module `engine.wasm` beside
        /// it, or a server that answers requests at `session/NAME`.
        pub const PAGE: &[PageFile] = &[$(
            PageFile { name: $name, kind: $kind, content: include_bytes!(concat!("../page/", $name)) }
        ),+];
    };
}

page! {
    "index.html" "text/html; charset=utf-8",
    "style.css" "text/css; charset=utf-8",
    "icon.svg" "image/svg+xml",
    "engine.json" "application/json",
    "address.js" "text/javascript; charset=utf-8",
    "chapters.js" "text/javascript; charset=utf-8",
    "classifier.js" "text/javascript; charset=utf-8",
    "confusion.js" "text/javascript; charset=utf-8",
    "descent.js" "text/javascript; charset=utf-8",
    "digit-pad.js" "text/javascript; charset=utf-8",
    "dom.js" "text/javascript; charset=utf-8",
    "engine.js" "text/javascript; charset=utf-8",
    "graph-drawing.js" "text/javascript; charset=utf-8",
    "graph.js" "text/javascript; charset=utf-8",
    "main.js" "text/javascript; charset=utf-8",
    "network-controls.js" "text/javascript; charset=utf-8",
    "network-data.js" "text/javascript; charset=utf-8",
    "network-export.js" "text/javascript; charset=utf-8",
    "network-pictures.js" "text/javascript; charset=utf-8",
    "network.js" "text/javascript; charset=utf-8",
    "plots.js" "text/javascript; charset=utf-8",
    "worker.js" "text/javascript; charset=utf-8",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tabs_are_those_of_the_page() {
        let main = PAGE.iter().find(|file| file.name == "main.js").unwrap();
        let list = format!("const TABS = {{ {} }};", TABS.join(", "));
        assert!(std::str::from_utf8(main.content).unwrap().contains(&list), "{list}");
    }
}
