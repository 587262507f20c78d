"""Runs a program in a terminal of its own: what it writes goes to a file, lines on standard input say what to type."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

LOG, COLUMNS, ROWS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
PROGRAM = sys.argv[4:]


def start(terminal):
    # The size is there before the program asks for it.
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    child = os.fork()
    if child:
        return child
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(terminal, number)
    os.execvp(PROGRAM[0], PROGRAM)


def obey(line, master, child):
    word, _, rest = line.partition(" ")
    if word == "type":
        os.write(master, bytes.fromhex(rest))
    elif word == "signal":
        os.kill(child, getattr(signal, "SIG" + rest))


def main():
    master, terminal = pty.openpty()
    child = start(terminal)
    inputs = [master, 0]
    status = None
    said = b""
    with open(LOG, "wb", buffering=0) as log:
        while True:
            ready, _, _ = select.select(inputs, [], [], 0.05)
            if master in ready:
                log.write(os.read(master, 65536))
            elif status is not None:
                break
            if 0 in ready:
                more = os.read(0, 65536)
                *lines, said = (said + more).split(b"\n")
                for line in lines:
                    obey(line.decode(), master, child)
                if not more:
                    inputs.remove(0)
            if status is None:
                ended, code = os.waitpid(child, os.WNOHANG)
                if ended:
                    status = os.waitstatus_to_exitcode(code)
    echoes = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
    print(status, "cooked" if echoes else "raw")


main()
