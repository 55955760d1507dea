"""Faults: reasons why a value is set aside or a row rejected."""

from enum import Enum, unique

from domain.event import Label


@unique
class Fault(Enum):
    """A reason; its value is its text in Chinese and English, and its code in reports is its name."""

    UNREADABLE_DATE = Label("日期无法识别", "Cannot be read as a day")
    IMPOSSIBLE_DATE = Label("日期不存在", "There is no such day")
    AMBIGUOUS_DATE = Label("日期有多种读法，无法确定", "The date can be read in several ways")
    TWO_DIGIT_YEAR = Label("年份只写两位", "The year has two digits")
    NO_SINGLE_DAY = Label("只写到年或者月，此处应当写明日期", "A month or a year, where a single day is due")
    NO_SINGLE_MONTH = Label("此处应当写明年月", "No single month, where one is due")
    FUTURE_DATE = Label("日期晚于今日", "The date lies in the future")
    UNKNOWN_CODE = Label("代码无效，不在代码表中", "Not in the code table")
    NOT_A_NUMBER = Label("不是数值或者号码", "Not a number")
    OUT_OF_RANGE = Label("超出合理范围", "Out of range")
    LOST_DIGITS = Label("以数值格式存放，末尾数字已丢失", "Kept as a number, its last digits are lost")
    TOO_LONG = Label("内容过长", "Too long")
    NOT_CALCULATED = Label("公式未计算出结果", "A formula that no program has calculated")
    ERROR_VALUE = Label("公式出错", "A formula has gone wrong")
    STRUCK_THROUGH = Label("内容已划去", "Struck through")
    MERGED = Label(
        "单元格跨列合并，无法确定属于哪一列", "Merged over several columns, of which it may be either"
    )
    ODD_CHARACTERS = Label("含有不可见或者已损坏的字符", "Holds characters that cannot be seen or are lost")
    PENDING = Label("尚未确定", "Not yet decided")
    DITTO = Label("只写同上，未写明内容", "Says the same as another cell, and not what")
    PLACEHOLDER = Label("只有符号，未写明内容", "A mark that stands for what is not said")
    NAME_DIFFERS = Label("姓名与花名册不一致", "The name differs from the roster's")
    LISTED_TWICE = Label("与同一儿童另一行不一致", "Differs from another row of the same child")
    CONTRADICTS = Label("与另一工作表不一致", "Differs from another sheet")
    OLDER_FILE = Label("账本中已有较新文件的内容", "The ledger holds what a newer file says")
    NO_RECEIVER = Label(
        "未写明接收机构在账本中的编号，移交后由谁负责无法确定",
        "The receiver's id in the ledger is not given: who is in charge after the hand-over is not known",
    )
    NO_SUCH_FAMILY = Label(
        "账本中没有该家庭的档案；请先为该家庭建档，再填写其档案编号，或者申请人、配偶的姓名全名",
        "The ledger has no file of this family: open one first, and write here its id, or the whole name of"
        " who applied",
    )
    FAMILY_NAME_SHARED = Label(
        "账本中有多个家庭的申请人或者配偶为该姓名，无法确定是哪个家庭；请填写该家庭的档案编号",
        "Several families in the ledger go by this name: write the id of the family's file here",
    )
    NOT_PLACED = Label("缺少所依据的内容", "What it belongs to is not said")
    UNKNOWN_COLUMN = Label("未识别的列", "Unknown column")
    UNKNOWN_SHEET = Label("未识别的表", "Unknown sheet or table")
    UNKNOWN_ITEM = Label("未识别的更正项目或事项", "Unknown item")
    NO_FILE_NUMBER = Label("没有儿童编号", "No file number")
    NAME_SHARED = Label(
        "没有儿童编号，且花名册中有同名儿童", "No file number, and several children have the name"
    )
    NUMBER_SHARED = Label("账本中有多名儿童使用该编号", "Several children in the ledger have the number")
    LEADING_ZEROS = Label(
        "编号开头的零的个数与花名册不一致", "On the roster the number has other leading zeros"
    )
    OUTSIDE_INSTITUTIONS = Label(
        "机构外儿童由居住地乡镇（街道）或者民政部门登记，不随机构台账导入",
        "Township and bureau record children outside institutions: no register of an institution does",
    )
    NO_ROLL = Label(
        "属地只报送机构外儿童名册，机构的表由机构报送",
        "A place hands in rolls of children outside institutions; an institution hands in its own sheets",
    )
    NO_IDENTITY = Label(
        "没有身份证号，也没有姓名和出生日期，无法确定是哪名儿童",
        "Neither a citizen id nor a name with a birth date says which child it is",
    )
    OTHER_INSTITUTION = Label("表头所列填报单位为其他机构", "The banner above it names another institution")
    NOT_ON_ROSTER = Label("花名册中没有该儿童", "The child is not on the roster")
    NOTHING_USABLE = Label("没有可以采用的内容", "Nothing on the row can be used")
    NO_SUCH_VALUE = Label("找不到所更正的内容", "What it corrects is not there")
    COMMENT = Label(
        "批注不予录入；需要录入的内容请填入单元格",
        "Comments are not recorded: write what should be into a cell",
    )
    TEXT_BOX = Label(
        "文本框不予录入；需要录入的内容请填入单元格",
        "Text boxes are not recorded: write what should be into a cell",
    )
    NOT_KEPT = Label("无法按原样保存", "It cannot be kept as it is written")
    RECORDED_ELSEWHERE = Label("已录入另一份档案", "It was recorded in another file")
    NOT_YOURS = Label("该档案已由其他机构负责", "Another institution is in charge of the file")
    RESTRICTED = Label(
        "该档案限制处理，其中已有的记载与此处不同的，须先申请查阅并获批准",
        "Processing of the file is restricted: who would change what it says asks to read it first",
    )
    NOT_YOUR_CATEGORY = Label(
        "属于您的角色不可查看的类别，请由可以查看该类别的人员导入：机构的表由负责人（主管），属地的名册由乡镇（街道）",
        "Of a category that your role is not shown: of an institution's sheet its supervisor imports it, of"
        " the roll of a place its township",
    )

    ERASED = Label(
        "该人员的此类个人信息已依法删除，不再登记此类内容",
        "What was known of this kind of that person was erased by law: no more of it is recorded",
    )

    @property
    def code(self) -> str:
        """The reason's code in reports."""
        return self.name.lower()
