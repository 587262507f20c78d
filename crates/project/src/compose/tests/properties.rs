//! What holds for every text.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::compose::interpolate::interpolate;
use crate::compose::{dotenv, parse_files, parse_str};

/// Pieces of compose files, to be put together without sense: far more often near to a compose file than any text.
const PIECES: [&str; 42] = [
    "services:",
    "\n",
    "\n  ",
    "\n    ",
    "a:",
    "b:",
    "image: i",
    "ports:",
    "- ",
    "80:80",
    "[",
    "]",
    "{",
    "}",
    ",",
    "*x",
    "&x ",
    "<<: ",
    "!reset ",
    "!override ",
    "${A:-",
    "$",
    "}",
    "extends:",
    "service: a",
    "file: compose.yaml",
    "include:",
    "compose.yaml",
    "environment:",
    "A=1",
    "healthcheck:",
    "test:",
    "depends_on:",
    "\"",
    "'",
    "|",
    "---\n",
    "? ",
    "null",
    "volumes:",
    "./x:/y",
    "1-5",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat())
}

/// Small compose files in which nothing is wrong.
fn files() -> impl Strategy<Value = String> {
    let name = "[a-z]{1,8}";
    let service = (
        name,
        name,
        prop::collection::btree_map("[A-Z]{1,4}", "[a-z0-9 ]{0,6}", 0..4),
        1u16..=65535,
        any::<bool>(),
    );
    prop::collection::vec(service, 1..4).prop_map(|services| {
        let mut text = String::from("services:\n");
        for (index, (name, image, environment, port, exposed)) in services.into_iter().enumerate() {
            text.push_str(&format!("  {name}{index}:\n    image: img-{image}\n    environment:\n"));
            text.push_str("      FIXED: \"1\"\n");
            environment
                .iter()
                .for_each(|(key, value)| text.push_str(&format!("      {key}x: \"{value}\"\n")));
            if exposed {
                text.push_str(&format!(
                    "    ports: [\"{port}:{port}\"]\n    tmpfs: /t\n    command: [a, \"{port}\"]\n"
                ));
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let (_, findings) = parse_str(&text, &BTreeMap::new());
        prop_assert!(findings.iter().all(|finding| finding.code.starts_with("TY-CM")));
    }

    #[test]
    fn any_pieces_of_compose_files_are_read(text in pieces(), other in pieces()) {
        let files = [("compose.yaml", text.as_str()), ("other.yaml", other.as_str()), (".env", other.as_str())];
        let (project, _) = parse_files(&files, &["compose.yaml", "other.yaml"], &BTreeMap::new());
        prop_assert!(project.services.iter().all(|service| service.place.line > 0));
    }

    #[test]
    fn a_text_without_a_dollar_stays(text in "[^$]*") {
        let done = interpolate(&text, &BTreeMap::new());
        prop_assert_eq!((done.text, done.remarks), (text, vec![]));
    }

    #[test]
    fn an_escaped_text_comes_back(text in any::<String>()) {
        let done = interpolate(&text.replace('$', "$$"), &BTreeMap::new());
        prop_assert_eq!((done.text, done.remarks), (text, vec![]));
    }

    #[test]
    fn any_text_is_interpolated_and_read_as_variables(text in any::<String>()) {
        interpolate(&text, &BTreeMap::new());
        let done = dotenv::parse(&text, &|_| None);
        prop_assert!(done.variables.keys().all(|name| !name.is_empty()));
    }

    #[test]
    fn a_single_quoted_value_comes_back(value in "[^'\\\\]*") {
        let done = dotenv::parse(&format!("A='{value}'"), &|_| None);
        prop_assert_eq!(done.variables.get("A"), Some(&value));
    }

    #[test]
    fn merging_with_nothing_changes_nothing(text in files()) {
        let none = "services: {}\n";
        let (alone, findings) = parse_str(&text, &BTreeMap::new());
        prop_assert!(findings.is_empty(), "{:?}", findings);
        for named in [["compose.yaml", "none.yaml"], ["none.yaml", "compose.yaml"]] {
            let files = [("compose.yaml", text.as_str()), ("none.yaml", none)];
            let (merged, findings) = parse_files(&files, &named, &BTreeMap::new());
            prop_assert!(findings.is_empty(), "{:?}", findings);
            prop_assert_eq!(&merged.services, &alone.services);
        }
    }

    #[test]
    fn merging_a_file_over_itself_changes_nothing(text in files()) {
        let (alone, _) = parse_str(&text, &BTreeMap::new());
        let (merged, findings) = parse_files(&[("compose.yaml", &text)], &["compose.yaml", "compose.yaml"], &BTreeMap::new());
        prop_assert!(findings.is_empty(), "{:?}", findings);
        let without_places = |mut services: Vec<crate::compose::Service>| {
            services.iter_mut().for_each(|service| service.places.clear());
            services
        };
        prop_assert_eq!(without_places(merged.services), without_places(alone.services));
    }
}
