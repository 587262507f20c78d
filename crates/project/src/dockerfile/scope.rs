//! Which variables hold at a place of a Dockerfile.

use std::collections::BTreeMap;

use super::expand::{Expanded, Value, expand};
use super::tree::{Dockerfile, Instruction, Kind, Stage, Word};

/// What is known of the variables at one place.
///
/// The rules are BuildKit's: an `ARG` before the first `FROM` holds in `FROM` lines and is seen in a stage only when it is
/// declared again there; a stage that starts from another one inherits its environment and its declared arguments; an `ENV` hides an
/// `ARG` of its name. An image from elsewhere may set anything, so that a name nobody declared is unknown, except
/// in a stage from `scratch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    escape: char,
    environment: BTreeMap<String, Value>,
    arguments: BTreeMap<String, Value>,
    /// Whether a name that nobody declared may have a value all the same.
    open: bool,
}

impl Scope {
    /// What holds in the `FROM` lines of a file. `given` are the arguments that the build is called with; nothing where
    /// the call is not known, so that an argument without default has an unknown value.
    pub fn of_file(file: &Dockerfile, given: Option<&BTreeMap<String, String>>) -> Scope {
        let (environment, arguments) = Default::default();
        let mut scope = Scope { escape: file.escape, environment, arguments, open: false };
        for instruction in &file.arguments {
            scope.pass(instruction, given, None);
        }
        scope
    }

    /// What holds in a stage before its instruction with this number; pass `usize::MAX` for its end.
    pub fn at(
        file: &Dockerfile,
        stage: &Stage,
        until: usize,
        given: Option<&BTreeMap<String, String>>,
    ) -> Scope {
        let global = Scope::of_file(file, given);
        let lineage = chain(file, stage, &global);
        let (environment, arguments) = Default::default();
        let open = lineage.image.as_deref() != Some("scratch");
        let mut scope = Scope { escape: file.escape, environment, arguments, open };
        for passed in lineage.stages {
            let count = if passed.index == stage.index { until } else { usize::MAX };
            for instruction in passed.instructions.iter().take(count).filter(|one| !one.onbuild) {
                scope.pass(instruction, given, Some(&global));
            }
        }
        scope
    }

    /// Adds what an instruction declares.
    fn pass(
        &mut self,
        instruction: &Instruction,
        given: Option<&BTreeMap<String, String>>,
        global: Option<&Scope>,
    ) {
        match &instruction.kind {
            Kind::Arg(list) => {
                for one in list {
                    let value = self.argument(&one.name.text, one.value.as_ref(), given, global);
                    self.arguments.insert(one.name.text.clone(), value);
                }
            }
            Kind::Env(list) => {
                // All values of one instruction see the variables as they were before it.
                let value =
                    |word: &Option<Word>| word.as_ref().map_or(Value::Unset, |word| self.settled(word));
                let added: Vec<_> =
                    list.iter().map(|one| (one.name.text.clone(), value(&one.value))).collect();
                self.environment.extend(added);
            }
            _ => {}
        }
    }

    /// The value of a declared argument: what the caller gives, else its default, else that of the file's own.
    fn argument(
        &self,
        name: &str,
        default: Option<&Word>,
        given: Option<&BTreeMap<String, String>>,
        global: Option<&Scope>,
    ) -> Value {
        if let Some(value) = given.and_then(|given| given.get(name)) {
            return Value::Set(value.clone());
        }
        match (default, global.and_then(|global| global.arguments.get(name))) {
            (Some(default), _) => self.settled(default),
            (None, Some(value)) => value.clone(),
            (None, None) if given.is_none() || is_predefined(name) => Value::Unknown,
            (None, None) => Value::Unset,
        }
    }

    fn settled(&self, word: &Word) -> Value {
        match self.expand(word) {
            Expanded::Known { text, .. } => Value::Set(text),
            Expanded::Unknown(_) => Value::Unknown,
        }
    }

    /// What is known of a variable.
    pub fn value(&self, name: &str) -> Value {
        let declared = self.environment.get(name).or_else(|| self.arguments.get(name));
        match declared {
            Some(value) => value.clone(),
            None if self.open || is_predefined(name) => Value::Unknown,
            None => Value::Unset,
        }
    }

    /// Whether an `ARG` or `ENV` up to here declares the name.
    pub fn declares(&self, name: &str) -> bool {
        self.environment.contains_key(name) || self.arguments.contains_key(name)
    }

    /// A word with its variables replaced.
    pub fn expand(&self, word: &Word) -> Expanded {
        expand(&word.text, self.escape, &|name| self.value(name))
    }
}

impl Dockerfile {
    /// What a stage is made from. `given` as in [`Scope::at`].
    pub fn lineage<'f>(&'f self, stage: &'f Stage, given: Option<&BTreeMap<String, String>>) -> Lineage<'f> {
        chain(self, stage, &Scope::of_file(self, given))
    }
}

/// A stage with the stages it starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct Lineage<'f> {
    /// The stages: the one that starts from an image first, the stage itself last.
    pub stages: Vec<&'f Stage>,
    /// The image that the first of them starts from, where it is known.
    pub image: Option<String>,
}

fn chain<'f>(file: &'f Dockerfile, stage: &'f Stage, global: &Scope) -> Lineage<'f> {
    let mut stages = vec![stage];
    loop {
        let last = stages[stages.len() - 1];
        let base = global.expand(&last.base);
        // Only earlier stages are meant, so that this ends.
        let Some(parent) = base.known().and_then(|base| named(file, base, last.index)) else {
            stages.reverse();
            return Lineage { stages, image: base.known().map(str::to_owned) };
        };
        stages.push(parent);
    }
}

/// The earlier stage with this name. Unlike in `COPY --from`, a number is none.
fn named<'f>(file: &'f Dockerfile, name: &str, before: usize) -> Option<&'f Stage> {
    file.stages[..before.min(file.stages.len())].iter().rev().find(|stage| stage.is_named(name))
}

/// Names that the builder itself sets: the platforms, the proxies and BuildKit's switches.
fn is_predefined(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    name.starts_with("TARGET")
        || name.starts_with("BUILDPLATFORM")
        || matches!(name, "BUILDOS" | "BUILDARCH" | "BUILDVARIANT" | "SOURCE_DATE_EPOCH")
        || name.starts_with("BUILDKIT_")
        || upper.ends_with("_PROXY")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::parse;

    /// What `$V` is at the end of the last stage.
    fn check(text: &str, given: Option<&[(&str, &str)]>, expected: Value) {
        let file = parse("Dockerfile", text);
        assert_eq!(file.error, None, "{text}");
        let given = given
            .map(|list| list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        let stage = file.last_stage().expect("a stage");
        assert_eq!(Scope::at(&file, stage, usize::MAX, given.as_ref()).value("V"), expected, "{text}");
    }

    #[test]
    fn variables_hold_where_docker_says() {
        let set = |text: &str| Value::Set(text.to_owned());
        check("FROM a\nENV V=1\n", None, set("1"));
        check("FROM a\nARG V=1\nENV V=2$V\n", None, set("21"));
        check("FROM a\nENV V=1\nARG V=2\n", Some(&[("V", "3")]), set("1"));
        check("FROM a\nARG V=1\n", Some(&[("V", "3")]), set("3"));
        check("ARG V=1\nFROM a\n", None, Value::Unknown);
        check("ARG V=1\nFROM scratch\n", None, Value::Unset);
        check("ARG V=1\nFROM a\nARG V\n", None, set("1"));
        check("FROM a\nARG V\n", None, Value::Unknown);
        check("FROM a\nARG V\n", Some(&[]), Value::Unset);
        check("FROM a AS b\nENV V=1\nFROM b\n", None, set("1"));
        check("ARG B=b\nFROM a AS b\nENV V=1\nFROM $B\n", None, set("1"));
        check("FROM a AS b\nENV V=1\nFROM a\n", None, Value::Unknown);
        check("FROM a\nENV W=1\nENV W=2 V=$W\n", None, set("1"));
        check("FROM a\nENV V=$HOME/x\n", None, Value::Unknown);
        check("FROM a\nONBUILD ENV V=1\n", None, Value::Unknown);
        check("FROM scratch\nENV V x y\n", None, set("x y"));
    }
}
