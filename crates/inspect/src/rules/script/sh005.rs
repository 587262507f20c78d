//! A script goes on after failures.
//!
//! Without `set -e` a failed step is followed by the next one, and the script ends with the status of its last command: CI
//! is green although the build failed. `-u` stops at misspelt variables, `-o pipefail` sees failures in front of a `|`.
//! Only programs with ten or more commands are asked; libraries that others read in are not.
//!
//! Fires: a script of twelve commands without `set -e`.
//!
//! Fine: `set -euo pipefail`, its long spellings, `#!/bin/bash -e`; in `sh`, where `pipefail` is not portable, `set -eu`.
//!
//! Help: write `set -euo pipefail` below the first line.
//!
//! Source: bash's manual, the builtin `set`.

use testyard_model::Place;
use testyard_project::script::{Options, Shell};

use super::each::{self, Read};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH005", "a script goes on after failures", Note, check);

/// Fewer commands are seen through at a glance.
const FEW: usize = 10;

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in
        each::scripts(scene).filter(|read| read.script.commands.len() >= FEW && read.is_program(scene))
    {
        let missing = missing(read, read.script.options_anywhere());
        if matches!(missing.as_slice(), [] | ["set -u"]) || read.script.lifts_errexit() {
            continue;
        }
        let line =
            format!("`{}` is missing, so the script goes on after some failures", missing.join("` and `"));
        found
            .at(Place::at(read.path, 1, 1), line)
            .help("write `set -euo pipefail` below the first line (`set -eu` in sh)");
    }
}

fn missing(read: Read<'_>, options: Options) -> Vec<&'static str> {
    let pipes = read.script.commands.iter().any(|command| command.way.apart);
    let bash = read.script.shebang.as_ref().is_some_and(|shebang| shebang.shell == Shell::Bash);
    let parts = [
        (options.errexit, "set -e"),
        (options.nounset, "set -u"),
        (options.pipefail || !bash || !pipes, "set -o pipefail"),
    ];
    parts.into_iter().filter(|(set, _)| !set).map(|(_, part)| part).collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn long_programs_stop_at_failures() {
        let script = |set: &str| format!("#!/bin/bash\n{set}\n{}", "make a | cat\n".repeat(12));
        let found = fires(super::RULE, &[("a.sh", &script("set -e"))]);
        assert!(found[0].message.starts_with("`set -u` and `set -o pipefail`"), "{}", found[0].message);
        holds(super::RULE, &[("a.sh", &script("set -euo pipefail"))]);
        holds(super::RULE, &[("a.sh", &script("set -o errexit -o nounset -o pipefail"))]);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nmake\n")]);
        holds(super::RULE, &[("lib.sh", &script(":")), ("b.sh", "#!/bin/bash\n. ./lib.sh\n")]);
    }
}
