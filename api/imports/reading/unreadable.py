"""Reasons why a file cannot be read, in one sentence each, with a remedy."""

from typing import Final

from domain.label import Label


class UnreadableFileError(Exception):
    """None of the file can be read; `why` gives the reason and a remedy."""

    def __init__(self, why: Label) -> None:
        super().__init__(str(why))
        self.why = why


DAMAGED: Final = Label(
    "文件已损坏或不完整；请重新取得该文件，或用电子表格软件打开并另存为 .xlsx 后再导入。",
    "The file is damaged or incomplete: get it anew, or save it as .xlsx in a spreadsheet program.",
)
NOT_THERE: Final = Label(
    "打不开该文件；请检查路径和读取权限。",
    "The file cannot be opened: look at its path and its permissions.",
)
EMPTY: Final = Label("文件是空的；请检查所选的文件。", "The file is empty: look whether it is the right one.")
PROTECTED: Final = Label(
    "文件有密码保护；请取消密码并另存后再导入。",
    "The file is protected by a password: save it without one.",
)
NO_TABLE: Final = Label(
    "这是网页或其他 XML 文件，不是电子表格；请用电子表格软件打开并另存为 .xlsx 后再导入。",
    "This is a web page or other XML, no workbook: open it in a spreadsheet program and save it as .xlsx.",
)
UNKNOWN_KIND: Final = Label(
    "无法识别的文件；可导入 .xlsx、.xls、.ods 和 CSV，其他文件请用电子表格软件打开并另存为 .xlsx。",
    "The file is of no kind that is read here (.xlsx, .xls, .ods, CSV): save it as .xlsx in the program that"
    " opens it.",
)
IS_TEXT: Final = Label(
    "这是文本，不是工作簿；CSV 文件名应以 .csv 结尾（接口：Content-Type: text/csv）。",
    "This is text, no workbook: the name of CSV ends in .csv (by the API: Content-Type: text/csv).",
)
NO_TEXT: Final = Label(
    "这是工作簿，不是文本；请以其文件类型发送。",
    "This is a workbook, no text: send it as the type that it is.",
)
UNKNOWN_CHARACTERS: Final = Label(
    "文本不是 UTF-8 或 GB18030 编码，或与所声明的编码不符；请另存为 UTF-8 编码的 CSV 后再导入。",
    "The text is neither UTF-8 nor GB 18030, or not what it is said to be: save it as CSV in UTF-8.",
)
WHOSE: Final = Label(
    "没有写明是哪个机构的（填报单位）；请用 --institution 指明，CSV 必须指明。",
    "It does not say whose it is (填报单位), and a CSV never does: say --institution.",
)
NOTHING_KNOWN: Final = Label(
    "没有一行可以读作登记表；请检查表头（如 儿童编号）是否还在。",
    "No row can be read as a register's: look whether the headings (such as 儿童编号) are still there.",
)
TOO_COSTLY: Final = Label(
    "读取该文件所需的内存或时间超出限制；请删去无内容的行、列和工作表，或分成几个文件后再导入。",
    "To read the file takes more memory or time than is allowed: remove empty rows, columns and sheets, or"
    " make several files of it.",
)


def damaged() -> UnreadableFileError:
    """Return the error that a file is damaged."""
    return UnreadableFileError(DAMAGED)


def too_large(most: int) -> UnreadableFileError:
    """Return the error that a file has more bytes than the limit."""
    return too_much(Label(f"文件超过 {most:,} 字节", f"The file has more than {most:,} bytes"))


def unclosed(line: int) -> UnreadableFileError:
    """Return the error that a text has an unbalanced quotation mark, up to a line."""
    return UnreadableFileError(
        Label(
            f"到第 {line:,} 行为止，引号不成对；请用电子表格软件打开并另存为 .xlsx 后再导入。",
            f"Up to line {line:,}, quotation marks do not fit: save it as .xlsx in a spreadsheet program.",
        )
    )


def too_much(what: Label) -> UnreadableFileError:
    """Return the error that a file exceeds a limit: which one, and where."""
    return UnreadableFileError(
        Label(
            f"{what.zh}；请删去多余的内容，或分成几个文件后再导入。",
            f"{what.en}: remove what is not needed, or make several files of it.",
        )
    )
