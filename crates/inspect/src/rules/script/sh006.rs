//! A script for `sh` uses what only bash has.
//!
//! `sh` is dash on Debian and Ubuntu and BusyBox on Alpine. dash fails on arrays, `[[ ]]`, `<( )`, `<<<` and `${name//a/b}`,
//! and takes `&>` for something else. On a machine where `sh` is bash it works, which hides it.
//!
//! Fires: `#!/bin/sh` above `names=(a b)`.
//!
//! Fine: the same below `#!/bin/bash`.
//!
//! Help: write `#!/usr/bin/env bash`, or spell it the way POSIX knows.
//!
//! Source: dash(1); POSIX, shell command language.

use testyard_project::script::Shell;

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH006", "a script for sh uses what only bash has", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        let sh = read.script.shebang.as_ref().is_some_and(|shebang| {
            shebang.shell == Shell::Sh
                && !shebang.program.ends_with("ash")
                && shebang.argument.as_deref() != Some("ash")
        });
        // A script that asks which shell reads it knows what it does.
        if !sh || read.script.uses.iter().any(|used| used.name.starts_with("BASH")) {
            continue;
        }
        let mut alien =
            read.script.commands.iter().filter_map(|command| Some((command, command.beyond_posix?)));
        if let Some((command, what)) = alien.next() {
            let more = match alien.count() {
                0 => String::new(),
                more => format!(", and {more} times more what POSIX has not"),
            };
            let message = format!("the script is for sh but uses {what}{more}: dash fails here");
            found.at(read.place(command.at), message).help("make its first line `#!/usr/bin/env bash`");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn only_what_dash_rejects_counts() {
        let check = |line: &str| {
            fires(super::RULE, &[("a.sh", &format!("#!/bin/sh\n{line}\n"))]);
            holds(super::RULE, &[("a.sh", &format!("#!/bin/bash\n{line}\n"))]);
        };
        check("names=(a b)");
        check("[[ -f x ]]");
        check("cat <<< x");
        check("diff <(a) <(b)");
        check("echo ${a//b/c}");
        check("make &> log");
        holds(
            super::RULE,
            &[("a.sh", "#!/bin/sh\nlocal x=1\n[ -f x ] && echo ${a:-b} ${a%b} $((1 + 2)) > log 2>&1\n")],
        );
    }
}
