"""The administrative divisions of GB/T 2260 and the years in which each code counted, from python-stdnum."""

import re
from collections import defaultdict
from importlib.resources import files
from typing import Final, NamedTuple

from domain.when import FIRST_DAY, LAST_DAY

_PROVINCE: Final = re.compile(r'(?P<code>\d{2}) province="(?P<name>[^"]+)"')
_DIVISION: Final = re.compile(r' +(?P<code>\d{4}) county="(?P<names>[^"]+)"')
_NAME: Final = re.compile(r"(?:\[(?P<since>\d*)-(?P<until>\d*)\])?(?P<name>[^,\[\]]+)")
_NO_NAMES: Final = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""What stands for the counties of a municipality, or of no prefecture: part of no address."""
_SIMPLIFIED: Final = str.maketrans("達嶺區員會稜", "达岭区员会棱")
"""A few names are written in traditional characters."""


class Validity(NamedTuple):
    """The calendar years in which a code counted, both included, and the name it had."""

    since: int
    until: int
    name: str

    @property
    def began(self) -> bool:
        """Whether its first year is known: the code is younger than the standard."""
        return self.since > FIRST_DAY.year

    @property
    def ended(self) -> bool:
        """Whether the code, or its name, counts no more."""
        return self.until < LAST_DAY.year


def divisions() -> dict[str, tuple[Validity, ...]]:
    """Return every division by its code of six digits, with its names by year, the oldest first."""
    divisions: defaultdict[str, list[Validity]] = defaultdict(list)
    province = ""
    for line in (files("stdnum.cn") / "loc.dat").read_text("utf-8").translate(_SIMPLIFIED).splitlines():
        if match := _PROVINCE.fullmatch(line):
            province = match["code"]
        elif match := _DIVISION.fullmatch(line):
            for name in _NAME.finditer(match["names"]):
                since, until = int(name["since"] or FIRST_DAY.year), int(name["until"] or LAST_DAY.year)
                divisions[province + match["code"]].append(Validity(since, until, name["name"]))
    return {code: tuple(sorted(years)) for code, years in divisions.items()}


def full_name(code: str, known: dict[str, tuple[Validity, ...]]) -> str:
    """Return the name of a division as an address has it: province, prefecture, county.

    The last name counts; names that the same code had before follow it in brackets.
    """
    names = [years.name for years in known[code]]
    above = [known[at][-1].name for at in (f"{code[:2]}0000", f"{code[:4]}00") if at != code and at in known]
    before = f"（原{'、'.join(names[:-1])}）" if names[1:] else ""
    return "".join([*(name for name in above if name not in _NO_NAMES), names[-1], before])
