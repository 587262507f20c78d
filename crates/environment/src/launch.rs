//! Where a server runs and how it is launched.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use testyard_model::Provision;
use testyard_sys::process::RunAs;

/// Where one server runs. Paths are as its own processes see them.
#[derive(Debug, Clone)]
pub struct Site {
    /// The service's name.
    pub service: String,
    /// The address that is its own.
    pub ip: IpAddr,
    /// Container ports that had to move, by container port; every other keeps its number.
    pub moved: BTreeMap<u16, u16>,
    /// Its data directory. It exists when the server is launched.
    pub data: PathBuf,
    /// A folder for its sockets, configuration and other passing files; short enough for socket paths. It exists
    /// and may be written by the server, whoever it runs as.
    pub run: PathBuf,
    /// The program that was provided.
    pub provision: Provision,
    /// The service's environment, as its project wrote it.
    pub environment: BTreeMap<String, String>,
}

impl Site {
    /// The port that stands for a container port here.
    pub fn port(&self, container: u16) -> u16 {
        self.moved.get(&container).copied().unwrap_or(container)
    }

    /// The address that stands for a container port here.
    pub fn address(&self, container: u16) -> SocketAddr {
        SocketAddr::new(self.ip, self.port(container))
    }

    /// An executable of the provision: its path where one of the provision's folders has it, else the bare name,
    /// for the search path.
    pub fn program(&self, name: &str) -> PathBuf {
        let found = self.provision.bin.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
        found.unwrap_or_else(|| PathBuf::from(name))
    }

    /// Whether the provision has an executable of that name.
    pub fn has_program(&self, name: &str) -> bool {
        self.program(name).components().count() > 1
    }

    /// The variables that every process of this service gets: search paths and what the provision needs, beneath the
    /// project's own. The caller's environment is not among them, as it is not in a container.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::from([
            (
                "PATH".to_owned(),
                join(self.provision.bin.iter().map(PathBuf::as_path).chain(SYSTEM_PATH.map(Path::new))),
            ),
            ("HOME".to_owned(), self.run.display().to_string()),
            ("TMPDIR".to_owned(), self.run.display().to_string()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            // Containers run in UTC, whatever the machine's time zone.
            ("TZ".to_owned(), "UTC".to_owned()),
        ]);
        if !self.provision.libraries.is_empty() {
            let folders = join(self.provision.libraries.iter().map(PathBuf::as_path));
            variables.insert("LD_LIBRARY_PATH".to_owned(), folders);
        }
        variables.extend(self.provision.environment.clone());
        // A project's own PATH or LD_LIBRARY_PATH names folders of the image.
        let own = self.environment.iter().filter(|(name, _)| !IMAGE_ONLY.contains(&name.as_str()));
        variables.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        variables
    }
}

/// Where system programs lie, sbin included: servers often live there and users' own search paths leave it out.
const SYSTEM_PATH: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// Variables that make sense inside the image only.
const IMAGE_ONLY: [&str; 3] = ["PATH", "HOME", "LD_LIBRARY_PATH"];

fn join<'a>(folders: impl Iterator<Item = &'a Path>) -> String {
    folders.map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(":")
}

/// How a server, or another process of a service, is launched.
#[derive(Clone)]
pub struct Launch {
    /// The program, see [`Site::program`].
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its complete environment; begin with [`Site::variables`].
    pub environment: BTreeMap<String, String>,
    /// As whom it runs.
    pub run_as: RunAs,
    /// The folder it starts in.
    pub folder: PathBuf,
    /// Files to write before, with their contents; readable by the server and by nobody else. They lie in the site's
    /// run folder or data directory.
    pub files: Vec<(PathBuf, String)>,
}

impl Launch {
    /// A launch of a program at a site, with the site's variables, as the same user, in the run folder.
    pub fn at(site: &Site, program: &str) -> Launch {
        Launch {
            program: site.program(program),
            arguments: Vec::new(),
            environment: site.variables(),
            run_as: RunAs::Same,
            folder: site.run.clone(),
            files: Vec::new(),
        }
    }

    /// The same launch with more arguments.
    #[must_use]
    pub fn arguments(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Launch {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// The same launch as anybody but root.
    #[must_use]
    pub fn not_root(mut self) -> Launch {
        self.run_as = RunAs::NotRoot;
        self
    }
}

/// Never shows values of variables or contents of files, which may be secret.
impl std::fmt::Debug for Launch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Launch")
            .field("program", &self.program)
            .field("environment", &self.environment.keys().collect::<Vec<_>>())
            .field("run_as", &self.run_as)
            .finish_non_exhaustive()
    }
}

/// How a service's command-line tools find it.
#[derive(Debug, Clone, Default)]
pub struct Tools {
    /// Variables that its tools read, such as `PGHOST`; the service's own environment wins over them.
    pub environment: BTreeMap<String, String>,
    /// Tools that take their server from arguments only, with the arguments to put before the user's own, such as
    /// `redis-cli` and `-h 127.0.0.1 -p 6379`. A later argument of the user's must win over an earlier one.
    pub arguments: Vec<(String, Vec<String>)>,
}
