"""Prints the requirements that a pyproject.toml declares, one a line, for a pip that cannot read them itself.

Arguments: the file, then `extra:NAME` and `group:NAME` for what to add to the project's own dependencies, and `groups`
first when only the groups are wanted. Exits with 3 when the file has no `[project]` table.
"""

import re
import sys

try:
    import tomllib
except ImportError:
    try:
        import tomli as tomllib
    except ImportError:
        from pip._vendor import tomli as tomllib


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def extras_of(project, names, seen):
    """The requirements of extras; one that names the project itself means more of its extras."""
    own = re.compile(r"^\s*([A-Za-z0-9._-]+)\s*\[([^\]]*)\]\s*$")
    declared = {normal(name): found for name, found in project.get("optional-dependencies", {}).items()}
    for name in names:
        if normal(name) in seen:
            continue
        seen.add(normal(name))
        if normal(name) not in declared:
            sys.exit("error: the project has no extra named " + name)
        for line in declared[normal(name)]:
            itself = own.match(line)
            if itself and normal(itself.group(1)) == normal(project.get("name", "")):
                yield from extras_of(project, [part.strip() for part in itself.group(2).split(",")], seen)
            else:
                yield line


def groups_of(groups, names, seen):
    """The requirements of dependency groups, with the groups that they include."""
    declared = {normal(name): found for name, found in groups.items()}
    for name in names:
        if normal(name) in seen:
            continue
        seen.add(normal(name))
        if normal(name) not in declared:
            sys.exit("error: the project has no dependency group named " + name)
        for line in declared[normal(name)]:
            if isinstance(line, dict):
                yield from groups_of(groups, [line["include-group"]], seen)
            else:
                yield line


def main():
    only_groups = sys.argv[2:3] == ["groups"]
    with open(sys.argv[1], "rb") as file:
        document = tomllib.load(file)
    named = [word.split(":", 1) for word in sys.argv[2:] if ":" in word]
    found = list(groups_of(document.get("dependency-groups", {}), [n for kind, n in named if kind == "group"], set()))
    if not only_groups:
        if "project" not in document:
            sys.exit(3)
        project = document["project"]
        found += project.get("dependencies", [])
        found += extras_of(project, [n for kind, n in named if kind == "extra"], set())
    print("\n".join(found))


main()
