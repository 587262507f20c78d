//! Build targets: the stages that a Dockerfile has.

use testyard_project::dockerfile::Dockerfile;
use testyard_project::nearest;

/// When a target is certainly no stage of a Dockerfile, what to do about it.
pub(crate) fn missing(file: &Dockerfile, target: &str) -> Option<String> {
    if !file.is_complete() || target.is_empty() || file.stage(target, file.stages.len()).is_some() {
        return None;
    }
    let names: Vec<&str> =
        file.stages.iter().filter_map(|stage| stage.name.as_ref()).map(|name| name.text.as_str()).collect();
    Some(match (nearest::nearest(target, names.iter().copied()), names.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "no stage of the Dockerfile has a name; give one with `FROM … AS name`".to_owned(),
        (None, names) => format!("its stages are {}", quoted(names)),
    })
}

/// Names as a sentence lists them.
pub(crate) fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
