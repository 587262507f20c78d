//! Which engine brings the services up, and why.

use testyard_model::plan::{Engine, EnginePlan, ServicePlan};

use super::origins::Origins;
use super::services::list;
use crate::codes;
use crate::config::EnvironmentConfig;
use crate::error::ConfigError;
use crate::source::Source;

/// The engine that was asked for: `auto` when nobody asked. The Docker engine is refused.
pub(super) fn asked(config: &EnvironmentConfig, origins: &mut Origins) -> Result<String, ConfigError> {
    if let Some(strict) = &config.strict_versions {
        origins.note("environment.strict-versions", strict.value.to_string(), &strict.source);
    }
    let Some(engine) = &config.engine else {
        origins.note("environment.engine", "auto", &Source::Default);
        return Ok("auto".to_owned());
    };
    origins.note("environment.engine", &engine.value, &engine.source);
    if engine.value == "docker" {
        let finding = engine.source.error(codes::NOT_YET, "this version has no docker engine");
        return Err(finding.help("use \"auto\", \"native\" or \"attach\"").into());
    }
    Ok(engine.value.clone())
}

/// The engine of a plan with these services, and the reason in a sentence.
pub(super) fn choose(asked: &str, config: &EnvironmentConfig, services: &[ServicePlan]) -> EnginePlan {
    let names = |engine: Engine| {
        let of_engine = services.iter().filter(|service| service.engine == engine);
        of_engine.map(|service| service.name.as_str()).collect::<Vec<_>>()
    };
    let (native, attached) = (names(Engine::Native), names(Engine::Attach));
    let elsewhere = list(attached.iter().copied());
    let impossible = services.iter().filter(|one| one.engine == Engine::Native && one.want.is_none());
    let impossible = impossible.map(|service| service.name.as_str()).collect::<Vec<_>>();
    let reason = match (native.is_empty(), attached.is_empty()) {
        (true, true) => "there are no services to bring up".to_owned(),
        (true, false) => format!("[environment.attach] says where every service already runs: {elsewhere}"),
        (false, _) if !impossible.is_empty() => {
            format!("the only engine that starts services; it has no recipe for {}", list(impossible))
        }
        (false, true) if asked == "native" => "it was asked for".to_owned(),
        (false, true) => "every planned service can run as a program on this machine".to_owned(),
        (false, false) => {
            format!("programs on this machine, but for what [environment.attach] names: {elsewhere}")
        }
    };
    let attach = native.is_empty() && (!attached.is_empty() || asked == "attach");
    EnginePlan {
        engine: if attach { Engine::Attach } else { Engine::Native },
        reason: format!("{asked}: {reason}"),
        strict_versions: config.strict_versions.as_ref().is_some_and(|strict| strict.value),
    }
}
