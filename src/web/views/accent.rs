//! The accent: a site's colour, and the tones of it for buttons and links in the light and the dark scheme.

use std::fmt;
use std::str::FromStr;

/// The contrast of text (WCAG 2.2, 1.4.3 at level AA).
const TEXT_CONTRAST: f64 = 4.5;
/// The contrast of the parts of a control (WCAG 2.2, 1.4.11).
const CONTROL_CONTRAST: f64 = 3.0;

/// Grounds of static/site.css. The accent's text and buttons stand on these, or on grounds with more contrast.
const LIGHT_PAGE: Rgb = Rgb([0xf4, 0xf6, 0xfa]);
const DARK_SURFACE: Rgb = Rgb([0x17, 0x1d, 0x27]);
const WHITE: Rgb = Rgb([255; 3]);
const BLACK: Rgb = Rgb([0; 3]);

/// How much of the colour a tint has.
const LIGHT_TINT: f64 = 0.1;
const DARK_TINT: f64 = 0.25;
/// How much darker a button gets under the pointer.
const HOVER: f64 = 0.18;

/// A site's colour, as CSS writes it: `#0b6e4f` or `#063`. It is the ground of buttons; links, tints and the dark scheme get
/// tones of it.
///
/// White text on it, and its text on a light page, reach the contrast of WCAG 2.2 level AA (4.5:1); its tones do, too.
///
/// ```
/// use identity_web::views::{Accent, AccentError};
///
/// assert_eq!("#0b6e4f".parse::<Accent>()?.to_string(), "#0b6e4f");
/// let too_light = "#ffcc00".parse::<Accent>().unwrap_err();
/// assert!(too_light.to_string().contains("a contrast of 1.39:1"), "{too_light}");
/// # Ok::<(), AccentError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent(Rgb);

/// Why a colour can't be the accent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AccentError {
    /// It isn't a hex colour.
    #[error("must be a CSS colour such as #0b6e4f")]
    Syntax,
    /// Text in it, or on it, would be hard to read.
    #[error(
        "has a contrast of {ratio}:1 with {ground} and must have at least 4.5:1 (WCAG 2.2); the nearest tone that passes is \
         {nearest}"
    )]
    Contrast {
        /// The measured contrast, rounded down to two decimals.
        ratio: String,
        /// What it was measured with, in words.
        ground: &'static str,
        /// The nearest darker tone that can be the accent.
        nearest: String,
    },
}

impl FromStr for Accent {
    type Err = AccentError;

    fn from_str(text: &str) -> Result<Self, AccentError> {
        let colour = Rgb::parse(text).ok_or(AccentError::Syntax)?;
        // The page has less contrast with a colour than white text has.
        let ratio = colour.contrast(LIGHT_PAGE);
        if ratio >= TEXT_CONTRAST {
            return Ok(Self(colour));
        }
        // Not rounded up: 4.499 isn't 4.50.
        let ratio = format!("{:.2}", (ratio * 100.0).floor() / 100.0);
        let nearest = colour.toward(BLACK, LIGHT_PAGE, TEXT_CONTRAST).to_string();
        Err(AccentError::Contrast { ratio, ground: "the light page (#f4f6fa)", nearest })
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Accent {
    /// Returns the rule that gives the stylesheet this colour. It comes after the rules of `static/site.css`.
    pub(in crate::web) fn rule(self) -> String {
        let tones = Tones::of(self.0);
        let [link, fill, hover, tint] = [tones.link, tones.fill, tones.hover, tones.tint]
            .map(|[light, dark]| format!("light-dark({light}, {dark})"));
        format!(":root {{ --link: {link}; --fill: {fill}; --fill-hover: {hover}; --tint: {tint}; }}\n")
    }
}

/// The tones of a colour, each for the light and the dark scheme.
struct Tones {
    fill: [Rgb; 2],
    hover: [Rgb; 2],
    link: [Rgb; 2],
    tint: [Rgb; 2],
}

impl Tones {
    fn of(colour: Rgb) -> Self {
        // A dark button stands out from a dark card; the text on it stays white.
        let fill = [colour, colour.toward(WHITE, DARK_SURFACE, CONTROL_CONTRAST)];
        let tint = [WHITE.mixed(colour, LIGHT_TINT), DARK_SURFACE.mixed(fill[1], DARK_TINT)];
        // Links and initials stand on the tint, too: of all grounds, it is the nearest to them.
        let link = [colour.toward(BLACK, tint[0], TEXT_CONTRAST), colour.toward(WHITE, tint[1], TEXT_CONTRAST)];
        Self { fill, hover: fill.map(|fill| fill.mixed(BLACK, HOVER)), link, tint }
    }
}

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rgb([u8; 3]);

impl Rgb {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<_>>>()?;
        let channels: Vec<_> = match digits.len() {
            3 => digits.iter().map(|digit| digit * 17).collect(),
            6 => digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect(),
            _ => return None,
        };
        let channels: Vec<_> = channels.into_iter().filter_map(|channel| u8::try_from(channel).ok()).collect();
        Some(Self(channels.try_into().ok()?))
    }

    /// Returns the relative luminance (WCAG 2.2, "relative luminance").
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Returns the contrast ratio of two colours (WCAG 2.2, "contrast ratio"): 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        a.max(b) / a.min(b)
    }

    /// Returns this colour with a share, 0 to 1, of another.
    fn mixed(self, other: Self, share: f64) -> Self {
        let mut mixed = self;
        for (channel, other) in mixed.0.iter_mut().zip(other.0) {
            let value = f64::from(*channel) * (1.0 - share) + f64::from(other) * share;
            // Every channel is one of 256, so the nearest is found by counting.
            *channel = (0..=u8::MAX).find(|candidate| f64::from(*candidate) + 0.5 > value).unwrap_or(u8::MAX);
        }
        mixed
    }

    /// Returns the tone nearest to this colour, on the way to `end`, with this contrast to a ground.
    fn toward(self, end: Self, ground: Self, contrast: f64) -> Self {
        let tones = (0..=100).map(|percent| self.mixed(end, f64::from(percent) / 100.0));
        tones.into_iter().find(|tone| tone.contrast(ground) >= contrast).unwrap_or(end)
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stylesheet's `--text`, `--page` and `--surface`, light and dark.
    const TEXT: [&str; 2] = ["#182030", "#e8ecf3"];
    const GROUNDS: [[&str; 2]; 2] = [["#f4f6fa", "#ffffff"], ["#0e1218", "#171d27"]];

    fn rgb(text: &str) -> Rgb {
        Rgb::parse(text).unwrap()
    }

    #[test]
    fn the_contrast_is_that_of_wcag() {
        for (a, b, expected) in [("#000", "#fff", 21.0), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54)] {
            assert!((rgb(a).contrast(rgb(b)) - expected).abs() < 0.01, "{a} {b}: {}", rgb(a).contrast(rgb(b)));
        }
    }

    #[test]
    fn a_colour_is_accepted_from_4_5_to_1() {
        for text in ["", "0b6e4f", "#0b6e4", "#0b6e4f80", "#xyz", "red", "#é1", "rgb(0 0 0)", "#fff;}"] {
            assert_eq!(text.parse::<Accent>(), Err(AccentError::Syntax), "{text}");
        }
        let Err(AccentError::Contrast { ratio, nearest, .. }) = "#777777".parse::<Accent>() else { panic!("accepted") };
        assert_eq!(ratio, "4.13");
        assert!(nearest.parse::<Accent>().is_ok(), "{nearest}");
        assert_eq!("#063".parse::<Accent>().unwrap().to_string(), "#006633");
    }

    #[test]
    fn every_tone_of_every_accent_can_be_read() {
        let steps = || (0..=255_u8).step_by(17);
        let colours =
            steps().flat_map(|red| steps().flat_map(move |green| steps().map(move |blue| [red, green, blue])));
        let mut accepted = 0;
        for colour in colours.map(Rgb) {
            let Ok(Accent(accent)) = colour.to_string().parse() else { continue };
            accepted += 1;
            let tones = Tones::of(accent);
            for scheme in 0..2 {
                let at_least = |a: Rgb, b: Rgb, expected: f64| {
                    assert!(a.contrast(b) >= expected, "{accent}, scheme {scheme}: {a} on {b}: {}", a.contrast(b));
                };
                at_least(WHITE, tones.fill[scheme], TEXT_CONTRAST);
                at_least(WHITE, tones.hover[scheme], TEXT_CONTRAST);
                at_least(rgb(TEXT[scheme]), tones.tint[scheme], TEXT_CONTRAST);
                at_least(tones.link[scheme], tones.tint[scheme], TEXT_CONTRAST);
                for ground in GROUNDS[scheme].map(rgb) {
                    at_least(tones.link[scheme], ground, TEXT_CONTRAST);
                    at_least(tones.fill[scheme], ground, CONTROL_CONTRAST);
                }
            }
        }
        assert!(accepted > 1000, "{accepted}");
    }

    #[test]
    fn the_grounds_are_those_of_the_stylesheet() {
        let css = include_str!("../../../static/site.css");
        let value = |name: &str, light: &str, dark: &str| format!("--{name}: light-dark({light}, {dark});");
        let [[page, surface], [dark_page, dark_surface]] = GROUNDS;
        for line in
            [value("page", page, dark_page), value("surface", surface, dark_surface), value("text", TEXT[0], TEXT[1])]
        {
            assert!(css.contains(&line), "{line}");
        }
        assert_eq!((LIGHT_PAGE.to_string().as_str(), DARK_SURFACE.to_string().as_str()), (page, dark_surface));
    }
}
