//! How the whole view looks, in two sizes.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::watch::fixture::{self, Scene};

fn drawn(scene: &Scene, ui: &Ui, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(&scene.seen(), ui, frame.area(), frame.buffer_mut())).unwrap();
    terminal.backend().clone()
}

#[test]
fn tests_run_on_a_large_screen() {
    insta::assert_snapshot!(drawn(&fixture::testing(), &Ui::default(), 100, 30), @r#"
    "ingester  20261120-143022-k3f9                                                                 1.3 s"
    "running  ● test 720 ms                                                                              "
    "█████░░░░░░░░░░░░░░░ 1/4  1 failed                                                                  "
    "── phases ──────────────  ── services ──────────────────────────────────────────────────────────────"
    "✓ inspect 40 ms             ✓ postgres-test  ██████████████  PostgreSQL 16.14 · ready in 400 ms · p…"
    "· provide                   ✓ redis-test     ███···········  Redis 7.0.15 · ready in 80 ms · redis-…"
    "✓ services 470 ms                                                                                   "
    "· prepare                                                                                           "
    "· collect                                                                                           "
    "● test 720 ms                                                                                       "
    "· gates                                                                                             "
    "· teardown                                                                                          "
    "── running now ─────────────────────────────────────────────────────────────────────────────────────"
    " 0 ● unit › t.py::slow 410 ms                                                                       "
    " 1 ● unit › t.py::last 400 ms                                                                       "
    "─▸ failures 1 ──────────────────────────────────────────────────────────────────────────────────────"
    "  ✗ failed unit › t.py::fails                                                                       "
    "    AssertionError: assert 1 == 2  at tests/unit/test_a.py:7                                        "
    "── log  service-postgres-test.log 1/2  31-40 of 40 ─────────────────────────────────────────────────"
    "2026-11-20 14:30:31 LOG:  checkpoint 31                                                             "
    "2026-11-20 14:30:32 LOG:  checkpoint 32                                                             "
    "2026-11-20 14:30:33 LOG:  checkpoint 33                                                             "
    "2026-11-20 14:30:34 LOG:  checkpoint 34                                                             "
    "2026-11-20 14:30:35 LOG:  checkpoint 35                                                             "
    "2026-11-20 14:30:36 LOG:  checkpoint 36                                                             "
    "2026-11-20 14:30:37 LOG:  checkpoint 37                                                             "
    "2026-11-20 14:30:38 LOG:  checkpoint 38                                                             "
    "2026-11-20 14:30:39 LOG:  checkpoint 39                                                             "
    "2026-11-20 14:30:40 LOG:  checkpoint 40                                                             "
    "? keys  q leave  Tab panes  j/k scroll  c cancel                                                    "
    "#);
}

#[test]
fn tests_run_on_a_small_screen() {
    insta::assert_snapshot!(drawn(&fixture::testing(), &Ui::default(), 40, 12), @r#"
    "ingester  20261120-143022-k3f9     1.3 s"
    "running  ██░░░░░░ 1/4  1 failed         "
    "── services ────────────────────────────"
    "  ✓ postgres-test  PostgreSQL 16.14 · r…"
    "  ✓ redis-test     Redis 7.0.15 · ready…"
    "── running now ─────────────────────────"
    " 0 ● unit › t.py::slow 410 ms           "
    " 1 ● unit › t.py::last 400 ms           "
    "─▸ failures 1 ──────────────────────────"
    "  ✗ failed unit › t.py::fails           "
    "    AssertionError: assert 1 == 2  at t…"
    "? keys  q leave  Tab panes  j/k scroll …"
    "#);
}

#[test]
fn a_run_that_failed() {
    insta::assert_snapshot!(drawn(&fixture::failed(), &Ui::default(), 100, 30), @r#"
    "ingester  20261120-143022-k3f9                                                                 1.4 s"
    "FAILED  3 tests failed                                                                              "
    "███████████████░░░░░ 3/4  3 failed                                                                  "
    "── phases ──────────────  ── services ──────────────────────────────────────────────────────────────"
    "✓ inspect 40 ms             ✓ postgres-test  ██████████████  PostgreSQL 16.14 · ready in 400 ms · p…"
    "· provide                   ✓ redis-test     ███···········  Redis 7.0.15 · ready in 80 ms · redis-…"
    "✓ services 470 ms                                                                                   "
    "· prepare                                                                                           "
    "· collect                                                                                           "
    "✗ test 720 ms                                                                                       "
    "· gates                                                                                             "
    "· teardown                                                                                          "
    "─▸ failures 3 ──────────────────────────────────────────────────────────────────────────────────────"
    "  ✗ failed unit › t.py::fails                                                                       "
    "    AssertionError: assert 1 == 2  at tests/unit/test_a.py:7                                        "
    "  ✗ failed unit › t.py::slow                                                                        "
    "    KeyError: 'gone'  at tests/unit/test_a.py:7                                                     "
    "  ✗ failed unit › t.py::last                                                                        "
    "    at tests/unit/test_a.py:7                                                                       "
    "── log  service-postgres-test.log 1/2  32-40 of 40 ─────────────────────────────────────────────────"
    "2026-11-20 14:30:32 LOG:  checkpoint 32                                                             "
    "2026-11-20 14:30:33 LOG:  checkpoint 33                                                             "
    "2026-11-20 14:30:34 LOG:  checkpoint 34                                                             "
    "2026-11-20 14:30:35 LOG:  checkpoint 35                                                             "
    "2026-11-20 14:30:36 LOG:  checkpoint 36                                                             "
    "2026-11-20 14:30:37 LOG:  checkpoint 37                                                             "
    "2026-11-20 14:30:38 LOG:  checkpoint 38                                                             "
    "2026-11-20 14:30:39 LOG:  checkpoint 39                                                             "
    "2026-11-20 14:30:40 LOG:  checkpoint 40                                                             "
    "? keys  q leave  Tab panes  j/k scroll                                                              "
    "#);
    insta::assert_snapshot!(drawn(&fixture::failed(), &Ui::default(), 40, 12), @r#"
    "ingester  20261120-143022-k3f9     1.4 s"
    "FAILED  ██████░░ 3/4  3 failed          "
    "── services ────────────────────────────"
    "  ✓ postgres-test  PostgreSQL 16.14 · r…"
    "  ✓ redis-test     Redis 7.0.15 · ready…"
    "─▸ failures 3  5-6 of 6 ────────────────"
    "  ✗ failed unit › t.py::last            "
    "    at tests/unit/test_a.py:7           "
    "── log  service-postgres-test.log 1/2  …"
    "2026-11-20 14:30:39 LOG:  checkpoint 39 "
    "2026-11-20 14:30:40 LOG:  checkpoint 40 "
    "? keys  q leave  Tab panes  j/k scroll  "
    "#);
}

#[test]
fn services_start() {
    let ui = Ui { focus: Pane::Services, ..Ui::default() };
    insta::assert_snapshot!(drawn(&fixture::starting(), &ui, 100, 30), @r#"
    "ingester  20261120-143022-k3f9                                                                600 ms"
    "running  ● services 560 ms                                                                          "
    "no test is known yet                                                                                "
    "── phases ──────────────  ─▸ services ──────────────────────────────────────────────────────────────"
    "✓ inspect 40 ms             ● postgres-test  ██████████████  starting 500 ms                        "
    "· provide                   ✓ redis-test     ██············  Redis 7.0.15 · ready in 80 ms · redis-…"
    "● services 560 ms                                                                                   "
    "· prepare                                                                                           "
    "· collect                                                                                           "
    "· test                                                                                              "
    "· gates                                                                                             "
    "· teardown                                                                                          "
    "── running now ─────────────────────────────────────────────────────────────────────────────────────"
    "nothing at the moment                                                                               "
    "── failures ────────────────────────────────────────────────────────────────────────────────────────"
    "none so far                                                                                         "
    "── log  service-postgres-test.log 1/2 ──────────────────────────────────────────────────────────────"
    "nothing was printed yet                                                                             "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "                                                                                                    "
    "? keys  q leave  Tab panes  j/k scroll  c cancel                                                    "
    "#);
    insta::assert_snapshot!(drawn(&fixture::starting(), &ui, 40, 12), @r#"
    "ingester  20261120-143022-k3f9    600 ms"
    "running  ● services 560 ms              "
    "─▸ services ────────────────────────────"
    "  ● postgres-test  starting 500 ms      "
    "  ✓ redis-test     Redis 7.0.15 · ready…"
    "── running now ─────────────────────────"
    "nothing at the moment                   "
    "── failures ────────────────────────────"
    "none so far                             "
    "── log  service-postgres-test.log 1/2 ──"
    "nothing was printed yet                 "
    "? keys  q leave  Tab panes  j/k scroll …"
    "#);
}

#[test]
fn keys_and_questions() {
    let ui = Ui { mode: Mode::Help, ..Ui::default() };
    insta::assert_snapshot!(drawn(&fixture::testing(), &ui, 40, 12), @r#"
    "ingester  20261120-143022-k3f9     1.3 s"
    "running  ██░░░░░░ 1/4  1 failed         "
    "─▸ keys ────────────────────────────────"
    "q Esc Ctrl-C  leave; the run goes on    "
    "Tab BackTab   next pane, the one before "
    "j k arrows    down and up               "
    "PgDn PgUp     a page down and up        "
    "g G Home End  beginning; end and follow "
    "h l arrows    the log before, the next  "
    "Enter         the log of what is marked "
    "c, then y     cancel the run            "
    "any key closes this                     "
    "#);
    let ui = Ui { mode: Mode::Confirming, ..Ui::default() };
    let screen = drawn(&fixture::testing(), &ui, 60, 5).to_string();
    assert!(screen.contains("cancel this run?  y yes"), "{screen}");
}

#[test]
fn nothing_is_drawn_beyond_any_size() {
    let ui = Ui::default();
    for (width, height) in [(0, 0), (1, 1), (3, 2), (5, 40), (200, 3), (39, 11), (73, 7)] {
        for scene in [fixture::testing(), fixture::failed(), fixture::starting(), fixture::nothing()] {
            drawn(&scene, &ui, width, height);
        }
    }
}

#[test]
fn colour_is_only_added_where_it_is_wanted() {
    let mut scene = fixture::failed();
    let plain = drawn(&scene, &Ui::default(), 100, 30);
    let dressed = |backend: &TestBackend| {
        backend.buffer().content.iter().any(|cell| cell.style() != ratatui::buffer::Cell::default().style())
    };
    assert!(!dressed(&plain));
    scene.style.colour = true;
    let coloured = drawn(&scene, &Ui::default(), 100, 30);
    assert!(dressed(&coloured));
    assert_eq!(plain.to_string(), coloured.to_string());
}
