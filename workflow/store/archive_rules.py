"""The rules of the archive: a row leaves the live table only when its copy lies in the archive, and
comes into the archive only from the live table, when its case has ended.
"""

TABLES = ("archived_history", "archived_timer")

_NOT_ARCHIVED = (
    "NOT EXISTS (SELECT 1 FROM archived_history AS kept WHERE kept.case_id = OLD.case_id"
    " AND kept.seq = OLD.seq AND kept.hash = OLD.hash)"
)
_TIMER_NOT_ARCHIVED = (
    "NOT EXISTS (SELECT 1 FROM archived_timer AS kept WHERE kept.id = OLD.id"
    " AND kept.case_id = OLD.case_id AND kept.status = OLD.status)"
)
_NOT_LIVE = (
    "NOT EXISTS (SELECT 1 FROM history AS live WHERE live.case_id = NEW.case_id"
    " AND live.seq = NEW.seq AND live.hash = NEW.hash)"
)
_TIMER_NOT_LIVE = (
    "NOT EXISTS (SELECT 1 FROM timer AS live WHERE live.id = NEW.id"
    " AND live.case_id = NEW.case_id AND live.status = NEW.status AND live.status <> 'waiting')"
)
_NOT_ENDED = "NOT EXISTS (SELECT 1 FROM cases WHERE id = NEW.case_id AND closed_at IS NOT NULL)"

GUARDS = {
    # as in `rules.py`: table, action, which rows are asked, when such a row may not be written
    "history_archived": ("history", "DELETE", "TRUE", _NOT_ARCHIVED),
    "timer_archived": ("timer", "DELETE", "TRUE", _TIMER_NOT_ARCHIVED),
    "archived_was_live": ("archived_history", "INSERT", "TRUE", _NOT_LIVE),
    "archived_has_ended": ("archived_history", "INSERT", "NEW.seq = 1", _NOT_ENDED),
    "archived_timer_was_live": ("archived_timer", "INSERT", "TRUE", _TIMER_NOT_LIVE),
}
