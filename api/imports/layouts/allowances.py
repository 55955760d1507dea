"""基本生活费: a row for each allowance that was granted, and one for each payment."""

from typing import Final

from api.imports.cells.measures import amount
from api.imports.cells.months import Months, month, months
from api.imports.cells.values import code, day, name, number, title, yes_no
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import YUAN, with_common
from domain.event import Amount
from domain.events.entitlement.allowance import AllowanceGranted, AllowancePaid, AllowanceStopped

LINE: Final = Column(
    "生活费类别",
    code(
        "allowance_line",
        {
            "机构孤儿": "202",
            "集中供养孤儿": "202",
            "集中养育孤儿": "202",
            "散居孤儿": "201",
            "社会散居": "201",
        },
    ),
    ("补贴类别", "保障类别", "发放类别", "补助类别", "生活费种类"),
)
PAYEE: Final = Column("领取人", name(), ("领款人", "收款人"))


def granted(row: Row) -> DatedEvent | None:
    """Return the grant, with the standard and the first month; a standard alone grants nothing."""
    if not any(row.says(column) for column in ("核定日期", "起领年月")):
        return None
    others = {"payee": PAYEE.heading, "bank": "开户银行", "account_no": "银行账号"}
    event = paper(
        AllowanceGranted,
        line=row.answer(LINE.heading),
        standard_yuan=row.answer("月标准(元)"),
        first_month=row.answer("起领年月"),
        decided_by=row.answer("审批单位"),
        **{field: row.answer(column) for field, column in others.items() if row.says(column)},
    )
    return DatedEvent(event, row.when("核定日期"))


def stopped(row: Row) -> DatedEvent | None:
    """Return the end of the allowance, with its reason and the last month."""
    if not any(row.says(column) for column in ("停发日期", "停发原因", "末领年月")):
        return None
    event = paper(
        AllowanceStopped,
        reason=row.answer("停发原因"),
        last_month=row.answer("末领年月"),
        allowance_line=row.value(LINE.heading),
    )
    return DatedEvent(event, row.when("停发日期"))


def paid(row: Row) -> DatedEvent | None:
    """Return the payment of one month or of several."""
    paid_for, payee = row.answer("发放年月"), {}
    if row.says(PAYEE.heading):
        payee = {"payee": row.answer(PAYEE.heading)}
    several = isinstance(paid_for, Months)
    event = paper(
        AllowancePaid,
        line=row.answer(LINE.heading),
        first_month=paid_for.first if several else paid_for,
        last_month=paid_for.last if several else paid_for,
        amount_yuan=row.answer("发放金额(元)"),
        mode=row.answer("发放方式"),
        is_reissue=row.answer("是否补发"),
        **payee,
    )
    if not any(row.says(column) for column in ("发放日期", "发放年月", "发放金额(元)")):
        return None
    return DatedEvent(event, row.when("发放日期"))


ALLOWANCES: Final = Layout(
    name="基本生活费核定",
    others=("基本生活费", "生活费核定", "生活费停发", "孤儿保障"),
    columns=with_common(
        LINE,
        Column("核定日期", day(), ("审批日期", "批准日期", "核定时间", "审批时间")),
        Column(
            "月标准(元)",
            amount(Amount, YUAN),
            ("月标准", "标准", "保障标准", "核定标准", "发放标准", "生活费标准"),
            units=YUAN,
        ),
        Column("起领年月", month(), ("起发年月", "起始年月", "起领月份", "起发月份", "开始发放年月")),
        Column("审批单位", title(), ("核定单位", "审批机关", "批准单位")),
        PAYEE,
        Column("开户银行", title(), ("开户行", "银行")),
        Column("银行账号", number(), ("账号", "银行卡号", "卡号", "发放账号")),
        Column("停发日期", day(), ("停发时间", "停止发放日期")),
        Column(
            "停发原因",
            code(
                "allowance_stop_reason",
                {
                    "年满18周岁": "over_age",
                    "满18周岁": "over_age",
                    "成年": "over_age",
                    "毕业": "study_ended",
                    "收养": "adopted",
                    "回归": "returned",
                    "去世": "died",
                },
            ),
            ("停止发放原因", "减员原因"),
        ),
        Column("末领年月", month(), ("末领月份", "截止年月", "最后发放年月")),
    ),
    makes=(granted, stopped),
    key=(LINE.heading, "起领年月"),
    decisive=("停发日期",),
)

ALLOWANCE_PAYMENTS: Final = Layout(
    name="基本生活费发放",
    others=("生活费发放", "生活费发放台账", "基本生活费发放表"),
    columns=with_common(
        LINE,
        Column("发放日期", day(), ("发放时间", "打卡日期", "支付日期")),
        Column("发放年月", months(), ("发放月份", "所属月份", "所属年月", "发放期间", "所属期", "月份")),
        Column(
            "发放金额(元)", amount(Amount, YUAN), ("发放金额", "实发金额", "金额", "补贴金额"), units=YUAN
        ),
        Column(
            "发放方式",
            code("payment_mode", {"转账": "2", "打卡": "2", "社会化发放": "2", "银行代发": "2"}),
            ("支付方式", "发放形式"),
        ),
        Column("是否补发", yes_no({"补发": True, "正常": False, "正常发放": False}), ("补发", "发放性质")),
        PAYEE,
    ),
    makes=(paid,),
    key=(LINE.heading, "发放年月", "是否补发"),
)
