//! A tool that a script calls is not on this machine.
//!
//! The script ends with `command not found`, often after minutes of other steps.
//!
//! Fires: a script calls `psql`, and no folder of `PATH` has it.
//!
//! Fine: the tool is there; the script asks for it first (`command -v psql`) or names it in an installation; a script that
//! containers start with, by its name, since it runs in an image.
//!
//! Help: install the tool. Only well-known tools are looked for.
//!
//! Source: POSIX, command search and execution.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use testyard_model::Place;
use testyard_project::script::{Command, Script};
use testyard_sys::which;

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR008", "a tool that scripts call is not installed", Note, check);

/// Tools that scripts of test projects call, and that no system has by itself.
const TOOLS: [&str; 24] = [
    "aws",
    "cargo",
    "curl",
    "docker",
    "git",
    "go",
    "helm",
    "jq",
    "kubectl",
    "make",
    "mysql",
    "nc",
    "node",
    "npm",
    "openssl",
    "pg_isready",
    "pipenv",
    "poetry",
    "psql",
    "redis-cli",
    "rsync",
    "tox",
    "uv",
    "yarn",
];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let path = scene.variables().get("PATH").map(String::as_str).unwrap_or_default();
    let mut missing: BTreeMap<&str, Place> = BTreeMap::new();
    for (file, script) in scene.scripts().iter().filter(|(file, _)| !file.contains("entrypoint")) {
        for (tool, place) in called(file, script) {
            if which::find(tool, OsStr::new(path)).is_none() {
                missing.entry(tool).or_insert(place);
            }
        }
    }
    for (tool, place) in missing {
        found
            .at(place, format!("`{tool}` is not installed on this machine"))
            .help(format!("install `{tool}`"));
    }
}

/// The tools that a script calls without asking for them or installing them, each with its first place.
fn called<'a>(file: &'a str, script: &'a Script) -> impl Iterator<Item = (&'static str, Place)> + 'a {
    let understood = script.error.is_none() && !script.unread;
    let tools = TOOLS.iter().copied().filter(move |_| understood);
    tools.filter_map(move |tool| {
        let calls =
            |command: &&Command| command.words.first().is_some_and(|word| word.literal && word.text == tool);
        let other = |command: &Command| {
            let more = command.words.iter().skip(1);
            more.into_iter().any(|word| word.text == tool || word.text.starts_with(&format!("{tool}=")))
        };
        let first = script.commands.iter().find(calls)?;
        // Where it stands as an argument, it is asked for, installed, or run elsewhere.
        let elsewhere =
            script.commands.iter().any(other) || script.functions.iter().any(|one| one.name == tool);
        (!elsewhere).then(|| (tool, Place::at(file, first.at.line, first.at.column)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{findings_in, folder};

    fn found(script: &str, installed: &[(&str, &str)]) -> Vec<String> {
        let files = [&[("a.sh", script)], installed].concat();
        let folder = folder(&files);
        let path = folder.path().join("bin").display().to_string();
        let scene = Scene::open(folder.path(), BTreeMap::from([("PATH".to_owned(), path)]), &[]);
        findings_in(&RULE, &scene).iter().map(|one| format!("{} {}", one.place, one.message)).collect()
    }

    #[test]
    fn tools_that_are_not_there() {
        let script = "#!/bin/sh\nset -e\npsql -c x\npsql -c y\n";
        assert_eq!(found(script, &[]), ["a.sh:3:1 `psql` is not installed on this machine"]);
        assert_eq!(found(script, &[("bin/psql*", "")]), [""; 0]);
        for fine in [
            "#!/bin/sh\nif command -v psql; then psql; fi\n",
            "#!/bin/sh\napt-get install -y psql\npsql\n",
            "#!/bin/sh\npsql() { docker exec db psql; }\npsql\n",
            "#!/bin/sh\nmy-own-tool\n",
        ] {
            assert_eq!(found(fine, &[("bin/docker*", "")]), [""; 0], "{fine}");
        }
    }
}
