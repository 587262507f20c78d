//! What several rules ask of a Dockerfile: what its images are, what its `RUN`s run, what a stage is made from.

pub(crate) mod image;
pub(crate) mod lacking;
pub(crate) mod shell;
pub(crate) mod stage;

pub(crate) use image::Image;
pub(crate) use shell::{Ran, commands};
