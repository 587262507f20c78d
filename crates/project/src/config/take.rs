//! From checked settings to the typed configuration.

use std::collections::BTreeMap;

use super::check;
use super::kind::Value;
use super::settings::Settings;
use super::{
    Config, CoverageConfig, EnvironmentConfig, GatesConfig, LimitsConfig, PythonConfig, RetentionConfig,
    SuiteConfig,
};
use crate::source::{Source, Sourced};

/// A type that a checked value is taken as. `None` never happens for a key of the right kind.
pub(super) trait Take: Sized {
    fn take(value: Value) -> Option<Self>;
}

impl Take for String {
    fn take(value: Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

impl Take for bool {
    fn take(value: Value) -> Option<Self> {
        if let Value::Flag(flag) = value { Some(flag) } else { None }
    }
}

impl Take for u64 {
    fn take(value: Value) -> Option<Self> {
        if let Value::Count(count) = value { Some(count) } else { None }
    }
}

/// A number of workers, or `auto`.
impl Take for Option<u64> {
    fn take(value: Value) -> Option<Self> {
        match value {
            Value::Count(count) => Some(Some(count)),
            Value::Text(_) => Some(None),
            _ => None,
        }
    }
}

impl Take for f64 {
    fn take(value: Value) -> Option<Self> {
        if let Value::Number(number) = value { Some(number) } else { None }
    }
}

impl Take for Vec<u64> {
    fn take(value: Value) -> Option<Self> {
        if let Value::Counts(counts) = value { Some(counts) } else { None }
    }
}

impl Take for Vec<Sourced<String>> {
    fn take(value: Value) -> Option<Self> {
        if let Value::Texts(texts) = value { Some(texts) } else { None }
    }
}

impl Settings {
    /// Takes the value of one key.
    pub(super) fn take<T: Take>(&mut self, path: &[&str]) -> Option<Sourced<T>> {
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        let Sourced { value, source } = self.values.remove(&path)?;
        Some(Sourced::new(T::take(value)?, source))
    }

    /// Takes the values of all keys `prefix.NAME` or, with a last part, `prefix.NAME.last`.
    pub(super) fn take_named<T: Take>(
        &mut self,
        prefix: &[&str],
        last: Option<&str>,
    ) -> BTreeMap<String, Sourced<T>> {
        let length = prefix.len() + 1 + usize::from(last.is_some());
        let names: Vec<String> = self
            .values
            .keys()
            .filter(|path| {
                path.len() == length && path.iter().zip(prefix).all(|(part, wanted)| part == wanted)
            })
            .filter(|path| last.is_none_or(|last| path.last().is_some_and(|part| part == last)))
            .map(|path| path[prefix.len()].clone())
            .collect();
        let mut taken = BTreeMap::new();
        for name in names {
            let path: Vec<&str> = prefix.iter().copied().chain([name.as_str()]).chain(last).collect();
            if let Some(value) = self.take(&path) {
                taken.insert(name, value);
            }
        }
        taken
    }
}

/// Takes everything.
pub(super) fn config(settings: &mut Settings, exists: bool) -> Config {
    Config {
        exists,
        name: settings.take(&["project", "name"]),
        environment: environment(settings),
        python: python(settings),
        suites: suites(settings),
        coverage: CoverageConfig {
            source: settings.take(&["coverage", "source"]),
            total: settings.take(&["coverage", "total"]),
            goals: settings.take_named(&["coverage", "goals"], None),
        },
        gates: GatesConfig {
            pass_rate: settings.take(&["gates", "pass-rate"]),
            collection_errors: settings.take(&["gates", "collection-errors"]),
            flaky: settings.take(&["gates", "flaky"]),
            stand_ins: settings.take(&["gates", "stand-ins"]),
        },
        limits: LimitsConfig {
            workers: settings.take(&["limits", "workers"]),
            memory: settings.take(&["limits", "memory"]),
        },
        retention: RetentionConfig {
            age: settings.take(&["retention", "age"]),
            runs: settings.take(&["retention", "runs"]),
            size: settings.take(&["retention", "size"]),
        },
        check: check::take(settings),
    }
}

fn environment(settings: &mut Settings) -> EnvironmentConfig {
    EnvironmentConfig {
        compose: settings.take(&["environment", "compose"]),
        profiles: settings.take(&["environment", "profiles"]),
        engine: settings.take(&["environment", "engine"]),
        strict_versions: settings.take(&["environment", "strict-versions"]),
        attach: settings.take_named(&["environment", "attach"], None),
        native: settings.take_named(&["environment", "native"], Some("command")),
    }
}

fn python(settings: &mut Settings) -> PythonConfig {
    PythonConfig {
        requirements: settings.take(&["python", "requirements"]),
        optional: settings.take(&["python", "optional"]),
        extras: settings.take(&["python", "extras"]),
        groups: settings.take(&["python", "groups"]),
        as_of: settings.take(&["python", "as-of"]),
        timeouts: settings.take(&["python", "timeouts"]),
        version: settings.take(&["python", "version"]),
        offline: settings.take(&["python", "offline"]),
    }
}

/// The suites of the file, then those that only overrides name, each from its first override.
fn suites(settings: &mut Settings) -> Vec<SuiteConfig> {
    let mut names = std::mem::take(&mut settings.suites);
    let overridden: Vec<(String, Source)> = settings
        .values
        .iter()
        .filter(|(path, value)| path[0] == "suite" && !matches!(value.source, Source::File { .. }))
        .map(|(path, value)| (path[1].clone(), value.source.clone()))
        .collect();
    for (name, source) in overridden {
        if names.iter().all(|known| known.value != name) {
            names.push(Sourced::new(name, source));
        }
    }
    names.into_iter().map(|name| suite(settings, name)).collect()
}

fn suite(settings: &mut Settings, name: Sourced<String>) -> SuiteConfig {
    let own = name.value.clone();
    let key = |last: &'static str| ["suite", own.as_str(), last];
    SuiteConfig {
        command: settings.take(&key("command")),
        folder: settings.take(&key("folder")),
        needs: settings.take(&key("needs")),
        services: settings.take(&key("services")),
        setup: settings.take(&key("setup")),
        environment: settings.take_named(&key("environment"), None),
        junit: settings.take(&key("junit")),
        tap: settings.take(&key("tap")),
        timeout: settings.take(&key("timeout")),
        database_service: settings.take(&["suite", &own, "database", "service"]),
        database_isolation: settings.take(&["suite", &own, "database", "isolation"]),
        name,
    }
}
