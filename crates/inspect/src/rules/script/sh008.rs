//! An ERR trap is not called for what fails in functions.
//!
//! bash does not hand the ERR trap down to functions, command substitutions and subshells unless `set -E` (`errtrace`) is
//! set. A failure inside a function then passes the handler by, whatever `set -e` does.
//!
//! Fires: `set -e`, `trap on_error ERR`, and functions with commands of their own.
//!
//! Fine: `set -Eeuo pipefail`; a script without functions.
//!
//! Help: write `set -E` beside `set -e`.
//!
//! Source: bash's manual, the builtins `set` and `trap`.

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH008", "functions do not inherit the ERR trap", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in
        each::scripts(scene).filter(|read| !read.script.options_anywhere().errtrace && !read.sources())
    {
        let traps = read.calls().find(|(command, words)| {
            let named = each::name(words) == Some("trap") && command.way.function.is_none();
            named && words.iter().skip(2).any(|word| word.text == "ERR") && words[1].text != "-"
                // The handler of the way out sees those failures as well.
                && words.iter().all(|word| word.text != "EXIT")
        });
        let Some((command, words)) = traps else { continue };
        let handler = words[1].text.split([' ', ';']).next().unwrap_or_default();
        let of_handler = |index: Option<usize>| {
            index
                .and_then(|index| read.script.functions.get(index))
                .is_some_and(|function| function.name == handler)
        };
        let called = |name: &str| {
            read.calls().any(|(call, words)| words[0].text == name && !of_handler(call.way.function))
        };
        let mut functions = read.script.functions.iter();
        let inner = functions
            .find(|function| function.name != handler && function.body.len() > 1 && called(&function.name));
        if let Some(function) = inner {
            let message =
                format!("this trap is not called for failures inside functions such as `{}`", function.name);
            found
                .at(read.place(command.at), message)
                .help("add `set -E` (errtrace), as in `set -Eeuo pipefail`");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn functions_are_to_inherit_the_trap() {
        let script = |set: &str| {
            format!(
                "#!/bin/bash\n{set}\nfail() {{ echo; exit 1; }}\ntrap 'fail' ERR\nbuild() {{ a; b; }}\nbuild\n"
            )
        };
        fires(super::RULE, &[("a.sh", &script("set -euo pipefail"))]);
        holds(super::RULE, &[("a.sh", &script("set -Eeuo pipefail"))]);
        holds(super::RULE, &[("a.sh", &script("set -e -o errtrace"))]);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nset -e\ntrap 'echo oops' ERR\nmake\n")]);
    }
}
