"""What values of answers are called in both languages, as `value_words.toml` has them side by side.

Labels of events, attributes, codes, rules and gates are the domain's, and not repeated there.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final, TypeAlias

from domain.codes import tables
from domain.label import Label

WordTables: TypeAlias = Mapping[str, Mapping[str, Label]]
"""Words by table and name."""


def words_of(package: str, name: str) -> WordTables:
    """Return the words of a file beside the modules of a package."""
    document = tomllib.loads((files(package) / name).read_text("utf-8"))
    return MappingProxyType(
        {
            table: {each: Label(zh, en) for each, (zh, en) in words.items()}
            for table, words in document.items()
        }
    )


VALUE_WORDS: Final[WordTables] = MappingProxyType(
    {**words_of("api.contract", "value_words.toml"), "chapter": tables()["file_chapter"].codes}
)
"""The words by table and value."""


def called(table: str, value: str) -> Label:
    """Return what a value of a table is called; a value without words by itself."""
    return VALUE_WORDS[table].get(value) or Label(value, value)
