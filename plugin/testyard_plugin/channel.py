"""The channel to the runner: one JSON document a line, both ways, on one inherited socket."""

import faulthandler
import fcntl
import json
import os
import resource
import signal
import sys
import time

# Far above what a test closes on its way (`os.closerange(3, 1024)`), low enough to keep the descriptor table small.
HIGHEST_DESCRIPTOR = 4000

# A result waits for the next test's start, which follows at once, unless the test took at least this long: then
# it goes out by itself, and a process that dies between two tests has at most one young result unsent.
PATIENCE_SECONDS = 0.02


class Channel:
    """Lines to the runner.

    The functions it needs are kept on the object: tests replace `os.write`, `os.getpid` and the clock in their
    modules and forget to put them back.
    """

    def __init__(self, descriptor, write=os.write, read=os.read, getpid=os.getpid, clock=time.monotonic):
        self._descriptor = descriptor
        self._write = write
        self._read = read
        self._getpid = getpid
        self._clock = clock
        self._dumps = json.dumps
        self._loads = json.loads
        self._owner = getpid()
        self._pending = []
        self._sent_at = clock()
        self._closed = False

    @classmethod
    def on_standard_input(cls):
        """Takes standard input as the channel and leaves /dev/null in its place."""
        channel = cls(_raise_descriptor(0))
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        if null != 0:
            os.close(null)
        _dump_stacks_on_quit()
        return channel

    def send(self, message):
        """Sends a message now, after everything that waits."""
        self._pending.append(self._dumps(message))
        self.flush()

    def start(self, index):
        """Says that a test begins. Always sent before the test runs: should it take the process down, the runner
        knows which one it was."""
        self._pending.append('{"start":%d}' % index)
        self.flush()

    def passed(self, index, milliseconds):
        """Says that a test passed: the common case, and therefore written without a JSON encoder."""
        self._pending.append('{"finish":{"i":%d,"ms":%.3f}}' % (index, milliseconds))
        self.flush_if_late()

    def finish(self, fields):
        """Says how a test ended."""
        self._pending.append(self._dumps({"finish": fields}))
        self.flush_if_late()

    def flush_if_late(self):
        """Sends what waits when the last sending is a while ago."""
        if self._clock() - self._sent_at > PATIENCE_SECONDS:
            self.flush()

    def flush(self):
        """Sends what waits. A child that a test forked sends nothing: it is not the process the runner asked."""
        if not self._pending:
            return
        if self._closed or self._getpid() != self._owner:
            self._pending.clear()
            return
        data = memoryview(("\n".join(self._pending) + "\n").encode("ascii", "backslashreplace"))
        self._pending.clear()
        try:
            while data:
                data = data[self._write(self._descriptor, data) :]
        except OSError:
            # The runner is gone. Whoever started it takes this process down; until then there is nobody to tell.
            self._closed = True
        self._sent_at = self._clock()

    def wait(self):
        """Waits for one line from the runner. None when the runner is gone."""
        line = b""
        while not line.endswith(b"\n"):
            try:
                piece = self._read(self._descriptor, 65536)
            except OSError:
                return None
            if not piece:
                return None
            line += piece
        return self._loads(line)


def _raise_descriptor(descriptor):
    """A copy of a descriptor under a high number, closed when another program is executed."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = HIGHEST_DESCRIPTOR
    if soft != resource.RLIM_INFINITY:
        wanted = max(3, min(wanted, soft - 16))
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, wanted)


def _dump_stacks_on_quit():
    """SIGQUIT writes every thread's stack to the log: how the runner learns where a test hangs."""
    try:
        log = _raise_descriptor(sys.__stderr__.fileno())
        faulthandler.register(signal.SIGQUIT, file=log, all_threads=True, chain=False)
    except (AttributeError, OSError, ValueError):
        # No standard error, or a platform without the signal: a time-out is then told without stacks.
        pass
