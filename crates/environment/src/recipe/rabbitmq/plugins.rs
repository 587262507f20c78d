//! Which plugins are enabled, and what they listen on.

use std::path::{Path, PathBuf};

use testyard_model::{Fidelity, Provision, plan::ServicePlan};

use super::super::asked::Asked;
use crate::Refusal;

/// Where the image keeps the list of enabled plugins.
const ENABLED: &str = "/etc/rabbitmq/enabled_plugins";

/// Where projects put plugins that the image does not have.
const FOLDERS: [&str; 3] = ["/plugins", "/opt/rabbitmq/plugins", "/usr/lib/rabbitmq/plugins"];

/// The plugin of the management pages.
const MANAGEMENT: &str = "rabbitmq_management";

/// The plugin of the metrics, which the image enables since 3.8.
const PROMETHEUS: &str = "rabbitmq_prometheus";

/// A plugin that listens, the beginning of its settings, and its port.
pub(super) struct Listening {
    pub(super) plugin: &'static str,
    /// `management.tcp`: the settings `.ip` and `.port` lie below it, or a list of addresses for a list.
    pub(super) key: &'static str,
    /// The setting is a list of addresses.
    pub(super) list: bool,
    pub(super) port: u16,
}

/// Every plugin of RabbitMQ that listens by default.
pub(super) const LISTENING: [Listening; 7] = [
    Listening { plugin: MANAGEMENT, key: "management.tcp", list: false, port: 15672 },
    Listening { plugin: PROMETHEUS, key: "prometheus.tcp", list: false, port: 15692 },
    Listening { plugin: "rabbitmq_mqtt", key: "mqtt.listeners.tcp", list: true, port: 1883 },
    Listening { plugin: "rabbitmq_stomp", key: "stomp.listeners.tcp", list: true, port: 61613 },
    Listening { plugin: "rabbitmq_stream", key: "stream.listeners.tcp", list: true, port: 5552 },
    Listening { plugin: "rabbitmq_web_mqtt", key: "web_mqtt.tcp", list: false, port: 15675 },
    Listening { plugin: "rabbitmq_web_stomp", key: "web_stomp.tcp", list: false, port: 15674 },
];

/// Plugins that bring a listening one along: (the end of a plugin's name, what it brings).
const BRINGS: [(&str, &str); 6] = [
    ("_management", MANAGEMENT),
    ("rabbitmq_tracing", MANAGEMENT),
    ("rabbitmq_top", MANAGEMENT),
    ("rabbitmq_stream_management", "rabbitmq_stream"),
    ("rabbitmq_web_mqtt", "rabbitmq_mqtt"),
    ("rabbitmq_web_stomp", "rabbitmq_stomp"),
];

/// The plugins of one server.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plugins {
    pub(super) enabled: Vec<String>,
    /// Folders that are searched for plugins, besides RabbitMQ's own.
    pub(super) folders: Vec<PathBuf>,
}

impl Plugins {
    /// What the image enables, or the project by its own list, and what its command adds.
    pub(super) fn settle(
        service: &ServicePlan,
        provision: &Provision,
        added: Vec<String>,
        asked: &mut Asked<'_>,
    ) -> Result<Plugins, Refusal> {
        let folders = mounted(asked);
        let has = |plugin: &str| is_there(plugin, provision, &folders);
        let list = asked.text("RABBITMQ_ENABLED_PLUGINS_FILE").unwrap_or_else(|| ENABLED.to_owned());
        let mut enabled = match asked.host_path(&list) {
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| Refusal::new(format!("cannot read {}: {error}", path.display())))?;
                names(&text)
            }
            None => of_the_image(service, has, asked),
        };
        enabled.extend(added);
        enabled.sort();
        enabled.dedup();
        if let Some(missing) = enabled.iter().find(|plugin| !has(plugin)) {
            let why = format!("RabbitMQ {} of this machine has no plugin {missing}", provision.version);
            return Err(Refusal::new(why).help(format!("mount the plugin at {}", FOLDERS[0])));
        }
        Ok(Plugins { enabled, folders })
    }

    /// The plugins that listen, those brought along included.
    pub(super) fn listening(&self) -> impl Iterator<Item = &'static Listening> {
        LISTENING.iter().filter(|listening| self.runs(listening.plugin))
    }

    fn runs(&self, plugin: &str) -> bool {
        let brings = |enabled: &String| {
            let mut brought = BRINGS.iter().filter(|(_, brought)| *brought == plugin);
            enabled == plugin || brought.any(|(bringing, _)| enabled.ends_with(bringing))
        };
        self.enabled.iter().any(brings)
    }

    /// The list as RabbitMQ reads it.
    pub(super) fn written(&self) -> String {
        format!("[{}].\n", self.enabled.join(","))
    }
}

/// The names in `[rabbitmq_management,rabbitmq_prometheus].`
fn names(text: &str) -> Vec<String> {
    let text: String = text.lines().filter(|line| !line.trim_start().starts_with('%')).collect();
    let names = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The plugins that the image enables, as far as they are there.
fn of_the_image(service: &ServicePlan, has: impl Fn(&str) -> bool, asked: &mut Asked<'_>) -> Vec<String> {
    let tag = service.image.as_deref().and_then(|image| image.rsplit_once(':')).map_or("", |(_, tag)| tag);
    let mut plugins = vec![PROMETHEUS];
    if tag.contains("management") {
        plugins.push(MANAGEMENT);
    }
    let (there, missing): (Vec<&str>, Vec<&str>) = plugins.into_iter().partition(|plugin| has(plugin));
    for plugin in &there {
        asked.ledger().note(format!("plugin {plugin}"), Fidelity::Honoured, "enabled, as in the image");
    }
    for plugin in missing {
        let detail = "enabled in the image, but this machine's RabbitMQ does not have it";
        asked.ledger().note(format!("plugin {plugin}"), Fidelity::Refused, detail);
    }
    there.into_iter().map(str::to_owned).collect()
}

/// The folders of mounted plugins.
fn mounted(asked: &mut Asked<'_>) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for source in
        FOLDERS.iter().flat_map(|folder| asked.mounts_under(folder)).filter_map(|mount| mount.source)
    {
        let folder = if source.is_dir() { Some(source) } else { source.parent().map(Path::to_owned) };
        folders.extend(folder.filter(|folder| !folders.contains(folder)));
    }
    for folder in &folders {
        asked.ledger().note("plugins", Fidelity::Honoured, format!("also from {}", folder.display()));
    }
    folders
}

/// Whether a plugin is there: as a folder or archive `<plugin>-<version>`. Unknown layouts get the benefit of the
/// doubt; the server itself then says what it misses.
pub(super) fn is_there(plugin: &str, provision: &Provision, folders: &[PathBuf]) -> bool {
    let Some(own) = own_folder(provision) else { return true };
    let files =
        std::iter::once(&own).chain(folders).filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let mut names = files.filter_map(|file| Some(file.ok()?.file_name().to_string_lossy().into_owned()));
    names.any(|name| {
        let rest = name.strip_prefix(plugin);
        rest.is_some_and(|rest| rest.is_empty() || rest == ".ez" || rest.starts_with('-'))
    })
}

/// The folder of RabbitMQ's own plugins: beside that of its scripts.
pub(super) fn own_folder(provision: &Provision) -> Option<PathBuf> {
    let scripts = provision.bin.iter().find(|folder| folder.join("rabbitmq-server").is_file())?;
    let scripts = scripts.canonicalize().ok()?;
    Some(scripts.parent()?.join("plugins")).filter(|folder| folder.is_dir())
}

#[cfg(test)]
mod tests {
    use testyard_model::{Ledger, Product};

    use super::super::super::testing::{how, mounted as with_mount, service};
    use super::*;
    use crate::fixture;

    /// A RabbitMQ that has these plugins.
    fn provision(folder: &Path, plugins: &[&str]) -> Provision {
        for name in plugins
            .iter()
            .map(|plugin| format!("plugins/{plugin}-3.10.8"))
            .chain(["sbin".to_owned(), "plugins".to_owned()])
        {
            std::fs::create_dir_all(folder.join(name)).unwrap();
        }
        testyard_sys::files::write(&folder.join("sbin/rabbitmq-server"), b"").unwrap();
        let mut provision = fixture::provision(Product::RabbitMq, "3.10.8");
        provision.bin = vec![folder.join("sbin")];
        provision
    }

    fn settled(service: &ServicePlan, there: &[&str], added: &[&str]) -> (Result<Plugins, Refusal>, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let provision = provision(folder.path(), there);
        let mut ledger = Ledger::default();
        let added = added.iter().map(ToString::to_string).collect();
        let plugins = Plugins::settle(service, &provision, added, &mut Asked::new(service, &mut ledger));
        (plugins, ledger)
    }

    #[test]
    fn the_images_own() {
        let all = [MANAGEMENT, PROMETHEUS];
        let check = |image: &str, there: &[&str], expected: &[&str], refused: bool| {
            let (plugins, ledger) = settled(&service(image, &[], &[]), there, &[]);
            assert_eq!(plugins.unwrap().enabled, expected, "{image}");
            let management = how(&ledger, "plugin rabbitmq_management");
            assert_eq!(management == Some(Fidelity::Refused), refused, "{image}");
        };
        check("rabbitmq:3.13", &all, &[PROMETHEUS], false);
        check("rabbitmq:3.13-management-alpine", &all, &all, false);
        check("rabbitmq:3-management", &[PROMETHEUS], &[PROMETHEUS], true);
    }

    #[test]
    fn the_projects_own() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("enabled_plugins");
        testyard_sys::files::write(&list, b"[rabbitmq_mqtt, rabbitmq_stomp].\n").unwrap();
        let plan = with_mount(service("rabbitmq:3", &[], &[]), &list, ENABLED);
        let there = ["rabbitmq_mqtt", "rabbitmq_stomp"];
        assert_eq!(settled(&plan, &there, &[]).0.unwrap().enabled, there);
        let missing = settled(&plan, &["rabbitmq_mqtt"], &[]).0.unwrap_err();
        assert!(missing.why().contains("rabbitmq_stomp"), "{missing}");
        let plain = service("rabbitmq:3", &[], &[]);
        assert!(settled(&plain, &[], &["rabbitmq_nonsense"]).0.is_err());
    }

    #[test]
    fn what_listens() {
        let ports = |enabled: &[&str]| {
            let plugins =
                Plugins { enabled: enabled.iter().map(ToString::to_string).collect(), folders: vec![] };
            plugins.listening().map(|listening| listening.port).collect::<Vec<_>>()
        };
        assert_eq!(ports(&[PROMETHEUS]), [15692]);
        assert_eq!(ports(&["rabbitmq_stream_management"]), [15672, 5552]);
        assert_eq!(ports(&["rabbitmq_web_mqtt"]), [1883, 15675]);
        assert_eq!(ports(&["rabbitmq_shovel"]), Vec::<u16>::new());
    }
}
