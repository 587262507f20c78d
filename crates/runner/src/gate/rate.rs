//! Comparing a share without rounding.

/// Whether `passed` of `ran` tests is at least the share `rate` (0 to 1).
///
/// The rate is taken as the decimal number that was written, and integers are compared: 0.9 asks for 9 of 10, and
/// 899 of 1,000 do not meet it, however they would be rounded. Nothing that ran meets no rate above 0.
pub fn meets_rate(passed: u64, ran: u64, rate: f64) -> bool {
    let (share, whole) = as_fraction(rate);
    u128::from(passed) * whole >= u128::from(ran) * share && (ran > 0 || share == 0)
}

/// A number from 0 to 1 as a fraction: the shortest decimal number that stands for it, which is the one that was
/// written. Numbers outside are taken to the nearer end, and what is no number asks for everything.
fn as_fraction(rate: f64) -> (u128, u128) {
    if rate.is_nan() || rate >= 1.0 {
        return (1, 1);
    }
    let text = rate.max(0.0).to_string();
    let digits = text.split_once('.').map_or("", |(_, digits)| digits);
    // Beyond 18 digits a share makes no difference to any number of tests.
    let digits = &digits[..digits.len().min(18)];
    (digits.parse().unwrap_or(0), 10_u128.pow(digits.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_compared_exactly() {
        for (passed, ran, rate, met) in [
            (9, 10, 0.9, true),
            (899, 1000, 0.9, false),
            (846, 1000, 0.85, false),
            (85, 100, 0.85, true),
            (1, 3, 0.333, true),
            (1, 3, 0.334, false),
            (2, 3, 1.0, false),
            (3, 3, 1.0, true),
            (0, 5, 0.0, true),
            (0, 0, 0.5, false),
            (99, 100, 7.0, false),
            (99, 100, f64::NAN, false),
            (0, 3, 1e-300, true),
            (u64::MAX, u64::MAX, 0.999_999_999_999_999_9, true),
        ] {
            assert_eq!(meets_rate(passed, ran, rate), met, "{passed} of {ran}, {rate}");
        }
    }
}
