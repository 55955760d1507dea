"""The catalogue: rules with their sources and numbers, codes, and types of event."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.rendering import render
from api.contract.explanation_words import CATEGORIES
from api.contract.problems import not_found
from api.http import catalogue
from domain.codes import tables
from domain.event import CATALOGUE, fields_of

router = page_router()

_NAMED: Final = 3
"""Codes by which a table of codes is told."""


@router.get("/rules")
async def rules(page: SignedIn) -> Response:
    """List every rule that counts for the reader's institution."""
    return render(page, "rules.html", listed=await _rules(page))


@router.get("/rules/{rule}")
async def rule(page: SignedIn, rule: str) -> Response:
    """Show one rule: its words, its source, its numbers by region, and what mends a breach of it."""
    listed = await _rules(page)
    found: Mapping[str, Any] | None = next((each for each in listed["items"] if each["rule"] == rule), None)
    if found is None:
        raise not_found()
    return render(page, "rule.html", rule=found)


async def _rules(page: PageRequest) -> Any:  # noqa: ANN401 - an answer
    return await page.answer(catalogue.rules)


@router.get("/codes/{table}")
async def codes(page: SignedIn, table: str) -> Response:
    """Show one code table."""
    return render(page, "codes.html", table=await _of(page, catalogue.codes, table))


@router.get("/events/{name}")
async def event(page: SignedIn, name: str) -> Response:
    """Show one type of event: what it says, and what it changes."""
    event = await _of(page, catalogue.event_type, name)
    fields = fields_of(CATALOGUE[name])
    codes = {each.code.table: _first_codes(page, each.code.table) for each in fields if each.code is not None}
    return render(page, "event.html", event=event, fields=fields, codes=codes, categories=CATEGORIES)


def _first_codes(page: PageRequest, table: str) -> str:
    labels = [page.words.label(each) for each in tables()[table].codes.values()]
    more = page.words("codes.more") if len(labels) > _NAMED else ""
    return page.words("list.joint").join(labels[:_NAMED]) + more


async def _of(page: PageRequest, question: Any, name: str) -> Any:  # noqa: ANN401 - an answer
    async def asked(_: Any) -> Any:  # noqa: ANN401 - the catalogue asks nobody
        return await question(name)

    return await page.answer(asked)
