"""A page that is asked for: the session behind its cookie, and the reader's preferences."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import orjson
from fastapi import Depends, Request, Response

from api.bootstrap import Container
from api.console.side_counts import side_counts
from api.console.words import Words
from api.contract.problems import Problem
from api.contract.sentences import Language
from api.http import directory_names
from api.http.authentication import admitted
from api.http.dependencies import RequestContext
from api.identity.permissions import Role
from api.identity.sessions import Session
from api.tenants import Tenants
from domain.event import Kind

LANGUAGE_COOKIE: Final = "childledger-language"
TEXT_COOKIE: Final = "childledger-text"
LEDGER_COOKIE: Final = "childledger-ledger"
HOME: Final = "/console"
SECOND_FACTOR: Final = f"{HOME}/sign-in/second-factor"
KEPT: Final = f"{HOME}/kept/"
"""Where forms are found again that came when their session had ended, by their tickets."""
SHOWN_TO: Final = "shown_to"
"""The field of a form that says to whom its page was shown, as `shown_to` names them."""
_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody reads: in which language, and whether in large text."""

    language: Language = "zh"
    large: bool = False

    @classmethod
    def of(cls, request: Request) -> "Preferences":
        """Return the preferences in a request's cookies; a value that is none counts as none."""
        language: Language = "en" if request.cookies.get(LANGUAGE_COOKIE) == "en" else "zh"
        return cls(language, request.cookies.get(TEXT_COOKIE) == "large")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a page: what the API's functions are asked with, the session, and who reads how."""

    http: Request
    context: RequestContext
    session: Session
    preferences: Preferences
    name: str | None
    institution: str | None
    counts: Any = None
    """What `GET /counts` answers, for the side; None where that cannot be told now."""

    @property
    def role(self) -> Role:
        """The reader's role."""
        return self.context.actor.role

    @property
    def shown_to(self) -> str:
        """Whose page it is, as its forms say it."""
        return shown_to(self.context.actor.user)

    def take_from_reader(self, said: str) -> None:
        """Raise the problem `other_person` unless a form was shown to the reader, by what it says of that."""
        if said != self.shown_to:
            raise Problem("other_person")

    @property
    def words(self) -> Words:
        """The words of the page in the reader's language."""
        return Words(self.preferences.language)

    def of(self, kind: Kind) -> "PageRequest":
        """Return the same request about files of a kind."""
        return replace(self, context=self.context.of(kind))

    async def answer(
        self,
        question: Callable[..., Awaitable[Response]],
        *about: Any,  # noqa: ANN401 - whatever the function asks
        **asked: Any,  # noqa: ANN401 - the same
    ) -> Any:  # noqa: ANN401 - whatever is answered
        """Return what a function of the API answers, as its clients read it. Raises its problems."""
        return orjson.loads((await question(self.context, *about, **asked)).body)

    async def institution_names(self, ids: Iterable[str | None]) -> dict[str, str]:
        """Return the names of institutions by their ids, as answers name them."""
        names = {}
        for each in sorted(filter(None, {*ids})):
            names[each] = (await self.answer(directory_names.institution_name, UUID(each)))["name"]
        return names


def shown_to(person: UUID) -> str:
    """Return by which name forms know the person to whom their page was shown."""
    return sha256(f"{SHOWN_TO}/{person}".encode()).hexdigest()[:_DIGITS]


def cookie_name(*, tls: bool) -> str:
    """Return the name of the session's cookie; with TLS, browsers hold it to this host alone."""
    return "__Host-childledger" if tls else "childledger"


def secret_of(request: Request) -> str:
    """Return the session that a request's cookie names, empty without one."""
    return request.cookies.get(cookie_name(tls=request.app.state.settings.tls_handled), "")


async def found_session(request: Request) -> tuple[str, Container, Session] | None:
    """Return the ledger, its container and the session of a request's cookie, if it goes on."""
    tenants: Tenants = request.app.state.tenants
    secret = secret_of(request)
    for name in tenants.named_by(secret):
        container = tenants[name]
        session = await container.sessions.find(secret)
        if session is not None:
            return name, container, session
    return None


class SecondFactorAskedError(Problem):
    """The session opens nothing until its holder shows a second factor."""

    def __init__(self) -> None:
        super().__init__("forbidden")


async def page_request(request: Request) -> PageRequest:
    """Return the request of somebody who is signed in.

    Raises the problem `unauthenticated`, and SecondFactorAskedError.
    """
    found = await found_session(request)
    if found is None:
        raise Problem("unauthenticated")
    name, container, session = found
    if container.second_factors.lacking(session):
        raise SecondFactorAskedError
    still = partial(_still, container, secret_of(request))
    entered = await admitted(request, name, session.actor, still)
    actor, identity = session.actor, container.identity
    context = RequestContext(
        actor,
        container.clock(),
        container,
        entered.turn,
        still,
        origin="console",
        reason=session.reason.value,
    )
    member = await identity.member(actor.user)
    home = None if actor.institution is None else await identity.institution(actor.institution)
    page = PageRequest(
        request,
        context,
        session,
        Preferences.of(request),
        None if member is None else member.name,
        None if home is None else home.name,
        await side_counts(request, context),
    )
    request.state.page = page
    return page


async def _still(container: Container, secret: str) -> None:
    if await container.sessions.find(secret) is None:
        raise Problem("unauthenticated")


SignedIn: TypeAlias = Annotated[PageRequest, Depends(page_request)]
"""The request of somebody who is signed in."""
