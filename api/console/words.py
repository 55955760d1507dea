"""The words of the pages, in Chinese and in English, as `words.toml` has them side by side.

What values of answers are called is the contract's, and labels of events, attributes, codes, rules and gates
are the domain's; neither is repeated there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from api.contract.sentences import Language
from api.contract.value_words import VALUE_WORDS, words_of
from domain.label import Label

LANGUAGES: Final[Mapping[Language, str]] = MappingProxyType({"zh": "zh-CN", "en": "en"})
"""The languages of pages, with their codes as HTML has them."""


WORDS: Final = MappingProxyType({**VALUE_WORDS, **words_of("api.console", "words.toml")})
"""The words by table and name."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words in one language."""

    language: Language

    def __call__(self, name: str, /, **filled: object) -> str:
        """Return the words of a name such as `today.title`, with its places filled. Raises KeyError."""
        table, _, word = name.partition(".")
        return self.label(WORDS[table][word]).format(**filled)

    def of(self, table: str, name: str) -> str:
        """Return the words for one of the values that a table of words is about, or the value itself."""
        label = WORDS[table].get(name)
        return name if label is None else self.label(label)

    def label(self, label: Label) -> str:
        """Return a label of the domain."""
        return label.zh if self.language == "zh" else label.en

    def said(self, answer: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - of an answer
        """Return the member of an answer that is in this language, such as `title_zh` or `title_en`."""
        return answer[f"{name}_{self.language}" if name else self.language]
