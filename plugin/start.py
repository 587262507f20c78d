"""Starts pytest in this process, with Testyard listening to it.

    python start.py script [pytest arguments]    as the `pytest` command would
    python start.py module [pytest arguments]    as `python -m pytest` would

The two differ in one thing that projects depend on: `python -m` puts the current folder on the import path.
The listener is handed to pytest as an object, so that neither PYTHONPATH, nor the arguments, nor `addopts`
change; standard input is the channel to the runner and is replaced by /dev/null before pytest sees it.
"""

import importlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def beside(name):
    """Imports a module of the folder this file is in, and leaves no trace of the folder on the import path."""
    sys.path.insert(0, HERE)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(HERE)


def set_path(mode):
    """Makes sys.path what it would be without this file."""
    if sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(HERE):
        del sys.path[0]
    if mode == "module" and not getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, os.getcwd())


def set_arguments(mode, arguments, pytest):
    """Makes sys.argv what it would be without this file."""
    program = os.path.join(os.path.dirname(sys.executable), "pytest")
    if mode == "module":
        program = os.path.join(os.path.dirname(pytest.__file__), "__main__.py")
    sys.argv = [program] + arguments


def import_pytest():
    """pytest, or None where it is not installed. Any other failure is pytest's own and is shown as it is."""
    try:
        return importlib.import_module("pytest")
    except ModuleNotFoundError as error:
        if error.name != "pytest":
            raise
        return None


def main():
    mode, arguments = sys.argv[1], sys.argv[2:]
    set_path(mode)
    channel = beside("testyard_plugin.channel").Channel.on_standard_input()
    pytest = import_pytest()
    if pytest is None:
        channel.send({"no_pytest": sys.executable})
        return 4
    set_arguments(mode, arguments, pytest)
    return pytest.main(plugins=[beside("testyard_plugin.listener").Listener(channel)])


if __name__ == "__main__":
    sys.exit(main())
