//! A CI workflow builds with a Dockerfile or context that is not there.
//!
//! `docker build` and `docker/build-push-action` fail at once when the context is no folder or the Dockerfile is not there.
//!
//! Fires, when there is no `docker/Dockerfile`:
//!
//! ```yaml
//! steps:
//!   - uses: actions/checkout@v4
//!   - run: docker build -f docker/Dockerfile .
//! ```
//!
//! Fine: the file exists where the step runs; the repository is not checked out as it is; an earlier command mentions
//! the file and may have made it; the name holds a variable or an expression.
//!
//! Help: correct the path: `-f` starts from where the command runs, the default Dockerfile from the context. What git
//! ignores is a warning.
//!
//! Source: the references of `docker build` and of the action.

use testyard_model::{Place, Severity};
use testyard_project::commandline::{BuildCall, Call};

use super::ci::{self, Site};
use crate::missing::{Missing, elsewhere};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-XA002", "CI builds with a file that is not there", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for site in ci::sites(scene) {
        let Some(Call::Build(build)) = site.command() else { continue };
        if let Some((place, path, what, missing)) = broken(scene, &site, build) {
            let help = match elsewhere(scene, &path) {
                Some(other) => format!("there is one at `{other}`"),
                None => "correct the path, or make the file first".to_owned(),
            };
            let message = format!("the {what} `{path}` is not there");
            found
                .at(place, message)
                .severity(missing.severity(Severity::Error))
                .help(missing.help(help))
                .basis(site.basis());
        }
    }
}

/// The first thing of a build that is not there.
fn broken<'a>(
    scene: &Scene,
    site: &Site<'a>,
    build: &'a BuildCall,
) -> Option<(&'a Place, String, &'static str, Missing)> {
    let context = build.context.as_ref().and_then(|word| Some((word, site.path(scene, word)?)));
    if let Some((word, path)) = &context
        && let Some(missing) = site.missing(scene, path)
    {
        return Some((&word.place, path.clone(), "build context", missing));
    }
    let (place, path) = match (&build.file, &context) {
        (Some(file), _) => (&file.place, site.path(scene, file)?),
        (None, Some((word, context))) if build.complete => {
            (&word.place, format!("{context}/Dockerfile").trim_start_matches('/').to_owned())
        }
        _ => return None,
    };
    let missing = site.missing(scene, &path)?;
    Some((place, path, "Dockerfile", missing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    const PATH: &str = ".github/workflows/ci.yml";

    fn workflow(steps: &[&str]) -> String {
        let steps: Vec<String> = steps.iter().map(|step| format!("      - {step}\n")).collect();
        format!("jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n{}", steps.concat())
    }

    #[test]
    fn what_a_build_lacks() {
        for step in [
            "run: docker build -f docker/Dockerfile .",
            "run: docker build .",
            "run: docker build -t a gone",
            "{uses: docker/build-push-action@v6, with: {file: docker/Dockerfile}}",
            "{uses: docker/build-push-action@v6, with: {context: ./app, push: true}}",
        ] {
            let found = fires(RULE, &[(PATH, &workflow(&[step])), ("app/main.py", "")]);
            assert_eq!(
                (found.len(), found[0].place.line, found[0].severity),
                (1, 5, Severity::Error),
                "{step}"
            );
        }
    }

    #[test]
    fn what_is_there_or_not_certain() {
        for steps in [
            &["run: docker build -f app/Dockerfile ."][..],
            &["run: cd app && docker build ."],
            &["{uses: docker/build-push-action@v6, with: {context: ./app}}"],
            &["run: docker build -f $FILE ."],
            &["run: docker build $OPTIONS ."],
            &["run: docker build https://example.org/x.git"],
            &["run: sed s/a/b/ x > Dockerfile", "run: docker build ."],
            &["{uses: actions/checkout@v4, with: {repository: a/b, path: b}}", "run: docker build ."],
            &["run: git clone https://example.org/x && cd x && docker build -f ci/X ."],
        ] {
            holds(RULE, &[(PATH, &workflow(steps)), ("app/Dockerfile", "FROM x\n")]);
        }
    }
}
