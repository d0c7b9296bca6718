//! The colours of all charts, on light and on dark pages.

/// The background that a picture is drawn for.
///
/// An SVG file contains both themes, and shows the one of the page or the system (`prefers-color-scheme`). A
/// PNG file has one theme.
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
    /// The colours of the series differ for readers with any common colour-vision deficiency, the first five
    /// more than the others, and each has a contrast of at least 3 to 1 with the background (WCAG 2.1,
    /// criterion 1.4.11). They follow the idea of Okabe and Ito (Color Universal Design, 2008), whose own
    /// colours are too light for lines on white.
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
    (0x20_34_c1, 0x4e_7c_fc), // blue
    (0xf5_61_17, 0xf2_6d_35), // orange
    (0x10_94_81, 0x49_f0_d1), // turquoise
    (0x97_11_51, 0xd8_8e_b5), // wine red, pink
    (0x85_5d_08, 0xfc_ce_68), // brown, yellow
    (0x3f_98_e2, 0x73_c5_fb), // sky blue
    (0x59_1c_79, 0xa8_59_c4), // violet
    (0x6c_6a_6e, 0x84_84_84), // grey
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
        ".wg{{font-family:{font}}}.wg .b{{font-weight:bold}}.wg .n{{fill:none}}\
         .wg .lm{{stroke-dasharray:4 3}}{dashes}"
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What readers with protanopia, deuteranopia and tritanopia see, in linear RGB (Machado, Oliveira and
    /// Fernandes 2009, severity 1), after what others see.
    const VISIONS: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ];

    fn product(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    /// The linear light of a colour (IEC 61966-2-1).
    fn linear((red, green, blue): Rgb) -> [f64; 3] {
        [red, green, blue].map(|channel| match f64::from(channel) / 255.0 {
            low @ ..=0.04045 => low / 12.92,
            high => ((high + 0.055) / 1.055).powf(2.4),
        })
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let luminance = |color| product(&[[0.2126, 0.7152, 0.0722]; 3], linear(color))[0] + 0.05;
        let (a, b) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    }

    /// The coordinates in OKLab (Ottosson 2020), in which distances are differences that are seen.
    fn perceived(color: [f64; 3]) -> [f64; 3] {
        let cones = product(
            &[
                [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
                [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
                [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
            ],
            color.map(|channel| channel.clamp(0.0, 1.0)),
        );
        product(
            &[
                [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
                [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
                [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
            ],
            cones.map(f64::cbrt),
        )
    }

    #[test]
    fn the_colours_of_series_and_texts_stand_out_from_the_background() {
        for theme in [Theme::Light, Theme::Dark] {
            let paper = Ink::Paper.rgb(theme);
            for i in 0..SERIES_COLORS {
                assert!(contrast(Ink::Series(i).rgb(theme), paper) >= 3.0, "series {i}, {theme:?}");
            }
            for ink in [Ink::Text, Ink::Muted] {
                assert!(contrast(ink.rgb(theme), paper) >= 4.5, "{ink:?}, {theme:?}");
            }
        }
    }

    #[test]
    fn the_colours_of_series_differ_with_every_kind_of_colour_vision() {
        for (theme, vision) in [Theme::Light, Theme::Dark].into_iter().flat_map(|t| VISIONS.map(|v| (t, v))) {
            let seen = |i| perceived(product(&vision, linear(Ink::Series(i).rgb(theme))));
            for (i, j) in (0..SERIES_COLORS).flat_map(|j| (0..j).map(move |i| (i, j))) {
                let squares = seen(i).into_iter().zip(seen(j)).map(|(a, b)| (a - b) * (a - b));
                let distance = squares.sum::<f64>().sqrt();
                let least = if j < 5 { 0.09 } else { 0.065 };
                assert!(distance >= least, "series {i} and {j}, {theme:?}, {vision:?}: {distance}");
            }
        }
    }

    #[test]
    fn roles_have_different_colours_and_names() {
        let colors: std::collections::BTreeSet<Rgb> = Ink::all().map(|ink| ink.rgb(Theme::Light)).collect();
        let names: std::collections::BTreeSet<char> = Ink::all().map(Ink::name).collect();
        assert_eq!((colors.len(), names.len()), (4 + SERIES_COLORS, 4 + SERIES_COLORS));
        for ink in Ink::all() {
            assert_eq!(Ink::of_light(ink.rgb(Theme::Light)), Some(ink));
        }
    }
}
