"""The directory as tables: institutions, people and tokens, as an administrator lists them."""

from typing import Final

from api.contract.csv_lines import TableCell
from api.contract.list_tables import (
    ID_WIDTH,
    INSTITUTION,
    PLACE,
    REGIONS,
    ListColumn,
    ListedItem,
    ListTable,
    in_language,
    instant,
    text,
    word,
)
from api.contract.sentences import Language
from domain.codes import tables
from domain.label import Label

_NATION: Final = Label("全国", "The nation")
_CODE_LENGTH: Final = 6


def _bound_region(item: ListedItem, language: Language) -> TableCell:
    """Return what a person's region begins with, by the name of the place: empty for the nation."""
    prefix = item["region"]
    if prefix is None:
        return None
    if not prefix:
        return in_language(_NATION, language)
    known = tables()[REGIONS].codes
    place = prefix.ljust(_CODE_LENGTH, "0")
    return in_language(known[place], language) if place in known else str(prefix)


_USER: Final = text("user", Label("用户标识", "User's id"), ID_WIDTH)
_ROLE: Final = word("role", Label("角色", "Role"), "role")

INSTITUTIONS_TABLE: Final = ListTable(
    "institutions",
    Label("机构", "Institutions"),
    (
        text("name", Label("名称", "Name"), 36),
        text("uscc", Label("统一社会信用代码", "Unified social credit code"), 20),
        PLACE,
        INSTITUTION,
    ),
)
USERS_TABLE: Final = ListTable(
    "users",
    Label("人员", "People"),
    (
        text("name", Label("姓名", "Name")),
        _ROLE,
        text("institution_name", Label("所属机构", "Institution"), 24),
        ListColumn(Label("所辖地区", "Region"), _bound_region, 18),
        text("login", Label("用户名", "User name")),
        instant("password_since", Label("密码设置时间", "Password set at")),
        instant("second_factor_since", Label("第二因素启用时间", "Second factor since")),
        instant("account_since", Label("统一认证账号绑定时间", "Provider's account since")),
        INSTITUTION,
        _USER,
    ),
)
TOKENS_TABLE: Final = ListTable(
    "tokens",
    Label("令牌", "Tokens"),
    (
        text("name", Label("持有人", "Held by")),
        _ROLE,
        text("purpose", Label("用途", "Purpose"), 24),
        text("may_approve", Label("可以审批", "May decide")),
        instant("made_at", Label("签发时间", "Made at")),
        instant("expires_at", Label("有效期至", "Valid until")),
        instant("used_at", Label("最近使用", "Last used")),
        _USER,
        text("token", Label("令牌标识", "Token's id"), ID_WIDTH),
    ),
)
