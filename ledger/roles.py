"""The three database roles of a ledger: owner, writer and reader."""

import re
from dataclasses import dataclass

_LEDGER_NAME = re.compile(r"(?!pg_|.*_view(s_[0-9]+)?$|.*_view_)[a-z][a-z0-9_]{0,39}(?<!_keys)")


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of a ledger's database roles."""

    owner: str
    writer: str
    reader: str

    @classmethod
    def of(cls, ledger: str) -> "Roles":
        """Return the roles of a ledger. Raises ValueError for a name that cannot be one."""
        if not _LEDGER_NAME.fullmatch(ledger):
            message = (
                "不能用作账本名称：应为 1 至 40 个 a-z、0-9、_，"
                "不得为 pg_…、…_keys、…_view、…_view_…、…_views_1。"
                " It cannot name a ledger: 1-40 of a-z, 0-9, _;"
                " not pg_…, …_keys, …_view, …_view_…, …_views_1."
            )
            raise ValueError(message)
        return cls.named(ledger)

    @classmethod
    def named(cls, ledger: str) -> "Roles":
        """Return the roles by the name of a ledger, or by what stands in its place."""
        return cls(f"{ledger}_owner", f"{ledger}_writer", f"{ledger}_reader")
