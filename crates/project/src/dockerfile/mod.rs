//! Dockerfiles as trees with places.
//!
//! What lives here: the language of BuildKit's own frontend, read into stages and instructions, the replacement of
//! variables in it, and how Dockerfiles are named. What does not: whether what a Dockerfile says is wise or can be
//! built, which the inspection rules say.
//!
//! Reading never fails: what stands before the first thing that no builder reads is in the tree, with the error.
//! The parser is an own one: that of the crate `parse-dockerfile` reads the heredoc of `RUN cat <<EOF > file` as
//! instructions.
//!
//! The way of the data: `lines` (directives, comments, continued lines) → `words` and `heredoc` → `read`
//! (instructions) → [`parse`] (stages).

mod expand;
mod heredoc;
mod lines;
mod names;
mod passage;
mod read;
mod scope;
#[cfg(test)]
mod tests;
mod tree;
mod words;

use std::path::Path;

pub use expand::{Expanded, Value, expand};
pub use names::is_dockerfile;
pub use passage::Passage;
pub use scope::{Lineage, Scope};
pub use tree::{
    Assignment, Command, Dockerfile, Flag, Heredoc, Instruction, Kind, Spot, Stage, SyntaxError, Transfer,
    TransferSource, Word,
};

use lines::Lines;
use read::Line;

/// Reads a Dockerfile. `path` is how messages name it.
pub fn parse(path: impl AsRef<Path>, text: &str) -> Dockerfile {
    let mut lines = Lines::of(text);
    let mut file = Dockerfile {
        path: path.as_ref().to_owned(),
        escape: lines.escape,
        syntax: lines.syntax.take(),
        ..Dockerfile::default()
    };
    file.error = match lines.bad_directive.take() {
        Some(word) => Some(
            read::wrong(&word, format!("`{}` cannot be the escape character", word.text))
                .help("it can be `\\` or a backtick"),
        ),
        None if file.is_foreign() => None,
        None => instructions(&mut file, &mut lines).err(),
    };
    file
}

fn instructions(file: &mut Dockerfile, lines: &mut Lines<'_>) -> Result<(), SyntaxError> {
    while let Some(passage) = lines.logical() {
        let spot = passage.spot(0);
        match (read::line(&passage, lines)?, file.stages.last_mut()) {
            (Line::From { base, name, flags }, _) => begin(file, spot, base, name, &flags)?,
            (Line::Instruction(instruction), Some(stage)) => stage.instructions.push(*instruction),
            (Line::Instruction(instruction), None) if matches!(instruction.kind, Kind::Arg(_)) => {
                file.arguments.push(*instruction);
            }
            (Line::Instruction(instruction), None) => {
                let message = format!("`{}` stands before the first `FROM`", instruction.keyword());
                return Err(SyntaxError { spot, message, help: None }
                    .help("only `ARG` may stand before the first `FROM`"));
            }
        }
    }
    if file.stages.is_empty() {
        let spot = Spot { line: 1, column: 1 };
        return Err(SyntaxError { spot, message: "there is no `FROM`".to_owned(), help: None });
    }
    Ok(())
}

fn begin(
    file: &mut Dockerfile,
    spot: Spot,
    base: Word,
    name: Option<Word>,
    flags: &[Flag],
) -> Result<(), SyntaxError> {
    let index = file.stages.len();
    if let Some(name) = &name
        && let Some(first) = file.stages.iter().find(|stage| stage.is_named(&name.text))
    {
        let message = format!("the stage `{}` is defined twice", name.text);
        return Err(
            read::wrong(name, message).help(format!("the first one stands in line {}", first.spot.line))
        );
    }
    let platform = flags.iter().find(|flag| flag.name == "platform").and_then(|flag| {
        let text = flag.value.clone()?;
        Some(Word { text, spot: flag.spot })
    });
    file.stages.push(Stage { index, spot, base, name, platform, instructions: Vec::new() });
    Ok(())
}
