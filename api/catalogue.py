"""What can be recorded, by which rules and codes: the catalogue, open to every token."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path

from api.problems import ANYWHERE, not_found, responses
from domain.codes import CodeTable, tables
from domain.event import CATALOGUE, Event, chapter, fields_of
from domain.rulebook import Rule, Rulebook
from domain.when import FIRST_DAY, LAST_DAY
from ledger.schema import schema

router = APIRouter(tags=["catalogue"])

_KNOWN: Final = ANYWHERE | responses("not_found")


@router.get("/event-types", responses=ANYWHERE)
def event_types() -> dict[str, Any]:
    """List every event that can be recorded, in the order of life."""
    return {"items": [event_type_json(name, kind) for name, kind in CATALOGUE.items()], "next": None}


@router.get("/event-types/{type}", responses=_KNOWN)
def event_type(type: Annotated[str, Path()]) -> dict[str, Any]:  # noqa: A002 – the contract's word
    """Return one event with its JSON Schema."""
    kind = CATALOGUE.get(type)
    if kind is None:
        raise not_found()
    return event_type_json(type, kind)


@router.get("/rules", responses=ANYWHERE)
def rules() -> dict[str, Any]:
    """List every rule with its texts, its source and its numbers by region and time."""
    book = Rulebook.shipped()
    return {"items": [rule_json(rule) for rule in book.rules.values()], "digest": book.digest, "next": None}


@router.get("/codes/{table}", responses=_KNOWN)
def codes(table: Annotated[str, Path()]) -> dict[str, Any]:
    """Return one code table."""
    found = tables().get(table)
    if found is None:
        raise not_found()
    return code_table_json(found)


def event_type_json(name: str, kind: type[Event]) -> dict[str, Any]:
    """An event type in the words of the contract."""
    return {
        "type": name,
        "chapter": chapter(kind),
        "kind": kind.kind,
        "label_zh": kind.label.zh,
        "label_en": kind.label.en,
        "docstring": kind.__doc__,
        "schema": schema(kind),
        "schema_version": kind.schema,
        "personal": {spec.name: spec.personal.category for spec in fields_of(kind) if spec.personal},
        "source": kind.source,
    }


def rule_json(rule: Rule) -> dict[str, Any]:
    """A rule in the words of the contract; a number that always counted has no `from`, one that still does no `until`."""
    return {
        "rule": rule.id,
        "strength": rule.strength,
        "zh": rule.zh,
        "en": rule.en,
        "source": rule.source,
        "verified": rule.verified,
        "packs": [
            {
                "region": pack.region,
                "from": None if pack.since == FIRST_DAY else pack.since,
                "until": None if pack.until == LAST_DAY else pack.until,
                "value": pack.value,
                "unit": pack.unit,
                "source": pack.source,
                "verified": pack.verified,
            }
            for pack in rule.packs
        ],
    }


def code_table_json(table: CodeTable) -> dict[str, Any]:
    """A code table in the words of the contract."""
    labels = table.codes.items()
    return {
        "table": table.name,
        "source": table.source,
        "codes": [{"code": code, "zh": label.zh, "en": label.en} for code, label in labels],
    }
