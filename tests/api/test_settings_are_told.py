"""Every setting is told of, in both languages."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTING = re.compile(r"DUBAN_[A-Z_]+|DATABASE_URL")


def test_every_setting_is_in_the_english_and_in_the_chinese_table() -> None:
    read = set(SETTING.findall((ROOT / "api/settings.py").read_text(encoding="utf-8")))
    told = (ROOT / "docs/settings.md").read_text(encoding="utf-8").split("## 设置")
    assert read, "the pattern finds settings"
    for table in told:
        rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
        assert read <= set(SETTING.findall("".join(rows)))
