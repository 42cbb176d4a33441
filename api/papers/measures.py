"""Measures of GB/T 9704-2012 (党政机关公文格式) in millimetres and points, each with its clause."""

MM = 72 / 25.4
"""Points of a millimetre."""

PAGE_WIDTH, PAGE_HEIGHT = 210, 297  # 5.1
TOP, LEFT, WIDTH, HEIGHT = 37, 28, 156, 225  # 5.2.1: 天头、订口、版心
RIGHT, BOTTOM = PAGE_WIDTH - LEFT - WIDTH, PAGE_HEIGHT - TOP - HEIGHT

FORM_TOP = FORM_BOTTOM = 25
"""A form is no 公文 and may be taller: the signatures then stand below what is signed."""

LINES, CHARACTERS = 22, 28  # 5.2.3, as a rule
LINE = 28.95
"""Points of a line: 22 of them stand in 225 mm."""
SIZE_2, SIZE_3, SIZE_4 = 22.0, 16.0, 14.0
TIGHTER = -0.25
"""Points between characters, so that 28 of size 3 stand in 156 mm."""

TITLE_FONT = "方正小标宋简体"
BODY_FONT = "仿宋_GB2312"
BLACK_FONT = "黑体"
ITALIC_FONT = "楷体_GB2312"
NUMBER_FONT = "宋体"

RED = "FF0000"
MARK_BELOW = 35  # 7.2.4: from the top of the type area to the mark
RULE_BELOW = 4  # 7.2.7
LETTER_MARK_TOP = 30  # 10.1: from the edge of the paper
LETTER_RULE_BOTTOM = 20
LETTER_RULE = 170
PAGE_NUMBER_BELOW = 7  # 7.5
OUTER_LINE, INNER_LINE = 8, 6
"""7.4.1: 0.35 and 0.25 mm, in eighths of a point."""

MARK_TAIL = "文件"
"""What follows the name of who issues, where the head has it."""
MARK_SIZES = (26.0, 48.0)
"""Least and greatest size of a red head: the standard leaves it to the issuer, below 22 mm wide."""


def mark_size(longest: float) -> float:
    """The size at which a red head of so many characters fills the type area well."""
    least, most = MARK_SIZES
    return max(least, min(most, WIDTH * MM * 0.92 / max(longest, 1)))


def width_of(text: str, size: float) -> float:
    """How wide a text is in points: digits and signs of ASCII take half a character."""
    return sum(size / 2 if ord(char) < 0x80 else size for char in text)


def font_of(text: str) -> str:
    """7.3.3: 一、黑体, （一）楷体, everything else 仿宋."""
    numerals = "一二三四五六七八九十"
    stripped = text.lstrip("（")
    head = stripped.lstrip(numerals)
    if head == stripped:
        return BODY_FONT
    if text[0] != "（":
        return BLACK_FONT if head.startswith("、") else BODY_FONT
    return ITALIC_FONT if head.startswith("）") else BODY_FONT


def narrower(title: str) -> float:
    """By how many points a title of several lines is indented on both sides, so that no line is
    left with a character or two (7.3.1: 分行要排列对称、长短适宜).
    """
    full, wanted = WIDTH * MM, width_of(title, SIZE_2)
    lines = -(-wanted // full)
    if lines <= 1:
        return 0.0
    line = min(wanted / lines + 1.5 * SIZE_2, full)
    return (full - line) / 2
