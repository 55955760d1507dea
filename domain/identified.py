"""What the ids in events are of, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.event import CATALOGUE, Field, Identified
from domain.label import Label

_WORDS: Final[Mapping[Identified, Label]] = MappingProxyType(
    {
        "entry": Label("本档案中条目的编号", "the id of an entry of this file"),
        "child": Label("儿童档案的编号", "the id of a child's file"),
        "family": Label("家庭档案的编号", "the id of a family's file"),
        "institution": Label("机构档案的编号", "the id of an institution's file"),
        "person": Label(
            "没有档案的人的编号（首次登记时自行生成的UUID，此后沿用）",
            "the id of a person without a file (a UUID chosen when first recorded, and the same afterwards)",
        ),
        "user": Label("本系统用户的编号", "the id of a user of this system"),
        "paper": Label("本档案条目所引材料的编号", "the id of a paper that an entry of this file cites"),
    }
)


def id_asked(spec: Field) -> Label:
    """Return what a field asks for the id of. The field must hold an id."""
    if spec.refers is not None:
        kind = CATALOGUE[spec.refers.type].label
        return Label(f"本档案中“{kind.zh}”条目的编号", f"the id of an entry “{kind.en}” of this file")
    words = [_WORDS[kind] for kind in spec.id_of]
    return Label("或者".join(each.zh for each in words), " or ".join(each.en for each in words))


def other_id_asked(spec: Field) -> Label:
    """Return what a field asks for where it was given the id of something else."""
    asked = id_asked(spec)
    return Label(f"{spec.label.zh}应填{asked.zh}", f"{spec.label.en} takes {asked.en}")


def is_id(text: str) -> bool:
    """Whether a text is an id as answers write it."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
