"""What is asked and what answers it: an application and its decision, a referral and its return.

An answer is an event with a field that names the entry it answers (`Refers`). One that names none, as papers
often do, answers the last question before it that had no answer until then. So does each where that field is
sealed wholly: it is not read then, for when something is met stands in clear (decision 0018).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.event import Event, known
from domain.life import Life
from domain.obligations import Clock, History, stage_of
from domain.refusal import Refusals, breach
from domain.rulebook import Pack
from domain.when import Days

E = TypeVar("E", bound=Event)


def _asks(_: AnyEntry) -> bool:
    return True


def _from_its_day(limit: Pack, question: AnyEntry) -> Days:
    return limit.ends(question.days)


def answers_to(
    asked: Sequence[Entry[E]], answers: Sequence[AnyEntry], field: str | None
) -> list[AnyEntry | None]:
    """Return for each question, in order, the first answer to it; None where there is none yet.

    `field` is the field of the answers that names the question, None where it is not to be read. Both come by
    the day they happened.
    """
    found: dict[UUID, AnyEntry] = {}
    # Of one day, those that name their question come first: what they answer waits no more.
    for answer, question in sorted(
        ((each, None if field is None else known(getattr(each.event, field))) for each in answers),
        key=lambda each: (each[0].days.last, each[1] is None),
    ):
        if question is not None:
            found.setdefault(question, answer)
            continue
        waiting = [
            each for each in asked if each.original not in found and each.days.earliest <= answer.days.last
        ]
        # What was surely asked by then goes before what may have been asked only later.
        for asking in ([each for each in waiting if each.days.last <= answer.days.last] or waiting)[-1:]:
            found[asking.original] = answer
    return [found.get(each.original) for each in asked]


def answers_due(  # noqa: PLR0913 - what is asked, by what it is answered, and by when
    rule: str,
    history: History,
    asked: type[E],
    *answers: type[Event],
    field: str | None,
    case: str | Callable[[Entry[E]], str] = "",
    asks: Callable[[Entry[E]], bool] = _asks,
    by: Callable[[Pack, Entry[E]], Days] = _from_its_day,
) -> Iterator[Clock]:
    """Yield a clock for each question: it is answered within the rule's number from its day.

    `case` is the rule's case, or says for which of them a question counts. Where only some events of the kind
    ask for an answer, `asks` says which; where one says itself by when, `by` reads it. The clock is void once
    the child has left care, was adopted or has died.
    """
    for clock in answers_always_due(rule, history, asked, *answers, field=field, case=case, asks=asks, by=by):
        gone = history.gone(clock.opened_on)
        yield clock if gone is None else replace(clock, void_on=gone.held.since, void_because=stage_of(gone))


def answers_always_due(  # noqa: PLR0913 - as above
    rule: str,
    history: History,
    asked: type[E],
    *answers: type[Event],
    field: str | None,
    case: str | Callable[[Entry[E]], str] = "",
    asks: Callable[[Entry[E]], bool] = _asks,
    by: Callable[[Pack, Entry[E]], Days] = _from_its_day,
) -> Iterator[Clock]:
    """Yield a clock for each question as `answers_due` does, that stays due wherever the child is by then."""
    questions = [each for each in history.all(asked) if asks(each)]
    given = sorted(
        (entry for kind in answers for entry in history.all(kind)), key=lambda each: each.days.last
    )
    for question, answer in zip(questions, answers_to(questions, given, field), strict=True):
        limit = history.number(rule, entry=question, case=case if isinstance(case, str) else case(question))
        if limit is not None:
            yield Clock(
                rule=rule,
                opened_on=question.days.last,
                due=by(limit, question),
                started_by=(question,),
                met_by=answer,
                number=limit,
            )


def by_another(rule: str, life: Life, question: UUID, *, at: str) -> Refusals:
    """Yield the breach of a rule that nobody answers what they recorded, in whichever version they did."""
    asked = life.file.entries.get(question)
    if asked is None or life.entry is None:
        return
    versions = [asked, *life.file.amendments(asked.entry_id)]
    if life.entry.recorded_by.user in {each.recorded_by.user for each in versions}:
        yield breach(rule, asked, at=at)
