//! `healthcheck`.

use super::at::At;
use super::keys;
use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};
use crate::compose::service::{HealthCheck, HealthTest, Service};
use crate::compose::tree::Value;

pub(super) fn read(at: &At<'_>, service: &mut Service, findings: &mut Findings) {
    let Some(at) = at.get("healthcheck") else { return };
    if at.map(findings).is_none() {
        return;
    }
    at.known(keys::HEALTHCHECK, findings);
    let disabled = at.get("disable").and_then(|at| at.boolean(findings)).unwrap_or(false);
    let written = at.get("test").and_then(|at| test(&at, findings));
    let mut time = |key: &str| at.get(key).and_then(|at| at.duration(findings));
    let (interval, timeout) = (time("interval"), time("timeout"));
    let (start_period, start_interval) = (time("start_period"), time("start_interval"));
    service.healthcheck = Some(HealthCheck {
        test: if disabled { HealthTest::Disabled } else { written.unwrap_or(HealthTest::Inherit) },
        interval,
        timeout,
        retries: at.get("retries").and_then(|at| at.integer(findings)),
        start_period,
        start_interval,
        place: findings.place(at.spot()),
    });
}

fn test(at: &At<'_>, findings: &mut Findings) -> Option<HealthTest> {
    if let Value::Scalar(_) = at.node.value {
        let line = at.text(findings)?;
        return Some(if line.is_empty() { HealthTest::Inherit } else { HealthTest::Shell(line) });
    }
    let words = at.texts(findings);
    match words.split_first() {
        None => Some(HealthTest::Inherit),
        Some((first, _)) if first == "NONE" => Some(HealthTest::Disabled),
        Some((first, rest)) if first == "CMD" && !rest.is_empty() => Some(HealthTest::Program(rest.to_vec())),
        Some((first, [line, rest @ ..])) if first == "CMD-SHELL" => {
            if !rest.is_empty() {
                let message =
                    format!("`{}` has more than one line after `CMD-SHELL`: only the first is run", at.path);
                let help = "write it as one string, or with `CMD` as a program and its arguments";
                findings.push(Problem::warning(codes::UNUSED_WORDS, at.spot(), message).help(help));
            }
            Some(HealthTest::Shell(line.clone()))
        }
        Some((first, _)) => {
            let message = match first.as_str() {
                "CMD" | "CMD-SHELL" => format!("`{}` has nothing to run after `{first}`", at.path),
                _ => format!(
                    "`{}` must start with `CMD`, `CMD-SHELL` or `NONE`, and starts with `{first}`",
                    at.path
                ),
            };
            let help = "write `[\"CMD\", \"program\", \"argument\"]`, or one string for the shell";
            findings.push(Problem::error(codes::BAD_VALUE, at.spot(), message).help(help));
            None
        }
    }
}
