//! Sizes as people write and read them.

/// Reads `512MiB`, `4k`, `1.5GB`, `1000`. Units with `i` (and single letters) are powers of 1024.
///
/// # Errors
/// Words for people.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is not a size: write for example `512MiB` or `2GB`");
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..digits].parse().map_err(|_| wrong())?;
    let factor: u64 = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err(wrong()),
    };
    let bytes = number * factor as f64;
    if bytes.is_finite() && bytes < u64::MAX as f64 { Ok(bytes as u64) } else { Err(wrong()) }
}

/// Reads a span of time as `90s`, `15m`, `36h`, `30d` into milliseconds.
///
/// # Errors
/// Words for people.
pub fn parse_age(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is not a span of time: write for example `36h` or `30d`");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let factor: i64 = match unit {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => return Err(wrong()),
    };
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|ms| *ms >= 0).ok_or_else(wrong)
}

/// `1.2 GB`: three digits at most, powers of 1000.
#[must_use]
pub fn human(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, "B");
    for next in ["kB", "MB", "GB", "TB", "PB"] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "B" || value >= 99.95 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

/// `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_and_written() {
        assert_eq!(parse("512MiB"), Ok(512 << 20));
        assert_eq!(parse("1.5GB"), Ok(1_500_000_000));
        assert_eq!(parse("10 k"), Ok(10_240));
        assert!(parse("ten").is_err() && parse("1e").is_err() && parse("").is_err());
        assert_eq!(parse_age("30d"), Ok(30 * 86_400_000));
        assert!(parse_age("30").is_err() && parse_age("d").is_err() && parse_age("-1d").is_err());
        assert_eq!([human(0), human(999), human(1000), human(1_234_567), human(999_999)], ["0 B", "999 B", "1.0 kB", "1.2 MB", "1.0 MB"]);
        assert_eq!([grouped(0), grouped(999), grouped(1_000), grouped(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
    }
}
