"""Prints what a uv.lock or poetry.lock pins, as constraints that pip understands, one a line.

Argument: the file. What does not come from an index is left out: it has no version that could be asked for. Of a
package with several versions, only those are printed that say which environments they are for.
"""

import sys

try:
    import tomllib
except ImportError:
    try:
        import tomli as tomllib
    except ImportError:
        from pip._vendor import tomli as tomllib


def from_index(package):
    source = package.get("source", {})
    return "registry" in source or source.get("type", "legacy" if not source else "") == "legacy"


def marker(package):
    """The environments that a version is for; empty when it is for all of them."""
    markers = package.get("resolution-markers") or package.get("markers") or []
    if isinstance(markers, dict):
        markers = list(markers.values())
    markers = [markers] if isinstance(markers, str) else markers
    return " or ".join("(" + one + ")" for one in markers)


def main():
    with open(sys.argv[1], "rb") as file:
        packages = [one for one in tomllib.load(file).get("package", []) if "version" in one]
    versions = {}
    for package in packages:
        versions.setdefault(package["name"], set()).add(package["version"])
    for package in filter(from_index, packages):
        condition = marker(package) if len(versions[package["name"]]) > 1 else ""
        if len(versions[package["name"]]) > 1 and (not condition or "extra" in condition):
            continue
        print(package["name"] + "==" + package["version"] + (" ; " + condition if condition else ""))


main()
