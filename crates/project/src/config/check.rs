//! `[check]`: which findings count, and how much.

use std::collections::BTreeMap;

use testyard_model::Severity;

use super::settings::Settings;
use crate::source::Sourced;

/// From which weight on findings make a check fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// Findings of this severity and above.
    At(Severity),
    /// None: a check only informs.
    Never,
}

impl Threshold {
    /// By its word: `error`, `warning`, `note` or `never`.
    pub fn parse(word: &str) -> Option<Threshold> {
        if word == "never" { Some(Threshold::Never) } else { severity(word).map(Threshold::At) }
    }
}

/// `[check]`.
#[derive(Debug, Clone, Default)]
pub struct CheckConfig {
    /// From which weight on findings make a check fail; errors when not said.
    pub fail_on: Option<Threshold>,
    /// The codes, or beginnings of codes, that are wanted; all when empty.
    pub select: Vec<String>,
    /// The codes, or beginnings of codes, that are not.
    pub ignore: Vec<String>,
    /// Other weights, by code.
    pub severity: BTreeMap<String, Severity>,
    /// What is required of scripts, by the script's path: functions by name, and the words that rule TY-SH017 knows.
    pub scripts: BTreeMap<String, Sourced<Vec<Sourced<String>>>>,
}

/// Takes `[check]` out of the settings.
pub(super) fn take(settings: &mut Settings) -> CheckConfig {
    let severities: BTreeMap<String, Sourced<String>> = settings.take_named(&["check", "severity"], None);
    let severities = severities.into_iter();
    CheckConfig {
        fail_on: settings
            .take::<String>(&["check", "fail-on"])
            .and_then(|word| Threshold::parse(&word.value)),
        select: words(settings, "select"),
        ignore: words(settings, "ignore"),
        severity: severities.filter_map(|(code, word)| Some((code, severity(&word.value)?))).collect(),
        scripts: settings.take_named(&["check", "scripts"], Some("requires")),
    }
}

fn words(settings: &mut Settings, key: &str) -> Vec<String> {
    let words: Option<Sourced<Vec<Sourced<String>>>> = settings.take(&["check", key]);
    words.into_iter().flat_map(|words| words.value).map(|word| word.value).collect()
}

fn severity(word: &str) -> Option<Severity> {
    [Severity::Note, Severity::Warning, Severity::Error].into_iter().find(|one| one.word() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_read() {
        let text = "[check]\nfail-on = \"warning\"\nignore = [\"TY-DF\"]\n[check.severity]\nTY-CM050 = \"error\"\n\
                    [check.scripts.\"init_setup.sh\"]\nrequires = [\"main\", \"cleanup\"]\n";
        let (config, findings) = super::super::parse(text);
        assert_eq!(findings, []);
        let check = config.check;
        assert_eq!(check.fail_on, Some(Threshold::At(Severity::Warning)));
        assert_eq!((check.select.len(), check.ignore), (0, vec!["TY-DF".to_owned()]));
        assert_eq!(check.severity.get("TY-CM050"), Some(&Severity::Error));
        let required = &check.scripts["init_setup.sh"];
        let names: Vec<&str> = required.value.iter().map(|name| name.value.as_str()).collect();
        assert_eq!(names, ["main", "cleanup"]);
    }

    #[test]
    fn a_threshold_is_one_of_four_words() {
        assert_eq!(Threshold::parse("never"), Some(Threshold::Never));
        assert_eq!(Threshold::parse("note"), Some(Threshold::At(Severity::Note)));
        assert_eq!(Threshold::parse("fatal"), None);
        let (_, findings) = super::super::parse("[check]\nfail-on = \"fatal\"");
        assert_eq!(findings.len(), 1);
    }
}
