"""Every kind of long work, by the name that its rows bear."""

from collections.abc import Mapping

from api.jobs.exporting import LEDGER, export_ledger
from api.jobs.importing import CASES, open_from_table
from api.jobs.listing import LIST, read_list
from api.jobs.work import Kind

KINDS: Mapping[str, Kind] = {LEDGER: export_ledger, CASES: open_from_table, LIST: read_list}
