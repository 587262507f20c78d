//! What keeps pytest from starting at all: then no file is collected, whatever stands in it.

use testyard_model::collection::CauseKind;

use super::{Trouble, distribution};
use crate::settings::{Refusal, Settings};
use crate::world::{Found, World};

/// Options that only a plugin has, with its module and the package that brings it. Source: the plugins' manuals.
const OPTIONS: [(&str, &str, &str); 17] = [
    ("--cov", "pytest_cov", "pytest-cov"),
    ("--cov-report", "pytest_cov", "pytest-cov"),
    ("--cov-config", "pytest_cov", "pytest-cov"),
    ("--no-cov", "pytest_cov", "pytest-cov"),
    ("--cov-fail-under", "pytest_cov", "pytest-cov"),
    ("--reruns", "pytest_rerunfailures", "pytest-rerunfailures"),
    ("--numprocesses", "xdist", "pytest-xdist"),
    ("-n", "xdist", "pytest-xdist"),
    ("--dist", "xdist", "pytest-xdist"),
    ("--asyncio-mode", "pytest_asyncio", "pytest-asyncio"),
    ("--ds", "pytest_django", "pytest-django"),
    ("--reuse-db", "pytest_django", "pytest-django"),
    ("--nomigrations", "pytest_django", "pytest-django"),
    ("--benchmark-skip", "pytest_benchmark", "pytest-benchmark"),
    ("--benchmark-disable", "pytest_benchmark", "pytest-benchmark"),
    ("--timeout", "pytest_timeout", "pytest-timeout"),
    ("--html", "pytest_html", "pytest-html"),
];

/// The package that brings the plugin of an option, where it is the only one that does.
pub fn plugin_of(option: &str) -> Option<&'static str> {
    OPTIONS.iter().find(|(known, ..)| *known == option).map(|(_, _, package)| *package)
}

/// The first thing that keeps pytest from starting.
pub(super) fn refusal(settings: &Settings, world: Option<&World>) -> Option<Trouble> {
    let version =
        world.and_then(|world| world.metadata().named("pytest")).map(|pytest| pytest.version.as_str());
    let major = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    let minds =
        |refusal: &&Refusal| refusal.since.is_none_or(|since| major.is_some_and(|major| major >= since));
    if let Some(refusal) = settings.refusals.iter().find(minds) {
        return Some(Trouble {
            kind: CauseKind::Configuration,
            name: refusal.file.clone(),
            message: refusal.message.clone(),
            fix: refusal.fix.clone(),
            chain: Vec::new(),
            repair: None,
        });
    }
    let world = world?;
    let lacks = |module: &str| matches!(world.find(module), Found::Missing(_));
    let mut words = settings.options.iter().peekable();
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').map_or((word.as_str(), None), |(a, b)| (a, Some(b)));
        let named = match option.strip_prefix("-p") {
            Some("") => words.peek().map(|next| next.as_str()),
            Some(name) => Some(name),
            None => None,
        };
        if let Some(name) = named.filter(|name| !name.starts_with("no:")) {
            if value.is_none() && !has_plugin(world, name) {
                return Some(missing(settings, name, &distribution::of(name), word));
            }
        } else if let Some((_, module, package)) = OPTIONS.iter().find(|(known, ..)| *known == option)
            && lacks(module)
        {
            return Some(missing(settings, module, package, option));
        }
    }
    let required = settings.required_plugins.iter().find(|name| world.metadata().named(name).is_none());
    required.map(|name| missing(settings, name, name, "required_plugins"))
}

/// Whether `-p` finds a plugin: by its own name, as one of pytest's, or as a module of the environment or the project.
fn has_plugin(world: &World, name: &str) -> bool {
    let is_there = |module: &str| !matches!(world.find(module), Found::Missing(_));
    let first = name.split('.').next().unwrap_or(name);
    world.metadata().plugins().any(|(plugin, _)| plugin == name)
        || is_there(&format!("_pytest.{name}"))
        || is_there(name)
        // A module of the project that lies on a path only pytest knows may be meant.
        || !is_there(first) && !first.starts_with("pytest") && name.contains('.')
}

fn missing(settings: &Settings, plugin: &str, package: &str, by: &str) -> Trouble {
    Trouble {
        kind: CauseKind::MissingPlugin,
        name: plugin.to_owned(),
        message: format!("pytest does not start: `{by}` needs the plugin {package}, which is not installed"),
        fix: match &settings.requirements {
            Some(file) => format!("add `{package}` to {file}"),
            None => format!("install `{package}`"),
        },
        chain: Vec::new(),
        repair: None,
    }
}
