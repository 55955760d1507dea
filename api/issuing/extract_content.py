"""What an extract tells of a child's file: the chosen chapters on a day, in words, as a role sees them."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from api.contract.encoding import JsonResponse
from api.contract.explanation_words import CATEGORIES
from api.contract.extract_answers import ExtractAnswer, ExtractChapter, ExtractField, WithheldCategory
from api.contract.file_status import held_json
from api.contract.file_tables import field_said
from api.contract.list_tables import days
from api.contract.sentences import Language
from api.contract.value_words import called
from domain.event import EVERY_CATEGORY, Category
from domain.events.intake import FILE_NO, NAME
from domain.file import ATTRIBUTES, Attribute, File
from domain.label import Label
from domain.life import Life
from domain.rulebook import Rulebook
from ledger.canonical import canonical

CHECKED: Final = 16
"""Digits of an extract's digest by which it is checked, as somebody types them from the paper."""
NUMBER: Final = 12
"""Letters and digits of an extract's number."""
SIGNS: Final = "34679ACDEFGHJKMNPQRTUVWXY"
"""What numbers consist of: nothing that looks like anything else, also written by hand."""
_SINCE: Final = days("since", "since_until", Label("", ""))


def number_of(named: UUID) -> str:
    """Return the number of an extract from what it is named by."""
    rest, signs = named.int, []
    for _ in range(NUMBER):
        rest, sign = divmod(rest, len(SIGNS))
        signs.append(SIGNS[sign])
    return "".join(signs)


def digest_of(content: ExtractAnswer) -> str:
    """Return the digest of what an extract tells, as 64 hexadecimal digits."""
    return sha256(canonical(content)).hexdigest()


def _who(life: Life, sees: AbstractSet[Category], language: Language) -> tuple[str | None, str | None]:
    """Return a file's number and the child's name."""
    return _said(life, FILE_NO, sees, language), _said(life, NAME, sees, language)


def told(
    file: File,
    day: date,
    rulebook: Rulebook,
    sees: AbstractSet[Category],
    chapters: Sequence[str],
    language: Language = "zh",
) -> Any:  # noqa: ANN401 - compared, and part of an answer
    """Return what a file tells on a day: of whom it is, and its chapters."""
    life = Life(file, day, rulebook)
    return _who(life, sees, language), [_chapter(life, each, sees, language) for each in chapters]


def withheld(sees: AbstractSet[Category]) -> list[WithheldCategory]:
    """Return the categories that somebody does not see, by name."""
    return [
        {"category": each, "zh": CATEGORIES[each].zh, "en": CATEGORIES[each].en}
        for each in sorted(EVERY_CATEGORY - sees)
    ]


def categories_in(chapters: Sequence[str]) -> set[Category]:
    """Return the categories of personal data that an extract of these chapters holds."""
    of_chapters = {each.personal for (chapter, _), each in ATTRIBUTES.items() if chapter in chapters}
    return {Category.IDENTITY, *(each for each in of_chapters if each is not None)}


def _chapter(life: Life, chapter: str, sees: AbstractSet[Category], language: Language) -> ExtractChapter:
    label, fields = called("chapter", chapter), list[ExtractField]()
    for (of, name), attribute in ATTRIBUTES.items():
        if of == chapter and attribute.kind == "child":
            fields += _fields(f"{chapter}.{name}", attribute, _held(life, attribute, sees), language)
    return {"chapter": chapter, "zh": label.zh, "en": label.en, "fields": fields}


def _fields(
    path: str, attribute: Attribute[Any], held: Sequence[Mapping[str, Any]], language: Language
) -> list[ExtractField]:
    return [
        {
            "field": path,
            "zh": attribute.label.zh,
            "en": attribute.label.en,
            "value": field_said(path, each or None, language),
            "since": _since(each, language),
            "until": each.get("until"),
        }
        for each in held or [{}]
    ]


def _since(held: Mapping[str, Any], language: Language) -> str | None:
    if "since" not in held or held["since"] == held.get("value"):
        return None
    when = {"since": held["since"], "since_until": held.get("since_until", held["since"])}
    said = _SINCE.cell(when, language)
    return None if said is None else str(said)


def _held(life: Life, attribute: Attribute[Any], sees: AbstractSet[Category]) -> list[dict[str, Any]]:
    """Return the values that hold, as clients of an answer read them."""
    read = orjson.loads(JsonResponse(held_json(life, attribute, sees)).body)
    values = read if isinstance(read, list) else [read]
    return [each for each in values if each is not None]


def _said(
    life: Life, attribute: Attribute[Any], sees: AbstractSet[Category], language: Language
) -> str | None:
    held = _held(life, attribute, sees)
    return field_said(f"{attribute.chapter}.{attribute.name}", held[-1], language) if held else None
