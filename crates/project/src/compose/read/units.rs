//! Times and sizes, as compose writes them.

use std::time::Duration;

/// A time: numbers with units, largest first or in any order, `1h`, `1m30s`, `1.5s`, `2d`. `0` needs no unit.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanoseconds = 0f64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        nanoseconds += number.parse::<f64>().ok()? * unit_in_nanoseconds(unit)?;
        rest = next;
    }
    Duration::try_from_secs_f64(nanoseconds / 1e9).ok()
}

fn unit_in_nanoseconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3_600e9,
        "d" => 86_400e9,
        "w" => 604_800e9,
        _ => return None,
    })
}

/// A number of bytes: plain, or with `k`, `m`, `g`, `t`, `p` in powers of 1024, each perhaps followed by `b` or `ib`.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_lowercase();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim_start();
    let unit = unit.strip_suffix('b').unwrap_or(unit);
    let power = match unit.strip_suffix('i').filter(|unit| !unit.is_empty()).unwrap_or(unit) {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    let factor = 1u64 << (10 * power);
    match number.parse::<u64>() {
        Ok(whole) => whole.checked_mul(factor),
        Err(_) => {
            let size = number.parse::<f64>().ok()? * factor as f64;
            // Sizes past 2^53 lose nothing that a limit could need.
            (0.0..1e18).contains(&size).then_some(size as u64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let check = |text: &str, milliseconds: Option<u64>| {
            assert_eq!(duration(text), milliseconds.map(Duration::from_millis), "{text}");
        };
        check("30s", Some(30_000));
        check("1m30s", Some(90_000));
        check("1.5s", Some(1_500));
        check("500ms", Some(500));
        check("1h", Some(3_600_000));
        check("1d", Some(86_400_000));
        check("2000us", Some(2));
        check("0", Some(0));
        check("0s", Some(0));
        check("30", None);
        check("s", None);
        check("", None);
        check("-1s", None);
        check("1x", None);
        check("1s2", None);
    }

    #[test]
    fn sizes() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(bytes(text), expected, "{text}");
        check("512m", Some(512 << 20));
        check("1g", Some(1 << 30));
        check("1GB", Some(1 << 30));
        check("2GiB", Some(2 << 30));
        check("1.5k", Some(1536));
        check("64b", Some(64));
        check("1024", Some(1024));
        check("10 mb", Some(10 << 20));
        check("m", None);
        check("1x", None);
        check("-1", None);
        check("99999999999p", None);
    }
}
