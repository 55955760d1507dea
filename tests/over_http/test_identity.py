"""Tokens, the staff directory, and what those outside somebody's scope are told."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import AsyncConnection

from api.app import create_app, running
from api.identity.directory import TRUSTED_SECONDS, IdentityError, region_prefix
from api.identity.permissions import Role
from api.identity.tokens import digest, new_token
from api.institutions import open_institution
from api.settings import Settings
from domain.events.institution.particulars import OPENED, RULEBOOK
from domain.life import Life
from domain.rulebook import Rulebook
from ledger.postgres.migrate import DEFAULT_LEDGER
from tests.support.client import HOME, NOW, Served

# Tokens


def test_every_token_is_another_one_and_well_formed() -> None:
    tokens = {new_token(DEFAULT_LEDGER) for _ in range(100)}
    assert len(tokens) == 100
    assert len({digest(token, DEFAULT_LEDGER) for token in tokens}) == 100
    assert all(token.startswith("cl_") and token.isascii() for token in tokens)


@given(at=st.integers(3, 51), letter=st.sampled_from("0aZ9"))
def test_a_mistyped_token_is_known_without_asking_the_database(at: int, letter: str) -> None:
    token = new_token(DEFAULT_LEDGER)
    mistyped = f"{token[:at]}{letter}{token[at + 1 :]}"
    assert (digest(mistyped, DEFAULT_LEDGER) is None) == (mistyped != token)


@given(text=st.text(max_size=60))
def test_nothing_else_is_a_token(text: str) -> None:
    assert digest(text, DEFAULT_LEDGER) is None


async def test_a_token_opens_the_door_and_none_does_not(served: Served) -> None:
    assert (await (await served.as_("staff")).get("/event-types")).status_code == 200
    assert (await (await served.client()).get("/event-types")).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer cl_", "Bearer {unknown}", "cl_nothing"],
    ids=["empty", "no token", "blank", "basic", "prefix only", "unknown", "no scheme"],
)
async def test_what_is_no_token_of_ours_is_answered_as_none_is(served: Served, header: str) -> None:
    client = await served.client()
    without = await client.get("/event-types")
    header = header.format(unknown=new_token(served.container.ledger.name))
    answer = await client.get("/event-types", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.content == without.content


async def test_a_token_ends_on_its_day(settings: Settings) -> None:
    now = NOW
    app = create_app(settings, clock=lambda: now)
    async with running(app) as container:
        user = (await container.identity.add_member("示例", Role.ADMINISTRATOR)).user
        token = await container.identity.issue(user, days=2, purpose="test")
        now = NOW + timedelta(days=2, seconds=-1)
        assert await container.identity.authenticate(token)
        now = NOW + timedelta(days=2)
        assert await container.identity.authenticate(token) is None


async def test_a_revoked_token_is_dead_at_once(served: Served) -> None:
    identity = served.container.identity
    token = served.tokens[Role.STAFF]
    actor = await identity.authenticate(token)
    assert actor is not None
    own = [each for each in await identity.tokens() if each.member == actor.user]
    assert [await identity.revoke(each.token) for each in own] == [True]
    assert await identity.authenticate(token) is None
    assert (await (await served.as_("staff")).get("/event-types")).status_code == 401
    assert not await identity.revoke(own[0].token), "it is revoked once"


@pytest.mark.own_statements
async def test_a_token_revoked_elsewhere_is_dead_within_a_second(served: Served, settings: Settings) -> None:
    token = served.tokens[Role.STAFF]
    async with running(create_app(settings, clock=lambda: NOW)) as other:
        assert await other.identity.authenticate(token)
        await served.container.identity.revoke_purpose("test")
        await asyncio.sleep(TRUSTED_SECONDS)
        assert await other.identity.authenticate(token) is None


async def test_a_token_is_not_looked_up_each_time(served: Served) -> None:
    identity = served.container.identity
    token = served.tokens[Role.STAFF]
    assert await identity.authenticate(token)
    await served.container.readers.close()
    assert await identity.authenticate(token)


async def test_when_a_token_was_last_used_is_written_down(served: Served) -> None:
    identity = served.container.identity
    actor = await identity.authenticate(served.tokens[Role.AUDITOR])
    assert actor is not None
    await identity.write_used()
    used = {each.member: each.used_at for each in await identity.tokens()}
    assert used[actor.user] == NOW
    assert sum(when is not None for when in used.values()) == 1


@pytest.mark.own_statements
async def test_neither_tokens_nor_names_lie_in_the_database_in_the_clear(
    served: Served, settings: Settings
) -> None:
    await served.container.identity.add_member("欧阳示例", Role.ADMINISTRATOR)
    assert settings.database_url is not None
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as connection:
        await connection.execute(f'SET LOCAL search_path = "{settings.ledger}"')
        kept = repr(
            await (await connection.execute("SELECT to_jsonb(t)::text, t.digest FROM token t")).fetchall()
            + await (await connection.execute("SELECT to_jsonb(m)::text, m.name FROM member m")).fetchall()
        )
    assert "欧阳示例" not in kept
    assert "欧阳示例".encode().hex() not in kept
    assert not any(token in kept for token in served.tokens.values())
    assert "欧阳示例" in {each.name for each in await served.container.identity.members()}


# The directory


async def test_an_institution_opens_with_a_stream_of_its_own_and_the_rulebook_it_adopts(
    served: Served,
) -> None:
    file = await served.container.ledger.file(served.home.institution)
    assert file is not None
    life = Life(file, served.container.today(), Rulebook.shipped())
    assert [entry.type for entry in file.entries.values()] == ["InstitutionOpened", "RulebookAdopted"]
    named, rulebook = life.now(OPENED), life.now(RULEBOOK)
    assert named is not None
    assert named.held.value == HOME
    assert rulebook is not None
    assert rulebook.held.value == Rulebook.shipped().digest


async def test_an_institution_is_opened_once(served: Served) -> None:
    with pytest.raises(IdentityError, match="already"):
        await open_institution(served.container, HOME, region="371099")
    opened = await open_institution(
        served.container, "第三福利院", uscc="91370000000000000L", region="371099"
    )
    with pytest.raises(IdentityError, match="already"):
        await open_institution(served.container, "第四福利院", uscc=opened.uscc, region="371099")
    assert await served.container.identity.institution_named("第三福利院") == opened


@pytest.mark.parametrize(
    ("role", "bound"),
    [
        (Role.STAFF, {"region": "3710"}),
        (Role.AUDITOR, {}),
        (Role.BUREAU, {}),
        (Role.BUREAU, {"region": "3710", "institution": "home"}),
        (Role.ADMINISTRATOR, {"region": "3710"}),
        (Role.STAFF, {"institution": "nowhere"}),
        (Role.PLACEMENT_OFFICER, {"region": "371"}),
        (Role.PLACEMENT_OFFICER, {"region": "３７"}),
    ],
)
async def test_nobody_is_bound_to_what_does_not_fit_their_role(
    served: Served, role: Role, bound: dict[str, str]
) -> None:
    homes = {"home": served.home.institution, "nowhere": uuid4()}
    with pytest.raises(IdentityError):
        await served.container.identity.add_member(
            "示例", role, institution=homes.get(bound.get("institution", "")), region=bound.get("region")
        )


@pytest.mark.parametrize(
    ("region", "prefix"),
    [("371099", "371099"), ("371000", "3710"), ("370000", "37"), ("000000", ""), ("37", "37")],
)
def test_a_region_is_what_the_codes_within_it_begin_with(region: str, prefix: str) -> None:
    assert region_prefix(region) == prefix


async def test_the_operator_is_the_same_administrator_each_time(served: Served) -> None:
    first, second = await served.container.identity.operator(), await served.container.identity.operator()
    assert first == second
    assert first.role == Role.ADMINISTRATOR
