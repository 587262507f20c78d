//! `docker build` calls in scripts, makefiles and CI steps: which Dockerfile they build with which context.
//!
//! What lives here: finding the calls in a text of shell commands and reading their flags. What does not: shells. What
//! a variable, a substitution or an earlier `cd` hides is not guessed: such a call is left out.

mod flags;
mod words;

use std::collections::BTreeMap;

/// One call whose Dockerfile and context are written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildCommand {
    /// The line it begins in, from 1.
    pub line: u32,
    /// The context as written: a folder relative to where the call runs, or a URL.
    pub context: String,
    /// `--file`, relative to where the call runs. `None`: `Dockerfile` in the context.
    pub dockerfile: Option<String>,
    /// `--target`, where it is written out.
    pub target: Option<String>,
    /// `--build-arg`: the values that are written out, `None` for those that are not.
    pub args: BTreeMap<String, Option<String>>,
}

/// The calls in a text of shell commands that run where the text itself runs. A text that changes its folder with `cd`
/// has none behind that line.
pub fn find(text: &str) -> Vec<BuildCommand> {
    let mut found = Vec::new();
    for (line, command) in words::commands(text) {
        if words::changes_folder(&command) {
            break;
        }
        found.extend(flags::read(line, &command));
    }
    found
}

/// Whether a text written by a user holds something that only a shell can tell.
pub fn is_written_out(text: &str) -> bool {
    !text.contains(['$', '`', '%', '{', '~', '*', '<', '>'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(u32, &str, Option<&str>, Option<&str>)]) {
        let found = find(text);
        let found: Vec<_> = found
            .iter()
            .map(|call| {
                (call.line, call.context.as_str(), call.dockerfile.as_deref(), call.target.as_deref())
            })
            .collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn calls_are_found_with_their_flags() {
        check("docker build .", &[(1, ".", None, None)]);
        check(
            "set -e\nsudo docker buildx build \\\n  -t a:1 --push -f docker/Dockerfile \\\n  --target=dev ./app && echo",
            &[(2, "./app", Some("docker/Dockerfile"), Some("dev"))],
        );
        check("\t@docker build -q -t x -fapi/Dockerfile api", &[(1, "api", Some("api/Dockerfile"), None)]);
        check(
            "A=1 podman build --file=x/Containerfile x; docker image build y",
            &[(1, "x", Some("x/Containerfile"), None), (1, "y", None, None)],
        );
    }

    #[test]
    fn build_arguments_are_kept_with_what_is_known_of_them() {
        let found = find("docker build --build-arg A=1 --build-arg=B --build-arg C=$X .");
        let args: Vec<_> =
            found[0].args.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
        assert_eq!(args, [("A", Some("1")), ("B", None), ("C", None)]);
    }

    #[test]
    fn what_is_not_written_out_is_left_out() {
        check("docker build $DIR", &[]);
        check("docker build -f $(pwd)/Dockerfile .", &[]);
        check("docker build --new-flag x .", &[]);
        check("docker build - < Dockerfile", &[]);
        check("docker build -t 'unclosed .", &[]);
        check("echo docker build .", &[]);
        check("# docker build .", &[]);
        check("docker compose build", &[]);
        check("cd app\ndocker build .", &[]);
        check("docker build --target $T .", &[]);
    }
}
