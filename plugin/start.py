"""Starts pytest in this process, with Testyard listening to it.

    python start.py script [pytest arguments]    as the `pytest` command would
    python start.py module [pytest arguments]    as `python -m pytest` would

The two differ in one thing that projects depend on: `python -m` puts the current folder on the import path.
The listener is handed to pytest as an object, so that neither PYTHONPATH, nor the arguments, nor `addopts`
change; standard input is the channel to the runner and is replaced by /dev/null before pytest sees it.

A project's coverage is its own: this file is excluded from it line by line, and the modules beside it are loaded under
names in angle brackets, which coverage tools know to be no files.
"""

import importlib  # pragma: no cover
import os  # pragma: no cover
import sys  # pragma: no cover
import types  # pragma: no cover

HERE = os.path.dirname(os.path.abspath(__file__))  # pragma: no cover


def load(name):  # pragma: no cover
    """Loads a module of the package beside this file, without touching the import path."""
    package = sys.modules.setdefault("testyard_plugin", types.ModuleType("testyard_plugin"))
    package.__path__ = []
    with open(os.path.join(HERE, "testyard_plugin", name + ".py"), encoding="utf-8") as file:
        code = compile(file.read(), "<testyard_plugin/%s.py>" % name, "exec")
    module = types.ModuleType("testyard_plugin." + name)
    module.__package__ = "testyard_plugin"
    sys.modules[module.__name__] = module
    exec(code, module.__dict__)
    return module


def set_path(mode):  # pragma: no cover
    """Makes sys.path what it would be without this file."""
    if sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(HERE):
        del sys.path[0]
    if mode == "module" and not getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, os.getcwd())


def set_arguments(mode, arguments, pytest):  # pragma: no cover
    """Makes sys.argv what it would be without this file."""
    program = os.path.join(os.path.dirname(sys.executable), "pytest")
    if mode == "module":
        program = os.path.join(os.path.dirname(pytest.__file__), "__main__.py")
    sys.argv = [program] + arguments


def import_pytest():  # pragma: no cover
    """pytest, or None where it is not installed. Any other failure is pytest's own and is shown as it is."""
    try:
        return importlib.import_module("pytest")
    except ModuleNotFoundError as error:
        if error.name != "pytest":
            raise
        return None


def main():  # pragma: no cover
    mode, arguments = sys.argv[1], sys.argv[2:]
    set_path(mode)
    channel = load("channel").Channel.on_standard_input()
    pytest = import_pytest()
    if pytest is None:
        channel.send({"no_pytest": sys.executable})
        return 4
    set_arguments(mode, arguments, pytest)
    load("fold")
    return pytest.main(plugins=[load("listener").Listener(channel)])


if __name__ == "__main__":  # pragma: no cover
    sys.exit(main())
