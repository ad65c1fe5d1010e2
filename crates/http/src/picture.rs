//! Pictures that authenticators read from a screen: QR codes in PNG.

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

/// Pixels along the side of one module.
const SCALE: usize = 6;
/// Empty modules on each side (ISO/IEC 18004 §5.3.8).
const QUIET: usize = 4;

/// Why a text has no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureError {
    /// It is too long.
    #[error("the text does not fit into a QR code: {0}")]
    Code(#[from] qrcode::types::QrError),
    /// It could not be written.
    #[error("the picture could not be written: {0}")]
    Png(#[from] png::EncodingError),
}

/// The QR code of a text, in PNG with one bit for each pixel.
pub(crate) fn qr_code(text: &str) -> Result<Vec<u8>, PictureError> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)?;
    let modules = code.width();
    let colors = code.to_colors();
    let side = (modules + 2 * QUIET) * SCALE;
    let is_dark = |row: usize, column: usize| {
        let module = |pixel: usize| (pixel / SCALE).checked_sub(QUIET).filter(|place| *place < modules);
        let (row, column) = (module(row), module(column));
        row.zip(column)
            .is_some_and(|(row, column)| colors[row * modules + column] == Color::Dark)
    };
    let mut pixels = Vec::with_capacity(side * side.div_ceil(8));
    for row in 0..side {
        for byte in 0..side.div_ceil(8) {
            // A set bit is white; so are those beyond the edge.
            let bits = (0..8).map(|bit| u8::from(!is_dark(row, byte * 8 + bit)) << (7 - bit));
            pixels.push(bits.sum::<u8>());
        }
    }
    let mut picture = Vec::new();
    // The largest code has 177 modules.
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut picture, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_shows_the_code_within_its_quiet_zone() {
        let text = "otpauth://totp/Example:alice%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Example";
        let picture = qr_code(text).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&picture)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).unwrap();
        let side = (code.width() + 2 * QUIET) * SCALE;
        assert_eq!((info.width as usize, info.height as usize), (side, side));
        let is_dark = |module_row: usize, module_column: usize| {
            let (row, column) = (module_row * SCALE + SCALE / 2, module_column * SCALE + SCALE / 2);
            pixels[row * info.line_size + column / 8] & (0x80 >> (column % 8)) == 0
        };
        let colors = code.to_colors();
        for row in 0..code.width() + 2 * QUIET {
            for column in 0..code.width() + 2 * QUIET {
                let inside = row.checked_sub(QUIET).zip(column.checked_sub(QUIET));
                let inside = inside.filter(|(row, column)| *row < code.width() && *column < code.width());
                let wanted = inside.is_some_and(|(row, column)| colors[row * code.width() + column] == Color::Dark);
                assert_eq!(is_dark(row, column), wanted, "{row} {column}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_has_no_picture() {
        assert!(qr_code(&"x".repeat(3000)).is_err());
    }
}
