"""Opening and changing institutions: in their streams, which the directory follows."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID, uuid4

from api.bootstrap import Container
from api.clock import day_of
from api.folding import folded_name
from api.identity.directory import IdentityError, Institution
from api.identity.permissions import Actor
from domain.codes import tables
from domain.entry import DIRECT
from domain.event import Event, Unknown
from domain.events.institution.particulars import (
    OPENED,
    REGION,
    USCC,
    InstitutionChanged,
    InstitutionOpened,
    RulebookAdopted,
    credit_code_flaw,
    is_place,
)
from domain.file import Attribute
from domain.label import Label
from domain.life import Life
from domain.rulebook import Rulebook
from domain.when import LAST_DAY, Days
from ledger.codec.parsing import InvalidError
from ledger.recording.outcome import Recorded, Refused
from ledger.recording.request import Draft, Recording

_MOST_LIKE: Final = 5


def check_region(region: str | None, rulebook: Rulebook) -> None:
    """Raise IdentityError for a region that cannot be an institution's."""
    if region and not is_place(region):
        raise IdentityError(rulebook["X06"].sentence())


def remark(institution: Institution, rulebook: Rulebook) -> Iterator[Label]:
    """Yield warnings about an institution's region and number."""
    region, uscc = institution.region, institution.uscc
    if region is None:
        yield Label(
            f"{institution.name}所在地区不详，按地区授权的人员查看不到该机构的儿童，规则按全国的数值计算；"
            "请以 childledger institution change 补登，或者在网页“机构”中补登。",
            "Its region is unknown: nobody who is bound to a region sees its children, and rules count with"
            " the nation's numbers; childledger institution change says where it lies, or its page.",
        )
    elif not tables()["region"].counts(region, Days.on(LAST_DAY)):
        said = rulebook["E09"].sentence()
        yield Label(f"{region}：{said.zh}", f"{region}: {said.en}")
    wrong = None if uscc is None else credit_code_flaw(uscc)
    if wrong is not None:
        said = rulebook["X07"].sentence(wrong)
        yield Label(f"{uscc}：{said.zh}", f"{uscc}: {said.en}")


def like_names(name: str, others: Iterable[str]) -> list[str]:
    """Return the names that may be another spelling of a name, the most similar first.

    One lacks characters that the other has, or one character differs.
    """
    folded = folded_name(name)
    like = (other for other in others if _like(folded, folded_name(other)))
    return sorted(like, key=lambda other: abs(len(other) - len(name)))[:_MOST_LIKE]


def _like(one: str, two: str) -> bool:
    shorter, longer = sorted((one, two), key=len)
    left = iter(longer)
    if all(sign in left for sign in shorter):
        return True
    return len(one) == len(two) and sum(a != b for a, b in zip(one, two, strict=True)) == 1


async def open_institution(
    container: Container,
    name: str,
    *,
    uscc: str | None = None,
    region: str | None = None,
    by: Actor | None = None,
) -> Institution:
    """Open an institution's stream, with the rulebook it adopts, and add it to the directory.

    The region is unknown unless given. Acts `by` an administrator, else as `operator()`. Raises IdentityError
    if an institution has that name or code, and for a region that cannot be an institution's.
    """
    rulebook = container.ledger.rulebook
    check_region(region, rulebook)
    await _alone(container, None, name=name, uscc=uscc)
    opened = InstitutionOpened(
        name=name, region=region or Unknown("not_known"), uscc=uscc or Unknown("not_asked")
    )
    adopted = RulebookAdopted(digest=rulebook.digest, content=rulebook.texts)
    recorded = await _record(container, None, region, by, opened, adopted)
    institution = Institution(recorded.stream, name, uscc, region)
    await container.identity.enter(institution)
    return institution


async def change_institution(
    container: Container,
    institution: UUID,
    *,
    name: str | None = None,
    uscc: str | None = None,
    region: str | None = None,
    by: Actor | None = None,
) -> Institution:
    """Record the changes of an institution, and update the directory; None means no change.

    A value equal to the recorded one is not recorded again. Acts and raises IdentityError as
    `open_institution` does, and if there is no such institution.
    """
    check_region(region, container.ledger.rulebook)
    await _alone(container, institution, name=name, uscc=uscc)
    recorded = await _as_recorded(container, institution)
    changed = InstitutionChanged(
        name=None if name == recorded.name else name,
        uscc=None if uscc == recorded.uscc else uscc,
        region=None if region == recorded.region else region,
    )
    if (changed.name, changed.uscc, changed.region) != (None, None, None):
        await _record(container, institution, region or recorded.region, by, changed)
        recorded = await _as_recorded(container, institution)
    await container.identity.enter(recorded)
    return recorded


async def adopt_rulebook(
    container: Container, institution: UUID, rulebook: Rulebook, *, by: Actor | None = None
) -> None:
    """Record that an institution adopts a rulebook, which counts from then on; acts as `open_institution`."""
    recorded = await _as_recorded(container, institution)
    adopted = RulebookAdopted(digest=rulebook.digest, content=rulebook.texts)
    await _record(container, institution, recorded.region, by, adopted)


async def _alone(
    container: Container, institution: UUID | None, *, name: str | None, uscc: str | None
) -> None:
    """Raise IdentityError if another institution has the name, in any spelling, or the code."""
    for other in await container.identity.institutions():
        named = name is not None and folded_name(other.name) == folded_name(name)
        alike = named or (uscc is not None and other.uscc == uscc)
        if alike and other.institution != institution:
            message = Label(
                f"{other.name}已经设立，名称或者统一社会信用代码相同。",
                f"{other.name} has this name or unified social credit code already.",
            )
            raise IdentityError(message)


async def _as_recorded(container: Container, institution: UUID) -> Institution:
    """Return an institution from its stream, as of today."""
    file = await container.ledger.file(institution)
    if file is None or next(iter(file.entries.values())).kind != "institution":
        message = Label(f"没有该机构：{institution}。", f"There is no institution {institution}.")
        raise IdentityError(message)
    life = Life(file, container.today(), container.ledger.rulebook)

    def now(attribute: Attribute[str]) -> str | None:
        fact = life.now(attribute)
        return None if fact is None else fact.held.value

    return Institution(institution, now(OPENED) or "", now(USCC), now(REGION))


async def _record(
    container: Container, institution: UUID | None, region: str | None, by: Actor | None, *events: Event
) -> Recorded:
    now = container.clock()
    recording = Recording(
        stream=institution,
        kind="institution",
        drafts=tuple(Draft(event=event, days=Days.on(day_of(now))) for event in events),
        region=region,
        origin=DIRECT,
        recorder=(by or await container.identity.operator()).recorder,
        key=f"institution {uuid4()}",
    )
    try:
        outcome = await container.ledger.record(recording, now=now)
    except InvalidError as error:
        places = [each.pointer.lstrip("/") for each in error.problems]
        said = [each.words for each in error.problems]
        raise IdentityError(
            Label(
                "；".join(f"{place}: {each.zh}" for place, each in zip(places, said, strict=True)),
                "; ".join(f"{place}: {each.en}" for place, each in zip(places, said, strict=True)),
            )
        ) from None
    match outcome:
        case Recorded() as recorded:
            return recorded
        case Refused() as refused:
            said = [each.rule.sentence(each.refusal.detail) for each in refused.refusals]
            raise IdentityError(Label("".join(each.zh for each in said), " ".join(each.en for each in said)))
        case _:
            message = Label(
                "其他人员正在变更，请重试。", "Somebody else changes it at the same time; try again."
            )
            raise IdentityError(message)
