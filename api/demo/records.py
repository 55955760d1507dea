"""The rows of each sheet about a childhood, by the sheet's headings, with days as days."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias

from api.demo.childhoods import ADOPTED, DIED, FOUND, PLACED, SUPPORTED, Childhood
from api.demo.handwriting import CellValue
from domain.when import add

Record: TypeAlias = dict[str, CellValue]
"""One row, by heading."""
Keeper: TypeAlias = Callable[[Childhood], Iterator[Record]]
"""Generates one sheet's rows about a child."""

STAGES: Final = (("学前", -3, 0), ("小学", 0, 6), ("初中", 6, 9), ("中职", 9, 12))
"""Stages of schooling, with the years after entry to primary school in which they begin and end."""
SCHOOLS: Final = {
    "学前": "望海区中心幼儿园",
    "小学": "望海区第二实验小学",
    "初中": "临港中学",
    "中职": "市职业中等专业学校",
}
THERAPIES: Final = ("PT", "OT", "ST")
YEARS_OF_THERAPY: Final = 5
VISITS: Final = ((20, 30), (80, 95), (170, 200), (350, 380))
"""Days, at least and at most, between an adoption and its visits."""
APART: Final = ((12, 90), (36, 180))
"""Below each age, in months, the days between examinations; later a year."""


def roster(child: Childhood) -> Iterator[Record]:
    """儿童花名册: one row."""
    person = child.person
    yield {
        "儿童编号": child.file_no,
        "姓名": person.name,
        "性别": person.sex,
        "民族": child.ethnic_group,
        "出生日期": person.born,
        "出生日期来源": child.birth_basis,
        "身份证号": person.citizen_id if child.registered else None,
        "接收日期": child.received,
        "正式入院日期": child.admitted,
        "接收类别": child.coming.category,
        "送交单位": child.coming.sender,
        "捡拾(发现)地点": child.random.choice(child.coming.found_places)
        if child.coming.found_places
        else None,
        "监护类型": child.coming.guardianship,
        "养育方式": child.care,
        "残疾类别": child.disability,
        "残疾等级": child.grade,
        "离院日期": child.left,
        "离院原因": child.why,
        "备注": child.random.choice((None, None, None, None, "待补材料", "原件存档案室")),
    }


def household(child: Childhood) -> Iterator[Record]:
    """户口登记: one row for a registered child."""
    if child.registered is None:
        return
    moved = child.left if child.why in {ADOPTED, PLACED, SUPPORTED} else None
    yield {
        "申请日期": child.soon(child.registered, -20, -5),
        "落户日期": child.registered,
        "户口类别": child.random.choice(("集体户", "福利院集体户")),
        "派出所": "环山路派出所",
        "户口迁移日期": moved,
        "迁往地": child.random.choice(("望海区", "临港区", "外省")) if moved else None,
    }


def insurance(child: Childhood) -> Iterator[Record]:
    """医保参保: the check and the enrolment, then a contribution for each year that follows."""
    checked = child.received if child.random.randrange(6) else child.soon(child.received, 1, 5)
    enrolled = child.soon(checked, 0, 4)
    if enrolled > child.known_until:
        return
    yield {
        "核查日期": checked,
        "参保日期": enrolled,
        "待遇享受起始日": enrolled,
        **_contribution(child, enrolled.year, enrolled),
    }
    for year in range(enrolled.year + 1, child.known_until.year + 2):
        paid = child.soon(date(year - 1, 11, 1), 0, 27)
        if enrolled < paid <= child.known_until:
            yield {"待遇享受起始日": date(year, 1, 1), **_contribution(child, year, paid)}


def _contribution(child: Childhood, year: int, paid: date) -> Record:
    return {
        "险种": child.random.choice(("居民医保", "居民医保", "城乡居民医保")),
        "缴费年度": year,
        "缴费日期": paid,
        "金额(元)": 150 + 10 * (year - 2003),
        "资助方式": child.random.choice(("全额资助", "全额资助", "全额资助", "机构代缴")),
    }


def schooling(child: Childhood) -> Iterator[Record]:
    """就学: one row for each stage, from the September in which it begins to the July in which it ends."""
    six, came = child.aged(6), child.received
    first = six.year if six < date(six.year, 9, 1) else six.year + 1
    form, school = None, None
    if child.disability in {"智力", "多重"}:
        form, school = child.random.choice(
            (
                ("特殊教育学校", "市特殊教育学校"),
                ("福利院特教班", "福利院特教班"),
                ("送教上门", "市特殊教育学校"),
            )
        )
    for stage, begins, ends in STAGES:
        begun = date(came.year + (came > date(came.year, 9, 1)), 9, 1)
        entered, ended = max(date(first + begins, 9, 1), begun), date(first + ends, 7, 10)
        if ended < entered or entered > child.known_until:
            continue
        finished = ended <= child.known_until
        yield {
            "入学日期": entered,
            "学段": stage,
            "就学形式": form or "普通就读",
            "学校": school or SCHOOLS[stage],
            "学籍号": f"G{child.person.citizen_id}" if stage != "学前" and child.registered else None,
            "结束日期": ended if finished else None,
            "结束原因": "毕业" if finished else None,
        }


def rehabilitation(child: Childhood) -> Iterator[Record]:
    """康复: for a disabled child, every year an assessment, a plan made from it and days of training."""
    if child.disability is None:
        return
    day = child.soon(child.received, 40, 90)
    for year in range(YEARS_OF_THERAPY):
        therapy, therapist = child.random.choice(THERAPIES), child.random.choice(("于老师", "宫老师"))
        trainings = [day + timedelta(days=21 + 30 * number) for number in range(child.random.randint(3, 6))]
        if trainings[-1] > min(child.known_until, child.aged(16)):
            return
        phase = "初期评估" if year == 0 else child.random.choice(("中期评估", "末期评估"))
        score, planned = child.random.randint(20, 80), child.random.choice((24, 36, 48))
        domain, goal = child.random.choice(
            (("粗大运动", "每周三次PT训练"), ("语言理解", "言语训练"), ("感觉统合", "感觉统合训练"))
        )
        yield _therapy(day, "评估", domain, phase, score, therapist)
        yield _therapy(day + timedelta(days=7), "方案", goal, therapy, planned, therapist)
        for trained in trainings:
            yield _therapy(trained, "训练", "按方案实施", therapy, child.random.randint(1, 5), therapist)
        day = child.soon(day, 350, 380)


def _therapy(day: date, matter: str, content: str, item: str, amount: int, therapist: str) -> Record:
    return {
        "日期": day,
        "事项": matter,
        "内容": content,
        "评估类型/项目": item,
        "分值/次数": amount,
        "康复师": therapist,
    }


def examinations(child: Childhood) -> Iterator[Record]:
    """体检: more frequent for younger children."""
    day = child.soon(child.received, 3, 20)
    while day <= child.known_until:
        months = (day - child.person.born).days / 30.4
        height = 50 + 25 * min(months, 12) / 12 + 6.1 * max(min(months - 12, 180), 0) / 12
        yield {
            "体检日期": day,
            "身高(cm)": round(height + child.random.uniform(-3, 3), 1),
            "体重(kg)": round(3.3 + months * 0.27 + child.random.uniform(-0.6, 1.6), 1),
            "体检机构": child.random.choice(("福利院医务室", "市妇幼保健院")),
            "结论": child.random.choice(("正常", "正常", "上呼吸道感染", "营养不良", "视力异常")),
        }
        apart = next((days for below, days in APART if months < below), 360)
        day = child.soon(day, apart - 25, apart + 15)


def adoption(child: Childhood) -> Iterator[Record]:
    """收养: for an adopted child, from the registrar's notice to the registration."""
    if child.why != ADOPTED or child.left is None:
        return
    registered = child.left
    reported = registered - timedelta(days=child.random.randint(60, 110))
    ended = reported - timedelta(days=4)
    started = ended - timedelta(days=child.random.randint(30, 36))
    is_foundling = child.coming is FOUND
    yield {
        "公告日期": started - timedelta(days=70) if is_foundling else None,
        "评估同意日期": started - timedelta(days=3),
        "融合开始": started,
        "融合结束": ended,
        "评估报告日期": reported,
        "评估结论": "符合",
        "儿童意愿(8岁以上)": "同意" if child.aged(8) <= registered else None,
        "登记日期": registered,
        "收养登记证号": f"({registered.year})望收字第{child.file_no[2:]}号",
        "收养类别": "社会福利机构抚养的弃婴" if is_foundling else "社会福利机构抚养的孤儿",
    }


def visits(child: Childhood) -> Iterator[Record]:
    """收养回访: most of the visits that were due until the register was issued, some late."""
    if child.why != ADOPTED or child.left is None:
        return
    for least, most in VISITS:
        visited = child.soon(child.left, least, most)
        if visited > child.issued_on:
            return
        yield {
            "回访日期": visited,
            "回访方式": child.random.choice(("入户", "电话", "视频")),
            "生活情况": "良好",
            "健康情况": "良好",
            "就学情况": child.random.choice(("已入学", "已入园", "未到学龄")),
            "风险": child.random.choice(("无", "无", "低")),
        }


def placement(child: Childhood) -> Iterator[Record]:
    """成年安置: for a child growing up, as far as the placement has come."""
    assessed = child.soon(child.aged(18), -120, 60)
    if child.why == DIED or assessed > child.known_until:
        return
    social = child.why == PLACED or (child.why is None and child.disability not in {"智力", "多重"})
    planned, left = child.soon(assessed, 25, 40), child.left
    followed = None if left is None else child.soon(left, 80, 100)
    if followed is not None and followed > child.issued_on:
        followed = None
    yield {
        "评估日期": assessed,
        "劳动能力": "具备" if social else "部分具备",
        "生活自理": "能自理" if social else "部分自理",
        "民事行为能力": "完全" if social else child.random.choice(("限制", "待认定")),
        "方案批准日期": planned if planned <= child.known_until else None,
        "安置方式": ("社会化安置" if social else "特困人员供养") if planned <= child.known_until else None,
        "住房落实日期": left if social else None,
        "就业/培训": child.random.choice(("物流公司就业", "烘焙技能培训")) if social and left else None,
        "户口迁移日期": left,
        "安置日期": left,
        "随访日期": followed,
    }


def corrections(child: Childhood) -> Iterator[Record]:
    """更正登记: a corrected birth date, which the roster shows before or after the correction."""
    if child.coming is not FOUND or child.random.randrange(6):
        return
    noted = child.soon(child.admitted, 100, 700)
    if noted < child.known_until:
        yield {
            "登记日期": noted,
            "更正项目": "出生日期",
            "原内容": f"{add(child.person.born, days=child.random.choice((-40, -12, -9)))}",
            "更正后内容": f"{child.person.born}",
            "更正依据": child.random.choice(("骨龄鉴定报告", "公安户籍更正通知")),
            "经办人": "姜老师",
        }


SHEETS: Final[Mapping[str, Keeper]] = {
    "儿童花名册": roster,
    "户口登记": household,
    "医保参保": insurance,
    "就学": schooling,
    "康复": rehabilitation,
    "体检": examinations,
    "收养": adoption,
    "收养回访": visits,
    "成年安置": placement,
    "更正登记": corrections,
}
"""The generator of each sheet's rows."""
