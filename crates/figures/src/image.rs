//! Images inside of figures, and the colours of their values.

use crate::figure::ColorBar;
use crate::scale::Scale;
use crate::theme::Rgb;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a number from 0 to 1 looks like. The same in both themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColorMap {
    /// From dark blue through green to yellow; lightness grows evenly. The stops are those of viridis (Smith
    /// and van der Walt, matplotlib, 2015).
    Sequential,
    /// From blue through white to red; 0.5 is white. The stops are those of RdBu (Brewer, ColorBrewer, 2002).
    Diverging,
}

const SEQUENTIAL: [u32; 9] = [
    0x44_01_54, 0x48_2b_75, 0x3e_4a_89, 0x31_68_8e, 0x26_82_8e, 0x1f_9e_89, 0x35_b7_79, 0x6e_ce_58,
    0xfd_e7_25,
];
const DIVERGING: [u32; 9] = [
    0x21_66_ac, 0x43_93_c3, 0x92_c5_de, 0xd1_e5_f0, 0xf7_f7_f7, 0xfd_db_c7, 0xf4_a5_82, 0xd6_60_4d,
    0xb2_18_2b,
];

impl ColorMap {
    /// The colour of a number, which is limited to 0 to 1.
    pub(crate) fn color(self, value: f64) -> Rgb {
        let stops = match self {
            Self::Sequential => SEQUENTIAL,
            Self::Diverging => DIVERGING,
        };
        let place = value.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
        let (before, part) = ((place as usize).min(stops.len() - 2), place.fract());
        let part = if place as usize > before { 1.0 } else { part };
        let channel = |shift: u32| {
            let [low, high] = [before, before + 1].map(|i| f64::from(stops[i] >> shift & 0xff));
            (low + (high - low) * part).round() as u8
        };
        (channel(16), channel(8), channel(0))
    }

    /// The bar that explains the colours of a scale.
    pub(crate) fn bar(self, scale: Scale) -> ColorBar {
        let colors: Vec<Option<Rgb>> = (0..64).map(|i| Some(self.color(1.0 - f64::from(i) / 63.0))).collect();
        ColorBar { scale, address: address(1, &colors) }
    }
}

/// The rows of an image from top to bottom as a PNG file in an address; what has no colour is transparent.
pub(crate) fn address(width: usize, pixels: &[Option<Rgb>]) -> String {
    let height = pixels.len() / width.max(1);
    let bytes =
        pixels.iter().flat_map(|pixel| pixel.map_or([0; 4], |(red, green, blue)| [red, green, blue, 255]));
    let bytes: Vec<u8> = bytes.collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    // The other levels have different bytes when another crate chooses the implementation of flate2.
    encoder.set_compression(png::Compression::Fast);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&bytes));
    written.expect("an image of whole rows is written to memory");
    format!("data:image/png;base64,{}", STANDARD.encode(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_middle_of_the_colours_are_those_of_the_maps() {
        assert_eq!(ColorMap::Sequential.color(0.0), (0x44, 0x01, 0x54));
        assert_eq!(ColorMap::Sequential.color(1.0), (0xfd, 0xe7, 0x25));
        assert_eq!(ColorMap::Diverging.color(0.5), (0xf7, 0xf7, 0xf7));
        assert_eq!(ColorMap::Diverging.color(7.0), (0xb2, 0x18, 0x2b));
        assert_eq!(ColorMap::Diverging.color(0.125 / 2.0), (0x32, 0x7d, 0xb8));
    }
}
