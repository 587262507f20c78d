//! A container starts with a script that the kernel cannot start.
//!
//! A script needs a first line such as `#!/bin/sh`, without a carriage return at its end. Without the line the container ends
//! with `exec format error`; with a carriage return the kernel looks for a program whose name ends in it, and says that the
//! script itself is not there: `no such file or directory`.
//!
//! Fires, when `entrypoint.sh` begins with `set -e`, or was saved with line ends of Windows:
//!
//! ```dockerfile
//! COPY --chmod=755 entrypoint.sh /entrypoint.sh
//! ENTRYPOINT ["/entrypoint.sh"]
//! ```
//!
//! Fine: the script begins with `#!`, and its lines end as on Unix; the Dockerfile rewrites it; `ENTRYPOINT ["sh", "/x.sh"]`.
//!
//! Help: add the line; save the file with line ends of Unix and write `*.sh text eol=lf` into `.gitattributes`.
//!
//! Source: the kernel's rules for executing files.

use testyard_model::Severity;

use super::entry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-XA010", "a container starts with a script that cannot be started", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for entry in entry::entries(scene).into_iter().filter(|entry| !entry.rewritten) {
        let Some(first) = scene.text(&entry.file).and_then(|text| text.split('\n').next()) else { continue };
        let (what, help) = if !first.starts_with("#!") {
            // A shell that executes such a file runs it itself: only the kernel refuses.
            if !entry.direct || !entry.file.ends_with("sh") {
                continue;
            }
            ("does not begin with `#!`", "begin it with `#!/bin/sh`, or with the shell it is written for")
        } else if first.ends_with('\r') {
            let help = "save it with line ends of Unix, and write `*.sh text eol=lf` into `.gitattributes`";
            ("has line ends of Windows, so that its interpreter is not found", help)
        } else {
            continue;
        };
        let message = format!("{} starts `{}`, which {what}", entry.by, entry.file);
        let severity = if entry.direct { Severity::Error } else { Severity::Warning };
        found.at(&entry.place, message).severity(severity).help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    #[test]
    fn first_lines() {
        let file = |extra: &str| format!("FROM x\nCOPY e.sh /e.sh\n{extra}ENTRYPOINT [\"/e.sh\"]\n");
        let compose = ("compose.yaml", "services: {a: {build: .}}");
        let check = |script: &str, extra: &str, fire: bool| {
            let dockerfile = file(extra);
            let files = [compose, ("Dockerfile", dockerfile.as_str()), ("e.sh*", script)];
            if fire {
                assert_eq!(fires(RULE, &files)[0].place.line, 3, "{script:?}");
            } else {
                holds(RULE, &files);
            }
        };
        check("set -e\ntrue\n", "", true);
        check("#!/bin/sh\r\ntrue\r\n", "", true);
        check("#!/bin/sh\ntrue\n", "", false);
        check("#!/bin/sh\r\n", "RUN sed -i 's/\\r$//' /e.sh\n", false);
    }

    #[test]
    fn a_command_may_be_handed_to_a_shell() {
        let text = "services: {a: {image: x, command: /e.sh, volumes: ['./e.sh:/e.sh']}}";
        holds(RULE, &[("compose.yaml", text), ("e.sh*", "true\n")]);
        let found = fires(RULE, &[("compose.yaml", text), ("e.sh*", "#!/bin/sh\r\n")]);
        assert_eq!(found[0].severity, Severity::Warning);
    }
}
