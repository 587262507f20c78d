//! The image keeps apt's package lists.
//!
//! Some twenty to forty megabytes that nothing reads any more. Removing them in a later `RUN` does not make the image
//! smaller.
//!
//! Fires: as a note, once a file, for the stage that is shipped.
//!
//! ```dockerfile
//! FROM debian:12
//! RUN apt-get update && apt-get install -y curl
//! ```
//!
//! Fine: `&& rm -rf /var/lib/apt/lists/*` in the same `RUN`, a cache mount over `/var/lib/apt`, and stages that are only
//! copied from.
//!
//! Help: end the `RUN` with `&& rm -rf /var/lib/apt/lists/*`.

use super::kept::{self, Keeps};
use crate::dockerfile::Ran;
use crate::rule::{Rule, rule};

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF013", "the image keeps apt's package lists", Note, |scene, found| kept::check(
        scene, found, &KEEPS
    ));

const KEEPS: Keeps = Keeps {
    installs: |ran: &Ran| matches!(ran.program.as_str(), "apt-get" | "apt") && ran.verb() == Some("update"),
    removed: &["/var/lib/apt", "distclean", "dist-clean", "/var/lib/{apt", "/var/lib/*"],
    settled: &["Acquire::GzipIndexes"],
    message: "the package lists stay in the image",
    help: "end this `RUN` with `&& rm -rf /var/lib/apt/lists/*`",
};

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn lists_that_stay() {
        let update = "apt-get update && apt-get install -y curl";
        assert_eq!(
            fires(RULE, &[("Dockerfile", &format!("FROM debian:12\nRUN {update}\nRUN {update}\n"))]).len(),
            1
        );
        holds(
            RULE,
            &[("Dockerfile", &format!("FROM debian:12\nRUN {update} && rm -rf /var/lib/apt/lists/*\n"))],
        );
        holds(
            RULE,
            &[(
                "Dockerfile",
                &format!("FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt {update}\n"),
            )],
        );
        holds(
            RULE,
            &[(
                "Dockerfile",
                &format!("FROM debian:12 AS b\nRUN {update}\nFROM alpine:3\nCOPY --from=b /x /x\n"),
            )],
        );
    }
}
