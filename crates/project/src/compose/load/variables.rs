//! Which variables interpolation sees: the process environment over environment files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Loader;
use crate::compose::codes;
use crate::compose::dotenv::{self, Dotenv, DotenvRemarkKind};
use crate::compose::files;
use crate::compose::findings::Problem;
use crate::compose::project::LoadRequest;
use crate::compose::tree::Spot;

impl Loader {
    /// The process environment over the files that `--env-file` or `COMPOSE_ENV_FILES` name, the last of them
    /// counting, else over `.env`.
    pub(super) fn project_variables(&mut self, request: &LoadRequest<'_>) -> BTreeMap<String, String> {
        let named = request.variables.get("COMPOSE_ENV_FILES").map(String::as_str).unwrap_or_default();
        let paths: Vec<PathBuf> = if request.env_files.is_empty() {
            let named = named.split(',').map(str::trim).filter(|path| !path.is_empty());
            named.map(|path| files::absolute(path, &request.project_directory, request.variables)).collect()
        } else {
            request.env_files.iter().map(|path| files::clean(&request.project_directory.join(path))).collect()
        };
        let disabled = request.variables.get("COMPOSE_DISABLE_ENV_FILE").is_some_and(|value| is_true(value));
        let usual = request.project_directory.join(".env");
        if !paths.is_empty() {
            self.variables_under(request.variables, &paths, None)
        } else if !disabled && self.files.has(&usual) {
            self.variables_under(request.variables, &[usual], None)
        } else {
            request.variables.clone()
        }
    }

    /// Variables over those of some files. The first win; of the files, the last. `named_at` is where a compose file
    /// names them.
    pub(super) fn variables_under(
        &mut self,
        over: &BTreeMap<String, String>,
        paths: &[PathBuf],
        named_at: Option<Spot>,
    ) -> BTreeMap<String, String> {
        let mut under = BTreeMap::new();
        for path in paths {
            let lookup = |name: &str| over.get(name).or_else(|| under.get(name)).cloned();
            match self.side_file(path) {
                Ok((file, text)) => {
                    let done = dotenv::parse(&text, &lookup);
                    self.dotenv_remarks(file, &done);
                    under.extend(done.variables);
                }
                Err(why) => self.missing_env_file(path, &why, named_at),
            }
        }
        under.extend(over.iter().map(|(name, value)| (name.clone(), value.clone())));
        under
    }

    fn missing_env_file(&mut self, path: &Path, why: &str, named_at: Option<Spot>) {
        let shown = self.shown(path);
        let message = format!("the environment file `{}` cannot be read: {why}", shown.display());
        let spot =
            named_at.unwrap_or_else(|| Spot { file: self.findings.open(shown, ""), line: 0, column: 0 });
        let help =
            self.template_help(path).unwrap_or_else(|| "correct the path, or make the file".to_owned());
        self.findings.push(Problem::error(codes::UNREADABLE, spot, message).help(help));
    }

    /// What to do about an environment file that is not there where a template for it lies beside it.
    pub(crate) fn template_help(&self, missing: &Path) -> Option<String> {
        if self.files.has(missing) {
            return None;
        }
        let name = missing.file_name()?.to_str()?;
        let words = ["example", "sample", "template", "dist"];
        // `.env.test` may be made from `.env.test.example` or from `.env.example`.
        let stem = name.rsplit_once('.').map(|(stem, _)| stem).filter(|stem| !stem.is_empty());
        let after = [Some(name), stem].into_iter().flatten();
        let after = after
            .flat_map(|name| words.map(|word| [format!("{name}.{word}"), format!("{name}-{word}")]))
            .flatten();
        let before = words.iter().map(|word| format!("{word}.{}", name.trim_start_matches('.')));
        let plain = words.iter().map(|word| format!("{}.{word}", name.trim_start_matches('.')));
        let beside = |name: String| Some(missing.with_file_name(name)).filter(|path| self.files.has(path));
        let template = after.chain(before).chain(plain).find_map(beside)?;
        let (from, to) = (self.shown(&template), self.shown(missing));
        Some(format!("copy `{}` to `{}`, and look what its values are for", from.display(), to.display()))
    }

    /// Says what is wrong in a file of variables.
    pub(crate) fn dotenv_remarks(&mut self, file: u32, done: &Dotenv) {
        for remark in &done.remarks {
            let spot = Spot { file, line: remark.line, column: 1 };
            match &remark.kind {
                DotenvRemarkKind::Interpolation(kind) => self.remark(spot, kind.clone()),
                DotenvRemarkKind::Malformed(why) => self.findings.push(
                    Problem::error(codes::BAD_ENV_LINE, spot, why.clone())
                        .help("write `NAME=value`, with quotes around a value of several lines"),
                ),
            }
        }
    }
}

/// The words that switch something on in a variable.
fn is_true(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "1" | "t" | "true" | "y" | "yes" | "on")
}
