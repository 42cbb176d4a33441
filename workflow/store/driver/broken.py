"""Which rule of the database was broken, by its name."""

import re

from sqlalchemy.exc import IntegrityError

_RULE = re.compile(r"rule (\w+)")
_CHECK = re.compile(r"CHECK constraint failed: (\w+)")
_KEY = re.compile(r"UNIQUE constraint failed: (\w+)\.")


def rule_of(error: IntegrityError) -> str:
    """The name of a trigger's rule or of a constraint; a key is called as PostgreSQL does,
    `cases_workflow_cause_level_key`.

    Empty where the database does not say: SQLite of foreign keys.
    """
    said = str(error.orig)
    if found := _RULE.match(said) or _CHECK.match(said):
        return found[1]
    if found := _KEY.match(said):
        columns = re.findall(r"\.(\w+)", said)
        return "_".join([found[1], *columns, "key"])
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
