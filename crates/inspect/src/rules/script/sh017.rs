//! A script lacks what the project requires of it.
//!
//! `[check.scripts."init_setup.sh"]` lists wishes, and each one becomes a check: `strict-mode` (`set -euo pipefail`),
//! `cleanup-trap` (a trap on EXIT), `error-trap` (a trap on ERR that functions inherit), `executable`, `shebang`,
//! `package-manager` (asks which one is there, as `command -v apt-get` does), `pip` (asks for it, or calls it as `python -m pip`),
//! `os-detection` (`uname`, `$OSTYPE` or `/etc/os-release`), `functions:log,die`, and a bare name for a function.
//!
//! Fires:
//!
//! ```toml
//! [check.scripts."init_setup.sh"]
//! requires = ["strict-mode", "functions:log,die"]
//! ```
//!
//! when `init_setup.sh` does not define `die`.
//!
//! Fine: everything on the list is there.
//!
//! Help: add what is missing, or take it off the list.
//!
//! Source: the project itself.

use testyard_model::{Place, Wish};
use testyard_project::script::{Command, Script};

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-SH017", "a script lacks what the project requires of it", Error, check);

/// Everything that the project requires of its scripts, in the order of the settings.
pub(crate) fn wishes(scene: &Scene) -> Vec<Wish> {
    let mut all = Vec::new();
    for (path, required) in &scene.check_config().scripts {
        let path = scene.relative(path.as_ref()).unwrap_or_else(|| path.clone());
        let script = scene.scripts().iter().find(|(other, _)| *other == path).map(|(_, script)| script);
        for what in required.value.iter().flat_map(|wish| single(&wish.value)) {
            let met = script.filter(|script| !script.unread && script.error.is_none());
            let met = met.and_then(|script| is_met(scene, &path, script, &what));
            all.push(Wish { script: path.clone(), what, met });
        }
    }
    all
}

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for wish in wishes(scene) {
        let message = match wish.met {
            Some(true) => continue,
            Some(false) => format!("the project requires {} of this script", wish.what),
            None if !scene.exists(&wish.script) => {
                "the project requires this script, which is not there".to_owned()
            }
            None => format!("whether this script has {} cannot be told", wish.what),
        };
        let help = "add it, or change `[check.scripts]` in testyard.toml";
        found.at(Place::file(wish.script), message).help(help);
    }
}

/// A wish as single ones.
fn single(wish: &str) -> Vec<String> {
    let names = wish.strip_prefix("functions:").or_else(|| wish.strip_prefix("function:"));
    match names {
        Some(names) => names.split(',').map(|name| format!("function {}", name.trim())).collect(),
        None if KNOWN.contains(&wish) => vec![wish.to_owned()],
        None => vec![format!("function {wish}")],
    }
}

/// Wishes that are not about functions.
const KNOWN: [&str; 8] = [
    "strict-mode",
    "cleanup-trap",
    "error-trap",
    "executable",
    "shebang",
    "package-manager",
    "pip",
    "os-detection",
];

/// Programs that install packages of a system.
const PACKAGE_MANAGERS: [&str; 8] = ["apt-get", "apt", "dnf", "yum", "apk", "brew", "pacman", "zypper"];

/// Whether a script asks whether one of these programs is there.
fn asks_for(script: &Script, programs: &[&str]) -> bool {
    script.commands.iter().any(|command| {
        command.name().is_some_and(|name| ["command", "which", "type", "hash"].contains(&name))
            && command.arguments().any(|word| programs.contains(&word))
    })
}

/// Whether a script finds out which system it runs on.
fn detects_system(scene: &Scene, path: &str, script: &Script) -> bool {
    let code =
        scene.text(path).into_iter().flat_map(str::lines).filter(|line| !line.trim_start().starts_with('#'));
    script.commands.iter().any(|command| command.name() == Some("uname"))
        || code.into_iter().any(|line| line.contains("OSTYPE") || line.contains("/etc/os-release"))
}

/// Whether a script finds pip itself instead of trusting that `pip` is the right one.
fn detects_pip(script: &Script) -> bool {
    let module = |command: &Command| {
        let words: Vec<&str> = command.arguments().collect();
        words.windows(2).any(|pair| pair == ["-m", "pip"])
    };
    asks_for(script, &["pip", "pip3"]) || script.commands.iter().any(module)
}

fn is_met(scene: &Scene, path: &str, script: &Script, what: &str) -> Option<bool> {
    let options = script.options_anywhere();
    let traps = |signal: &str| {
        script.commands.iter().any(|command| {
            command.name() == Some("trap") && command.arguments().skip(1).any(|word| word == signal)
        })
    };
    match what {
        "strict-mode" => Some(options.errexit && options.nounset && options.pipefail),
        "cleanup-trap" => Some(traps("EXIT") || traps("0")),
        "error-trap" => Some(traps("ERR") && (options.errtrace || script.functions.is_empty())),
        "executable" => Some(scene.tree().file(path)?.executable),
        "package-manager" => Some(asks_for(script, &PACKAGE_MANAGERS)),
        "pip" => Some(detects_pip(script)),
        "os-detection" => Some(detects_system(scene, path, script)),
        "shebang" => Some(script.shebang.is_some()),
        function => {
            let name = function.strip_prefix("function ")?;
            let read = each::Read { path, script };
            let here = script.functions.iter().any(|function| function.name == name);
            // What another script brings in cannot be seen from here.
            (here || !read.sources()).then_some(here)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds, scene};

    use super::*;

    const LIST: &str = "[check.scripts.\"a.sh\"]\nrequires = [\"strict-mode\", \"cleanup-trap\", \"functions:log,die\", \"main\"]\n";
    const WHOLE: &str =
        "#!/bin/bash\nset -euo pipefail\nlog() { :; }\ndie() { :; }\nmain() { :; }\ntrap die EXIT\nmain\n";

    #[test]
    fn what_a_script_finds_out_is_seen() {
        let list = |wish: &str| format!("[check.scripts.\"a.sh\"]\nrequires = [\"{wish}\"]\n");
        let check = |wish: &str, line: &str, met: bool| {
            let text = format!("#!/bin/bash\n{line}\n");
            let toml = list(wish);
            let files = [("testyard.toml", toml.as_str()), ("a.sh", text.as_str())];
            let found = scene(&files);
            assert_eq!(wishes(&found.0)[0].met, Some(met), "{wish}: {line}");
        };
        check("package-manager", "if command -v apt-get >/dev/null; then apt-get update; fi", true);
        check("package-manager", "apt-get install -y jq", false);
        check("pip", "python3 -m pip install x", true);
        check("pip", "for one in pip3 pip; do command -v pip3 && break; done", true);
        check("pip", "pip install x", false);
        check("os-detection", "case \"$OSTYPE\" in darwin*) echo mac ;; esac", true);
        check("os-detection", "[ \"$(uname -s)\" = Linux ] && . /etc/os-release", true);
        check("os-detection", "# not by $OSTYPE\necho linux", false);
    }

    #[test]
    fn wishes_become_checks() {
        holds(RULE, &[("testyard.toml", LIST), ("a.sh", WHOLE)]);
        let found = fires(RULE, &[("testyard.toml", LIST), ("a.sh", &WHOLE.replace("die()", "dye()"))]);
        assert_eq!(found[0].message, "the project requires function die of this script");
        assert_eq!(fires(RULE, &[("testyard.toml", LIST), ("b.sh", WHOLE)]).len(), 5);
        holds(RULE, &[("a.sh", "")]);
    }

    #[test]
    fn the_list_says_what_is_met() {
        let script = WHOLE.replace("trap die EXIT", "");
        let (scene, _folder) = scene(&[("testyard.toml", LIST), ("a.sh", &script)]);
        let shown: Vec<(String, Option<bool>)> =
            wishes(&scene).into_iter().map(|wish| (wish.what, wish.met)).collect();
        let expected = [
            ("strict-mode", true),
            ("cleanup-trap", false),
            ("function log", true),
            ("function die", true),
            ("function main", true),
        ];
        assert_eq!(shown, expected.map(|(what, met)| (what.to_owned(), Some(met))));
    }
}
