"""Foster families with more children than the rule's number, as the children's files tell (I10).

A placement is judged with the other children of its family when it is recorded. History stands as its papers
tell, and may have come in before the others: so the placements of all files are counted here.
"""

from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Literal

from domain.events.care import FOSTER_FAMILY
from domain.events.foster.matches import UNKNOWN_FAMILY
from domain.rulebook import Rulebook
from projections.paging import Condition

RULE: Final = "I10"
KIND: Final = "breach"
_BEFORE_LIKENESSES: Final = 2**31 - 1000
"""Upper bound of the numbers of such findings, which follow those of the file and precede its likenesses."""
_CROWDED: Final[LiteralString] = """
    placed.attribute = {attribute} AND placed.value <> {unknown}
    AND (SELECT count(DISTINCT other.child)
           FROM spans other
          WHERE other.attribute = placed.attribute AND other.value = placed.value
            AND other.child <> placed.child
            AND placed.since BETWEEN other.since AND other.until) >= %(most_fostered)s
"""


def _crowded(rulebook: Rulebook, day: date) -> Condition:
    """Return the condition that on the first day of a span `placed` the family fosters too many children."""
    most = rulebook[RULE].number(None, day, "children")
    condition = SQL(_CROWDED).format(
        attribute=Literal(f"{FOSTER_FAMILY.chapter}.{FOSTER_FAMILY.name}"), unknown=Literal(UNKNOWN_FAMILY)
    )
    return Condition(condition, {"most_fostered": None if most is None else most.value})


def found_crowded(rulebook: Rulebook, scope: Condition, day: date) -> Condition:
    """Return a SELECT of the placements that were one too many as findings, in the columns of `findings`."""
    crowded, rule = _crowded(rulebook, day), rulebook[RULE]
    number = rule.number(None, day, "children")
    select = SQL("""
        SELECT register.child, ({last} - row_number() OVER (PARTITION BY register.child ORDER BY placed.since)
               )::integer, ARRAY[]::text[], {rule}::text, {kind}::text, placed.since, NULL::date,
               ARRAY[placed.entry], %(crowded_zh)s::text, %(crowded_en)s::text, %(crowded_source)s::text,
               %(crowded_verified)s::boolean, NULL::bytea
          FROM register
          JOIN spans placed ON placed.child = register.child
         WHERE {scope} AND {crowded}
    """).format(
        last=Literal(_BEFORE_LIKENESSES),
        rule=Literal(rule.id),
        kind=Literal(KIND),
        scope=scope.sql,
        crowded=crowded.sql,
    )
    told = {
        "crowded_zh": rule.zh,
        "crowded_en": rule.en,
        "crowded_source": rule.source if number is None else number.source,
        "crowded_verified": rule.verified and number is not None and number.verified,
    }
    return Condition(select, {**scope.parameters, **crowded.parameters, **told})


async def crowded(connection: AsyncConnection[Any], rulebook: Rulebook, child: UUID, day: date) -> int:
    """Return the number of placements of a child, by a day, that were one too many for the family."""
    too_many = _crowded(rulebook, day)
    cursor = await connection.execute(
        SQL("""
            SELECT count(*) FROM spans placed
             WHERE placed.child = %(child)s AND placed.since <= %(day)s AND {}
        """).format(too_many.sql),
        {**too_many.parameters, "child": child, "day": day},
    )
    row = await cursor.fetchone()
    return 0 if row is None else int(row[0])
