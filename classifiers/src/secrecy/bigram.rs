//! How improbable a run of characters is as English or as a name in code.
//!
//! The table was counted over words and identifiers of Rust, Python, C and Perl source and their documentation (about 156,000 distinct identifiers and
//! 42,000 distinct words, each weighted by the square root of its frequency so that the commonest words do not drown the rest), with digits as one
//! class and everything else as a joint. A cell is -4·log2 of the probability of the column's symbol after the row's, written `0`-`9`, `A`-`Z`, `a`-`v` for 0 to 57.

/// Symbol of a digit.
pub(super) const DIGIT: u8 = 26;
/// Symbol of a joint: the start, the end and whatever is neither letter nor digit.
pub(super) const JOINT: u8 = 27;

/// Symbol of a byte: letters fold their case.
pub(super) const fn symbol(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        b'0'..=b'9' => DIGIT,
        _ => JOINT,
    }
}

/// Bits it costs to write symbol `b` after symbol `a`.
pub(super) fn cost(a: u8, b: u8) -> f32 {
    let cell = ROWS.get(usize::from(a)).and_then(|r| r.get(usize::from(b))).copied().unwrap_or(b'O');
    let quarter_bits = match cell {
        b'0'..=b'9' => cell - b'0',
        b'A'..=b'Z' => cell - b'A' + 10,
        _ => cell.saturating_sub(b'a') + 36,
    };
    f32::from(quarter_bits) / 4.0
}

#[rustfmt::skip]
const ROWS: [&[u8; 28]; 28] = [
    b"TKGGYSKdKhQCHEjJiCFANRSROaXJ",
    b"CQLPEUWbFJaBRTFQdJJNCZbeIaRE",
    b"EXOSDTXDLiEHRYATcINDLWbfRjUE",
    b"GRSL9RSYCaaMUVISeMKPKXZZRjT7",
    b"JUHGOMQbUiaJLEVNQBDFXPRJRhX9",
    b"FVROGESd9keHSQCUgGJLHfaePqOC",
    b"KWRU8VOKGjcLQIMUiFGOJVaeXZU7",
    b"AWVS8XdaEjWQOVDVYJOIMcYjQiV9",
    b"LNGIKMIiZfZGI8DLeKFDgNlPnMbN",
    b"FWQS7XbVKYMSUUCNcUETEZRZVWPC",
    b"KUPO6SPXFbcLSORSdRGPPXOYVgU7",
    b"ETTJ9QWaBiYFXWDRgWKJJTbgLeYB",
    b"ALWQ8XbdFnYPKRFDeXKPJbejQaXC",
    b"GXHEELEZJeQRVOHQgVFCMOZgVfXA",
    b"ONHGWOOePaOHG9LHmBJJGOKUcceH",
    b"BYRQBTVNIoUFWXEJdCMFJYZgKlUC",
    b"RVSQRSTbVlXHVQWTRNMT3ZXYehRB",
    b"EWMN9SNcEpRQMNEScJHHMRYfMkZA",
    b"NZKWBWWKFkRPTVKKWVG9JZWfOgV7",
    b"FVNSAScHDpcQTXHPlFJLNaVYKcW8",
    b"KIJOFMPjImgEGBSGoDFCYemXjdQP",
    b"8WRW5TXYCidUQVLRfURTcaaZabME",
    b"CWSPFTXHAfaPVGFUfDHSYZTYfhTA",
    b"LRFPENZSHbaTNVSCaSQAYYZNNbK8",
    b"QQNRMSUZOidLKJOBeQFFWURbTVT5",
    b"GZUR4VXUEiaRRWGTdZPVWVUROHOD",
    b"NNNMONYXUaVTXVXSaVTSXVZTZX84",
    b"GJEHIILNHWRJIJLGWHDFLNMSZWVI",
];
