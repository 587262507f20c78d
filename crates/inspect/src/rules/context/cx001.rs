//! A source is not in the build context
//!
//! `COPY`, `ADD` and `RUN --mount=type=bind` read from the build context. A source without a wildcard that is not there
//! stops the build with `failed to calculate checksum … not found`, often after minutes of earlier steps.
//!
//! The context is the one that a compose file, a CI workflow, a makefile or a script names for the Dockerfile; the finding says
//! which. Where nothing names one, the folder at or above the Dockerfile is taken in which most sources are found, and the
//! finding is a warning. Only stages that the target needs are looked at, variables are replaced as BuildKit does, and
//! what depends on an unknown value is not judged. It is also only a warning when something may make the file before the
//! build: a script mentions it, git ignores it, or it lies in a folder such as `dist`.
//!
//! When most sources of one build are missing, the likely cause is a wrong context: it is named once, above the findings.
//!
//! Fires:
//! ```dockerfile
//! COPY requirments.txt .
//! ```
//! Fine, with `requirements.txt` in the context:
//! ```dockerfile
//! COPY requirements.txt .
//! ```
//! To fix it, correct the path, or the `context:` that is named.
//!
//! Source: Dockerfile reference, `COPY`; BuildKit's `contenthash`.

use super::told;
use crate::context::Outcome;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule = rule!("TY-CX001", "a source is not in the build context", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for (judged, source) in told::sources(scene) {
        let (Outcome::Missing, Some(inside), false) = (&source.outcome, &source.inside, source.escapes)
        else {
            continue;
        };
        let build = &judged.build;
        let Some(weight) = told::absent(scene, build, inside) else { continue };
        let empty =
            source.unset.first().map_or(String::new(), |name| format!(", where `{name}` has no value"));
        let message = format!(
            "`{}` reads `{inside}`, which is not in the build context `{}`{empty}",
            source.keyword,
            told::context(build)
        );
        let cause = told::cause(judged, found);
        let draft = found
            .at(&source.place, message)
            .severity(weight)
            .help(told::advice(scene, judged, inside))
            .basis(build.basis.words());
        if let Some(cause) = cause {
            draft.cause(cause);
        }
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Severity;

    use super::RULE;
    use crate::fixture::{fires, holds};

    const COMPOSE: (&str, &str) = ("compose.yaml", "services: {a: {build: .}}");

    #[test]
    fn a_missing_source_is_found() {
        let found = fires(
            RULE,
            &[COMPOSE, ("Dockerfile", "FROM x\nCOPY requirments.txt .\n"), ("requirements.txt", "")],
        );
        assert_eq!((found[0].severity, found[0].place.line, found[0].place.column), (Severity::Error, 2, 6));
        assert_eq!(found[0].basis.as_deref(), Some("compose.yaml: service `a`"));
        holds(
            RULE,
            &[COMPOSE, ("Dockerfile", "FROM x\nCOPY requirements.txt .\n"), ("requirements.txt", "")],
        );
    }

    #[test]
    fn variables_and_mounts_are_followed() {
        let file =
            "FROM x\nARG DIR=app\nCOPY $DIR/a.py .\nRUN --mount=type=bind,source=b.txt,target=/b true\n";
        assert_eq!(fires(RULE, &[COMPOSE, ("Dockerfile", file), ("app/b.py", "")]).len(), 2);
        holds(RULE, &[COMPOSE, ("Dockerfile", file), ("app/a.py", ""), ("b.txt", "")]);
        holds(RULE, &[COMPOSE, ("Dockerfile", "FROM x\nCOPY $FROM_BASE/a.py .\n")]);
    }

    #[test]
    fn what_the_target_does_not_need_is_not_looked_at() {
        let file = "FROM x AS other\nCOPY none .\nFROM x\nCOPY --from=other /none /\n";
        let compose = |target: &'static str| ("compose.yaml", target);
        fires(RULE, &[COMPOSE, ("Dockerfile", file)]);
        let file = file.replace("COPY --from=other /none /\n", "");
        holds(RULE, &[COMPOSE, ("Dockerfile", &file)]);
        fires(RULE, &[compose("services: {a: {build: {context: ., target: other}}}"), ("Dockerfile", &file)]);
    }

    #[test]
    fn what_is_inferred_or_may_be_made_is_a_warning() {
        let weighs = |files: &[(&str, &str)]| fires(RULE, files)[0].severity;
        let file = ("Dockerfile", "FROM x\nCOPY a.py none.txt /\n");
        assert_eq!(weighs(&[file, ("a.py", "")]), Severity::Warning);
        assert_eq!(weighs(&[COMPOSE, ("Dockerfile", "FROM x\nCOPY dist /d\n")]), Severity::Warning);
        let script = ("make.sh", "echo > none.txt");
        assert_eq!(weighs(&[COMPOSE, file, script, ("a.py", "")]), Severity::Warning);
        holds(RULE, &[file, script, ("a.py", "")]);
        // A context that is made somewhere else is not guessed.
        holds(RULE, &[("Dockerfile", "FROM x\nCOPY one.txt two.txt /\n")]);
    }

    #[test]
    fn a_wrong_context_is_the_one_cause() {
        let file = "FROM x\nCOPY app/a.py app/b.py requirements.txt /\n";
        let right = [("app/a.py", ""), ("app/b.py", ""), ("requirements.txt", ""), ("ops/Dockerfile", file)];
        let mut files = right.to_vec();
        files.push(("ops/compose.yaml", "services: {a: {build: .}}"));
        let found = fires(RULE, &files);
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|one| one.cause.as_deref() == Some("context:ops/Dockerfile:ops")));
        assert_eq!(found[0].help.as_deref(), Some("write the context as `..`"));
        let mut files = right.to_vec();
        files.push(("ops/compose.yaml", "services: {a: {build: {context: .., dockerfile: ops/Dockerfile}}}"));
        holds(RULE, &files);
    }
}
