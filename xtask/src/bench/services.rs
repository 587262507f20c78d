//! How fast PostgreSQL and Redis come up: without and with golden data directories, beside the same programs
//! started by hand.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{ROUNDS, cache, command, median, tell, testyard, timed, write};
use crate::shell;

const COMPOSE: &str = "\
services:
  db:
    image: postgres
    environment: {POSTGRES_PASSWORD: bench}
  cache:
    image: redis
";

const CONFIG: &str = "\
[[suite]]
name = \"nothing\"
command = \"true\"
services = [\"db\", \"cache\"]
";

/// Prints cold and warm medians.
pub(crate) fn run() -> Result<(), String> {
    let program = testyard()?;
    let project = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(project.path(), "compose.yaml", COMPOSE)?;
    write(project.path(), "testyard.toml", CONFIG)?;
    let (mut cold, mut warm, mut hand) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        // Only the data made from the programs is forgotten; the programs themselves stay unpacked.
        let golden = cache().join("testyard/golden");
        if golden.exists() {
            std::fs::remove_dir_all(&golden).map_err(|error| error.to_string())?;
        }
        let first = services_ms(&program, project.path())?;
        let second = services_ms(&program, project.path())?;
        let by_hand = by_hand()?;
        if round > 0 {
            cold.push(first);
            warm.push(second);
            hand.extend(by_hand);
        }
    }
    println!("\nPostgreSQL and Redis, from nothing to both healthy ({ROUNDS} rounds, medians)");
    tell("testyard, no golden data (cold)", median(cold.clone()), "ms", Some(1000.0));
    tell("testyard, golden data (warm)", median(warm.clone()), "ms", Some(200.0));
    if hand.is_empty() {
        println!("  skipped: by hand (no initdb, postgres and redis-server on PATH)");
    } else {
        let by_hand = median(hand);
        tell("initdb, postgres and redis-server by hand", by_hand, "ms", None);
        tell("cold / by hand", median(cold) / by_hand, "x", None);
        tell("warm / by hand", median(warm) / by_hand, "x", None);
    }
    Ok(())
}

/// How long the phase `services` of one run took.
fn services_ms(program: &Path, project: &Path) -> Result<f64, String> {
    let (_, output) = timed(&mut command(program, project, None, &["run", "--format", "json"]))?;
    let document: serde_json::Value = serde_json::from_str(&output).map_err(|error| error.to_string())?;
    let phases = document["phases"].as_array().ok_or("the document has no phases")?;
    let services =
        phases.iter().find(|phase| phase["name"] == "services").ok_or("there was no phase 'services'")?;
    services["elapsed_ms"].as_f64().ok_or_else(|| "the phase 'services' has no time".to_owned())
}

/// The same two programs as a careful script starts them, on tmpfs; none where the machine does not have them.
fn by_hand() -> Result<Option<f64>, String> {
    if !["initdb", "postgres", "redis-server"].iter().all(|name| shell::is_there(&[name, "--version"])) {
        return Ok(None);
    }
    let base = if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "/tmp" };
    let folder = tempfile::tempdir_in(base).map_err(|error| error.to_string())?;
    let path = folder.path().display().to_string();
    // PostgreSQL refuses root: a user namespace shows it another user, where that is needed.
    let root = shell::command(&["id", "-u"]).output().is_ok_and(|output| output.stdout == b"0\n");
    let shield = if root { "unshare -U --map-user=1000" } else { "" };
    let script = format!(
        "set -e; cd {path}
         {shield} initdb -D db -U postgres -A trust --no-sync >/dev/null
         {shield} postgres -D db -k {path} -p 55999 -c fsync=off >pg.log 2>&1 & db=$!
         redis-server --port 55998 --save '' --dir {path} >redis.log 2>&1 & cache=$!
         until psql -h 127.0.0.1 -p 55999 -U postgres -c 'select 1' >/dev/null 2>&1; do sleep 0.01; done
         until redis-cli -p 55998 ping >/dev/null 2>&1; do sleep 0.01; done
         touch ready; wait $db $cache"
    );
    let before = Instant::now();
    let mut child =
        shell::command(&["setsid", "sh", "-c", &script]).spawn().map_err(|error| error.to_string())?;
    let deadline = before + Duration::from_secs(60);
    while !folder.path().join("ready").exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(2));
    }
    let elapsed = before.elapsed().as_secs_f64() * 1e3;
    let group = format!("-{}", child.id());
    shell::check(&mut shell::command(&["kill", "-KILL", "--", &group]), "kill")?;
    child.wait().map_err(|error| error.to_string())?;
    if Instant::now() >= deadline {
        Err("the programs started by hand never answered".to_owned())
    } else {
        Ok(Some(elapsed))
    }
}
