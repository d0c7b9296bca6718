//! Records of event files: TFRecord.

use crc::{CRC_32_ISCSI, Crc, Table};

const CASTAGNOLI: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// The record of some bytes: their length, its checksum, the bytes, and their checksum.
pub(super) fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    [&length[..], &masked(&length).to_le_bytes(), data, &masked(data).to_le_bytes()].concat()
}

/// The checksum CRC-32C, turned and shifted, since that of data that contain checksums is of little use.
fn masked(data: &[u8]) -> u32 {
    CASTAGNOLI.checksum(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_known_records() {
        // The check value of CRC-32C (RFC 3720), masked by hand.
        assert_eq!(CASTAGNOLI.checksum(b"123456789"), 0xe306_9283);
        assert_eq!(masked(b"123456789"), 0x2507_c60d_u32.wrapping_add(0xa282_ead8));
        let record = record(b"ab");
        assert_eq!(record.len(), 8 + 4 + 2 + 4);
        assert_eq!((&record[..8], &record[12..14]), (&[2, 0, 0, 0, 0, 0, 0, 0][..], &b"ab"[..]));
    }
}
