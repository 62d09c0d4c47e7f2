//! Planes by AVX2 (two look-ups by half bytes) and by AVX-512 with VBMI (one look-up by whole bytes).
#![expect(unsafe_code, reason = "vector instructions, called only where the processor was asked for them")]

use std::arch::x86_64::*;

use super::{AT, DIGIT, ESCAPE, HEX, JOIN, LOWER, PART, UNDER, UPPER, WIDE, Word, blocks};

pub(super) fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

pub(super) fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("avx512bw") && std::arch::is_x86_feature_detected!("avx512vbmi")
}

pub(super) fn planes_avx2(text: &[u8], out: &mut Vec<Word>) {
    assert!(has_avx2(), "asked for before");
    // SAFETY: the processor has AVX2.
    unsafe { all_avx2(text, out) }
}

pub(super) fn planes_avx512(text: &[u8], out: &mut Vec<Word>) {
    assert!(has_avx512(), "asked for before");
    // SAFETY: the processor has AVX-512 BW and VBMI.
    unsafe { all_avx512(text, out) }
}

#[target_feature(enable = "avx2")]
fn all_avx2(text: &[u8], out: &mut Vec<Word>) {
    blocks(text, out, |block| word_avx2(block));
}

#[target_feature(enable = "avx512bw,avx512vbmi")]
fn all_avx512(text: &[u8], out: &mut Vec<Word>) {
    blocks(text, out, |block| word_avx512(block));
}

/// Classes that are a set of low halves times a set of high halves, one bit each: digits; letters of the first and of the second column pair; hexadecimal letters; `@`; `_`;
/// `+/-`; `%&`.
const fn half(low: bool) -> [i8; 32] {
    let mut table = [0_i8; 32];
    let mut i = 0;
    while i < 16 {
        let bits = if low {
            (i <= 9) as u8
                | ((i >= 1) as u8) << 1
                | ((i <= 10) as u8) << 2
                | ((i >= 1 && i <= 6) as u8) << 3
                | ((i == 0) as u8) << 4
                | ((i == 15) as u8) << 5
                | ((i == 11 || i == 13 || i == 15) as u8) << 6
                | ((i == 5 || i == 6) as u8) << 7
        } else {
            (i == 3) as u8
                | ((i == 4 || i == 6) as u8) << 1
                | ((i == 5 || i == 7) as u8) << 2
                | ((i == 4 || i == 6) as u8) << 3
                | ((i == 4) as u8) << 4
                | ((i == 5) as u8) << 5
                | ((i == 2) as u8) << 6
                | ((i == 2) as u8) << 7
        };
        table[i] = bits as i8;
        table[i + 16] = bits as i8;
        i += 1;
    }
    table
}

const LOW: [i8; 32] = half(true);
const HIGH: [i8; 32] = half(false);

#[target_feature(enable = "avx2")]
fn word_avx2(block: &[u8; 64]) -> Word {
    // SAFETY: 64 bytes are there.
    let halves = unsafe { [_mm256_loadu_si256(block.as_ptr().cast()), _mm256_loadu_si256(block.as_ptr().add(32).cast())] };
    // SAFETY: 32 bytes each.
    let (low, high) = unsafe { (_mm256_loadu_si256(LOW.as_ptr().cast()), _mm256_loadu_si256(HIGH.as_ptr().cast())) };
    let nibble = _mm256_set1_epi8(15);
    let class = halves.map(|v| {
        let by_low = _mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble));
        let by_high = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(v), nibble));
        _mm256_and_si256(by_low, by_high)
    });
    let join = |masks: [i32; 2]| u64::from(masks[0] as u32) | u64::from(masks[1] as u32) << 32;
    macro_rules! bit {
        ($of:expr, $shift:literal) => {
            join($of.map(|v| _mm256_movemask_epi8(_mm256_slli_epi16::<$shift>(v))))
        };
    }
    let is = |byte: u8| join(halves.map(|v| _mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(byte as i8)))));
    let letters = bit!(class, 6) | bit!(class, 5);
    let small = bit!(halves, 2);
    let mut word = [0; super::PLANES];
    word[DIGIT] = bit!(class, 7);
    word[UPPER] = letters & !small;
    word[LOWER] = letters & small;
    word[UNDER] = bit!(class, 2);
    word[JOIN] = bit!(class, 1);
    word[AT] = bit!(class, 3);
    word[ESCAPE] = bit!(class, 0) | is(b'\\');
    word[HEX] = bit!(class, 4);
    word[PART] = is(b':') | is(b'-') | is(b'.');
    word[WIDE] = bit!(halves, 0);
    word
}

/// Classes of the ASCII bytes, one bit for each of the first eight planes.
const ASCII: [u8; 128] = {
    let mut table = [0_u8; 128];
    let mut b = 0;
    while b < 128 {
        let byte = b as u8;
        table[b] = (byte.is_ascii_digit() as u8) << DIGIT
            | (byte.is_ascii_uppercase() as u8) << UPPER
            | (byte.is_ascii_lowercase() as u8) << LOWER
            | ((byte == b'_') as u8) << UNDER
            | (matches!(byte, b'+' | b'/' | b'-') as u8) << JOIN
            | ((byte == b'@') as u8) << AT
            | (matches!(byte, b'\\' | b'%' | b'&') as u8) << ESCAPE
            | ((byte.is_ascii_hexdigit() && !byte.is_ascii_digit()) as u8) << HEX;
        b += 1;
    }
    table
};

#[target_feature(enable = "avx512bw,avx512vbmi")]
fn word_avx512(block: &[u8; 64]) -> Word {
    // SAFETY: 64 bytes are there, and 128 in the table.
    let (v, first, second) = unsafe {
        (_mm512_loadu_si512(block.as_ptr().cast()), _mm512_loadu_si512(ASCII.as_ptr().cast()), _mm512_loadu_si512(ASCII.as_ptr().add(64).cast()))
    };
    let wide = _mm512_movepi8_mask(v);
    let class = _mm512_maskz_permutex2var_epi8(!wide, first, v, second);
    let plane = |n: usize| _mm512_test_epi8_mask(class, _mm512_set1_epi8(1_i8.wrapping_shl(n as u32)));
    let is = |byte: u8| _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(byte as i8));
    let mut word = [0; super::PLANES];
    for (n, bits) in word.iter_mut().enumerate().take(8) {
        *bits = plane(n);
    }
    word[PART] = is(b':') | is(b'-') | is(b'.');
    word[WIDE] = wide;
    word
}
