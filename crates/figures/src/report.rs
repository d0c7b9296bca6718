//! Reports: one HTML file with texts, tables and figures.

use crate::chart::{Chart, inline};
use crate::figure::Figure;
use crate::save_error::SaveError;
use crate::text::printable;
use crate::theme;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::path::Path;
use wengert_files::Output;

/// A page with texts, tables and figures, in the order in which they are added.
///
/// The HTML file contains everything: the figures are inline SVG, there are no scripts, and nothing is loaded
/// from elsewhere. It follows the theme of the reader's system, and is usable from a width of 320 pixels.
///
/// ```
/// use wengert_figures::{LearningCurves, Report};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("report.html");
/// Report::new("Digits")
///     .text("A network with 64 hidden units.")
///     .section("Results")
///     .table(&["", "loss", "accuracy"], &[&["training", "0.02", "99.8 %"], &["test", "0.09", "97.5 %"]])
///     .figure(&LearningCurves::new("loss (nats)").series("training", &[0.9, 0.3, 0.1]))
///     .save(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Report {
    title: String,
    blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Clone, Debug)]
enum Block {
    Section(String),
    Text(String),
    Code(String),
    Table { caption: String, header: Vec<String>, rows: Vec<Vec<String>> },
    Links(Vec<[String; 3]>),
    Svg(String),
    Figure(Box<Figure>),
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), blocks: Vec::new() }
    }

    /// Adds the heading of a section.
    #[must_use]
    pub fn section(self, heading: &str) -> Self {
        self.with(Block::Section(heading.to_owned()))
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.with(Block::Text(text.to_owned()))
    }

    /// Adds a text in which line breaks and spaces are kept, such as a command or a configuration.
    #[must_use]
    pub fn code(self, text: &str) -> Self {
        self.with(Block::Code(text.to_owned()))
    }

    /// Adds a table. Columns whose cells are numbers are aligned to the right.
    ///
    /// # Panics
    /// If a row does not have one cell for each column of the header.
    #[track_caller]
    #[must_use]
    pub fn table<R: AsRef<[C]>, C: AsRef<str>>(self, header: &[impl AsRef<str>], rows: &[R]) -> Self {
        self.captioned_table("", header, rows)
    }

    /// Adds a table with a caption above it.
    ///
    /// # Panics
    /// If a row does not have one cell for each column of the header.
    #[track_caller]
    #[must_use]
    pub fn captioned_table<R: AsRef<[C]>, C: AsRef<str>>(
        self,
        caption: &str,
        header: &[impl AsRef<str>],
        rows: &[R],
    ) -> Self {
        let texts = |cells: &[C]| cells.iter().map(|cell| cell.as_ref().to_owned()).collect::<Vec<_>>();
        let header: Vec<String> = header.iter().map(|cell| cell.as_ref().to_owned()).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| texts(row.as_ref())).collect();
        for row in &rows {
            assert!(
                row.len() == header.len(),
                "a row of {} cells in a table of {} columns",
                row.len(),
                header.len()
            );
        }
        self.with(Block::Table { caption: caption.to_owned(), header, rows })
    }

    /// Adds a list of links, each with a name, an address and a description.
    #[must_use]
    pub fn links<L: AsRef<str>>(self, links: &[[L; 3]]) -> Self {
        let texts = links.iter().map(|link| link.each_ref().map(|text| text.as_ref().to_owned()));
        self.with(Block::Links(texts.collect()))
    }

    /// Adds a picture: the text of an SVG file, which is trusted.
    #[must_use]
    pub fn svg(self, svg: &str) -> Self {
        self.with(Block::Svg(svg.to_owned()))
    }

    /// Adds a chart. Figures that follow each other are side by side on wide screens.
    #[must_use]
    pub fn figure(self, chart: &impl Chart) -> Self {
        self.with(Block::Figure(Box::new(chart.figure())))
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The text of the HTML file. The same report has the same bytes.
    #[must_use]
    pub fn html(&self) -> String {
        let figures = |blocks: &[Block]| matches!(blocks[0], Block::Figure(_));
        let groups = self.blocks.chunk_by(|a, b| matches!((a, b), (Block::Figure(_), Block::Figure(_))));
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (printable(&self.title)) }
                    style { (PreEscaped(style())) }
                }
                body {
                    main {
                        h1 { (printable(&self.title)) }
                        @for group in groups {
                            @if figures(group) {
                                div class="figures" { @for block in group { (markup(block)) } }
                            } @else {
                                @for block in group { (markup(block)) }
                            }
                        }
                    }
                }
            }
        };
        page.into_string() + "\n"
    }

    /// Writes the report to an HTML file, which is replaced as a whole.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        Output::new(path)?.write(self.html().as_bytes())?;
        Ok(())
    }
}

fn markup(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Section(heading) => h2 { (printable(heading)) },
            Block::Text(text) => p { (printable(text)) },
            Block::Code(text) => pre { (text) },
            Block::Table { caption, header, rows } => (table(caption, header, rows)),
            Block::Links(links) => dl {
                @for [name, address, about] in links {
                    dt { a href=(address) { (printable(name)) } }
                    dd { (printable(about)) }
                }
            },
            Block::Svg(svg) => figure { (PreEscaped(svg)) },
            Block::Figure(figure) => figure { (PreEscaped(inline(figure))) },
        }
    }
}

fn table(caption: &str, header: &[String], rows: &[Vec<String>]) -> Markup {
    let class = |column: usize| is_numeric(rows.iter().map(|row| &*row[column])).then_some("number");
    let classes: Vec<Option<&str>> = (0..header.len()).map(class).collect();
    html! {
        div class="table" tabindex="0" {
            table {
                @if !caption.is_empty() { caption { (printable(caption)) } }
                thead {
                    tr {
                        @for (cell, class) in header.iter().zip(&classes) {
                            th scope="col" class=[class] { (printable(cell)) }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for (cell, class) in row.iter().zip(&classes) {
                                td class=[class] { (printable(cell)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether the cells of a column are numbers, with units or without, and gaps.
fn is_numeric<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let starts_as_number = |cell: &str| {
        let start = cell.trim_start().trim_start_matches(['-', '−', '+', '<', '>', '≥', '≤', ' ', '.']);
        start.starts_with(|c: char| c.is_ascii_digit()) || matches!(start, "NaN" | "inf" | "")
    };
    let mut cells = cells.peekable();
    cells.peek().is_some() && cells.all(starts_as_number)
}

/// The style sheet of the page: that of the figures, and the colours of their themes for the rest.
fn style() -> String {
    use theme::{Ink, Theme};
    let colors = |theme: Theme| {
        let color = |name: &str, ink: Ink| {
            let (red, green, blue) = ink.rgb(theme);
            format!("--{name}:#{red:02x}{green:02x}{blue:02x};")
        };
        [("paper", Ink::Paper), ("text", Ink::Text), ("muted", Ink::Muted), ("grid", Ink::Grid)]
            .map(|(name, ink)| color(name, ink))
            .concat()
    };
    format!(
        ":root{{color-scheme:light dark;{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}{STYLE}{}",
        colors(Theme::Light),
        colors(Theme::Dark),
        theme::adaptive()
    )
}

const STYLE: &str = "\
*{box-sizing:border-box}\
body{margin:0;background:var(--paper);color:var(--text);line-height:1.5;\
font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,sans-serif}\
main{max-width:1100px;margin:0 auto;padding:16px}\
h1{font-size:1.6rem;line-height:1.25;overflow-wrap:anywhere}\
h2{font-size:1.2rem;margin:2rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--grid);\
overflow-wrap:anywhere}\
p{max-width:70ch;overflow-wrap:anywhere}\
pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:12px;\
border:1px solid var(--grid);border-radius:6px;font-size:.85rem}\
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:16px;\
align-items:start;margin:1rem 0}\
figure{margin:0;border:1px solid var(--grid);border-radius:6px;overflow:hidden;max-width:640px}\
figure svg{display:block;width:100%;height:auto}\
.table{overflow-x:auto;margin:1rem 0}\
table{border-collapse:collapse;font-size:.95rem}\
caption{text-align:left;color:var(--muted);padding:4px 0}\
th,td{padding:5px 14px 5px 0;text-align:left;border-bottom:1px solid var(--grid);\
font-variant-numeric:tabular-nums}\
td{white-space:nowrap}\
th{color:var(--muted);font-weight:600;vertical-align:bottom}\
th.number,td.number{text-align:right}\
th:last-child,td:last-child{padding-right:0}\
@media (max-width:480px){table{font-size:.8rem}th,td{padding-right:10px}}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px}\
dd{margin:0}\
a{color:inherit}\
@media (max-width:600px){dl{display:block}dd{margin:0 0 8px}}\
@media print{figure,.table{break-inside:avoid}}";
