//! The image keeps pip's downloads.
//!
//! pip keeps every wheel it fetched below `~/.cache`, which doubles what a project's requirements cost.
//!
//! Fires: as a note, once a file, for the stage that is shipped.
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! RUN pip install -r requirements.txt
//! ```
//!
//! Fine: `--no-cache-dir`, `ENV PIP_NO_CACHE_DIR=1`, a cache mount, and stages that are only copied from. The official
//! images from `python` set nothing of the kind.
//!
//! Help: `pip install --no-cache-dir …`, or `RUN --mount=type=cache,target=/root/.cache/pip`.

use super::kept::{self, Keeps};
use crate::dockerfile::Ran;
use crate::rule::{Rule, rule};

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF015", "the image keeps pip's downloads", Note, |scene, found| kept::check(
        scene, found, &KEEPS
    ));

const KEEPS: Keeps = Keeps {
    installs,
    removed: &["--no-cache", "type=cache", ".cache", "pip cache purge", "NO_CACHE_DIR"],
    settled: &["PIP_NO_CACHE_DIR", "no-cache-dir = ", "no-cache-dir=", "PIP_CACHE_DIR"],
    message: "pip's downloads stay in the image",
    help: "write `pip install --no-cache-dir …`, or mount a cache over `/root/.cache/pip`",
};

fn installs(ran: &Ran) -> bool {
    let module = || {
        let mut pairs = ran.arguments.iter().zip(ran.arguments.iter().skip(1));
        ran.program.starts_with("python") && pairs.any(|(a, b)| a == "-m" && b == "pip") && ran.has("install")
    };
    let unclear = ran.arguments.iter().any(|one| one.starts_with('$'));
    let local = ran.has("--no-index") || ran.has("--no-deps");
    let pip = matches!(ran.program.as_str(), "pip" | "pip3") && ran.verb() == Some("install");
    (pip || module()) && !unclear && !local
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn downloads_that_stay() {
        fires(RULE, &[("Dockerfile", "FROM python:3\nRUN pip install flask\n")]);
        fires(RULE, &[("Dockerfile", "FROM python:3\nRUN python3 -m pip install flask\n")]);
        for text in [
            "RUN pip install --no-cache-dir flask",
            "ENV PIP_NO_CACHE_DIR=1\nRUN pip install flask",
            "ENV A=b \\\n    PIP_NO_CACHE_DIR=1\nRUN pip install flask",
            "RUN --mount=type=cache,target=/root/.cache/pip pip install flask",
            "RUN pip --version",
        ] {
            holds(RULE, &[("Dockerfile", &format!("FROM python:3\n{text}\n"))]);
        }
        holds(
            RULE,
            &[("Dockerfile", "FROM python:3 AS b\nRUN pip install x\nFROM python:3\nCOPY --from=b /v /v\n")],
        );
    }
}
