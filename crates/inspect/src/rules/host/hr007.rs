//! The Docker engine has gathered much that nothing uses.
//!
//! Images without a name, containers that ended, volumes without a container and old build steps stay until somebody
//! removes them. They fill the disk, and then builds and databases fail with `no space left on device`.
//!
//! Fires: 5 GiB or more, or a hundred ended containers. The finding says how much of each there is.
//!
//! Fine: less, or no engine that answers in time.
//!
//! Help: `docker system prune` removes all but volumes; `docker volume prune` removes those without a name.
//!
//! Source: the Docker Engine API, `GET /system/df`.

use testyard_model::Place;
use testyard_sys::docker;

use super::engine::{self, Gathered};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR007", "the Docker engine has gathered much", Note, check);

/// So many bytes are worth a word.
const MUCH: u64 = 5 << 30;
/// So many ended containers are, whatever they weigh.
const MANY: usize = 100;

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let Some(socket) = docker::socket(scene.variables()) else { return };
    let Some(gathered) = engine::gathered(&socket) else { return };
    if gathered.bytes() >= MUCH || gathered.containers.number >= MANY {
        found
            .at(Place::file(socket.to_string_lossy().as_ref()), words(&gathered))
            .help("run `docker system prune`; `docker volume prune` for the volumes");
    }
}

fn words(gathered: &Gathered) -> String {
    let kinds = [
        (gathered.images, "images without a name"),
        (gathered.containers, "ended containers"),
        (gathered.volumes, "volumes that nothing uses"),
        (gathered.build_steps, "build steps"),
    ];
    let kinds = kinds.iter().filter(|(pile, _)| pile.number > 0);
    let kinds: Vec<String> =
        kinds.map(|(pile, name)| format!("{name}: {} ({} MiB)", pile.number, pile.bytes >> 20)).collect();
    format!("the Docker engine keeps {}", kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::findings_in;
    use crate::rules::host::engine::fake;

    fn answer(bytes: u64) -> String {
        format!(
            "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{{\"Images\":[\
             {{\"RepoTags\":[\"<none>:<none>\"],\"Containers\":0,\"Size\":{bytes},\"SharedSize\":0}},\
             {{\"RepoTags\":[\"a:1\"],\"Containers\":0,\"Size\":99999999999,\"SharedSize\":0}}],\
             \"Containers\":[{{\"State\":\"exited\",\"SizeRw\":1048576}},{{\"State\":\"running\",\"SizeRw\":1}}],\
             \"Volumes\":[{{\"UsageData\":{{\"RefCount\":0,\"Size\":2097152}}}},{{\"UsageData\":{{\"RefCount\":1,\"Size\":7}}}}],\
             \"BuildCache\":[{{\"InUse\":false,\"Shared\":false,\"Size\":3145728}},{{\"InUse\":true,\"Size\":5}}]}}"
        )
    }

    #[test]
    fn only_much_counts() {
        let (scene, _folder) = fake::engine(&answer(6 << 30));
        let found = findings_in(&RULE, &scene);
        assert_eq!(
            found[0].message,
            "the Docker engine keeps images without a name: 1 (6144 MiB), ended containers: 1 (1 MiB), \
             volumes that nothing uses: 1 (2 MiB), build steps: 1 (3 MiB)"
        );
        for calm in
            [answer(4 << 30), "HTTP/1.0 500 x\r\n\r\n".to_owned(), "HTTP/1.0 200 OK\r\n\r\n[".to_owned()]
        {
            let (scene, _folder) = fake::engine(&calm);
            assert_eq!(findings_in(&RULE, &scene), []);
        }
    }
}
