//! The document of `plan`.

use testyard_model::Plan;

use super::document;

/// A plan as one JSON document, every secret masked.
pub fn plan(plan: &Plan) -> String {
    document(plan.masked())
}

#[cfg(test)]
mod tests {
    use crate::plan::tests::example;
    use serde_json::Value;

    #[test]
    fn secrets_stay_out() {
        let text = super::plan(&example());
        assert!(!text.contains("hunter2"), "{text}");
        let document: Value = serde_json::from_str(&text).expect("one JSON document");
        assert_eq!(document["format"], 1);
        for key in ["services", "suites", "gates", "engine"] {
            assert!(document.get(key).is_some(), "no {key}");
        }
        assert_eq!(document["engine"]["reason"], "every service has a recipe");
    }
}
