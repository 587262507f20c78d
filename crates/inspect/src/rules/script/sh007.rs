//! A script starts what nobody stops when it fails.
//!
//! `docker compose up -d` and `server &` go on after the script ended. When a later step fails, the next run meets the
//! leftovers: ports are taken, databases are not empty. A `trap … EXIT` cleans up on every way out.
//!
//! Fires, when the same script takes it down at its end and nothing traps:
//!
//! ```sh
//! docker compose up -d
//! pytest
//! docker compose down
//! ```
//!
//! Fine: `trap 'docker compose down' EXIT` above it; a script that only brings up.
//!
//! Help: `trap cleanup EXIT` before the first thing is started.
//!
//! Source: bash's manual, the builtin `trap`.

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-SH007", "what a script starts is left behind when it fails", Note, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        let traps = read.calls().any(|(_, words)| each::name(words) == Some("trap"));
        if traps || read.sources() || !read.script.options_anywhere().errexit {
            continue;
        }
        let plain =
            || read.calls().filter(|(command, _)| command.way.function.is_none() && !command.way.optional);
        let verb = |words, verb: &str| {
            each::compose(words).is_some_and(|rest| rest.iter().any(|word| word.text == verb))
        };
        let up = plain().position(|(_, words)| verb(words, "up"));
        let down = plain().position(|(_, words)| verb(words, "down") || verb(words, "stop"));
        let (Some(up), Some((command, _))) = (up, plain().find(|(_, words)| verb(words, "up"))) else {
            continue;
        };
        if down.is_some_and(|down| down > up + 1) {
            let message = "what this starts is only taken down when every step before that succeeds";
            found
                .at(read.place(command.at), message)
                .help("write `trap 'docker compose down' EXIT` before it");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn what_is_started_is_stopped_on_every_way_out() {
        let script = |first: &str| {
            format!("#!/bin/bash\nset -e\n{first}\ndocker compose up -d\npytest\ndocker compose down\n")
        };
        fires(super::RULE, &[("a.sh", &script(""))]);
        holds(super::RULE, &[("a.sh", &script("trap 'docker compose down' EXIT"))]);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nset -e\ndocker compose up -d\npytest\n")]);
        holds(
            super::RULE,
            &[("a.sh", "#!/bin/bash\nset -e\ndocker compose down\ndocker compose up -d\npytest\n")],
        );
    }
}
