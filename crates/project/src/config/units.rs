//! Durations, sizes and days, as people write them.

/// Milliseconds of `500ms`, `60s`, `5m`, `2h`, `7d` and sums such as `1h30m`. A number without a unit is none.
pub fn duration(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let (number, unit, after) = number_and_unit(rest)?;
        let each = match unit {
            "ms" => 1.0,
            "s" => 1e3,
            "m" | "min" => 60e3,
            "h" => 3600e3,
            "d" => 86400e3,
            _ => return None,
        };
        total += number * each;
        rest = after;
    }
    whole(total)
}

/// Bytes of `512MiB`, `2GiB`, `1GB`, `4096`. Units with an `i` count in 1024, the others in 1000.
pub(crate) fn size(text: &str) -> Option<u64> {
    let (number, unit, rest) = number_and_unit(text.trim())?;
    let each = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" | "k" => 1024.0,
        "mib" | "m" => 1024.0 * 1024.0,
        "gib" | "g" => 1024.0 * 1024.0 * 1024.0,
        "tib" | "t" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    if rest.is_empty() { whole(number * each) } else { None }
}

/// Whether a text is a day of the calendar, `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>())
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Splits `1.5GiB rest` into its number, its letters and what follows.
fn number_and_unit(text: &str) -> Option<(f64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number = text[..digits].parse().ok()?;
    let after = text[digits..].trim_start();
    let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
    Some((number, &after[..letters], after[letters..].trim_start()))
}

/// A number that fits, without its fraction.
fn whole(number: f64) -> Option<u64> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..9e15).contains(&number).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("500ms", Some(500)),
            ("60s", Some(60_000)),
            ("1.5s", Some(1_500)),
            ("1h30m", Some(5_400_000)),
            ("7d", Some(604_800_000)),
            ("60", None),
            ("", None),
            ("s", None),
            ("-5s", None),
            ("5 parsecs", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("4096", Some(4096)),
            ("2GiB", Some(2 << 30)),
            ("2 GiB", Some(2 << 30)),
            ("512m", Some(512 << 20)),
            ("1GB", Some(1_000_000_000)),
            ("1GB2", None),
            ("lots", None),
        ] {
            assert_eq!(size(text), expected, "{text}");
        }
    }

    #[test]
    fn days() {
        for (text, expected) in [
            ("2025-11-30", true),
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2025-13-01", false),
            ("2025-1-1", false),
            ("2025-11-30T00:00:00Z", false),
        ] {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }
}
