//! A function is called that is not defined there.
//!
//! A function exists from the line where it is defined. A call above it, outside of other functions, ends with `command not
//! found` and status 127. The same happens when the function only stands in another script that this one does not read in.
//!
//! Fires: `setup` above `setup() { … }`; `log_info` in a script that sources nothing, defined in `lib.sh`.
//!
//! Fine: calls from functions, which run later; names that are programs; a script that others read in.
//!
//! Help: move the call down (`main "$@"` as the last line), or `source` the file that defines it.
//!
//! Source: POSIX, function definition command.

use testyard_model::Severity;
use testyard_project::script::Command;

use super::each::{self, Read};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-SH016", "a function is called that is not defined there", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene).filter(|read| !read.sources()) {
        for (at, command) in read.script.commands.iter().enumerate() {
            let Some(name) = command.name() else { continue };
            if too_early(read, at, command, name) && !each::is_command(name) {
                let certain = !command.way.optional && !command.way.asked;
                let severity = if certain { Severity::Error } else { Severity::Warning };
                let message = format!("`{name}` is called before it is defined further down");
                let help = "move the call below the definition, best into `main \"$@\"` as the last line";
                found.at(read.place(command.at), message).severity(severity).help(help);
            } else if let Some(other) = elsewhere(scene, read, name) {
                let message = format!(
                    "`{name}` is not defined here, only in `{other}`, which this script does not read in"
                );
                let help = format!("`source` {other} first");
                found.at(read.place(command.at), message).severity(Severity::Warning).help(help);
            }
        }
    }
}

/// Whether all definitions of a name stand below its call, which runs as soon as it is reached.
fn too_early(read: Read<'_>, at: usize, command: &Command, name: &str) -> bool {
    let mut definitions = read.script.functions.iter().filter(|function| function.name == name).peekable();
    command.way.function.is_none()
        && definitions.peek().is_some()
        && definitions.all(|function| function.body.start > at)
}

/// The other script that alone defines a name.
fn elsewhere<'a>(scene: &'a Scene, read: Read<'_>, name: &str) -> Option<&'a str> {
    let here = read.script.functions.iter().any(|function| function.name == name);
    // Short words are commands somewhere; only telling names are taken for functions.
    if here || !name.contains('_') || asked_for(read, name) {
        return None;
    }
    let defines = |other: &Read<'_>| other.script.functions.iter().any(|function| function.name == name);
    let other = each::scripts(scene).find(|other| other.path != read.path && defines(other))?;
    let exported = other.script.commands.iter().any(|command| command.is("export", "-f"));
    (!exported && read.is_program(scene) && !each::is_command(name)).then_some(other.path)
}

/// Whether the script asks itself whether there is such a command.
fn asked_for(read: Read<'_>, name: &str) -> bool {
    read.script.commands.iter().any(|command| {
        matches!(command.name(), Some("command" | "type" | "declare" | "alias" | "hash" | "which"))
            && command.arguments().any(|word| word.contains(name))
    })
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use crate::fixture::{fires, holds};

    #[test]
    fn functions_come_before_their_calls() {
        let found = fires(super::RULE, &[("a.sh", "#!/bin/bash\nset_up\nset_up() { :; }\n")]);
        assert_eq!(found[0].severity, Severity::Error);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nset_up() { :; }\nset_up\n")]);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nmain() { set_up; }\nset_up() { :; }\nmain\n")]);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\n. ./b.sh\nset_up\nset_up() { :; }\n")]);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\ncat x\ncat() { :; }\n")]);
    }

    #[test]
    fn functions_of_other_scripts_have_to_be_read_in() {
        let lib = ("lib.sh", "log_info() { echo; }\n");
        let found = fires(super::RULE, &[("a.sh", "#!/bin/bash\nlog_info x\n"), lib]);
        assert_eq!(found[0].severity, Severity::Warning);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\n. ./lib.sh\nlog_info x\n"), lib]);
        holds(super::RULE, &[("a.sh", "log_info x\n"), lib]);
        let runner = ("run.sh", "#!/bin/bash\n. ./lib.sh\nfor one in *.sh; do . \"$one\"; done\n");
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nlog_info x\n"), lib, runner]);
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nlog_warn x\n"), lib]);
    }
}
