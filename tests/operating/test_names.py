"""One word stands for one thing: no public class, type or module has the name of another."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.support.places import ROOT

SOURCES = sorted(
    path for layer in ("domain", "ledger", "projections", "api") for path in (ROOT / layer).rglob("*.py")
)

SUBJECTS = {
    "a chapter, and the layout of its sheet": {
        "adoption",
        "foster",
        "household",
        "insurance",
        "placement",
        "psychology",
        "rehabilitation",
        "schooling",
        "vaccination",
        "visits",
    },
    "a question about one file, the read model that asks it of all, and how it is answered": {
        "exceptions",
        "findings",
        "obligations",
        "readiness",
    },
}
"""The modules that share a name, for it is the subject's: by the reason."""


def test_no_chapter_is_longer_than_four_hundred_lines() -> None:
    chapters = [path for path in SOURCES if path.is_relative_to(ROOT / "domain" / "events")]
    assert chapters
    assert [path.name for path in chapters if len(path.read_text("utf-8").splitlines()) > 400] == []


def test_no_public_class_or_type_has_the_name_of_another() -> None:
    places = defaultdict(list)
    for path in SOURCES:
        for name in _types(path):
            places[name].append(path.relative_to(ROOT).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_module_has_the_name_of_another_but_for_a_subjects() -> None:
    places = defaultdict(list)
    for path in SOURCES:
        if not _leads_its_package(path):
            module = path.parent if path.name == "__init__.py" else path.with_suffix("")
            places[module.name].append(module.relative_to(ROOT).as_posix())
    shared = {name for name, found in places.items() if len(found) > 1 and not name.startswith("_")}
    assert shared == {name for names in SUBJECTS.values() for name in names}


def _types(path: Path) -> Iterator[str]:
    """The public classes and type aliases of a module."""
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias")):
                yield name


def _leads_its_package(path: Path) -> bool:
    """Whether a module is what its package is about and named for, such as `store/store.py`."""
    return path.stem == path.parent.name
