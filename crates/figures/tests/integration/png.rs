//! PNG files, and the boxes of texts as resvg measures them with a real font.

use resvg::usvg::{Group, Node, Options, Tree};
use wengert_figures::{Chart, GALLERY, Theme};

/// The size in the header of a PNG file.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn every_example_has_different_png_files_in_both_themes_and_any_scale() {
    for kind in GALLERY {
        let figure = (kind.example)();
        let light = figure.png(Theme::Light, 1.0);
        assert_eq!(size(&light).0, 480, "{}", kind.name);
        assert_eq!(size(&figure.png(Theme::Light, 2.0)), (960, 2 * size(&light).1), "{}", kind.name);
        assert_ne!(light, figure.png(Theme::Dark, 1.0), "{}", kind.name);
        assert_eq!(light, (kind.example)().png(Theme::Light, 1.0), "{}", kind.name);
    }
}

#[test]
fn all_texts_are_visible_and_inside_of_the_frame() {
    for kind in GALLERY {
        let svg = (kind.example)().svg().replace("font-family:system-ui", "font-family:'Open Sans'");
        let mut options = Options::default();
        let fonts = ["Regular", "Bold"].map(|weight| format!("fonts/OpenSans-{weight}-subset.ttf"));
        for font in fonts {
            let path = format!("{}/{font}", env!("CARGO_MANIFEST_DIR"));
            options.fontdb_mut().load_font_data(std::fs::read(path).unwrap());
        }
        let tree = Tree::from_str(&svg, &options).unwrap();
        let mut count = 0;
        texts(tree.root(), &mut |node| {
            let (frame, text) = (tree.size(), node.abs_bounding_box());
            assert!(text.left() >= 0.0 && text.right() <= frame.width(), "{}: {node:?}", kind.name);
            assert!(text.top() >= 0.0 && text.bottom() <= frame.height(), "{}: {node:?}", kind.name);
            assert!(text.width() > 1.0, "{}: {node:?}", kind.name);
            count += 1;
        });
        assert_eq!(count, svg.matches("<text").count(), "{}", kind.name);
    }
}

fn texts(group: &Group, visit: &mut impl FnMut(&Node)) {
    for node in group.children() {
        match node {
            Node::Text(_) => visit(node),
            Node::Group(group) => texts(group, visit),
            _ => {}
        }
    }
}

#[test]
#[should_panic(expected = "scale 0; it is above 0 and at most 8")]
fn a_scale_of_zero_is_refused() {
    let _ = (GALLERY[0].example)().png(Theme::Light, 0.0);
}
