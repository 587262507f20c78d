//! The tools, as a client is told of them. Every word of it is read by a model at the start of every session.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::ask::{Key, cancel, collect, failures, inspect, logs, plan, runs, start, status, wait};

/// What a tool does to the world.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// It reads files.
    Reads,
    /// It runs the project's code, which may do anything and ask the network; asked to replace a run, it cancels that.
    Runs,
    /// It ends something for good; once more changes nothing.
    Ends,
}

/// All of them, in the order in which they are of use.
pub(super) fn tools() -> Vec<Tool> {
    use Effect::{Ends, Reads, Runs};
    vec![
        tool::<inspect::Inspect>(
            "inspect",
            "What will break, by static rules: Dockerfiles, compose files, scripts, CI, pytest configuration. Starts nothing.",
            Reads,
            inspect::KEYS,
        ),
        tool::<collect::Collect>(
            "collect",
            "Which tests exist and which files cannot be imported, with causes and fixes. Reads files only; runs no Python.",
            Reads,
            collect::KEYS,
        ),
        tool::<plan::PlanAsked>(
            "plan",
            "What a run would do and why: services, suites, gates. Starts nothing.",
            Reads,
            plan::KEYS,
        ),
        tool::<start::Start>(
            "start",
            "Start a test run in the background and return its id; then call wait. The same request attaches to the run that goes on.",
            Runs,
            start::KEYS,
        ),
        tool::<wait::Wait>(
            "wait",
            "Wait up to 45 s for a run, then say how it stands; call again while state is running. Never cancels the run.",
            Reads,
            wait::KEYS,
        ),
        tool::<status::Status>("status", "How a run stands, at once.", Reads, status::KEYS),
        tool::<failures::Failures>(
            "failures",
            "What failed in a run, grouped by what went wrong, with output.",
            Reads,
            failures::KEYS,
        ),
        tool::<logs::Logs>(
            "logs",
            "The last lines that services and suites of a run printed.",
            Reads,
            logs::KEYS,
        ),
        tool::<cancel::Cancel>(
            "cancel",
            "Stop a run and take down everything it brought up. One that has ended stays as it is.",
            Ends,
            cancel::KEYS,
        ),
        tool::<runs::Runs>("runs", "The runs of this project, newest first.", Reads, runs::KEYS),
    ]
}

fn tool<Q: JsonSchema>(name: &'static str, about: &'static str, effect: Effect, keys: &[Key]) -> Tool {
    let mut tool = Tool::new(name, about, Arc::new(input::<Q>()));
    tool.output_schema = Some(Arc::new(output(keys)));
    tool.annotations = Some(effect.hints());
    tool
}

impl Effect {
    fn hints(self) -> ToolAnnotations {
        let hints = ToolAnnotations::new();
        match self {
            Effect::Reads => hints.read_only(true).idempotent(true).destructive(false).open_world(false),
            Effect::Runs => hints.read_only(false).idempotent(false).destructive(true).open_world(true),
            Effect::Ends => hints.read_only(false).idempotent(true).destructive(true).open_world(false),
        }
    }
}

/// The schema of a question, without what no client reads.
fn input<Q: JsonSchema>() -> JsonObject {
    let mut settings = SchemaSettings::draft2020_12();
    settings.meta_schema = None;
    let schema = settings.into_generator().into_root_schema_for::<Q>();
    let mut schema = match schema.to_value() {
        Value::Object(schema) => schema,
        _ => Map::new(),
    };
    schema.remove("title");
    schema.remove("description");
    schema.entry("properties").or_insert_with(|| json!({}));
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().filter_map(Value::as_object_mut).for_each(trim);
    }
    schema
}

/// What a property says twice: that it may be absent stands in `required` already.
fn trim(property: &mut Map<String, Value>) {
    property.retain(|key, _| !matches!(key.as_str(), "format" | "default" | "minimum"));
    // A choice of words, each with its own explanation, is told by its words.
    if let Some(Value::Array(choices)) = property.remove("oneOf") {
        let words: Vec<Value> = choices.iter().filter_map(|choice| choice.get("const").cloned()).collect();
        property.extend([("type".to_owned(), json!("string")), ("enum".to_owned(), json!(words))]);
    }
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            property.insert("type".to_owned(), one);
        }
    }
}

/// The schema of an answer. Documents have more keys than these, and get new ones: those are allowed.
fn output(keys: &[Key]) -> JsonObject {
    let one = |key: &Key| {
        let types = key.kind.types();
        let kind = if let [one] = types { json!(one) } else { json!(types) };
        (key.name.to_owned(), json!({ "type": kind }))
    };
    let properties: Map<String, Value> = keys.iter().map(one).collect();
    let required: Vec<&str> = keys.iter().map(|key| key.name).collect();
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    schema.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_short() {
        let text = serde_json::to_string(&tools()).unwrap();
        assert!(text.len() < 8192, "{} bytes\n{text}", text.len());
    }

    #[test]
    fn questions_are_closed_and_say_what_they_take() {
        for tool in tools() {
            assert_eq!(tool.input_schema["type"], "object", "{}", tool.name);
            assert_eq!(tool.input_schema["additionalProperties"], false, "{}", tool.name);
            for (name, property) in tool.input_schema["properties"].as_object().unwrap() {
                assert!(property.get("description").is_some(), "{}: {name}: {property}", tool.name);
            }
        }
    }

    #[test]
    fn absent_is_not_null() {
        assert_eq!(input::<status::Status>()["properties"]["run"]["type"], "string");
        assert_eq!(input::<wait::Wait>()["properties"]["until"]["enum"], json!(["done", "first-failure"]));
        assert_eq!(input::<cancel::Cancel>()["required"], json!(["run"]));
    }
}
