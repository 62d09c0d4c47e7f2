//! Planes by NEON, which every 64-bit ARM processor has.
#![expect(unsafe_code, reason = "vector instructions that this architecture always has")]

use std::arch::aarch64::*;

use super::{AT, DIGIT, ESCAPE, HEX, JOIN, LOWER, PART, PLANES, UNDER, UPPER, WIDE, Word, blocks};

pub(super) fn planes(text: &[u8], out: &mut Vec<Word>) {
    blocks(text, out, |block| {
        // SAFETY: NEON is part of the architecture.
        unsafe { word(block) }
    });
}

#[target_feature(enable = "neon")]
unsafe fn word(block: &[u8; 64]) -> Word {
    // SAFETY: four times 16 bytes are there.
    let v: [uint8x16_t; 4] = unsafe { [0, 16, 32, 48].map(|at| vld1q_u8(block.as_ptr().add(at))) };
    let within = |low: u8, high: u8| {
        // SAFETY: as above.
        unsafe { mask(v.map(|v| vcleq_u8(vsubq_u8(v, vdupq_n_u8(low)), vdupq_n_u8(high - low)))) }
    };
    let is = |byte: u8| within(byte, byte);
    let mut word = [0; PLANES];
    word[DIGIT] = within(b'0', b'9');
    word[UPPER] = within(b'A', b'Z');
    word[LOWER] = within(b'a', b'z');
    word[UNDER] = is(b'_');
    word[JOIN] = is(b'+') | is(b'/') | is(b'-');
    word[AT] = is(b'@');
    word[ESCAPE] = is(b'\\') | within(b'%', b'&');
    word[HEX] = within(b'A', b'F') | within(b'a', b'f');
    word[PART] = is(b':') | within(b'-', b'.');
    word[WIDE] = within(0x80, 0xff);
    word
}

/// One bit for each of 64 bytes that are all ones or all zeros.
#[target_feature(enable = "neon")]
unsafe fn mask(bytes: [uint8x16_t; 4]) -> u64 {
    const WEIGHTS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    // SAFETY: 16 bytes are there.
    unsafe {
        let weights = vld1q_u8(WEIGHTS.as_ptr());
        let [a, b, c, d] = bytes.map(|b| vandq_u8(b, weights));
        let sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
        vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
    }
}
