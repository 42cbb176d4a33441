"""A list of the organisation taken in, whichever it is: looked at line by line, or taken whole."""

from api.context import Duban
from api.jobs.telling import Tell, silent
from api.spreadsheets.org_lists import Which, deputy_lines, people_lines, roles_of, unit_lines
from workflow.organising import Organising
from workflow.organising.lines import Report
from workflow.store.offices.changes import Asked


def report_on(
    duban: Duban,
    which: Which,
    content: bytes,
    asked: Asked,
    *,
    complete: bool,
    take: bool,
    tell: Tell = silent,
) -> Report:
    """What becomes of every line of a list, or would; raises UnreadableFile, and ListRefused
    where it is taken and a line is wrong. `tell` hears of every line that was read.
    """
    organising = Organising(duban.database)
    if which == "units":
        units = unit_lines(content, tell)
        if take:
            return organising.import_units(asked, units, complete=complete)
        return organising.preview_units(units, asked.now, complete=complete)
    roles = roles_of(duban.catalog)
    if which == "deputies":
        deputies = deputy_lines(content, tell)
        if take:
            return organising.import_deputies(asked, deputies, complete=complete, roles=roles)
        return organising.preview_deputies(deputies, asked.now, complete=complete, roles=roles)
    people = people_lines(content, tell)
    if take:
        return organising.import_people(asked, people, complete=complete, roles=roles)
    return organising.preview_people(people, asked.now, complete=complete, roles=roles)
