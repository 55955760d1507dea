"""Schemas of answers are built for whoever asks how the interface is described."""

from typing import Any

from fastapi import FastAPI
from pydantic_core import core_schema
from typing_extensions import TypedDict

from api.contract.described_later import DescribedLater

built: list[str] = []


class Noticed:
    """A value of an answer, which notices that a schema of it is built."""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        """Build a schema."""
        built.append(cls.__name__)
        return core_schema.str_schema()


class NoticedAnswer(TypedDict):
    """An answer."""

    value: Noticed


def test_an_answer_is_described_when_it_is_asked_for_and_not_at_the_start() -> None:
    router = DescribedLater()

    @router.get("/value", responses={200: {"model": NoticedAnswer}})
    async def value() -> None:
        """Answer."""

    app = FastAPI()
    app.include_router(router)
    assert not built
    schemas = app.openapi()["components"]["schemas"]
    assert schemas["NoticedAnswer"]["properties"]["value"]["type"] == "string"
    assert built
