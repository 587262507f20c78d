//! The image keeps apk's index.
//!
//! `apk update` and `apk add` without `--no-cache` leave the package index in the image, and a cached `RUN apk update` grows old
//! without anyone seeing it.
//!
//! Fires: as a note, once a file, for the stage that is shipped.
//!
//! ```dockerfile
//! FROM alpine:3.20
//! RUN apk update && apk add curl
//! ```
//!
//! Fine: `apk add --no-cache curl`, `rm -rf /var/cache/apk/*` in the same `RUN`, a cache mount.
//!
//! Help: `apk add --no-cache`, without `apk update`.

use super::kept::{self, Keeps};
use crate::dockerfile::Ran;
use crate::rule::{Rule, rule};

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF014", "the image keeps apk's index", Note, |scene, found| kept::check(scene, found, &KEEPS));

const KEEPS: Keeps = Keeps {
    installs: |ran: &Ran| {
        let unclear = ran.arguments.iter().any(|one| one.starts_with('$'));
        ran.program == "apk" && ran.verb() == Some("add") && !ran.has("--no-cache") && !unclear
    },
    removed: &["/var/cache/apk", "apk cache clean", "/etc/apk/cache", "--no-cache"],
    settled: &[],
    message: "apk's index stays in the image",
    help: "write `apk add --no-cache`, without `apk update`",
};

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn an_index_that_stays() {
        fires(RULE, &[("Dockerfile", "FROM alpine:3\nRUN apk update && apk add curl\n")]);
        holds(RULE, &[("Dockerfile", "FROM alpine:3\nRUN apk add --no-cache curl\n")]);
        holds(RULE, &[("Dockerfile", "FROM alpine:3\nRUN apk add -U curl && rm -rf /var/cache/apk/*\n")]);
        holds(
            RULE,
            &[("Dockerfile", "FROM alpine:3\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n")],
        );
    }
}
