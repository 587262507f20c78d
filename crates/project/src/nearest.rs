//! The known name nearest to one that is not known, for messages.

/// The candidate that a mistyped name most likely meant, if any is near enough: at most a third of its letters
/// differ, or one contains the other.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let wanted = plain(name);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let known = plain(candidate);
            let distance = strsim::osa_distance(&wanted, &known);
            let longest = wanted.chars().count().max(known.chars().count());
            let contains = wanted.len() >= 3 && (known.contains(&wanted) || wanted.contains(&known));
            (distance * 3 <= longest.max(3) || contains).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The help line for an unknown name: the nearest one, else all there are.
pub fn help<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(name, candidates.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let all: Vec<String> = candidates.into_iter().map(|one| format!("`{one}`")).collect();
            if all.is_empty() { "there are none".to_owned() } else { format!("known: {}", all.join(", ")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["pass-rate", "collection-errors", "flaky"];
        assert_eq!(nearest("pass_rate", known), Some("pass-rate"));
        assert_eq!(nearest("flakey", known), Some("flaky"));
        assert_eq!(nearest("collection-error", known), Some("collection-errors"));
        assert_eq!(nearest("coverage", known), None);
        assert_eq!(help("zzz", ["a", "b"]), "known: `a`, `b`");
        assert_eq!(help("zzz", []), "there are none");
    }
}
