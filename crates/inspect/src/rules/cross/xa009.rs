//! A container starts with a script that may not be executed.
//!
//! The first program of a container is executed directly. A script without run bit, mounted or copied into the image, ends
//! it at once: `permission denied`.
//!
//! Fires, when git holds `entrypoint.sh` as `100644`:
//!
//! ```dockerfile
//! COPY entrypoint.sh /entrypoint.sh
//! ENTRYPOINT ["/entrypoint.sh"]
//! ```
//!
//! Fine: the bit is set; `COPY --chmod=755`; a `RUN chmod`; `ENTRYPOINT ["sh", "/entrypoint.sh"]`.
//!
//! Help: `git update-index --chmod=+x entrypoint.sh`. A script that stands as `command` or `CMD` is a warning: the entrypoint
//! of its image may hand it to a shell.
//!
//! Source: the kernel's rules for executing files.

use testyard_model::Severity;

use super::entry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-XA009", "a container starts with a script without run bit", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for entry in entry::entries(scene).into_iter().filter(|entry| !entry.eased) {
        if runs(scene, &entry.file) {
            continue;
        }
        let message = format!("{} starts `{}`, which is not executable", entry.by, entry.file);
        let help = format!(
            "run `chmod +x {0}`, and `git update-index --chmod=+x {0}` for everybody else",
            entry.file
        );
        let severity = if entry.direct { Severity::Error } else { Severity::Warning };
        found.at(&entry.place, message).severity(severity).help(help);
    }
}

/// Whether a file has its run bit: in git where git has the file. A link leads elsewhere and is passed over.
fn runs(scene: &Scene, path: &str) -> bool {
    let Some(file) = scene.tree().file(path).filter(|file| file.link.is_none()) else { return true };
    scene.git().and_then(|git| git.executable(path)).unwrap_or(file.executable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    const SCRIPT: &str = "#!/bin/sh\ntrue\n";

    #[test]
    fn scripts_that_are_mounted() {
        let text =
            "services:\n  a:\n    image: x\n    entrypoint: /e.sh\n    volumes: ['./run/e.sh:/e.sh']\n";
        let found = fires(RULE, &[("compose.yaml", text), ("run/e.sh", SCRIPT)]);
        assert_eq!((found.len(), found[0].place.line, found[0].severity), (1, 4, Severity::Error));
        holds(RULE, &[("compose.yaml", text), ("run/e.sh*", SCRIPT)]);
        let shell = text.replace("/e.sh\n", "sh /e.sh\n");
        holds(RULE, &[("compose.yaml", &shell), ("run/e.sh", SCRIPT)]);
        let below = "services: {a: {image: x, command: ./e.sh, working_dir: /app, volumes: ['./run:/app']}}";
        let found = fires(RULE, &[("compose.yaml", below), ("run/e.sh", SCRIPT)]);
        assert_eq!(found[0].severity, Severity::Warning);
    }

    #[test]
    fn scripts_that_are_copied() {
        let compose = ("compose.yaml", "services: {a: {build: .}}");
        for body in [
            "COPY e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]",
            "COPY e.sh /bin/\nENTRYPOINT [\"/bin/e.sh\"]",
            "WORKDIR /app\nCOPY . .\nENTRYPOINT [\"./e.sh\"]",
        ] {
            let file = format!("FROM x\n{body}\n");
            assert_eq!(fires(RULE, &[compose, ("Dockerfile", &file), ("e.sh", SCRIPT)]).len(), 1, "{body}");
            holds(RULE, &[compose, ("Dockerfile", &file), ("e.sh*", SCRIPT)]);
        }
        for body in [
            "COPY --chmod=755 e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]",
            "COPY e.sh /e.sh\nRUN chmod +x /e.sh\nENTRYPOINT [\"/e.sh\"]",
            "COPY e.sh /e.sh\nENTRYPOINT [\"sh\", \"/e.sh\"]",
            "COPY --from=b e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]",
            "COPY e.sh /other.sh\nENTRYPOINT [\"/e.sh\"]",
        ] {
            let file = format!("FROM x AS b\nFROM y\n{body}\n");
            holds(RULE, &[compose, ("Dockerfile", &file), ("e.sh", SCRIPT)]);
        }
    }
}
