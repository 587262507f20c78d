//! How init scripts reach PostgreSQL.

use super::settings::Settings;
use crate::Refusal;
use crate::recipe::Launch;
use crate::recipe::scripts::Script;
use crate::workshop::Workshop;

/// What scripts written for the image may call, and how `.sql` files are sent: by name, so that
/// psql tells the file and the line of an error.
const FUNCTIONS: &str = r#"docker_process_sql() {
  PGHOST="$TESTYARD_SOCKET" PGHOSTADDR= psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"
}
process_file() { docker_process_sql -f "$1"; }
"#;

/// Runs one against the temporary server whose socket lies in the site's run folder.
pub(super) async fn run(script: &Script, settings: &Settings, workshop: &Workshop) -> Result<(), Refusal> {
    workshop.doing(format!("running the init script {}", script.name));
    let launch = with_image_variables(script.launch(&workshop.site, FUNCTIONS), settings, workshop);
    workshop.run(&format!("init script {}", script.name), &launch, None).await.map(drop)
}

/// The variables that the image's entrypoint sets for scripts, defaults included.
fn with_image_variables(mut launch: Launch, settings: &Settings, workshop: &Workshop) -> Launch {
    let socket = workshop.site.run.display().to_string();
    let mut set = |name: &str, value: &str| launch.environment.insert(name.to_owned(), value.to_owned());
    set("POSTGRES_USER", &settings.user);
    set("POSTGRES_DB", &settings.database);
    set("POSTGRES_PASSWORD", settings.password.as_deref().unwrap_or_default());
    set("PGDATA", &workshop.site.data.display().to_string());
    set("PGUSER", &settings.user);
    set("PGHOST", &socket);
    set("PGPORT", &settings.port.to_string());
    set("TESTYARD_SOCKET", &socket);
    launch
}
