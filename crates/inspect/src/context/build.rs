//! One build: a Dockerfile with its context, and how it is known.

use std::collections::BTreeMap;

/// How a build is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Basis {
    /// A service of a compose file, in words.
    Compose(String),
    /// A command in a CI workflow or makefile, in words. Earlier steps may make files that are not there now.
    Step(String),
    /// A target of a bake file, in words: where Bake is called, and with what, is a guess.
    Bake(String),
    /// A command in a script, in words: where the script runs is a guess.
    Script(String),
    /// Nothing names the Dockerfile; its context is the folder in which most of its sources are found.
    Inferred,
}

impl Basis {
    /// The basis as findings show it.
    pub(crate) fn words(&self) -> &str {
        match self {
            Basis::Compose(words) | Basis::Step(words) | Basis::Bake(words) | Basis::Script(words) => words,
            Basis::Inferred => "inferred",
        }
    }

    /// Whether the context is certain, so that a finding may be an error.
    pub(crate) fn is_certain(&self) -> bool {
        matches!(self, Basis::Compose(_) | Basis::Step(_))
    }

    /// Whether the files that are there now are those the build will see.
    pub(crate) fn sees_files_of_now(&self) -> bool {
        matches!(self, Basis::Compose(_))
    }
}

/// What is known of the arguments that a build is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Arguments {
    /// These, and no others.
    All(BTreeMap<String, String>),
    /// Nobody gives any, as far as is known: defaults hold, what has none is not known.
    Defaults,
    /// Some may be given that are not known: nothing that depends on a variable is known.
    Unknown,
}

/// One build.
#[derive(Debug, Clone)]
pub(crate) struct Build {
    /// The Dockerfile, relative to the project.
    pub(crate) dockerfile: String,
    /// The context, relative to the project; empty for its root.
    pub(crate) folder: String,
    /// The stage that is asked for; the last one when `None`.
    pub(crate) target: Option<String>,
    /// The build arguments it is given.
    pub(crate) arguments: Arguments,
    /// How it is known.
    pub(crate) basis: Basis,
    /// The folder from which the context is written, relative to the project.
    pub(crate) start: String,
}
