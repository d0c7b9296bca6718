//! PNG files, drawn by resvg.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};
use std::sync::{Arc, LazyLock};

/// The family of the fonts.
pub(crate) const FONT: &str = "'Open Sans'";

/// The fonts of this crate. Those of the system are not used, so that a chart has the same pixels everywhere.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for font in [
        include_bytes!("../fonts/OpenSans-Regular-subset.ttf").as_slice(),
        include_bytes!("../fonts/OpenSans-Bold-subset.ttf"),
    ] {
        fonts.load_font_data(font.to_vec());
    }
    Arc::new(fonts)
});

/// The PNG file of an SVG picture of this crate.
///
/// # Panics
/// If the scale is not positive or above 8.
#[track_caller]
pub(crate) fn render(svg: &str, scale: f32) -> Vec<u8> {
    assert!(scale > 0.0 && scale <= 8.0, "scale {scale}; it is above 0 and at most 8");
    let options =
        Options { fontdb: FONTS.clone(), font_family: "Open Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).expect("the picture is valid SVG");
    let size = tree.size().to_int_size().scale_by(scale).expect("the scale leaves a pixel");
    let mut pixels = Pixmap::new(size.width(), size.height()).expect("a picture has pixels");
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().expect("a picture is written to memory")
}
