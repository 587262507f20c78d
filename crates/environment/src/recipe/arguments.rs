//! The arguments that a container's entrypoint would give its server.

use testyard_model::plan::ServicePlan;

use super::words;
use crate::Refusal;

/// The service's entrypoint and command as arguments for its server: without the image's entrypoint script and
/// without the server's own name. Official images take a command that begins with a flag as flags for their server;
/// any other program is refused.
pub(super) fn of(service: &ServicePlan, servers: &[&str]) -> Result<Vec<String>, Refusal> {
    let shown = || {
        let words = service.entrypoint.iter().chain(&service.command).flatten();
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    let server = servers.first().copied().unwrap_or_default();
    let words = words::of(service.entrypoint.as_deref(), service.command.as_deref(), &service.environment)
        .ok_or_else(|| {
            Refusal::new(format!("the command does more than start the server: {}", shown()))
                .help(format!("write it as {server} with its flags"))
        })?;
    let mut words = words.into_iter().peekable();
    let _ = words.next_if(|word| words::name(word) == "docker-entrypoint.sh");
    if words.next_if(|word| servers.contains(&words::name(word))).is_none()
        && let Some(first) = words.peek()
        && !first.starts_with('-')
    {
        return Err(Refusal::new(format!("the command runs {first}, not the server: {}", shown())));
    }
    Ok(words.collect())
}

/// A port that can be reached, from a flag or setting called `what`.
pub(super) fn port(what: &str, text: &str) -> Result<u16, Refusal> {
    let port = text.trim().parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| Refusal::new(format!("{what} is {text:?}, which is no port to reach it on")))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn entrypoint_and_server_are_left_out() {
        let check = |command: &[&str], expected: Option<&[&str]>| {
            let service = testing::service("memcached", &[], command);
            let found = of(&service, &["memcached"]).ok();
            assert_eq!(
                found,
                expected.map(|words| words.iter().map(ToString::to_string).collect()),
                "{command:?}"
            );
        };
        check(&[], Some(&[]));
        check(&["-m", "64"], Some(&["-m", "64"]));
        check(&["memcached", "-vv"], Some(&["-vv"]));
        check(&["docker-entrypoint.sh", "/usr/bin/memcached"], Some(&[]));
        check(&["sh", "-c", "exec memcached -m 1"], Some(&["-m", "1"]));
        check(&["sh", "-c", "sleep 1; memcached"], None);
        check(&["top"], None);
    }

    #[test]
    fn ports() {
        assert_eq!(port("-p", " 11211"), Ok(11211));
        for text in ["0", "", "70000", "x"] {
            assert!(port("-p", text).is_err(), "{text}");
        }
    }
}
