//! Compose files as people write them, each row of compose's rules with a case where it counts and one near it.

mod support;

mod disk;
mod extends;
mod findings;
mod include;
mod interpolation;
mod merge;
mod profiles;
mod properties;
mod service;
mod yaml;
