"""Hears pytest's hooks and tells the runner what happens. Judges nothing: the runner decides what an outcome means.

This package runs on Python 3.8 and newer with pytest 7 to 9, and imports nothing that pytest itself does not bring.
"""

import os
import platform
import traceback

import pytest

from .fold import Fold, address_asked, clean, first_line, without_prefix

# Test ids sent in one message.
BATCH = 500


class Listener:
    """The plugin that is handed to pytest. One session, one process."""

    def __init__(self, channel):
        self._channel = channel
        self._indices = {}
        self._by_nodeid = {}
        self._known = 0
        self._fold = None
        self._strays = {}
        self._deselected = 0
        self._warnings = 0
        channel.send({"hello": {"python": platform.python_version(), "pytest": pytest.__version__}})

    # Start

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config):
        """Before xdist looks at its options, which it does in this hook."""
        keep_one_process(config.option)
        # Files that cannot be imported are counted by a gate; they are no reason to leave out the others.
        config.option.continue_on_collection_errors = True
        yield

    # Collection

    def pytest_collectstart(self, collector):
        if isinstance(collector, pytest.File):
            collector.collect = survive_exit(collector, collector.collect)

    def pytest_collectreport(self, report):
        if report.failed:
            fields = {"path": report.nodeid or "(session)", "message": first_line(report)}
            self._channel.send({"broken": clean_all(fields, text=report.longreprtext)})
        elif report.skipped and not report.result:
            self._channel.send({"skipped_file": clean_all({"path": report.nodeid}, why=skip_reason(report))})

    def pytest_deselected(self, items):
        self._deselected += len(items)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        names = [self._learn(item) for item in session.items]
        for at in range(0, len(names), BATCH):
            self._channel.send({"collected": names[at : at + BATCH]})

    def _learn(self, item):
        """Numbers an item, and gives items that share one node id names of their own."""
        name = clean(item.nodeid)
        self._indices[item] = self._known
        if item.nodeid in self._by_nodeid:
            same = self._by_nodeid[item.nodeid]
            same.append(self._known)
            name = "%s (%d)" % (name, len(same))
        else:
            self._by_nodeid[item.nodeid] = [self._known]
        self._known += 1
        return name

    # Tests

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session):
        option = session.config.option
        self._channel.send(
            {
                "ready": {
                    "deselected": self._deselected,
                    "maxfail": option.maxfail or 0,
                    "collect_only": bool(option.collectonly),
                }
            }
        )
        order = self._channel.wait()
        if order is None or "go" not in order:
            session.items[:] = []
        elif order["go"] is not None:
            session.items[:] = [session.items[index] for index in order["go"]]
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        index = self._indices.get(item)
        if index is None:
            index = self._also(item)
        self._fold = fold = Fold(index)
        self._channel.start(index)
        result = yield
        self._fold = None
        # An interrupted test has no outcome: the runner knows that it was running.
        if result.excinfo is None:
            fold.send(self._channel)

    def pytest_exception_interact(self, call, report):
        # The fold holds the report until the test is over.
        asked = address_asked(call.excinfo.value)
        if asked:
            report.testyard_asked = asked

    def _also(self, item):
        """An item that runs although it was not collected."""
        name = self._learn(item)
        self._channel.send({"also": name})
        return self._indices[item]

    def pytest_runtest_logreport(self, report):
        fold = self._fold
        if fold is None:
            self._stray(report)
        else:
            fold.take(report)

    def _stray(self, report):
        """A report outside of a test's own protocol: from a plugin that has a loop of its own."""
        indices = self._by_nodeid.get(report.nodeid)
        if not indices:
            return
        fold = self._strays.setdefault(report.nodeid, Fold(indices[0]))
        fold.take(report)
        if report.when == "teardown":
            fold.send(self._channel)
            del self._strays[report.nodeid]

    # End

    def pytest_warning_recorded(self):
        self._warnings += 1

    def pytest_internalerror(self, excrepr):
        self._channel.send({"internal": clean(str(excrepr))})

    def pytest_keyboard_interrupt(self, excinfo):
        why = excinfo.exconly()
        if isinstance(excinfo.value, pytest.exit.Exception):
            why = "pytest.exit: %s" % excinfo.value
        self._channel.send({"interrupted": clean(why.splitlines()[0])})

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session):
        yield
        stopped = session.shouldfail or session.shouldstop
        self._channel.send({"end": {"warnings": self._warnings, "stopped": clean(str(stopped)) if stopped else None}})


def keep_one_process(option):
    """Undoes `-n auto` and its like: the runner decides how many processes run tests."""
    if hasattr(option, "numprocesses"):
        option.numprocesses = 0
        option.dist = "no"
        option.distload = False
        option.tx = []
        option.looponfail = False


def survive_exit(collector, collect):
    """Makes a file that calls `sys.exit()` while it is imported a broken file: pytest would end the collection of
    all other files with it."""

    def guarded():
        try:
            return list(collect())
        except SystemExit as error:
            text = "sys.exit(%s) was called while the file was imported\n%s" % (error.code, own_frames(error))
            raise collector.CollectError(text) from None

    return guarded


def own_frames(error):
    """Where an error came from, without the frames of pytest and of the import system."""
    foreign = (os.sep + "_pytest" + os.sep, "<frozen ", os.sep + "importlib" + os.sep, "<testyard_plugin")
    frames = traceback.extract_tb(error.__traceback__)
    return "".join(traceback.format_list([f for f in frames if not any(part in f.filename for part in foreign)]))


def skip_reason(report):
    """Why a file's tests were left out."""
    if isinstance(report.longrepr, tuple):
        return without_prefix(str(report.longrepr[2]), "Skipped: ")
    return first_line(report)


def clean_all(fields, **more):
    """The fields with every text made fit to be sent."""
    return {name: clean(value) for name, value in dict(fields, **more).items()}
