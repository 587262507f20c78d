//! An inspection as SARIF 2.1.0, for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use serde::Serialize;
use testyard_model::{Finding, inspection};

use super::{Described, Shown};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Reported<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text<'a>,
    help: Help<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_configuration: Option<Level>,
}

#[derive(Serialize)]
struct Level {
    level: &'static str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reported<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location<'a>; 1],
    partial_fingerprints: Prints,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Prints {
    #[serde(rename = "testyard/v1")]
    own: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region<'a> {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text<'a>>,
}

/// The document. `rules` describes the codes; those that no finding names are left out. `version` is Testyard's.
pub fn sarif(shown: &Shown<'_>, rules: &[Described], version: &str) -> String {
    let findings = &shown.inspection.findings;
    let used = |rule: &&Described| findings.iter().any(|finding| finding.code == rule.code);
    let rules: Vec<Rule<'_>> = rules.iter().filter(used).map(rule).collect();
    let prints = inspection::fingerprints(findings);
    let results = findings.iter().zip(prints).map(|(finding, own)| {
        let rule_index = rules.iter().position(|rule| rule.id == finding.code);
        reported(finding, rule_index, Prints { own }, shown)
    });
    let results = results.collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver { name: "testyard", version, rules } },
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    // Text keys and numbers only: there is always something to print.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn rule(rule: &Described) -> Rule<'_> {
    Rule {
        id: &rule.code,
        short_description: Text { text: &rule.title },
        help: Help { text: &rule.page, markdown: &rule.page },
        default_configuration: rule.severity.map(|severity| Level { level: severity.word() }),
    }
}

fn reported<'a>(
    finding: &'a Finding,
    rule_index: Option<usize>,
    partial_fingerprints: Prints,
    shown: &Shown<'_>,
) -> Reported<'a> {
    let help = finding.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
    let place = &finding.place;
    let region = (place.line > 0).then(|| Region {
        start_line: place.line,
        start_column: Some(place.column).filter(|column| *column > 0),
        snippet: finding.source.as_deref().map(|text| Text { text }),
    });
    let artifact_location = Artifact { uri: uri(&shown.path(&place.path)), uri_base_id: "%SRCROOT%" };
    Reported {
        rule_id: &finding.code,
        rule_index,
        level: finding.severity.word(),
        message: Message { text: format!("{}{help}", finding.message) },
        locations: [Location { physical_location: Physical { artifact_location, region } }],
        partial_fingerprints,
    }
}

/// A path as the path of a URI.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::super::fixture::{inspection, shown};
    use super::*;

    #[test]
    fn results_point_to_rules_places_and_themselves() {
        let inspection = inspection();
        let rules = ["TY-XX001", "TY-CX001"].map(|code| Described {
            code: code.to_owned(),
            title: "a source is missing".to_owned(),
            severity: Some(Severity::Error),
            page: "Why.".to_owned(),
        });
        let text = sarif(&shown(&inspection), &rules, "1.2.3");
        let run = &serde_json::from_str::<serde_json::Value>(&text).unwrap()["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(1));
        let result = |at: usize| run["results"][at].clone();
        assert_eq!((&result(1)["ruleId"], &result(1)["ruleIndex"]), (&"TY-CX001".into(), &0.into()));
        assert_eq!(result(0)["level"], "note");
        assert!(result(0)["locations"][0]["physicalLocation"]["region"].is_null());
        let physical = &result(3)["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "run,%20it.sh");
        assert_eq!(physical["region"]["startLine"], 7);
        let prints: std::collections::BTreeSet<String> =
            (0..4).map(|at| result(at)["partialFingerprints"]["testyard/v1"].to_string()).collect();
        assert_eq!(prints.len(), 4);
    }
}
