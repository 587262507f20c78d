//! The command: the server, perhaps after enabling plugins.

use testyard_model::plan::ServicePlan;

use super::super::{arguments, words};
use crate::Refusal;

/// The plugins that the command enables before it starts the server, as in
/// `sh -c "rabbitmq-plugins enable --offline rabbitmq_mqtt && rabbitmq-server"`. Any other command is refused.
pub(super) fn plugins(service: &ServicePlan) -> Result<Vec<String>, Refusal> {
    let words: Vec<String> = service.entrypoint.iter().chain(&service.command).flatten().cloned().collect();
    let [shell, flag, line] = words.as_slice() else { return plain(service) };
    let mut parts: Vec<&str> = line.split("&&").flat_map(|part| part.split(';')).map(str::trim).collect();
    if parts.len() < 2 || !flag.ends_with('c') {
        return plain(service);
    }
    let mut rest = service.clone();
    let mut plugins = Vec::new();
    parts.retain(|part| {
        let one = [shell.clone(), flag.clone(), (*part).to_owned()];
        let enabled = words::of(None, Some(&one), &service.environment).as_deref().and_then(enabled);
        let enables = enabled.is_some();
        plugins.extend(enabled.into_iter().flatten());
        !enables
    });
    (rest.entrypoint, rest.command) = (None, Some(vec![shell.clone(), flag.clone(), parts.join(" && ")]));
    plain(&rest).map(|_| plugins)
}

/// A command that enables nothing.
fn plain(service: &ServicePlan) -> Result<Vec<String>, Refusal> {
    let words = arguments::of(service, &["rabbitmq-server"])?;
    match words.first() {
        Some(flag) => Err(Refusal::new(format!("rabbitmq-server is not run with {flag}"))),
        None => Ok(Vec::new()),
    }
}

/// The plugins of `rabbitmq-plugins enable [--offline] plugin…`.
fn enabled(words: &[String]) -> Option<Vec<String>> {
    let [program, verb, rest @ ..] = words else { return None };
    let is_it = words::name(program) == "rabbitmq-plugins" && verb == "enable";
    is_it.then(|| rest.iter().filter(|word| !word.starts_with('-')).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::service;
    use super::*;

    #[test]
    fn commands() {
        let check = |command: &[&str], expected: Option<&[&str]>| {
            let found = plugins(&service("rabbitmq:3", &[], command)).ok();
            let expected = expected.map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>());
            assert_eq!(found, expected, "{command:?}");
        };
        check(&[], Some(&[]));
        check(&["rabbitmq-server"], Some(&[]));
        check(&["sh", "-c", "rabbitmq-server"], Some(&[]));
        let line = "rabbitmq-plugins enable --offline rabbitmq_mqtt rabbitmq_stomp && exec rabbitmq-server";
        check(&["bash", "-c", line], Some(&["rabbitmq_mqtt", "rabbitmq_stomp"]));
        check(
            &["sh", "-c", "rabbitmq-plugins enable rabbitmq_mqtt; rabbitmq-server"],
            Some(&["rabbitmq_mqtt"]),
        );
        check(&["sh", "-c", "sleep 3 && rabbitmq-server"], None);
        check(&["rabbitmq-server", "-detached"], None);
        check(&["rabbitmqctl", "status"], None);
    }
}
