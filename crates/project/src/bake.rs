//! Bake files: what `docker buildx bake` is told to build.
//!
//! What lives here: reading `docker-bake.hcl` and `docker-bake.json` down to the context, the Dockerfile and the stage of
//! each target, with what it inherits. What does not: functions, variables and matrices; whatever depends on them is
//! not known. Source: Docker's "Bake file reference".

use std::path::Path;

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use testyard_model::Place;

/// One bake file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BakeFile {
    /// Its targets, in their order.
    pub targets: Vec<Target>,
    /// Why it cannot be read, and where.
    pub broken: Option<(Place, String)>,
}

/// What is built under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// `context`.
    pub context: Value,
    /// `dockerfile`, relative to the context.
    pub dockerfile: Value,
    /// `target`: the stage.
    pub stage: Value,
    /// The targets it inherits from, the last one first to be asked; `None` when they are not known.
    pub inherits: Option<Vec<String>>,
    /// Whether its build is made up otherwise: by a matrix, or with a Dockerfile inside the bake file.
    pub special: bool,
}

/// An attribute of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// It is not written.
    Absent,
    /// It is written, and depends on what only Bake knows.
    Unknown,
    /// It is this text, written here.
    Known(String, Place),
}

/// What a target builds once its inheritance is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled<'a> {
    /// `context`.
    pub context: &'a Value,
    /// `dockerfile`.
    pub dockerfile: &'a Value,
    /// `target`.
    pub stage: &'a Value,
}

/// How deep inheritance is followed; a circle ends there.
const DEPTH: usize = 16;

/// How many brackets may stand open at once: the parser calls itself for each, and real files have a handful.
const BRACKETS: usize = 64;

/// Whether a file is a bake file, by its name.
pub fn is_bake_file(name: &str) -> bool {
    matches!(name, "docker-bake.hcl" | "docker-bake.json")
}

/// Reads a bake file. `path` is relative to the project, for places and to tell the two formats apart.
pub fn read(path: &Path, text: &str) -> BakeFile {
    if path.extension().is_some_and(|extension| extension == "json") {
        of_json(path, text)
    } else {
        of_hcl(path, text)
    }
}

impl BakeFile {
    /// A target with what it inherits; nothing when that is not known.
    pub fn settled<'a>(&'a self, target: &'a Target) -> Option<Settled<'a>> {
        Some(Settled {
            context: self.value(target, |one| &one.context, DEPTH)?,
            dockerfile: self.value(target, |one| &one.dockerfile, DEPTH)?,
            stage: self.value(target, |one| &one.stage, DEPTH)?,
        })
    }

    /// Whether another target inherits from this one: then it may never be built itself.
    pub fn is_base(&self, target: &Target) -> bool {
        self.targets.iter().any(|other| other.inherits.iter().flatten().any(|name| *name == target.name))
    }

    fn value<'a>(&'a self, target: &'a Target, of: fn(&Target) -> &Value, depth: usize) -> Option<&'a Value> {
        if target.special || depth == 0 {
            return None;
        }
        let own = of(target);
        if *own != Value::Absent {
            return Some(own);
        }
        for name in target.inherits.as_ref()? {
            let base = self.targets.iter().find(|other| other.name == *name)?;
            let value = self.value(base, of, depth - 1)?;
            if *value != Value::Absent {
                return Some(value);
            }
        }
        Some(own)
    }
}

/// Whether more brackets stand open anywhere than the parser should follow. Brackets in texts count too.
fn is_too_deep(text: &str) -> bool {
    let mut open: usize = 0;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' | b'(' => open += 1,
            b']' | b'}' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        open > BRACKETS
    })
}

fn of_hcl(path: &Path, text: &str) -> BakeFile {
    if is_too_deep(text) {
        let why = format!("more than {BRACKETS} brackets stand open at once");
        return BakeFile { broken: Some((Place::file(path), why)), ..BakeFile::default() };
    }
    let body: Body = match hcl_edit::parser::parse_body(text) {
        Ok(body) => body,
        Err(error) => {
            let at = error.location();
            let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let place = Place::at(path, number(at.line()), number(at.column()));
            return BakeFile { broken: Some((place, error.message().to_owned())), ..BakeFile::default() };
        }
    };
    let source = Source { path, text };
    let targets = body.blocks().filter(|block| block.has_ident("target"));
    BakeFile { targets: targets.filter_map(|block| source.hcl_target(block)).collect(), broken: None }
}

fn of_json(path: &Path, text: &str) -> BakeFile {
    let document: serde_json::Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let place = Place::at(path, number(error.line()), number(error.column()));
            return BakeFile { broken: Some((place, error.to_string())), ..BakeFile::default() };
        }
    };
    let source = Source { path, text };
    let targets = document.get("target").and_then(serde_json::Value::as_object).into_iter().flatten();
    BakeFile { targets: targets.map(|(name, body)| source.json_target(name, body)).collect(), broken: None }
}

/// A bake file's text, for places.
#[derive(Clone, Copy)]
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn place(self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place::at(self.path, number(line), number(column))
    }

    fn hcl_target(self, block: &Block) -> Option<Target> {
        let value = |key: &str| {
            let Some(attribute) = block.body.get_attribute(key) else { return Value::Absent };
            let offset = attribute.value.span().map_or(0, |span| span.start);
            attribute.value.as_str().map_or(Value::Unknown, |text| known(text, self.place(offset)))
        };
        let inherits = match block.body.get_attribute("inherits").map(|one| &one.value) {
            None => Some(Vec::new()),
            Some(Expression::Array(array)) => {
                array.iter().map(|one| one.as_str().map(str::to_owned)).collect()
            }
            Some(_) => None,
        };
        Some(Target {
            name: block.labels.first()?.as_str().to_owned(),
            place: self.place(block.span().map_or(0, |span| span.start)),
            context: value("context"),
            dockerfile: value("dockerfile"),
            stage: value("target"),
            inherits: inherits.map(reversed),
            special: ["matrix", "dockerfile-inline"].iter().any(|key| block.body.has_attribute(key)),
        })
    }

    fn json_target(self, name: &str, body: &serde_json::Value) -> Target {
        let start = self.text.find(&format!("\"{name}\"")).unwrap_or(0);
        let value = |key: &str| {
            let Some(value) = body.get(key) else { return Value::Absent };
            let after = self.text.get(start..).unwrap_or_default();
            let offset = after.find(&format!("\"{key}\"")).unwrap_or(0);
            value.as_str().map_or(Value::Unknown, |text| known(text, self.place(start + offset)))
        };
        let inherits = match body.get("inherits") {
            None => Some(Vec::new()),
            Some(serde_json::Value::Array(list)) => {
                list.iter().map(|one| one.as_str().map(str::to_owned)).collect()
            }
            Some(_) => None,
        };
        Target {
            name: name.to_owned(),
            place: self.place(start),
            context: value("context"),
            dockerfile: value("dockerfile"),
            stage: value("target"),
            inherits: inherits.map(reversed),
            special: ["matrix", "dockerfile-inline"].iter().any(|key| body.get(key).is_some()),
        }
    }
}

/// Bake lays later ones over earlier ones, so the last is asked first.
fn reversed(mut names: Vec<String>) -> Vec<String> {
    names.reverse();
    names
}

/// A written text, unless a variable stands in it.
fn known(text: &str, place: Place) -> Value {
    if text.contains("${") { Value::Unknown } else { Value::Known(text.to_owned(), place) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str, expected: &[&str]) {
        let file = read(Path::new(name), text);
        let show = |value: &Value| match value {
            Value::Absent => "-".to_owned(),
            Value::Unknown => "?".to_owned(),
            Value::Known(text, place) => format!("{text}@{}", place.line),
        };
        let mut shown: Vec<String> = file.broken.iter().map(|(place, _)| format!("broken {place}")).collect();
        shown.extend(file.targets.iter().map(|target| match file.settled(target) {
            Some(one) => {
                format!("{} {} {} {}", target.name, show(one.context), show(one.dockerfile), show(one.stage))
            }
            None => format!("{} unknown", target.name),
        }));
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn targets_with_what_they_inherit() {
        let text = "variable \"TAG\" { default = \"1\" }\ntarget \"base\" {\n  context = \".\"\n}\n\
            target \"other\" {\n  context = \"x\"\n  target = \"dev\"\n}\ntarget \"web\" {\n  inherits = [\"base\", \"other\"]\n  \
            dockerfile = \"web/Dockerfile\"\n  tags = [\"a:${TAG}\"]\n}\n";
        check(
            "docker-bake.hcl",
            text,
            &["base .@3 - -", "other x@6 - dev@7", "web x@6 web/Dockerfile@11 dev@7"],
        );
        check(
            "docker-bake.hcl",
            "target \"a\" {\n  context = \"${X}/a\"\n  target = STAGE\n}\n",
            &["a ? - ?"],
        );
        check("docker-bake.hcl", "target \"a\" {\n  inherits = [\"gone\"]\n}\n", &["a unknown"]);
        check("docker-bake.hcl", "target \"a\" {\n  inherits = [\"a\"]\n}\n", &["a unknown"]);
        check("docker-bake.hcl", "target \"a\" {\n  matrix = {}\n}\n", &["a unknown"]);
        check("docker-bake.hcl", "target \"a\" {\n", &["broken docker-bake.hcl:1:14"]);
    }

    #[test]
    fn nothing_is_too_deep_or_too_long() {
        for (open, close) in [
            ("[", "]"),
            ("{a=", "}"),
            ("(", ")"),
            ("\"${", "}\""),
            ("!", ""),
            ("-", ""),
            ("1+", "1"),
            ("1?2:", "3"),
        ] {
            for times in [60, 20_000] {
                let text =
                    format!("target \"a\" {{\n  x = {}1{}\n}}\n", open.repeat(times), close.repeat(times));
                read(Path::new("docker-bake.hcl"), &text);
                read(Path::new("docker-bake.json"), &text);
            }
        }
    }

    #[test]
    fn json_is_read_alike() {
        let text = "{\"target\": {\n \"a\": {\"context\": \".\"},\n \"b\": {\"inherits\": [\"a\"],\n  \"dockerfile\": \"b/D\"}}}\n";
        check("docker-bake.json", text, &["a .@2 - -", "b .@2 b/D@4 -"]);
        check("docker-bake.json", "{", &["broken docker-bake.json:1:1"]);
    }
}
