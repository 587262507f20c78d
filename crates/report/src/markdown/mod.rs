//! The report as Markdown: readable as plain text, as a file, and as the summary of a CI step.
//!
//! What lives here: the order of the sections. Each group of sections has its own file; `document` keeps the whole
//! within its limit and says aloud what it left out.

mod document;
mod escape;
mod failures;
mod results;
mod surroundings;

use document::Document;

use crate::Subject;

/// What GitHub takes as a step summary: one byte more and it refuses the whole of it. Source: GitHub's documentation
/// of workflow commands, 1 MiB a step.
pub const GITHUB_LIMIT: usize = 1_024 * 1_024;

/// The report, short enough for a CI step's summary.
pub fn markdown(subject: &Subject<'_>) -> String {
    within(subject, GITHUB_LIMIT)
}

/// The report, at most `limit` bytes long. The verdict and the tables of results come first and the closing box has its
/// room kept; details are left out when there is no room for them, and the report says how many.
pub fn within(subject: &Subject<'_>, limit: usize) -> String {
    let closing = results::closing(subject);
    let mut document = Document::new(limit.saturating_sub(closing.len() + 1));
    document.text(&results::opening(subject));
    document.text(&results::phases(subject.state));
    document.text(&results::suites(subject.state));
    document.text(&results::gates(subject.state));
    document.items("Blocked", "blocking checks", failures::blocked(subject));
    document.items("Failures", "failures", failures::failed(subject));
    document.items("Flaky", "flaky tests", failures::flaky(subject));
    document.items("No outcome", "tests", failures::unsettled(subject));
    document.text(&results::checks(subject.state));
    document.items("Services", "entries about services", surroundings::services(subject));
    document.items("Findings", "findings", surroundings::findings(subject));
    document.items("Notes", "notes", surroundings::notes(subject));
    document.text(&results::slowest(subject.state));
    document.text(&results::timeline(subject.state));
    document.text(&surroundings::environment(subject));
    document.items("Logs", "logs", surroundings::logs(subject));
    document.finish(&closing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use testyard_model::event::Evidence;
    use testyard_model::{Outcome, Record};

    fn report(records: &[Record]) -> String {
        let state = fixture::state(records);
        markdown(&fixture::subject(&state))
    }

    #[test]
    fn of_a_run_that_passed() {
        insta::assert_snapshot!(report(&fixture::passing()), @r#"
        # ingester: passed

        **3 tests passed on real services**

        - Tests: 3 passed
        - Took: 2.2 s
        - Run: `20261120-143022-k3f9`
        - Started: 2026-11-20T14:30:22Z

        ## Phases

        | Phase | Outcome | Started | Took |
        | --- | --- | ---: | ---: |
        | inspect | passed | 100 ms | 200 ms |
        | services | passed | 400 ms | 500 ms |
        | test | passed | 1.0 s | 800 ms |
        | gates | passed | 1.9 s | 200 ms |

        ## Suites

        | Suite | Outcome | Passed | Failed | Error | Flaky | Blocked | Skipped | Total | Not collected | Took |
        | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | unit | passed | 1 | 0 | 0 | 0 | 0 | 0 | 1 | 0 |  |
        | integration | passed | 2 | 0 | 0 | 0 | 0 | 0 | 2 | 0 |  |

        ## Gates

        | Gate | Outcome | By |
        | --- | --- | --- |
        | complete | passed | 3 of 3 tests have an outcome |

        ## Services

        | Service | State | Engine | Version | Ready in | Address | Fidelity |
        | --- | --- | --- | --- | ---: | --- | --- |
        | postgres-test | ready | native | PostgreSQL 15.4 | 100 ms | `postgres-test:5432` | emulated |
        | redis-test | ready | native | Redis 7.0.15 | 100 ms | `redis-test:5432` | honoured |

        - postgres-test `image`: emulated, PostgreSQL 15.4 stands in for 16

        ## Findings

        - warning TY-CM007 `docker-compose.test.yml:3:5`: \`version\` is obsolete; remove the line

        ## Slowest tests

        | Took | Suite | Test |
        | ---: | --- | --- |
        | 340 ms | integration | `tests/integration/test_b.py::test_two` |
        | 80 ms | integration | `tests/integration/test_b.py::test_three` |
        | 12 ms | unit | `tests/unit/test_a.py::test_one` |

        ## Timeline

        ```text
        inspect                      ·████···································  200 ms
        services                     ·······█████████························  500 ms
        test                         ··················██████████████········  800 ms
        gates                        ··································████··  200 ms
          postgres-test until ready  ·········█······························  100 ms
          redis-test until ready     ··········██····························  100 ms
        ```

        ## Environment

        - Testyard: 0.1.0
        - Engine: native: recipes for every service
        - system: Linux 6.1
        - cores: 2

        ## Logs

        - everything: `.testyard/runs/20261120-143022-k3f9/logs`
        - `.testyard/runs/20261120-143022-k3f9/logs/service-postgres-test.log`
        - `.testyard/runs/20261120-143022-k3f9/logs/service-redis-test.log`

        ```text
        ╭─────────────────────────────────────────╮
        │ PASSED  3 tests passed on real services │
        │ 3 passed  in 2.2 s                      │
        │ run 20261120-143022-k3f9  exit 0        │
        ╰─────────────────────────────────────────╯
        ```
        "#);
    }

    #[test]
    fn of_a_run_that_failed() {
        insta::assert_snapshot!(report(&fixture::failing()), @r#"
        # ingester: failed

        **2 tests failed and 1 file could not be collected**

        - Tests: 1 passed, 1 failed, 1 error, 1 flaky, 1 skipped
        - Took: 2.1 s
        - Run: `20261120-143022-k3f9`
        - Started: 2026-11-20T14:30:22Z

        ## Phases

        | Phase | Outcome | Started | Took |
        | --- | --- | ---: | ---: |
        | inspect | passed | 100 ms | 200 ms |
        | services | passed | 400 ms | 500 ms |
        | test | **failed** | 1.0 s | 900 ms |

        ## Suites

        | Suite | Outcome | Passed | Failed | Error | Flaky | Blocked | Skipped | Total | Not collected | Took |
        | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | unit | **failed** | 1 | 1 | 1 | 1 | 0 | 1 | 5 | 1 |  |
        | integration | not ended | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |  |

        ## Gates

        | Gate | Outcome | By |
        | --- | --- | --- |
        | pass-rate | **failed** | 1 of 4 tests passed, 90 % asked for |

        ## Failures

        ### not collected `tests/unit/test_broken.py`

        - Suite: unit
        - Message: `ModuleNotFoundError: No module named 'fastapi'`
        - At: `tests/unit/test_broken.py:1`

        <details><summary>detail</summary>

        ```text
        tests/unit/test_broken.py:1: in <module>
        ```

        </details>

        ### failed `t.py::fails`

        - Suite: unit
        - Message: `AssertionError: assert 1 == 2`
        - At: `tests/unit/test_a.py:7`
        - Took: 1.2 s
        - Log: `.testyard/runs/20261120-143022-k3f9/logs/unit/test_fails.log`

        <details><summary>detail</summary>

        ```text
        def test_fails():
        >   assert 1 == 2
        E   assert 1 == 2

        tests/unit/test_a.py:7: AssertionError
        ```

        </details>

        ### error `t.py::errs`

        - Suite: unit
        - Message: `fixture 'client' not found`
        - Took: 3 ms

        ## Flaky

        - unit `t.py::wobbles`

        ## Services

        | Service | State | Engine | Version | Ready in | Address | Fidelity |
        | --- | --- | --- | --- | ---: | --- | --- |
        | postgres-test | ready | native | PostgreSQL 15.4 | 100 ms | `postgres-test:5432` | emulated |
        | redis-test | ready | native | Redis 7.0.15 | 100 ms | `redis-test:5432` | honoured |

        - postgres-test `image`: emulated, PostgreSQL 15.4 stands in for 16

        ## Findings

        - warning TY-CM007 `docker-compose.test.yml:3:5`: \`version\` is obsolete; remove the line

        ## Slowest tests

        | Took | Suite | Test |
        | ---: | --- | --- |
        | 1.2 s | unit | `t.py::fails` |
        | 90 ms | unit | `t.py::wobbles` |
        | 5 ms | unit | `t.py::passes` |
        | 3 ms | unit | `t.py::errs` |

        ## Timeline

        ```text
        inspect                      ·████···································  200 ms
        services                     ·······██████████·······················  500 ms
        test                         ···················█████████████████····  900 ms
          postgres-test until ready  ·········██·····························  100 ms
          redis-test until ready     ···········██···························  100 ms
        ```

        ## Environment

        - Testyard: 0.1.0
        - Engine: native: recipes for every service
        - system: Linux 6.1
        - cores: 2

        ## Logs

        - everything: `.testyard/runs/20261120-143022-k3f9/logs`
        - `.testyard/runs/20261120-143022-k3f9/logs/service-postgres-test.log`
        - `.testyard/runs/20261120-143022-k3f9/logs/service-redis-test.log`
        - `.testyard/runs/20261120-143022-k3f9/logs/unit/test_fails.log`

        ```text
        ╭───────────────────────────────────────────────────────────────╮
        │ FAILED  2 tests failed and 1 file could not be collected      │
        │ 1 passed · 1 failed · 1 error · 1 flaky · 1 skipped  in 2.1 s │
        │ run 20261120-143022-k3f9  exit 1                              │
        ╰───────────────────────────────────────────────────────────────╯
        ```
        "#);
    }

    #[test]
    fn of_a_run_that_was_blocked() {
        insta::assert_snapshot!(report(&fixture::blocked()), @r#"
        # ingester: blocked

        **postgres-test never became ready**

        - Tests: 2 blocked
        - Blocked by: `services/postgres-test`
        - Took: 1.3 s
        - Run: `20261120-143022-k3f9`
        - Started: 2026-11-20T14:30:22Z

        ## Phases

        | Phase | Outcome | Started | Took |
        | --- | --- | ---: | ---: |
        | services | **blocked** by `services/postgres-test` | 100 ms | 500 ms |
        | test | **blocked** by `services/postgres-test` | 700 ms | 500 ms |

        ## Suites

        | Suite | Outcome | Passed | Failed | Error | Flaky | Blocked | Skipped | Total | Not collected | Took |
        | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | unit | not ended | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |  |
        | integration | **blocked** by `services/postgres-test` | 0 | 0 | 0 | 0 | 2 | 0 | 2 | 0 |  |

        ## Blocked

        - `services/postgres-test` blocked 2 tests, suite integration

          ```text
          exited with 1 after 210 ms
          FATAL: unrecognized configuration parameter "no_such"
          ```

        ## Checks

        | Check | Outcome | Took | What it said |
        | --- | --- | ---: | --- |
        | `services/postgres-test` | **failed** | 300 ms | exited with 1 after 210 ms |

        ## Services

        | Service | State | Engine | Version | Ready in | Address | Fidelity |
        | --- | --- | --- | --- | ---: | --- | --- |
        | postgres-test | broken |  |  |  |  |  |
        | redis-test | planned |  |  |  |  |  |

        ## Timeline

        ```text
        services                      ···███████████████······················  500 ms
        test                          ·····················███████████████····  500 ms
          postgres-test, never ready  ·········██████·························  200 ms
        ```

        ## Environment

        - Testyard: 0.1.0
        - Engine: native: recipes for every service
        - system: Linux 6.1
        - cores: 2

        ## Logs

        - everything: `.testyard/runs/20261120-143022-k3f9/logs`

        ```text
        ╭───────────────────────────────────────────╮
        │ BLOCKED  postgres-test never became ready │
        │ 2 blocked  in 1.3 s                       │
        │ run 20261120-143022-k3f9  exit 3          │
        ╰───────────────────────────────────────────╯
        ```
        "#);
    }

    #[test]
    fn a_report_that_is_too_long_is_cut_and_says_so() {
        let mut records = fixture::passing();
        for number in 0..3_000 {
            let evidence = Evidence {
                message: format!("message {number}"),
                detail: "a long line of detail that fills the report\n".repeat(30),
                log: None,
            };
            let name = format!("t.py::test_{number}");
            fixture::append(&mut records, fixture::tested("unit", &name, Outcome::Failed, 1.0, evidence));
        }
        let report = report(&records);
        assert!(report.len() <= GITHUB_LIMIT, "{} bytes", report.len());
        assert!(report.len() > GITHUB_LIMIT * 9 / 10, "{} bytes", report.len());
        let said =
            report.lines().find(|line| line.contains("left out")).expect("the report says what it left out");
        assert!(said.contains("of 3000 failures are left out"), "{said}");
        assert!(report.trim_end().ends_with("```"), "the closing box is there");
    }

    #[test]
    fn a_small_limit_keeps_the_verdict() {
        let state = fixture::state(&fixture::failing());
        let report = within(&fixture::subject(&state), 2_000);
        assert!(report.len() <= 2_000, "{} bytes", report.len());
        assert!(report.starts_with("# ingester: failed") && report.contains("FAILED  2 tests"), "{report}");
    }

    #[test]
    fn foreign_text_cannot_break_out() {
        let mut records = fixture::passing();
        let evidence = Evidence {
            message: "<script>alert(1)</script> | `x`".to_owned(),
            detail: "```\nnot the end\n```".to_owned(),
            log: None,
        };
        fixture::append(
            &mut records,
            fixture::tested("unit", "t.py::t[a|b`c`]", Outcome::Failed, 1.0, evidence),
        );
        let report = report(&records);
        assert!(report.contains("- Message: `` <script>alert(1)</script> | `x` ``\n"), "{report}");
        assert!(report.contains("````text\n```\nnot the end"));
    }
}
