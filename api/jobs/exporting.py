"""A ledger as a spreadsheet, however long."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from api.auth import Someone
from api.context import Duban
from api.jobs.telling import Tell, counted
from api.jobs.work import Made
from api.spreadsheets.ledger import sheet_title
from api.spreadsheets.ledger_rows import sheet_now
from workflow.store.evidence.audit import Act
from workflow.store.jobs import Job
from workflow.store.lists.counting import count_up_to
from workflow.store.lists.queries import Filter

LEDGER = "ledger"

MOST_EXPORTED = 100_000
"""Rows of one spreadsheet: what an office's machine opens without waiting."""


def asked_for(
    workflow: str, ledger: str, narrowed: Filter, order: str, address: str
) -> dict[str, Any]:
    """What the row of such a job keeps; `address` is the ledger's query, for the way back."""
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(narrowed).items()
    }
    asked = {"workflow": workflow, "ledger": ledger, "filter": plain, "order": order}
    return {**asked, "address": address}


def _filter_of(plain: Mapping[str, Any]) -> Filter:
    moments = ("due_from", "due_before")
    read = {n: datetime.fromisoformat(plain[n]) if plain[n] else None for n in moments}
    settled = tuple((workflow, state) for workflow, state in plain.get("settled", ()))
    tuples = {"workflows": tuple(plain["workflows"]), "settled": settled}
    return Filter(**{**plain, **read, **tuples})


def export_ledger(duban: Duban, someone: Someone, job: Job, tell: Tell) -> Made:
    """The sheet of the cases that whoever asked sees; the log tells of it."""
    asked = job.asked
    definition = duban.catalog.newest(asked["workflow"]).definition
    ledger, narrowed = definition.ledgers[asked["ledger"]], _filter_of(asked["filter"])
    with duban.database.reading() as connection:
        total = count_up_to(connection, someone.actor, narrowed, MOST_EXPORTED)
        tell(0, total)
        told = partial(counted, total=total, tell=tell)
        wanted = definition, ledger
        content = sheet_now(connection, duban, someone, wanted, narrowed, asked["order"], told)
    noted = Act("export", someone.person, data=log_of(asked["workflow"], asked["ledger"]))
    name = f"{sheet_title(definition, asked['ledger'])}.xlsx"
    return Made(f"{total} 行都在表格里", content, name, noted)


def log_of(workflow: str, ledger: str) -> dict[str, str]:
    """What the log keeps of an export."""
    return {"what": "ledger", "workflow": workflow, "ledger": ledger}
