"""The questions that users ask (domain.md 4), and by which operations and filters each is asked.

They stand in `questions.toml`; `docs/questions.md` shows them.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl

from api.contract.value_words import called
from api.identity.permissions import Role
from domain.asked_lists import QUESTION_LISTS
from domain.coverage import Covered, coverage
from domain.label import Label

AnsweredSoFar: TypeAlias = Literal["wholly", "partly"]
USERS: Final = {
    "A": Label("机构工作人员", "Staff of an institution"),
    "B": Label("审计和监督人员", "Auditors and supervisors"),
    "C": Label("民政部门", "Civil-affairs bureau"),
    "D": Label("成年安置工作人员", "Adult-placement officers"),
}
"""Who asks, by the letter of their questions."""
LISTED_AT: Final = "/questions/{question}"
"""Where a question is answered that has a list of its own."""
ANSWERED_WORDS: Final = {
    "wholly": Label("能答", "yes"),
    "partly": Label("部分能答", "in part"),
}


@dataclass(frozen=True, slots=True)
class QuestionCall:
    """An operation with the values of filters that make it the question, such as `GET /late?origin=api`."""

    written: str

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return self.written.partition(" ")[0]

    @property
    def address(self) -> str:
        """The template of the path, with the filters."""
        return self.written.partition(" ")[2]

    @property
    def path(self) -> str:
        """The template of the path."""
        path = self.address.partition("?")[0]
        return LISTED_AT if path.startswith("/questions/") else path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The filters with their values."""
        return parse_qsl(self.address.partition("?")[2])


@dataclass(frozen=True, slots=True)
class UserQuestion:
    """A question, its calls, by what else it is narrowed, who may ask it, and the test that shows the answer.

    `lacks` says what is missing where it is not answered wholly. `demands` are those of the policies that it
    answers: those that name it, or what its calls ask of: an operation, or a rule.
    """

    name: str
    label: Label
    calls: tuple[QuestionCall, ...]
    filters: tuple[str, ...]
    roles: tuple[Role, ...]
    answered: AnsweredSoFar
    lacks: Label | None
    test: str

    @property
    def demands(self) -> list[Covered]:
        """The demands of the policies that it answers, in the order of these."""
        rules = {value for call in self.calls for name, value in call.query if name == "rule"}
        if self.name in QUESTION_LISTS:
            asked = QUESTION_LISTS[self.name]
            rules |= {*asked.obligations, *asked.findings}
        answering = {self.name, *rules, *(f"{call.method} {call.path}" for call in self.calls)}
        return [each for each in coverage("demands") if answering & {*each.by}]


@cache
def user_questions() -> tuple[UserQuestion, ...]:
    """Return all questions, in the order of the domain reference."""
    document = tomllib.loads((files("api") / "questions.toml").read_text("utf-8"))
    return tuple(
        UserQuestion(
            name,
            Label(each["zh"], each["en"]),
            tuple(map(QuestionCall, each["calls"])),
            tuple(each["filters"]),
            tuple(map(Role, each["roles"])),
            each["answered"],
            Label(*each["lacks"]) if "lacks" in each else None,
            each["test"],
        )
        for name, each in document.items()
    )


def questions_page() -> Iterator[str]:
    """Yield the lines of the page of all questions, below its title."""
    every = user_questions()
    counts = {name: sum(each.answered == name for each in every) for name in ANSWERED_WORDS}
    yield f"{len(every)} questions: {counts['wholly']} are answered wholly, {counts['partly']} in part."
    yield "Every list is answered as JSON, CSV or a workbook (`format=csv|xlsx`)."
    yield "A demand of the policies stands beside each question that answers it."
    yield ""
    yield f"共 {len(every)} 个问题：能答 {counts['wholly']} 个，部分能答 {counts['partly']} 个。"
    yield "每个列表都可答复为 JSON、CSV 或者工作簿（`format=csv|xlsx`）。政策要求列在回答该要求的问题旁。"
    for letter, users in USERS.items():
        yield from ("", f"## {letter} {users.zh} · {users.en}", "")
        heading = (
            "",
            "question · 问题",
            "call · 调用",
            "filters · 筛选",
            "roles · 角色",
            "answered · 能否回答",
            "demands · 政策要求",
            "test",
        )
        yield from (_row(*heading), _row(*("---" for _ in heading)))
        yield from (_line(each) for each in every if each.name.startswith(letter))


def _line(question: UserQuestion) -> str:
    answered = ANSWERED_WORDS[question.answered]
    lacks = "" if question.lacks is None else f": {question.lacks.en} · {question.lacks.zh}"
    return _row(
        question.name,
        f"{question.label.zh}<br>{question.label.en}",
        "<br>".join(f"`{each.written}`" for each in question.calls),
        ", ".join(f"`{each}`" for each in question.filters) or "–",
        "、".join(called("role", each.value).zh for each in question.roles),
        f"{answered.en} {answered.zh}{lacks}",
        "<br>".join(f"{each.section.partition('《')[0]} {each.asked}" for each in question.demands) or "–",
        f"`{question.test}`",
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
