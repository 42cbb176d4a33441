"""What every check looks at, and what it says when something is wrong."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from workflow.catalog import Catalog
from workflow.store.casework.files import Files


@dataclass(frozen=True, slots=True)
class Complaint:
    """One fault: the check that found it, the case it is in, and what is wrong, in Chinese."""

    check: str
    case: str
    sentence: str


@dataclass
class Ward:
    """The database under examination as of `now`; checks count in `figures` what they looked at.

    Without the folder of `files` only their rows are checked.
    """

    connection: Connection
    catalog: Catalog
    now: datetime
    figures: Counter[str]
    files: Files | None = None
