//! Settling what becomes of each service, before anything is touched.

use futures_util::future;
use testyard_model::Ledger;
use testyard_model::plan::{Engine, ServicePlan};

use crate::engine::{Part, Role, attach, native};
use crate::{Refusal, UpRequest, order};

/// Settles every service, whatever becomes of it.
pub(crate) async fn settle(request: &UpRequest<'_>, services: Vec<ServicePlan>) -> Vec<Part> {
    let stuck = order::stuck(&services);
    let settle = services.into_iter().map(|plan| async {
        let mut ledger = Ledger::default();
        let role = if stuck.contains(&plan.name) {
            let all = stuck.iter().cloned().collect::<Vec<_>>().join(", ");
            Role::Refused(
                Refusal::new(format!("these services wait for each other: {all}"))
                    .help("break the circle of depends_on"),
            )
        } else {
            role(request, &plan, &mut ledger).await
        };
        Part { plan, role, ledger }
    });
    let mut parts: Vec<Part> = future::join_all(settle).await;
    // A service in a circle would wait for ever before it could say so.
    for part in parts.iter_mut().filter(|part| stuck.contains(&part.plan.name)) {
        part.plan.depends_on.clear();
    }
    parts
}

async fn role(request: &UpRequest<'_>, plan: &ServicePlan, ledger: &mut Ledger) -> Role {
    if plan.engine == Engine::Attach {
        return attach::settle(plan, ledger).await.map_or_else(Role::Refused, Role::Attached);
    }
    match request.provisions.get(&plan.name) {
        Some(Ok(provision)) => {
            let settled = native::settle(plan, provision, &request.plan.engine, ledger);
            settled.map_or_else(Role::Refused, Role::Native)
        }
        Some(Err(check)) => Role::Blocked(check.clone()),
        None => Role::Refused(Refusal::new("no program was provided for it")),
    }
}
