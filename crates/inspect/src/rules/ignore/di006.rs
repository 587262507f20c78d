//! The build is sent very much
//!
//! What the sources of a build cover, after its ignore file, is more than 256 MiB. Every first build transfers it, and
//! every change in it makes the layers behind it anew. What tools wrote for themselves is another rule's.
//!
//! Fires, with a `dump.sql` of 300 MiB:
//! ```dockerfile
//! COPY . .
//! ```
//! Fine: `COPY src src`, or `dump.sql` in `.dockerignore`.
//!
//! `testyard check --context DOCKERFILE` lists everything, largest first.
//!
//! Source: Docker's build best practices.

use crate::context::{Context, Judged, shown, transferred};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

pub(crate) const RULE: Rule = rule!("TY-DI006", "the build is sent very much", Note, check);

/// What is much, in bytes.
const MUCH: u64 = 256 << 20;

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for judged in scene.builds() {
        look(scene, judged, MUCH, found);
    }
}

fn look(scene: &Scene, judged: &Judged, much: u64, found: &mut Sink<'_>) {
    let build = &judged.build;
    let context = Context::new(scene, &build.folder, &build.dockerfile);
    let files = transferred(&context, judged);
    let files: Vec<_> = files.iter().filter(|(_, file)| !file.foreign).collect();
    let bytes: u64 = files.iter().map(|(_, file)| file.bytes).sum();
    let Some((largest, file)) = files.iter().max_by_key(|(_, file)| file.bytes).filter(|_| bytes > much)
    else {
        return;
    };
    let message = format!(
        "the build is sent {} of the context `{}`, of which `{largest}` is {}",
        shown(bytes),
        context.shown(),
        shown(file.bytes)
    );
    found
        .at(testyard_model::Place::file(&build.dockerfile), message)
        .help(format!("`testyard check --context {}` lists it, largest first", build.dockerfile))
        .basis(build.basis.words());
}

#[cfg(test)]
mod tests {
    use super::{RULE, look};
    use crate::fixture::{holds, scene};
    use crate::sink::Sink;

    #[test]
    fn only_what_the_sources_cover_counts() {
        let check = |copy: &str, expected: usize| {
            let file = format!("FROM x\nCOPY {copy} /d\n");
            let (scene, _kept) = scene(&[("Dockerfile", &file), ("big", "0123456789"), ("src/small", "01")]);
            let mut sink = Sink::new(&RULE, &scene);
            look(&scene, &scene.builds()[0], 5, &mut sink);
            assert_eq!(sink.finish().0.len(), expected, "{copy}");
        };
        check(".", 1);
        check("b*", 1);
        check("src", 0);
        holds(RULE, &[("Dockerfile", "FROM x\nCOPY . .\n"), ("big", "0123456789")]);
    }
}
