"""Workbooks sheet by sheet, in the form of an institution's working register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, Self

import xlsxwriter  # type: ignore[import-untyped] # it has no types

CREATED = datetime(2026, 10, 31, tzinfo=UTC)
Grid = Sequence[Sequence[Any]]

_FORM = """
儿童花名册: 序号 儿童编号 姓名 性别 民族 出生日期 出生日期来源 身份证号 接收日期 正式入院日期 接收类别 \
送交单位 捡拾(发现)地点 监护类型 养育方式 残疾类别 残疾等级 离院日期 离院原因 备注
户口登记: 儿童编号 姓名 申请日期 落户日期 户口类别 派出所 户口迁移日期 迁往地 备注
医保参保: 儿童编号 姓名 核查日期 参保日期 险种 待遇享受起始日 缴费年度 缴费日期 金额(元) 资助方式 备注
就学: 儿童编号 姓名 入学日期 学段 就学形式 学校 学籍号 结束日期 结束原因
康复: 儿童编号 姓名 日期 事项 内容 评估类型/项目 分值/次数 康复师
体检: 儿童编号 姓名 体检日期 身高(cm) 体重(kg) 体检机构 结论
收养: 儿童编号 姓名 公告日期 评估同意日期 融合开始 融合结束 评估报告日期 评估结论 \
儿童意愿(8岁以上) 登记日期 收养登记证号 收养类别 备注
收养回访: 儿童编号 姓名 回访日期 回访方式 生活情况 健康情况 就学情况 风险 下次回访
成年安置: 儿童编号 姓名 评估日期 劳动能力 生活自理 民事行为能力 方案批准日期 安置方式 住房落实日期 就业/培训 \
户口迁移日期 安置日期 随访日期
基本生活费核定: 儿童编号 姓名 生活费类别 核定日期 月标准(元) 起领年月 审批单位 领取人 开户银行 银行账号 \
停发日期 停发原因 末领年月 备注
基本生活费发放: 儿童编号 姓名 生活费类别 发放日期 发放年月 发放金额(元) 发放方式 是否补发 领取人 备注
预防接种: 儿童编号 姓名 接种日期 疫苗 疫苗品名 剂次 疫苗批号 接种部位 上市许可持有人 接种人员 接种单位 \
暂缓日期 未接种原因 暂缓至 医学建议 备注
心理测评: 儿童编号 姓名 测评日期 测评量表 分值 测评等级 辅导日期 辅导时长(分钟) 辅导人 辅导情况 备注
意外事件: 儿童编号 姓名 发生日期 事件类型 严重程度 原因是否查明 发生地点 事件经过 在场人员 \
受伤人员 致使发生的人员 当班人员 救助处置人员 其他涉及人员 备注
家庭寄养: 儿童编号 姓名 寄养家庭档案编号 融合开始日期 协议签订日期 协议编号 协议起始日期 协议终止日期 \
主要照料人 主要照料人出生日期 寄养开始日期 儿童意愿 寄养结束日期 结束原因 结束情况说明 备注
寄养探访: 儿童编号 姓名 寄养家庭档案编号 探访日期 探访人 生活情况 健康情况 成长情况 是否希望更换家庭 \
随访评分 下次探访
移交: 儿童编号 姓名 提出日期 计划移交日期 移交原因 接收机构 接收机构编号 审批日期 审批结果 审批单位 移交日期 \
移交机构 移交方监护机关 接收方监护机关 交接清单 签字人 户口不随迁理由 备注
安置后随访: 儿童编号 姓名 随访日期 随访方式 生活情况 成长情况 健康情况 住房情况 就业情况 下次随访
走访探视: 儿童编号 姓名 走访日期 走访人员 走访方式 监护情况 健康情况 就学情况 是否发现风险 下次走访
更正登记: 登记日期 儿童编号 姓名 更正项目 原内容 更正后内容 更正依据 经办人
"""
HEADINGS: Mapping[str, Sequence[str]] = {
    title: headings.split()
    for title, _, headings in (line.partition(": ") for line in _FORM.strip().splitlines())
}
"""The headings of each sheet, as the form has them."""


@dataclass(frozen=True)
class Paper:
    """A sheet: its title, its headings and its rows by heading; what a row leaves out is blank."""

    title: str
    headings: Sequence[str]
    rows: tuple[Mapping[str, Any], ...] = ()
    closing: tuple[Sequence[Any], ...] = ()
    institution: str = "望海市儿童福利院（测试）"
    issued_on: str = "2026-10-31"

    def row(self, **said: Any) -> Self:
        """The sheet with one row more."""
        return replace(self, rows=(*self.rows, said))

    def headed(self, *headings: str) -> Self:
        """The sheet with these headings instead; rows name them as they stand."""
        return replace(self, headings=headings)

    @property
    def grid(self) -> Grid:
        """Its cells: a title, a banner, the headings, the rows, what closes it."""
        banner = [f"填报单位:{self.institution}", "", f"填报日期:{self.issued_on}"]
        own = [[row.get(heading, "") for heading in self.headings] for row in self.rows]
        return [[f"{self.institution}{self.title}"], banner, list(self.headings), *own, *self.closing]


def a_sheet(title: str, **envelope: Any) -> Paper:
    """An empty sheet of the form."""
    return Paper(title, HEADINGS[title], **envelope)


def roster_of(*children: Mapping[str, Any], **envelope: Any) -> Paper:
    """A roster of children, each with a number, a name and a day of reception unless it says otherwise."""
    sheet = a_sheet("儿童花名册", **envelope)
    for number, child in enumerate(children, 1):
        usual = {"儿童编号": f"CS{number:03}", "姓名": "王小明", "接收日期": "2016-05-01"}
        sheet = sheet.row(**{**usual, **child})
    return sheet


def roster(*, institution: str = Paper.institution, issued_on: str = Paper.issued_on, **said: Any) -> Paper:
    """A roster of one child, of whom this is said."""
    return roster_of(said, institution=institution, issued_on=issued_on)


def workbook(*sheets: Paper | tuple[str, Grid]) -> bytes:
    """The bytes of a workbook with these sheets."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})  # the same sheets are the same file
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            title, grid = (sheet.title, sheet.grid) if isinstance(sheet, Paper) else sheet
            page = book.add_worksheet(title)
            for number, row in enumerate(grid):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(number, column, cell, day)
                    elif isinstance(cell, str):
                        page.write_string(number, column, cell)
                    elif cell is not None:
                        page.write(number, column, cell)
    return file.getvalue()
