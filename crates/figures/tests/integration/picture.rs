//! SVG files, read back.

use roxmltree::{Document, Node};

/// The parts of a picture that the tests look at.
pub(crate) struct Picture {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) description: String,
    pub(crate) texts: Vec<Text>,
    /// The points of all paths and the corners of all rectangles and images.
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) images: usize,
}

/// A text with the box that it takes, at least.
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) corners: [(f64, f64); 2],
}

impl Picture {
    /// Reads a picture.
    ///
    /// # Panics
    /// If it is not valid XML, or refers to anything outside of it.
    #[track_caller]
    pub(crate) fn read(svg: &str) -> Self {
        let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "svg");
        let mut picture = Self {
            width: number(&root, "width"),
            height: number(&root, "height"),
            description: root.attribute("aria-label").unwrap().to_owned(),
            texts: Vec::new(),
            points: Vec::new(),
            images: 0,
        };
        assert_eq!(root.attribute("viewBox").unwrap(), format!("0 0 {} {}", picture.width, picture.height));
        for node in root.descendants().filter(Node::is_element) {
            picture.add(&node);
        }
        picture
    }

    fn add(&mut self, node: &Node<'_, '_>) {
        match node.tag_name().name() {
            "svg" | "style" | "g" => {}
            "path" => self.points.extend(path(node.attribute("d").unwrap())),
            "text" => self.texts.push(text(node)),
            name @ ("rect" | "image") => {
                let at = |name: &str| node.attribute(name).map_or(0.0, |_| number(node, name));
                let (x, y) = (at("x"), at("y"));
                self.points.extend([(x, y), (x + at("width"), y + at("height"))]);
                if name == "image" {
                    assert!(node.attribute("href").unwrap().starts_with("data:image/png;base64,"));
                    self.images += 1;
                }
            }
            other => panic!("unexpected element {other}"),
        }
    }

    /// All texts, line by line.
    pub(crate) fn text(&self) -> String {
        self.texts.iter().map(|text| &*text.text).collect::<Vec<_>>().join("\n")
    }

    /// Asserts that nothing is outside of the picture.
    #[track_caller]
    pub(crate) fn assert_inside(&self, name: &str) {
        let inside = |(x, y): (f64, f64)| {
            (-0.01..=self.width + 0.01).contains(&x) && (-0.01..=self.height + 0.01).contains(&y)
        };
        for &point in &self.points {
            assert!(inside(point), "{name}: {point:?}");
        }
        for Text { text, corners } in &self.texts {
            assert!(corners.iter().all(|&corner| inside(corner)), "{name}: {text}: {corners:?}");
        }
    }
}

#[track_caller]
fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    let text = node.attribute(name).unwrap();
    let number: f64 = text.parse().unwrap_or_else(|_| panic!("{name}={text}"));
    assert!(number.is_finite(), "{name}={text}");
    number
}

/// The box of a text, whose characters are at least 0.45 times as wide as high on average.
fn text(node: &Node<'_, '_>) -> Text {
    let text = node.text().unwrap_or_default().to_owned();
    let size = number(node, "font-size");
    let width = 0.45 * size * text.chars().count() as f64;
    let start = match node.attribute("text-anchor") {
        None => 0.0,
        Some("middle") => -width / 2.0,
        Some("end") => -width,
        Some(other) => panic!("text-anchor={other}"),
    };
    let (x, y) = (number(node, "x"), number(node, "y"));
    let corners = match node.attribute("transform") {
        None => [(x + start, y - 0.75 * size), (x + start + width, y + 0.2 * size)],
        Some(turn) => {
            assert!(turn.starts_with("rotate(-90,"), "{turn}");
            [(x - 0.75 * size, y - start), (x + 0.2 * size, y - start - width)]
        }
    };
    Text { text, corners }
}

/// The points of a path of the commands `M m l h v a z`.
fn path(d: &str) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    let mut at = (0.0, 0.0);
    let starts = d.match_indices(|c: char| c.is_ascii_alphabetic()).map(|(i, _)| i);
    let ends = starts.clone().skip(1).chain([d.len()]);
    for (start, end) in starts.zip(ends) {
        let (command, arguments) = (&d[start..=start], &d[start + 1..end]);
        let arguments = arguments.replace('-', " -").replace(',', " ");
        let numbers: Vec<f64> = arguments.split_whitespace().map(|word| word.parse().unwrap()).collect();
        assert!(numbers.iter().all(|number| number.is_finite()), "{d}");
        at = match (command, &*numbers) {
            ("M", &[x, y]) => (x, y),
            ("l", &[x, y]) | ("a", &[.., x, y]) => (at.0 + x, at.1 + y),
            ("h", &[x]) => (at.0 + x, at.1),
            ("v", &[y]) => (at.0, at.1 + y),
            ("z", []) => at,
            _ => panic!("{command} {numbers:?} in {d}"),
        };
        points.push(at);
    }
    points
}
