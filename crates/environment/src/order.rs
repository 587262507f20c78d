//! What has to be there before a service starts.

use std::collections::{BTreeMap, BTreeSet};

use testyard_model::plan::{Plan, ServicePlan};

/// The wanted services and everything they depend on, in the order of the plan.
pub(crate) fn closure(plan: &Plan, wanted: &[String]) -> Vec<ServicePlan> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<&str> = wanted.iter().map(String::as_str).collect();
    while let Some(name) = left.pop() {
        if let Some(service) = plan.service(name)
            && names.insert(&service.name)
        {
            left.extend(service.depends_on.iter().map(|dependency| dependency.service.as_str()));
        }
    }
    plan.services.iter().filter(|service| names.contains(service.name.as_str())).cloned().collect()
}

/// The services that can never start, because those they depend on depend on each other.
pub(crate) fn stuck(services: &[ServicePlan]) -> BTreeSet<String> {
    let mut left: BTreeMap<&str, BTreeSet<&str>> = services
        .iter()
        .map(|it| (it.name.as_str(), it.depends_on.iter().map(|d| d.service.as_str()).collect()))
        .collect();
    loop {
        let names: BTreeSet<&str> = left.keys().copied().collect();
        let before = left.len();
        left.retain(|_, dependencies| dependencies.iter().any(|name| names.contains(name)));
        if left.len() == before {
            return left.into_keys().map(str::to_owned).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn services(edges: &[(&str, &[&str])]) -> Vec<ServicePlan> {
        let service = |(name, on): &(&str, &[&str])| {
            let mut service = fixture::service(name, "redis");
            service.depends_on = on.iter().map(|name| fixture::dependency(name)).collect();
            service
        };
        edges.iter().map(service).collect()
    }

    #[test]
    fn cycles_and_what_waits_behind_them() {
        let check = |edges: &[(&str, &[&str])], expected: &[&str]| {
            let stuck: Vec<String> = stuck(&services(edges)).into_iter().collect();
            assert_eq!(stuck, expected, "{edges:?}");
        };
        check(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])], &[]);
        check(&[("a", &["absent"])], &[]);
        check(&[("a", &["a"])], &["a"]);
        check(&[("a", &["b"]), ("b", &["a"]), ("c", &["a"]), ("d", &[])], &["a", "b", "c"]);
    }

    #[test]
    fn what_is_wanted_brings_its_dependencies() {
        let plan = fixture::plan(services(&[("a", &["b"]), ("b", &["absent"]), ("c", &[])]));
        let names = |wanted: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            closure(&plan, &wanted).into_iter().map(|it| it.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["a"]), ["a", "b"]);
        assert_eq!(names(&["c", "b"]), ["b", "c"]);
        assert!(names(&["nobody"]).is_empty());
    }
}
