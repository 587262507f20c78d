//! The first line of a script ends with a carriage return.
//!
//! The kernel takes the line as it stands and looks for a program named `bash\r`: the script does not start, with
//! `bad interpreter` or `no such file or directory` as the only word. An image that copies the script fails the same way.
//!
//! Fires: `#!/bin/bash\r\n`, as editors on Windows write it.
//!
//! Fine: `#!/bin/bash\n`.
//!
//! Help: save the file with Unix line ends, and keep them by `*.sh text eol=lf` in `.gitattributes`.
//!
//! Source: execve(2).

use testyard_model::{Place, Severity};
use testyard_project::script::Shell;

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH003", "carriage returns keep a script from starting", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (path, script) in scene.scripts() {
        let Some(line) = script.carriage_return else { continue };
        let help = "save it with Unix line ends; `*.sh text eol=lf` in .gitattributes keeps them";
        match &script.shebang {
            // env takes its whole argument, so it fails as well.
            Some(shebang) if shebang.carriage_return => {
                let message = "the first line ends with a carriage return, so the system looks for a program of that name";
                found.at(Place::at(path, 1, 1), message).help(help);
            }
            shebang if shebang.as_ref().is_none_or(|shebang| shebang.shell != Shell::Other) => {
                let message =
                    "lines end with carriage returns, which the shell takes as part of their last word";
                found.at(Place::at(path, line, 0), message).help(help).severity(Severity::Warning);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use crate::fixture::{fires, holds};

    #[test]
    fn only_carriage_returns_count() {
        let found = fires(super::RULE, &[("a.sh", "#!/bin/bash\r\necho\r\n")]);
        assert_eq!(found[0].severity, Severity::Error);
        let found = fires(super::RULE, &[("a.sh", "#!/bin/bash\necho\r\n")]);
        assert_eq!((found[0].severity, found[0].place.line), (Severity::Warning, 2));
        holds(super::RULE, &[("a.sh", "#!/bin/bash\nprintf 'a\\r\\n'\n")]);
    }
}
