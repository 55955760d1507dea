"""A read model of any kind of stream is a class and a table, and is kept as those of children are.

The one here lists institutions, and stands in nothing but this module and the .sql file beside it.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import pytest
from psycopg.sql import SQL, Identifier

from domain.events.institution.particulars import OPENED, InstitutionChanged
from domain.file import File
from projections import READ_MODELS
from projections.model import ReadModel, RowContext
from projections.projector.projector import Projector
from projections.projector.verify import Difference
from tests.support.client import ELSEWHERE, HOME, Served
from tests.support.read_models import (
    a_projector,
    adopt_another_rulebook,
    differences,
    expected,
    head,
    move,
    tables,
    to_the_end,
)
from tests.support.waiting import PATIENCE


@dataclass(frozen=True, slots=True)
class ListedInstitution:
    """An institution, its last name, and the rulebook by which it is judged."""

    institution: UUID
    name: str
    rulebook: str


def rows(file: File, context: RowContext) -> Iterator[ListedInstitution]:
    """Yield the one row of an institution."""
    name = file.facts(OPENED)[""][-1].held.value
    assert name is not None
    yield ListedInstitution(context.stream, name, context.rulebook.digest)


INSTITUTIONS: Final = ReadModel("institutions", ListedInstitution, rows, kind="institution")
ALL: Final = (*READ_MODELS, INSTITUTIONS)


async def names(projector: Projector) -> dict[UUID, str]:
    """The listed institutions."""
    async with projector.reading() as connection:
        cursor = await connection.execute("SELECT institution, name FROM institutions")
        return dict(await cursor.fetchall())


@pytest.mark.usefixtures("one_file_at_a_time")
async def test_institutions_and_children_are_built_followed_and_verified_together(served: Served) -> None:
    home, elsewhere = served.home.institution, served.elsewhere.institution
    await served.a_child()
    projector = await a_projector(served, models=ALL)
    await to_the_end(projector)
    assert await names(projector) == {home: HOME, elsewhere: ELSEWHERE}
    assert await differences(served, projector, ALL) == set()

    await move(served, home, InstitutionChanged(name="向阳儿童福利院"), kind="institution")
    await served.a_child("李小红")
    assert await differences(served, projector, ALL) == set()
    await to_the_end(projector, 1)
    assert await names(projector) == {home: "向阳儿童福利院", elsewhere: ELSEWHERE}
    assert await tables(served, projector) == await expected(served)
    assert await differences(served, projector, ALL) == set()


async def test_a_row_of_an_institution_that_was_changed_is_found(served: Served) -> None:
    projector = await a_projector(served, models=ALL)
    await to_the_end(projector)
    async with served.container.readers.connection() as connection:
        table = Identifier(projector.read_from.schema, INSTITUTIONS.name)
        await connection.execute(
            SQL("DELETE FROM {} WHERE institution = %s").format(table), [served.home.institution]
        )
    assert await differences(served, projector, ALL) == {Difference("institutions", served.home.institution)}


async def test_institutions_are_followed_live_with_no_read_model_of_children_beside_them(
    served: Served,
) -> None:
    projector = await a_projector(served, models=[INSTITUTIONS])
    running = asyncio.create_task(projector.run())
    try:
        await served.a_child()
        await move(served, served.home.institution, InstitutionChanged(name="向阳"), kind="institution")
        await adopt_another_rulebook(served)
        assert await projector.reached(await head(served), PATIENCE)
    finally:
        running.cancel()
        await asyncio.wait([running])
    assert (await names(projector))[served.home.institution] == "向阳"
    assert await differences(served, projector, [INSTITUTIONS]) == set()
