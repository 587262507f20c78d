//! Where each of many named things stands in a list that holds the names already.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Finds names in a list without holding them once more: it keeps positions and asks the list for the name there. Five
/// bytes a name instead of thirty, which counts for a suite of a hundred thousand tests.
#[derive(Debug, Clone, Default)]
pub struct Positions {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Positions {
    /// The position of a name. `name_at` is the list.
    pub fn find<'a>(&self, name: &str, name_at: impl Fn(usize) -> &'a str) -> Option<usize> {
        let found = self.table.find(self.hasher.hash_one(name), |at| name_at(*at as usize) == name);
        found.map(|at| *at as usize)
    }

    /// Notes that a name, which is new, stands at a position. Lists of more than 2³² names do not fit into memory.
    pub fn add<'a>(&mut self, name: &str, at: usize, name_at: impl Fn(usize) -> &'a str) {
        let rehash = |at: &u32| self.hasher.hash_one(name_at(*at as usize));
        self.table.insert_unique(self.hasher.hash_one(name), at as u32, rehash);
    }
}

/// What they say stands in the list: two of them for equal lists are equal.
impl PartialEq for Positions {
    fn eq(&self, _: &Positions) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_where_it_stands() {
        let names: Vec<String> = (0..5_000).map(|number| format!("t.py::test_{number}")).collect();
        let mut positions = Positions::default();
        for (at, name) in names.iter().enumerate() {
            assert_eq!(positions.find(name, |at| &names[at]), None);
            positions.add(name, at, |at| &names[at]);
        }
        for (at, name) in names.iter().enumerate() {
            assert_eq!(positions.find(name, |at| &names[at]), Some(at));
        }
        assert_eq!(positions.find("t.py::other", |at| &names[at]), None);
    }
}
