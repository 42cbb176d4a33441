"""Kinds of unit as people call them: `county department` is 县级部门."""

LEVELS = {
    "province": "省级",
    "prefecture": "市州级",
    "county": "县级",
    "township": "乡镇",
    "village": "村",
}

_PLACES = LEVELS | {"province": "省", "prefecture": "市州", "county": "县"}


def kind_in_words(selector: str) -> str:
    """A kind of unit: 县级党委政府. A village has no 党委政府, it is 村."""
    level, _, department = selector.partition(" ")
    if level == "village" and not department:
        return LEVELS[level]
    return LEVELS.get(level, "") + ("部门" if department else "党委政府")


def place_in_words(selector: str) -> str:
    """The same as a place that people go to: 县, 乡镇, 村; what is no selector stays as it is."""
    level, _, department = selector.partition(" ")
    return kind_in_words(selector) if department else _PLACES.get(level, selector)
