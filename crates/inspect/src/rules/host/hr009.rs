//! Node.js is of another version than the project asks for.
//!
//! `.nvmrc` and `.node-version` say which one the project is built and tested with. Another major version fails in native
//! modules and in syntax, far from its cause. (Python's version is part of every plan: a run takes the right one.)
//!
//! Fires: `.nvmrc` says `20`, and `node --version` says `v18.19.0`.
//!
//! Fine: the same major version; a name such as `lts/*`; no `node` at all, which a script that needs it tells.
//!
//! Help: `nvm use`, or another manager of versions.
//!
//! Source: nvm's manual, `.nvmrc`.

use std::ffi::OsStr;

use testyard_model::Place;
use testyard_sys::{tool, which};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR009", "Node.js is of another version", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let wishes = [".nvmrc", ".node-version"].into_iter();
    let mut wishes = wishes.filter_map(|file| Some((file, major(scene.text(file)?)?)));
    let Some((file, wanted)) = wishes.next() else { return };
    let path = scene.variables().get("PATH").map(String::as_str).unwrap_or_default();
    let Some(node) = which::find("node", OsStr::new(path)) else { return };
    let Ok(said) = tool::output(node, &["--version".into()], scene.root(), &[]) else { return };
    let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    if major(&version).is_some_and(|major| major != wanted) {
        found
            .at(
                Place::at(file, 1, 0),
                format!("this asks for Node.js {wanted}, and this machine has {version}"),
            )
            .help("run `nvm use`, or install that version");
    }
}

/// The major version, `20` of `v20.11.1`; nothing for a name.
fn major(text: &str) -> Option<u32> {
    let text = text.lines().next()?.trim().trim_start_matches('v');
    text.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::fixture::{findings_in, folder};

    #[test]
    fn another_major_version_is_told() {
        let check = |wish: &str, expected: bool| {
            let folder = folder(&[(".nvmrc", wish), ("bin/node*", "#!/bin/sh\necho v20.11.1\n")]);
            let path = folder.path().join("bin").display().to_string();
            let scene = Scene::open(folder.path(), BTreeMap::from([("PATH".to_owned(), path)]), &[]);
            assert_eq!(!findings_in(&RULE, &scene).is_empty(), expected, "{wish}");
        };
        check("18\n", true);
        check("v22.1.0\n", true);
        check("20", false);
        check("v20.9\n", false);
        check("lts/*\n", false);
    }
}
