//! What is said of services, and how they came up beside each other.

use testyard_model::CheckId;
use testyard_model::state::{ServiceStage, ServiceState};

use super::Parts;
use crate::bars;
use crate::digest;
use crate::style::{self, Line, Role};
use crate::text;

/// No name takes more columns than this in a list.
const NAME_COLUMNS: usize = 24;

impl Parts<'_> {
    /// The services, one line each, their names in one column.
    pub fn services(&self) -> Vec<Line> {
        self.state.services.iter().map(|service| self.named(service).join(self.stage(service))).collect()
    }

    /// The services with bars of that many cells from their starts to when they were ready, all on one time axis: from
    /// the first start to the last of them that was ready, or to now while one of them is starting.
    pub fn waterfall(&self, cells: usize) -> Vec<Line> {
        let spans =
            self.state.services.iter().map(|service| Some((service.started_ms?, self.up_ms(service)?)));
        let spans: Vec<Option<(u64, u64)>> = spans.collect();
        let first = spans.iter().flatten().map(|(start, _)| *start).min().unwrap_or(0);
        let total = spans.iter().flatten().map(|(_, end)| *end).max().unwrap_or(0).saturating_sub(first);
        let each = self.state.services.iter().zip(&spans);
        each.map(|(service, span)| {
            let bar = match span {
                Some((start, end)) => {
                    let (start, end) = (start.saturating_sub(first), end.saturating_sub(first));
                    Line::new().add(self.role(service), bars::stretch(start, end, total, cells, self.style))
                }
                None => Line::new().pad(cells),
            };
            self.named(service).join(bar).plain("  ").join(self.stage(service))
        })
        .collect()
    }

    /// When a service was ready or gave up, in milliseconds since the run started; now while it is starting.
    fn up_ms(&self, service: &ServiceState) -> Option<u64> {
        let started = service.started_ms?;
        let gave_up = || self.state.checks.iter().find(|known| known.check == check(service))?.ended_ms;
        match (&service.report, service.stage) {
            (Some(report), _) => Some(started + report.ready_ms),
            (None, ServiceStage::Starting) => Some(self.now_ms),
            (None, _) => gave_up().or(Some(started)),
        }
    }

    fn role(&self, service: &ServiceState) -> Role {
        match service.stage {
            ServiceStage::Planned | ServiceStage::Stopped => Role::Dim,
            ServiceStage::Starting => Role::Plain,
            ServiceStage::Ready => Role::Good,
            ServiceStage::Broken => Role::Care,
        }
    }

    /// The sign and the name, up to where the next column begins.
    fn named(&self, service: &ServiceState) -> Line {
        let names = self.state.services.iter().map(|service| text::width(&service.name));
        let widest = names.max().unwrap_or(0).min(NAME_COLUMNS);
        let sign = match service.stage {
            ServiceStage::Planned => " ",
            ServiceStage::Starting => style::going_on(self.style),
            ServiceStage::Ready => self.style.sign("✓", "+"),
            ServiceStage::Broken => "!",
            ServiceStage::Stopped => "-",
        };
        let name = Line::new().plain(&service.name).fit(widest, self.style).pad(widest + 2);
        Line::new().add(self.role(service), sign).plain(" ").join(name)
    }

    fn stage(&self, service: &ServiceState) -> Line {
        let took = digest::service_ms(service, self.now_ms).map(text::span).unwrap_or_default();
        match (service.stage, &service.report) {
            (ServiceStage::Planned, _) => Line::new().dim("planned"),
            (ServiceStage::Starting, _) => {
                let line = Line::new().plain("starting").dim(format!(" {took}"));
                match self.waiting(&check(service)) {
                    Some(what) => line.dim(format!("{}waiting for {what}", self.style.dot())),
                    None => line,
                }
            }
            (ServiceStage::Broken, _) => {
                let why = service.evidence.first().map_or("", String::as_str);
                Line::new().add(Role::Care, "broken").plain(format!("  {why}"))
            }
            (ServiceStage::Ready, Some(report)) => Line::new()
                .plain(format!("{} {}", report.product, report.version))
                .dim(format!("{dot}ready in {took}{dot}{}", report.address, dot = self.style.dot())),
            (ServiceStage::Ready, None) => Line::new().plain("ready"),
            (ServiceStage::Stopped, _) => Line::new().dim("stopped"),
        }
    }

    fn waiting(&self, check: &CheckId) -> Option<&str> {
        self.state.checks.iter().find(|known| known.check == *check)?.waiting.as_deref()
    }
}

/// The check that brings a service up.
fn check(service: &ServiceState) -> CheckId {
    CheckId::from(format!("services/{}", service.name).as_str())
}

#[cfg(test)]
mod tests {
    use testyard_model::RunState;

    use super::*;
    use crate::fixture;
    use crate::style::Style;

    fn shown(state: &RunState, now_ms: u64) -> String {
        let parts = Parts { state, style: Style { colour: false, ascii: true }, now_ms };
        parts.waterfall(20).iter().map(|line| line.paint(parts.style)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn services_come_up_beside_each_other() {
        insta::assert_snapshot!(shown(&fixture::state(&fixture::passing()), 2_200), @"
        + postgres-test  ##########..........  PostgreSQL 15.4, ready in 100 ms, postgres-test:5432
        + redis-test     ..........##########  Redis 7.0.15, ready in 100 ms, redis-test:5432
        ");
    }

    #[test]
    fn one_that_does_not_come_up_ends_where_it_gave_up() {
        insta::assert_snapshot!(shown(&fixture::state(&fixture::blocked()[..5]), 900), @"
        * postgres-test  ####################  starting 600 ms, waiting for its first answer
          redis-test                           planned
        ");
        insta::assert_snapshot!(shown(&fixture::state(&fixture::blocked()), 900), @"
        ! postgres-test  ####################  broken  exited with 1 after 210 ms
          redis-test                           planned
        ");
    }
}
