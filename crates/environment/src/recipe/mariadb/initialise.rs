//! Making the initial data, as the images' entrypoints would.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use testyard_sys::process::{Child, RunAs, Signal};

use super::settings::{Root, ZONE_TOOLS};
use super::{Flavour, Settings, ZONES, base, socket, statements, tool_file};
use crate::Refusal;
use crate::recipe::{Launch, Site};
use crate::workshop::Workshop;

/// How long a server may take to stop cleanly; it has next to nothing to write.
const STOP: Duration = Duration::from_secs(30);

/// Shell functions for init scripts: what they may call, and how `.sql` files are sent.
const FUNCTIONS: &str = r#"mysql_note() { echo "$*"; }
mysql_warn() { echo "$*" >&2; }
mysql_error() { echo "$*" >&2; exit 1; }
docker_process_sql() {
  if [ "$1" = --dont-use-mysql-root-password ]; then
    shift
    set -- "" "$@"
  else
    set -- "$MYSQL_ROOT_PASSWORD" "$@"
  fi
  if [ -n "$MYSQL_DATABASE" ]; then
    password="$1"
    shift
    set -- "$password" --database="$MYSQL_DATABASE" "$@"
  fi
  MYSQL_PWD="$1"
  export MYSQL_PWD
  shift
  "$TESTYARD_CLIENT" --protocol=socket -uroot -hlocalhost --socket="$SOCKET" "$@"
  set -- $?
  unset MYSQL_PWD password
  return $1
}
process_file() { docker_process_sql < "$1"; }
"#;

/// Fills the data directory: the system tables, then accounts, database and init scripts by a server of its own.
pub(super) async fn run(settings: &Settings, workshop: &Workshop) -> Result<(), Refusal> {
    workshop.doing("initialising the data directory");
    workshop.folder(&workshop.site.data, RunAs::NotRoot)?;
    install(settings, workshop).await?;
    let mut server = workshop.start(&temporary(settings, &workshop.site)).await?;
    let result = fill(settings, workshop, &mut server).await;
    let exit = server.stop(Signal::TERM, STOP).await;
    result?;
    if !exit.is_success() {
        let why = format!("the server that made the initial data ended with {exit}");
        return Err(Refusal::new(why).showing(workshop.last_lines()));
    }
    // Scripts run as ourselves; what they wrote must belong to the server.
    workshop.give_all(&workshop.site.data, RunAs::NotRoot).await
}

/// Makes the system tables.
async fn install(settings: &Settings, workshop: &Workshop) -> Result<(), Refusal> {
    let site = &workshop.site;
    if settings.flavour == Flavour::MySql {
        let launch = settings.server(site, &["--initialize-insecure".to_owned()]);
        return workshop.run("mysqld --initialize-insecure", &launch, None).await.map(drop);
    }
    let tool = ["mariadb-install-db", "mysql_install_db"].into_iter().find(|tool| site.has_program(tool));
    let tool = tool.ok_or_else(|| Refusal::new("mariadb-install-db is missing beside the server"))?;
    let file = site.run.join("server.cnf");
    let mut launch = Launch::at(site, tool).not_root();
    launch.arguments.push(format!("--defaults-file={}", file.display()));
    launch.files.push((file, settings.flags.file()));
    launch.arguments.extend(base(site));
    launch.arguments.push(format!("--datadir={}", site.data.display()));
    let words = [
        "--rpm",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--cross-bootstrap",
        "--default-time-zone=SYSTEM",
        "--enforce-storage-engine=",
        "--skip-log-bin",
    ];
    // The tool passes words on to the server, and breaks those with blanks.
    let own = settings.flags.arguments().iter().filter(|word| !word.contains(char::is_whitespace));
    launch.arguments.extend(own.cloned().chain(words.map(str::to_owned)));
    workshop.run(tool, &launch, None).await.map(drop)
}

/// A server that nobody else can reach: it has a socket and no port.
fn temporary(settings: &Settings, site: &Site) -> Launch {
    let words: &[&str] = match settings.flavour {
        Flavour::MySql => &["--skip-networking", "--loose-skip-mysqlx"],
        _ => &["--skip-networking", "--default-time-zone=SYSTEM", "--loose-wsrep-on=OFF"],
    };
    let mut launch = settings.server(site, &words.iter().map(ToString::to_string).collect::<Vec<_>>());
    launch.files.push(tool_file(site, settings.flags.port()));
    launch
}

async fn fill(settings: &Settings, workshop: &Workshop, server: &mut Child) -> Result<(), Refusal> {
    answers(settings, workshop, server).await?;
    if settings.zones {
        workshop.doing("loading time zones");
        zones(settings, workshop).await?;
    }
    workshop.doing("creating users and the database");
    let random = made_up();
    let sql = statements::accounts(&settings.accounts, settings.flavour, &random);
    let mut client = client(settings, &workshop.site);
    client.arguments.push("mysql".to_owned());
    workshop.run("creating users and the database", &client, Some(&sql)).await?;
    let password = match &settings.accounts.root {
        Root::Password(password) => password.clone(),
        Root::Random => random,
        Root::Empty | Root::Hash(_) => String::new(),
    };
    for script in &settings.scripts {
        workshop.doing(format!("running the init script {}", script.name));
        let launch = script.launch(&workshop.site, FUNCTIONS);
        let launch = with_image_variables(launch, settings, &workshop.site, &password);
        workshop.run(&format!("init script {}", script.name), &launch, None).await?;
    }
    if let Some(sql) = statements::last(&settings.accounts) {
        workshop.run("setting root's password", &client, Some(&sql)).await?;
    }
    Ok(())
}

/// Waits until the temporary server answers.
async fn answers(settings: &Settings, workshop: &Workshop, server: &mut Child) -> Result<(), Refusal> {
    let client = client(settings, &workshop.site).arguments(["-e", "SELECT 1"]);
    let socket = workshop.keeper().outside(&workshop.site.run.join("mysqld.sock"));
    let started = Instant::now();
    loop {
        // The socket is there before the server answers; asking earlier only costs processes.
        if socket.exists() && workshop.run("asking the server", &client, None).await.is_ok() {
            return Ok(());
        }
        if let Some(exit) = server.exit() {
            let why = format!("the server for the initial data ended with {exit}");
            return Err(Refusal::new(why).showing(workshop.last_lines()));
        }
        if started.elapsed() > workshop.limit() {
            let why = "the server for the initial data does not answer";
            return Err(Refusal::new(why).showing(workshop.last_lines()));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn zones(settings: &Settings, workshop: &Workshop) -> Result<(), Refusal> {
    let site = &workshop.site;
    let tool = ZONE_TOOLS.into_iter().find(|tool| site.has_program(tool)).unwrap_or(ZONE_TOOLS[0]);
    // By a file, because a pipe would hide the failure of the tool.
    let lines = "set -e\n\"$1\" \"$2\" > \"$TMPDIR/zones.sql\" 2> /dev/null\nshift 2\n\"$@\" mysql < \"$TMPDIR/zones.sql\"\n\
                 rm \"$TMPDIR/zones.sql\"";
    let mut launch = Launch::at(site, "sh").arguments(["-c", lines, "zones"]);
    let client = client(settings, site);
    launch.arguments.extend([site.program(tool).display().to_string(), ZONES.to_owned()]);
    launch.arguments.push(client.program.display().to_string());
    launch.arguments.extend(client.arguments);
    workshop.run("loading time zones", &launch, None).await.map(drop)
}

/// The client as root, who has no password yet.
fn client(settings: &Settings, site: &Site) -> Launch {
    let mut launch = Launch::at(site, client_name(settings, site));
    let socket = format!("--socket={}", socket(site));
    launch.arguments = ["--no-defaults", "--protocol=socket", "-uroot", &socket].map(str::to_owned).into();
    launch
}

fn client_name(settings: &Settings, site: &Site) -> &'static str {
    if settings.flavour != Flavour::MySql && site.has_program("mariadb") { "mariadb" } else { "mysql" }
}

/// The variables that the image's entrypoint sets for scripts, under both of their names.
fn with_image_variables(mut launch: Launch, settings: &Settings, site: &Site, password: &str) -> Launch {
    let accounts = &settings.accounts;
    let mut set = |name: &str, value: &str| launch.environment.insert(name.to_owned(), value.to_owned());
    let user = accounts.user.as_ref();
    for prefix in ["MYSQL", "MARIADB"] {
        set(&format!("{prefix}_ROOT_PASSWORD"), password);
        set(&format!("{prefix}_ROOT_HOST"), &accounts.root_host);
        set(&format!("{prefix}_DATABASE"), accounts.database.as_deref().unwrap_or_default());
        set(&format!("{prefix}_USER"), user.map_or("", |user| &user.name));
        let plain = user.filter(|user| !user.hashed);
        set(&format!("{prefix}_PASSWORD"), plain.map_or("", |user| &user.password));
    }
    set("SOCKET", &socket(site));
    set("DATADIR", &site.data.display().to_string());
    set("MYSQL_UNIX_PORT", &socket(site));
    set("TESTYARD_CLIENT", &site.program(client_name(settings, site)).display().to_string());
    launch
}

/// A password that nobody can guess, from the randomness that the standard library seeds its hash maps with.
fn made_up() -> String {
    (0..2_u8).map(|part| format!("{:016x}", RandomState::new().hash_one(part))).collect()
}
