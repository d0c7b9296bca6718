//! What all charts can do: become a figure, an SVG text, and a file.

use crate::figure::Figure;
use crate::layout::{WIDTH, draw};
use crate::save_error::SaveError;
use crate::text::escaped;
use crate::theme;
#[cfg(feature = "png")]
use crate::theme::Theme;
use std::path::Path;
use wengert_files::Output;

/// A chart that can be drawn.
pub trait Chart {
    /// The picture as a value.
    fn figure(&self) -> Figure;

    /// The picture as the text of an SVG file: 480 pixels wide, for light and dark pages
    /// (`prefers-color-scheme`), without references to other files. The same chart has the same bytes.
    fn svg(&self) -> String {
        document(&self.figure(), &theme::adaptive())
    }

    /// Writes the picture to a file: SVG or, with the feature `png`, PNG in the light theme at twice the
    /// size, according to the extension of the path. The file is replaced as a whole.
    ///
    /// ```
    /// use wengert_figures::{Chart, LearningCurves};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("loss.svg");
    /// let losses = [0.69, 0.41, 0.28, 0.22, 0.19];
    /// LearningCurves::new("loss (nats)").series("training", &losses).save(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the extension is another one, or the file cannot be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        let path = path.as_ref();
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        let content = match extension.as_deref() {
            Some("svg") => self.svg().into_bytes(),
            #[cfg(feature = "png")]
            Some("png") => self.png(Theme::Light, 2.0),
            _ => return Err(SaveError::Extension { path: path.to_owned() }),
        };
        Output::new(path)?.write(&content)?;
        Ok(())
    }

    /// The picture as a PNG file, drawn with a font that is part of this crate; `scale` is the number of
    /// pixels of the image per pixel of the SVG picture, at most 8.
    ///
    /// # Panics
    /// If the scale is not positive or above 8.
    #[cfg(feature = "png")]
    #[cfg_attr(docsrs, doc(cfg(feature = "png")))]
    #[track_caller]
    fn png(&self, theme: Theme, scale: f32) -> Vec<u8> {
        let style = format!("{}{}", theme::shapes(crate::raster_file::FONT), theme::rules(theme));
        crate::raster_file::render(&document(&self.figure(), &style), scale)
    }
}

impl Chart for Figure {
    fn figure(&self) -> Figure {
        self.clone()
    }
}

/// An SVG file with its style sheet.
fn document(figure: &Figure, style: &str) -> String {
    element(figure, &format!("<style>{style}</style>"))
}

/// An SVG element in a page that has the style sheet.
pub(crate) fn inline(figure: &Figure) -> String {
    element(figure, "")
}

fn element(figure: &Figure, style: &str) -> String {
    let (body, height) = draw(figure);
    picture(&body, height, &figure.description(), style)
}

/// An SVG element of a height with these elements in it.
pub(crate) fn picture(body: &str, height: f64, description: &str, style: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">{style}\
         <rect class=\"fp\" width=\"{WIDTH}\" height=\"{height}\"/>{body}</svg>\n",
        escaped(description)
    )
}
