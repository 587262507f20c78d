//! Where stages come from and what they need.

use testyard_project::dockerfile::{Dockerfile, Instruction, Lineage, Stage};

use super::image::Image;
use super::shell;

/// A stage with what it is made from.
pub(crate) struct Ancestry<'f> {
    /// The stages and the image.
    pub(crate) lineage: Lineage<'f>,
    /// The image, split, where it is known.
    pub(crate) image: Option<Image>,
}

impl<'f> Ancestry<'f> {
    /// Of a stage, called with no build argument known.
    pub(crate) fn of(file: &'f Dockerfile, stage: &'f Stage) -> Ancestry<'f> {
        let lineage = file.lineage(stage, None);
        let image = lineage.image.as_deref().and_then(Image::of);
        Ancestry { lineage, image }
    }

    /// Every instruction that made the stage, in order; none that wait behind `ONBUILD`.
    pub(crate) fn instructions(&self) -> impl DoubleEndedIterator<Item = &'f Instruction> {
        self.lineage.stages.iter().copied().flat_map(Stage::own)
    }

    /// Whether any of its instructions says this text anywhere.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.instructions().any(|instruction| shell::said(instruction).contains(text))
    }

    /// Whether the image is an official one of a system or a language, about which much is known.
    pub(crate) fn is_plain(&self) -> bool {
        self.image.as_ref().is_some_and(Image::is_plain)
    }
}

/// The stage that `--from` means to an instruction: by name among all, else by number.
pub(crate) fn source_stage<'f>(file: &'f Dockerfile, from: &str) -> Option<&'f Stage> {
    file.stage(from, file.stages.len())
}

/// What `--from` of `COPY` or of a `RUN --mount` names, with the flag's place, for each that is there.
pub(crate) fn froms(instruction: &Instruction) -> Vec<(String, testyard_project::dockerfile::Spot)> {
    let mut found = Vec::new();
    for flag in &instruction.flags {
        let Some(value) = &flag.value else { continue };
        match flag.name.as_str() {
            "from" => found.push((value.clone(), flag.spot)),
            "mount" => {
                let from = value.split(',').find_map(|part| part.strip_prefix("from="));
                found.extend(from.map(|from| (from.to_owned(), flag.spot)));
            }
            _ => {}
        }
    }
    found
}
