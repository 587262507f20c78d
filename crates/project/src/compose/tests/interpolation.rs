//! Variables: where they come from, which of two wins, and what is said about the others.

use super::support::Project;

fn image(project: &Project<'_>) -> String {
    project.clean().service("a").unwrap().image.clone().unwrap()
}

const TEXT: &str = "services: {a: {image: \"${V:-none}\"}}\n";

#[test]
fn the_process_wins_over_the_file_beside_it() {
    assert_eq!(image(&Project::new(TEXT)), "none");
    assert_eq!(image(&Project::new(TEXT).beside(".env", "V=file")), "file");
    assert_eq!(image(&Project::new(TEXT).beside(".env", "V=file").set("V", "process")), "process");
    assert_eq!(image(&Project::new(TEXT).beside(".env", "A=${B}-x\nV=$A").set("B", "b")), "b-x");
}

#[test]
fn named_files_stand_in_for_the_usual_one_and_the_last_counts() {
    let project = Project::new(TEXT).beside(".env", "V=usual").beside("1.env", "V=1").beside("2.env", "W=2");
    assert_eq!(image(&project.set("COMPOSE_ENV_FILES", "1.env,2.env")), "1");
    let project = Project::new(TEXT).beside("1.env", "V=1").beside("2.env", "V=$V+2");
    assert_eq!(image(&project.set("COMPOSE_ENV_FILES", "1.env, 2.env")), "1+2");
    let project = Project::new(TEXT).beside(".env", "V=usual").set("COMPOSE_DISABLE_ENV_FILE", "true");
    assert_eq!(image(&project), "none");
}

#[test]
fn values_are_interpolated_and_keys_are_not() {
    let text =
        "services:\n  a:\n    image: i\n    environment: {$V: \"$V\", B: $$V}\n    labels: [\"$V=$V\"]\n";
    let project = Project::new(text).set("V", "v").clean();
    let a = project.service("a").unwrap();
    assert_eq!((a.environment["$V"].as_str(), a.environment["B"].as_str()), ("v", "$V"));
    assert_eq!(a.labels["v"], "v");
}

#[test]
fn an_interpolated_value_is_read_as_the_type_its_key_has() {
    let text = "services:\n  a:\n    image: i\n    init: ${YES}\n    healthcheck: {retries: \"${N}\", test: x}\n\
                \x20   ports: [{target: \"${N}\", published: \"${N}0\"}]\n    environment: {N: \"${V}\"}\n";
    let project = Project::new(text).set("YES", "true").set("N", "5").set("V", "1.10").clean();
    let a = project.service("a").unwrap();
    assert_eq!((a.init, a.healthcheck.as_ref().unwrap().retries), (Some(true), Some(5)));
    assert_eq!((a.ports[0].target, a.ports[0].published.unwrap().first), (5, 50));
    assert_eq!(a.environment["N"], "1.10");
}

#[test]
fn the_project_name_is_a_variable() {
    let text = "name: My Tests\nservices: {a: {image: \"${COMPOSE_PROJECT_NAME}-a\"}}\n";
    let project = Project::new(text).clean();
    assert_eq!(
        (project.name.as_str(), project.service("a").unwrap().image.as_deref()),
        ("mytests", Some("mytests-a"))
    );
    assert_eq!(Project::new(text).set("COMPOSE_PROJECT_NAME", "given").clean().name, "given");
    assert_eq!(Project::new("services: {a: {image: i}}").clean().name, "project");
    assert_eq!(
        Project::new("name: one\nservices: {a: {image: i}}")
            .over("o.yaml", "name: $X")
            .set("X", "two")
            .clean()
            .name,
        "two"
    );
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    let check = |text: &str, expected: &[&str]| assert_eq!(Project::new(text).findings(), expected, "{text}");
    check(
        "services:\n  a:\n    image: x:$A$B\n    user: $A\n",
        &[
            "warning TY-CM022 compose.yaml:3:14: the variable `A` is not set: a blank stands in its place",
            "warning TY-CM022 compose.yaml:3:16: the variable `B` is not set: a blank stands in its place",
        ],
    );
    check(
        "services:\n  a:\n    image: \"${TAG:?say which}\"\n    build: .\n",
        &["error TY-CM021 compose.yaml:3:13: the required variable `TAG` is not set: say which"],
    );
    check(
        "services:\n  a:\n    image: i\n    command:\n      - |\n        first\n        second ${1}\n",
        &["error TY-CM020 compose.yaml:7:16: `${1}` does not start with a variable's name"],
    );
    check("services:\n  a:\n    image: i\n    command: [sh, -c, \"echo $1 $(date) $$HOME\"]\n", &[]);
}

#[test]
fn malformed_lines_of_env_files_are_said_where_they_stand() {
    let project = Project::new("services: {a: {image: i}}\n").beside(".env", "A=1\nnot a line\nB=$A$C\n");
    assert_eq!(
        project.findings(),
        [
            "error TY-CM023 .env:2:1: a variable's name cannot contain a space",
            "warning TY-CM022 .env:3:1: the variable `C` is not set: a blank stands in its place",
        ]
    );
}

#[test]
fn passwords_do_not_stand_in_findings() {
    let text = "services:\n  a:\n    image: i\n    environment:\n      POSTGRES_PASSWORD: 0123456\n";
    let (_, findings) = Project::new(text).read();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].source.as_deref(), Some("      POSTGRES_PASSWORD: ****"));
    assert!(!format!("{findings:?}").contains("0123456"), "{findings:?}");
}
