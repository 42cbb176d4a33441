"""The list of cases worth having (README.md) names tests that exist."""

import re
from pathlib import Path

HERE = Path(__file__).parent
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", (HERE / "README.md").read_text(encoding="utf-8"))


def test_every_test_that_the_list_names_exists() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if f"def {name}(" not in (HERE / file).read_text(encoding="utf-8")
    ]
    assert (missing, len(NAMED) >= 14) == ([], True)
