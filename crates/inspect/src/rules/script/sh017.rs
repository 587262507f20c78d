//! A script lacks what the project requires of it.
//!
//! `[check.scripts."init_setup.sh"]` lists wishes, and each one becomes a check: `strict-mode` (`set -euo pipefail`),
//! `cleanup-trap` (a trap on EXIT), `error-trap` (a trap on ERR that functions inherit), `executable`, `shebang`,
//! `functions:log,die`, and a bare name for a function.
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
use testyard_project::script::Script;

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
    const KNOWN: [&str; 5] = ["strict-mode", "cleanup-trap", "error-trap", "executable", "shebang"];
    let names = wish.strip_prefix("functions:").or_else(|| wish.strip_prefix("function:"));
    match names {
        Some(names) => names.split(',').map(|name| format!("function {}", name.trim())).collect(),
        None if KNOWN.contains(&wish) => vec![wish.to_owned()],
        None => vec![format!("function {wish}")],
    }
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
