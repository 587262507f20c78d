"""Prints the requirements that a pyproject.toml declares, one a line, for a pip that cannot read them itself.

Arguments: the file, then `extra:NAME` and `group:NAME` for what to add to the project's own dependencies, and `groups`
first when only the groups are wanted. Exits with 3 when the file declares no project.
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


def groups_of(groups, poetry, names, seen):
    """The requirements of dependency groups, with the groups that they include."""
    declared = {normal(name): found for name, found in groups.items()}
    for name in names:
        if normal(name) in seen:
            continue
        seen.add(normal(name))
        table = group_of_poetry(poetry, name)
        if normal(name) not in declared and table is None:
            sys.exit("error: the project has no dependency group named " + name)
        for line in declared.get(normal(name), []):
            if isinstance(line, dict):
                yield from groups_of(groups, poetry, [line["include-group"]], seen)
            else:
                yield line
        yield from of_poetry(table or {}, ())


def group_of_poetry(poetry, name):
    groups = {normal(key): group.get("dependencies", {}) for key, group in poetry.get("group", {}).items()}
    if "dev-dependencies" in poetry:
        groups.setdefault("dev", poetry["dev-dependencies"])
    return groups.get(normal(name))


def of_poetry(table, optional):
    """Poetry's own table of dependencies as requirements; optional ones only when they are named."""
    for name, wanted in table.items():
        for one in wanted if isinstance(wanted, list) else [wanted]:
            one = {"version": one} if isinstance(one, str) else one
            if name.lower() == "python" or (one.get("optional") and normal(name) not in optional):
                continue
            extras = "[" + ",".join(one["extras"]) + "]" if one.get("extras") else ""
            marker = " ; " + one["markers"] if one.get("markers") else ""
            yield name + extras + place(one) + marker


def place(one):
    """Where a dependency comes from: an address, or versions of the index."""
    if "git" in one:
        at = one.get("rev") or one.get("tag") or one.get("branch")
        return " @ git+" + one["git"] + ("@" + at if at else "")
    if "url" in one:
        return " @ " + one["url"]
    if "path" in one:
        import pathlib

        return " @ " + (pathlib.Path(sys.argv[1]).parent / one["path"]).resolve().as_uri()
    return ",".join(filter(None, map(clause, one.get("version", "*").split(","))))


def clause(text):
    """One of Poetry's version clauses in the words of pip; alternatives, which pip has no word for, as any version."""
    text = text.strip()
    if text in ("*", "") or "|" in text:
        return ""
    caret = re.match(r"^(\^|~(?!=))\s*v?(\d+(?:\.\d+)*)(.*)$", text)
    if not caret:
        return text if re.match(r"^[<>=!~]", text) else "==" + text
    numbers = [int(part) for part in caret.group(2).split(".")]
    if caret.group(1) == "^":
        # The first part that is not zero may not change.
        fixed = next((at for at, part in enumerate(numbers) if part), len(numbers) - 1)
    else:
        fixed = min(1, len(numbers) - 1)
    above = numbers[:fixed] + [numbers[fixed] + 1]
    return ">=" + caret.group(2) + caret.group(3) + ",<" + ".".join(map(str, above))


def of_project(document, poetry, extras):
    if "project" in document:
        project = document["project"]
        return project.get("dependencies", []) + list(extras_of(project, extras, set()))
    if not poetry:
        sys.exit(3)
    declared = {normal(name): names for name, names in poetry.get("extras", {}).items()}
    optional = {normal(name) for extra in extras for name in declared.get(normal(extra), [])}
    return list(of_poetry(poetry.get("dependencies", {}), optional))


def main():
    only_groups = sys.argv[2:3] == ["groups"]
    with open(sys.argv[1], "rb") as file:
        document = tomllib.load(file)
    poetry = document.get("tool", {}).get("poetry", {})
    named = [word.split(":", 1) for word in sys.argv[2:] if ":" in word]
    groups = [name for kind, name in named if kind == "group"]
    found = list(groups_of(document.get("dependency-groups", {}), poetry, groups, set()))
    if not only_groups:
        found += of_project(document, poetry, [name for kind, name in named if kind == "extra"])
    print("\n".join(found))


main()
