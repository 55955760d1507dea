"""Every list across files, as the documentation of the app has it, so that none is forgotten by a test."""

from collections.abc import Mapping
from typing import Any, Final

from api.app import create_app
from api.contract.csv_lines import CSV
from api.settings import Settings

_PATHS: Final[Mapping[str, Any]] = create_app(Settings()).openapi()["paths"]
_FILES: Final = ("{child}", "{family}", "{institution}")
LISTS: Final[tuple[str, ...]] = tuple(
    path
    for path, operations in _PATHS.items()
    if not any(each in path for each in _FILES)
    and "cursor" in {each["name"] for each in operations.get("get", {}).get("parameters", ())}
    and CSV in operations["get"]["responses"]["200"]["content"]
)
"""The lists across files that have pages and are tables, too."""
ASKED: Final[Mapping[str, Mapping[str, str]]] = {
    "/diff": {"from_known_at": "0"},
    "/census/moves": {"from": "2016-01-01", "to": "2026-11-01"},
    "/emergency-accesses": {"day": "2100-01-01"},
    "/erasures": {"day": "2100-01-01"},
}
"""What a list is asked: what cannot be left out, and a day that comes after the clock of the database."""


def _schema(path: str, parameter: str) -> dict[str, Any]:
    """The schema of a parameter of a list, empty where it has none of this name."""
    parameters = {each["name"]: each["schema"] for each in _PATHS[path]["get"]["parameters"]}
    schema: dict[str, Any] = parameters.get(parameter, {})
    return schema


def sorts_of(path: str) -> tuple[str, ...]:
    """By what a list may be sorted, either way; nothing where it has one order alone."""
    return tuple(name for each in _schema(path, "sort").get("anyOf", ()) for name in each.get("enum", ()))


def has(path: str, parameter: str) -> bool:
    """Whether a list may be asked so."""
    return bool(_schema(path, parameter))


def address(path: str) -> str:
    """The address of a list, of a question that has rows where it is of one."""
    return path.format(question="A3")
