"""What is sent as packed arrays arrives as it was given."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from ledger.store import arrays
from tests.support.ledgers import Urls

ROWS = st.lists(
    st.tuples(
        st.datetimes(timezones=st.just(UTC)),
        st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.builds(uuid4),
        st.none() | st.binary(max_size=8),
    ),
    max_size=5,
)
"""Moments, texts, positions, ids and bytes, of which all but the moments may be missing."""

SENT = "SELECT * FROM unnest(%b::timestamptz[], %b::text[], %b::bigint[], %b::uuid[], %b::bytea[])"


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
async def test_what_is_sent_in_arrays_arrives_as_it_was_given(
    urls: Urls, rows: list[tuple[datetime, str | None, int | None, UUID | None, bytes | None]]
) -> None:
    async with await AsyncConnection.connect(urls.reader, autocommit=True) as connection:
        arrays.register(connection)
        packed = [
            arrays.moments([moment for moment, *_ in rows]),
            arrays.texts([text for _, text, *_ in rows]),
            arrays.bigints([number for _, _, number, *_ in rows]),
            arrays.uuids([each for *_, each, _ in rows]),
            arrays.blobs([each for *_, each in rows]),
        ]

        arrived = await (await connection.execute(SENT, packed, binary=True)).fetchall()

    assert arrived == rows
