//! The colours of all charts, on light and on dark pages.

/// The background that a picture is drawn for.
///
/// An SVG file contains both themes, and shows the one of the page or the system (`prefers-color-scheme`). A PNG
/// file has one theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on white.
    #[default]
    Light,
    /// Light text on almost black.
    Dark,
}

/// The number of colours that distinguish series and classes. Further ones repeat them.
pub(crate) const SERIES_COLORS: usize = 8;

/// Red, green and blue.
pub(crate) type Rgb = (u8, u8, u8);

/// What a colour is for. Each theme has a colour for each role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The background.
    Paper,
    /// Titles and numbers.
    Text,
    /// Labels, notes, ticks and lines of reference.
    Muted,
    /// Grid lines and frames.
    Grid,
    /// The series or the class of this number, modulo [`SERIES_COLORS`].
    Series(usize),
}

impl Ink {
    /// All roles.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Self::Paper, Self::Text, Self::Muted, Self::Grid]
            .into_iter()
            .chain((0..SERIES_COLORS).map(Self::Series))
    }

    /// The name of the role in style classes.
    pub(crate) fn name(self) -> char {
        match self {
            Self::Paper => 'p',
            Self::Text => 't',
            Self::Muted => 'm',
            Self::Grid => 'g',
            Self::Series(number) => char::from(b'0' + (number % SERIES_COLORS) as u8),
        }
    }

    /// The role that has this colour in the light theme.
    pub(crate) fn of_light(color: Rgb) -> Option<Self> {
        Self::all().find(|ink| ink.rgb(Theme::Light) == color)
    }

    /// The colour of the role in a theme.
    ///
    /// The colours of the series follow Okabe and Ito, Color Universal Design (2008): they differ for readers with
    /// any common colour-vision deficiency. They are darker on white and lighter on black than there, so that each
    /// has a contrast of at least 3 to 1 with the background (WCAG 2.1, criterion 1.4.11).
    pub(crate) fn rgb(self, theme: Theme) -> Rgb {
        let (light, dark) = match self {
            Self::Paper => (0xff_ff_ff, 0x15_19_1e),
            Self::Text => (0x1b_1f_24, 0xe6_e9_ed),
            Self::Muted => (0x57_60_6a, 0x9a_a4_af),
            Self::Grid => (0xe1_e5_ea, 0x2d_34_3c),
            Self::Series(number) => SERIES[number % SERIES_COLORS],
        };
        let [_, red, green, blue] = u32::to_be_bytes(match theme {
            Theme::Light => light,
            Theme::Dark => dark,
        });
        (red, green, blue)
    }
}

/// The colours of the series in the light and in the dark theme.
const SERIES: [(u32, u32); SERIES_COLORS] = [
    (0x00_72_b2, 0x56_a8_e8), // blue
    (0xd5_5e_00, 0xff_8b_4a), // vermilion
    (0x00_8a_66, 0x2b_c7_9a), // green
    (0xb8_5c_96, 0xe7_9a_c8), // purple
    (0xb0_7d_00, 0xf0_b4_29), // orange
    (0x3a_9a_d0, 0x9a_d6_fa), // sky blue
    (0x7d_76_10, 0xed_e0_5a), // yellow
    (0x5a_5a_5a, 0xb9_be_c4), // grey
];

/// The dashes of the lines of the series, so that they differ in print as well.
const DASHES: [&str; SERIES_COLORS] = ["", "7 3", "2 3", "9 3 2 3", "", "7 3", "2 3", "9 3 2 3"];

/// The style sheet of a theme: `f` fills, `s` strokes, and `l` strokes a line of a series.
pub(crate) fn rules(theme: Theme) -> String {
    let rule = |ink: Ink| {
        let (name, (red, green, blue)) = (ink.name(), ink.rgb(theme));
        let color = format!("#{red:02x}{green:02x}{blue:02x}");
        format!(".wg .f{name}{{fill:{color}}}.wg .s{name},.wg .l{name}{{stroke:{color}}}")
    };
    Ink::all().map(rule).collect()
}

/// The style sheet that does not depend on the theme.
pub(crate) fn shapes(font: &str) -> String {
    let dashes = DASHES.iter().enumerate().filter(|(_, dash)| !dash.is_empty());
    let dashes: String = dashes.map(|(i, dash)| format!(".wg .l{i}{{stroke-dasharray:{dash}}}")).collect();
    format!(
        ".wg{{font-family:{font}}}.wg .b{{font-weight:bold}}.wg .n{{fill:none}}.wg .lm{{stroke-dasharray:4 3}}{dashes}"
    )
}

/// The fonts of the reader's system.
pub(crate) const SYSTEM_FONTS: &str =
    "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,sans-serif";

/// The style sheet of pages with figures in either theme.
pub(crate) fn adaptive() -> String {
    format!(
        "{}{}@media (prefers-color-scheme:dark){{{}}}",
        shapes(SYSTEM_FONTS),
        rules(Theme::Light),
        rules(Theme::Dark)
    )
}
