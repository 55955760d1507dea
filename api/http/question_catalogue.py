"""The questions of users: which there are, how each is asked, and how far it is answered."""

from typing import Annotated, Final

from fastapi import Depends
from typing_extensions import TypedDict

from api.contract.encoding import JsonResponse
from api.contract.list_tables import ListColumn, ListTable, in_language, said, text
from api.contract.listing import Because, Listing
from api.contract.question_rows import QuestionColumnAnswer, column_json
from api.contract.value_words import called
from api.http.authentication import callers_router
from api.http.dependencies import RequestContext, file_request
from api.http.list_formats import in_formats, listed, one_page
from api.identity.permissions import Role
from api.questions import ANSWERED_WORDS, AnsweredSoFar, UserQuestion, user_questions
from domain.asked_lists import QUESTION_LISTS
from domain.label import Label

router = callers_router("across files")


class QuestionCallAnswer(TypedDict):
    """How a question is asked: a method, and an address with the filters that make it the question."""

    method: str
    address: str


class QuestionAnswer(TypedDict):
    """A question of users: how it is asked, by whom, what else narrows it, and how far it is answered.

    `columns` are those of its own list, empty where other lists answer it; `lacks` says what is missing.
    """

    question: str
    zh: str
    en: str
    calls: list[QuestionCallAnswer]
    filters: list[str]
    roles: list[Role]
    answered: AnsweredSoFar
    lacks: Because | None
    columns: list[QuestionColumnAnswer]


def _told(question: UserQuestion) -> QuestionAnswer:
    asked, lacks = QUESTION_LISTS.get(question.name), question.lacks
    return {
        "question": question.name,
        "zh": question.label.zh,
        "en": question.label.en,
        "calls": [{"method": each.method, "address": each.address} for each in question.calls],
        "filters": [*question.filters],
        "roles": [*question.roles],
        "answered": question.answered,
        "lacks": None if lacks is None else {"zh": lacks.zh, "en": lacks.en},
        "columns": [] if asked is None else [column_json(each) for each in asked.columns],
    }


def _each_on_a_line(name: str, heading: Label) -> ListColumn:
    return ListColumn(heading, lambda item, _: "\n".join(item[name]), 24)


_TABLE: Final = ListTable(
    "questions",
    Label("问题目录", "Questions"),
    (
        text("question", Label("编号", "Number"), 8),
        ListColumn(Label("问题", "Question"), lambda item, language: str(item[language]), 48),
        ListColumn(
            Label("调用", "Calls"),
            lambda item, _: "\n".join(f"{each['method']} {each['address']}" for each in item["calls"]),
            48,
        ),
        _each_on_a_line("filters", Label("筛选", "Filters")),
        ListColumn(
            Label("角色", "Roles"),
            lambda item, language: "、".join(
                in_language(called("role", each), language) for each in item["roles"]
            ),
            36,
        ),
        ListColumn(
            Label("能否回答", "Answered"),
            lambda item, language: in_language(ANSWERED_WORDS[item["answered"]], language),
        ),
        said("lacks.", Label("所缺", "What it lacks")),
    ),
)


@router.get("/questions", responses=listed(Listing[QuestionAnswer]))
@in_formats(_TABLE, one_page)
async def questions(request: Annotated[RequestContext, Depends(file_request)]) -> JsonResponse:
    """List the questions of users, and how each is asked."""
    items = [_told(each) for each in user_questions()]
    position = (await request.ledger.head()).position
    return JsonResponse({"items": items, "next": None}, headers={"Ledger-Position": str(position)})
