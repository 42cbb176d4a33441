"""Rules the database keeps by triggers: append-only tables, settle-once timers, no ending without
signatures.

Python explains these rules, the database guarantees them, whoever writes (design, law 3).
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from workflow.store import archive_rules

APPEND_ONLY = (
    *archive_rules.TABLES,
    "definition",
    "definition_state",
    "definition_move",
    "calendar_notice",
    "former_name",
    "org_change",
    "delivery_report",
    "message_reading",
    "replacement",
    "attachment_use",
    "checkpoint",
    "measure_text",
    "figure_batch",
    "score_result",
    "template",
    "document",
    "sealed_document",
    "cadence_switch",
    "cadence_choice",
)
NEVER_CHANGED = ("audit", "history")
"""Append-only but for rows that may leave: of the log the oldest, once the floor of their strand
has risen, of history those with a copy in the archive.
"""
NEVER_EMPTIED = ("timer",)
"""Changed while they wait; they may leave once they are settled and have a copy in the archive."""
NEVER_DELETED = (
    "cases",
    "sign_off",
    "outbox",
    "handover",
    "request",
    "audit_head",
    "org_change_item",
    "admin_role",
    "figure",
    "score_adjustment",
    "document_counter",
    "backfill",
)

_CHECKS = {
    # name: (table, when a row may not change like this)
    "sign_off_void_once": (
        "sign_off",
        "OLD.live IS NULL OR NEW.live IS NOT NULL OR NEW.voided_seq IS NULL"
        " OR NEW.person_id <> OLD.person_id OR NEW.unit_id <> OLD.unit_id OR NEW.side <> OLD.side"
        " OR NEW.case_id <> OLD.case_id OR NEW.seq <> OLD.seq OR NEW.cycle <> OLD.cycle",
    ),
    "attachment_stays": (
        "attachment",
        "NEW.sha256 <> OLD.sha256 OR NEW.name <> OLD.name OR NEW.uploaded_by <> OLD.uploaded_by",
    ),
    "blob_stays": (
        "blob",
        "NEW.sha256 <> OLD.sha256 OR NEW.size <> OLD.size OR NEW.mime <> OLD.mime",
    ),
    "timer_settles_once": ("timer", "OLD.status <> 'waiting'"),
    "outbox_sent_stays": (
        "outbox",
        "OLD.status IN ('sent', 'folded') AND NEW.status <> OLD.status"
        " OR NEW.key <> OLD.key OR NEW.person_id <> OLD.person_id",
    ),
    # of what a change touched, the columns alone may be blanked: they can name an erased person
    "item_blanked": (
        "org_change_item",
        "NEW.before IS NOT NULL OR NEW.after IS NOT NULL OR NEW.change_id <> OLD.change_id"
        " OR NEW.item <> OLD.item OR NEW.what <> OLD.what OR NEW.first_id <> OLD.first_id"
        " OR NEW.last_id <> OLD.last_id",
    ),
    # the address alone may be blanked: it can be an erased person's
    "handover_blanked": (
        "handover",
        "NEW.address_hash IS NOT NULL OR NEW.id <> OLD.id OR NEW.outbox_id <> OLD.outbox_id"
        " OR NEW.attempt <> OLD.attempt OR NEW.part <> OLD.part OR NEW.parts <> OLD.parts"
        " OR NEW.way <> OLD.way OR NEW.provider_id <> OLD.provider_id OR NEW.at <> OLD.at",
    ),
    "figure_replaced_once": (
        "figure",
        "OLD.live IS NULL OR NEW.live IS NOT NULL OR NEW.indicator <> OLD.indicator"
        " OR NEW.unit_id <> OLD.unit_id OR NEW.period <> OLD.period"
        " OR NEW.value <> OLD.value OR NEW.batch_id <> OLD.batch_id",
    ),
    "adjustment_once": (
        "score_adjustment",
        "OLD.live IS NULL OR NEW.live IS NOT NULL OR NEW.case_id <> OLD.case_id"
        " OR NEW.rule <> OLD.rule OR NEW.points <> OLD.points OR NEW.person_id <> OLD.person_id",
    ),
    "backfill_undone_once": (
        "backfill",
        "OLD.live IS NULL OR NEW.live IS NOT NULL OR NEW.workflow <> OLD.workflow"
        " OR NEW.sha256 <> OLD.sha256 OR NEW.person_id <> OLD.person_id",
    ),
    "person_stays_erased": ("person", "OLD.erased_at IS NOT NULL"),
    "person_erased_blank": (
        "person",
        "NEW.erased_at IS NOT NULL AND (NEW.phone IS NOT NULL OR NEW.email IS NOT NULL"
        " OR NEW.chat IS NOT NULL OR NEW.chat_secret IS NOT NULL"
        " OR NEW.password_hash IS NOT NULL OR NEW.disabled_at IS NULL)",
    ),
    # a secret signs for one robot: without it, it would sign for the next
    "person_secret_of_robot": (
        "person",
        "NEW.chat_secret IS NOT NULL"
        " AND (NEW.chat IS NULL OR NEW.chat <> OLD.chat AND NEW.chat_secret = OLD.chat_secret)",
    ),
    "case_identity": (
        "cases",
        "NEW.number <> OLD.number OR NEW.workflow <> OLD.workflow OR NEW.seq < OLD.seq"
        " OR NEW.cycle < OLD.cycle OR (NEW.seq = OLD.seq AND NEW.state <> OLD.state)"
        " OR coalesce(NEW.stated, 0) <> coalesce(OLD.stated, 0)"
        " OR coalesce(NEW.backfill_id, 0) <> coalesce(OLD.backfill_id, 0)",
    ),
    "admin_role_ends_once": (
        "admin_role",
        "OLD.live IS NULL OR NEW.live IS NOT NULL OR NEW.id <> OLD.id"
        " OR NEW.person_id <> OLD.person_id OR NEW.role <> OLD.role"
        " OR NEW.begins_at <> OLD.begins_at",
    ),
    "document_counter_forward": ("document_counter", "NEW.serial <> OLD.serial + 1"),
    "audit_head_forward": (
        "audit_head",
        "NEW.strand <> OLD.strand OR NEW.seq NOT IN (OLD.seq, OLD.seq + 1)"
        " OR NEW.floor < OLD.floor OR NEW.floor > NEW.seq",
    ),
}

_NEEDED = """
    (SELECT signatures FROM definition_state
      WHERE definition_id = {case}.definition_id AND state = {case}.state)
"""
_IN_FORCE = """
    (SELECT count(*) FROM sign_off
      WHERE case_id = {case}.id AND cycle = {case}.cycle AND live = 1)
"""
_STATED = "(CASE WHEN {case}.cycle = 1 THEN coalesce({case}.stated, 0) ELSE 0 END)"
"""Sign-offs of before the case was taken over (补录): they count for its first cycle."""
_UNSIGNED = (_NEEDED + ">" + _IN_FORCE + "+" + _STATED).format(case="NEW")
_SIGNED_MOVES = (
    "NEW.state <> OLD.state OR NEW.cycle <> OLD.cycle OR NEW.definition_id <> OLD.definition_id"
)
_STILL_NEEDED = (
    "OLD.live = 1 AND NEW.live IS NULL AND EXISTS (SELECT 1 FROM cases"
    " WHERE cases.id = OLD.case_id AND cases.cycle = OLD.cycle AND "
    + (_NEEDED + ">=" + _IN_FORCE).format(case="cases")
    + " AND "
    + _NEEDED.format(case="cases")
    + " > 0)"
)

_OFF_THE_HEAD = (
    "NOT EXISTS (SELECT 1 FROM audit_head WHERE strand = NEW.strand AND seq = NEW.seq - 1"
    " AND hash = NEW.prev)"
)
_NOT_THE_LAST = (
    "NOT EXISTS (SELECT 1 FROM audit WHERE strand = NEW.strand AND seq = NEW.seq"
    " AND hash = NEW.hash)"
)
_ABOVE_THE_FLOOR = "EXISTS (SELECT 1 FROM audit_head WHERE strand = OLD.strand AND floor < OLD.seq)"

# a path that goes on from the parent's cannot come back to itself: the tree is a tree
_OFF_THE_TREE = (
    "NEW.path <> coalesce((SELECT above.path FROM unit AS above WHERE above.id = NEW.parent_id),"
    " '/') || NEW.id || '/'"
)
_HELD_ALREADY = (
    "EXISTS (SELECT 1 FROM holding AS other"
    " WHERE other.post_id = NEW.post_id AND other.kind = 'holder' AND other.id <> NEW.id"
    " AND (NEW.ends_at IS NULL OR other.begins_at < NEW.ends_at)"
    " AND (other.ends_at IS NULL OR NEW.begins_at < other.ends_at))"
)
_HAS_A_POST = (
    "EXISTS (SELECT 1 FROM holding WHERE person_id = NEW.person_id"
    " AND (ends_at IS NULL OR ends_at > NEW.begins_at))"
)
_ADMINISTERS = (
    "EXISTS (SELECT 1 FROM admin_role WHERE person_id = NEW.person_id AND live = 1"
    " AND (NEW.ends_at IS NULL OR NEW.ends_at > begins_at))"
)
_IS_ERASED = "EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id AND erased_at IS NOT NULL)"
_STILL_AT_WORK = (
    "(EXISTS (SELECT 1 FROM holding WHERE person_id = NEW.id"
    " AND (ends_at IS NULL OR ends_at > NEW.erased_at))"
    " OR EXISTS (SELECT 1 FROM admin_role WHERE person_id = NEW.id AND live = 1))"
)
_NOT_OF_SECURITY = (
    "NOT EXISTS (SELECT 1 FROM admin_role"
    " WHERE person_id = NEW.{by} AND role = 'security' AND live = 1)"
)
_NOT_THE_FIRST = "EXISTS (SELECT 1 FROM admin_role)"
_OF_ANOTHER_CYCLE = "NOT EXISTS (SELECT 1 FROM cases WHERE id = NEW.case_id AND cycle = NEW.cycle)"
_PARENT_ENDED = "EXISTS (SELECT 1 FROM cases WHERE id = NEW.parent_id AND closed_at IS NOT NULL)"
_NO_NUMBER_BEFORE = (
    "NOT EXISTS (SELECT 1 FROM document AS other WHERE other.unit_id = NEW.unit_id"
    " AND other.series = NEW.series AND other.year = NEW.year"
    " AND other.serial = NEW.serial - 1)"
)

_GUARDS = {
    # name: (table, action, which rows are asked, when such a row may not be written)
    "case_signed": ("cases", "UPDATE", _SIGNED_MOVES, _UNSIGNED),
    "case_signed_new": ("cases", "INSERT", "TRUE", _UNSIGNED),
    "sign_off_needed": ("sign_off", "UPDATE", "TRUE", _STILL_NEEDED),
    "sign_off_this_cycle": ("sign_off", "INSERT", "TRUE", _OF_ANOTHER_CYCLE),
    "case_stated": ("cases", "INSERT", "NEW.stated > 0", "NEW.backfill_id IS NULL"),
    "case_child_in_time": ("cases", "INSERT", "NEW.parent_id IS NOT NULL", _PARENT_ENDED),
    "admin_holds_no_post": ("admin_role", "INSERT", "NEW.live = 1", _HAS_A_POST),
    "holder_is_no_admin": ("holding", "INSERT", "TRUE", _ADMINISTERS),
    "holder_stays_no_admin": ("holding", "UPDATE", "TRUE", _ADMINISTERS),
    "holder_is_not_erased": ("holding", "INSERT", "TRUE", _IS_ERASED),
    "holder_stays_unerased": ("holding", "UPDATE OF ends_at, begins_at", "TRUE", _IS_ERASED),
    "admin_is_not_erased": ("admin_role", "INSERT", "TRUE", _IS_ERASED),
    "person_erased_free": ("person", "UPDATE", "NEW.erased_at IS NOT NULL", _STILL_AT_WORK),
    "admin_appointed": (
        "admin_role",
        "INSERT",
        "NEW.appointed_by IS NOT NULL",
        _NOT_OF_SECURITY.format(by="appointed_by"),
    ),
    "admin_first": ("admin_role", "INSERT", "NEW.appointed_by IS NULL", _NOT_THE_FIRST),
    "admin_dismissed": (
        "admin_role",
        "UPDATE",
        "NEW.live IS NULL",
        _NOT_OF_SECURITY.format(by="dismissed_by"),
    ),
    "document_no_gap": ("document", "INSERT", "NEW.serial > 1", _NO_NUMBER_BEFORE),
    "audit_onto_head": ("audit", "INSERT", "TRUE", _OFF_THE_HEAD),
    "audit_head_is_last": ("audit_head", "UPDATE", "NEW.seq > OLD.seq", _NOT_THE_LAST),
    **archive_rules.GUARDS,
    "audit_above_floor": ("audit", "DELETE", "TRUE", _ABOVE_THE_FLOOR),
    "unit_tree": ("unit", "UPDATE OF id, parent_id, path", "TRUE", _OFF_THE_TREE),
    "unit_tree_new": ("unit", "INSERT", "TRUE", _OFF_THE_TREE),
    "one_holder": ("holding", "UPDATE", "NEW.kind = 'holder'", _HELD_ALREADY),
    "one_holder_new": ("holding", "INSERT", "NEW.kind = 'holder'", _HELD_ALREADY),
}
_PERSON, _POST = "person WHERE id = NEW.person_id", "post WHERE id = NEW.post_id"
_LOCKS = {
    # what a guard's rows hang on, locked before it looks: two who write at one moment would
    # otherwise each not see the other (PostgreSQL; SQLite has one writer)
    "case_child_in_time": "cases WHERE id = NEW.parent_id",
    "sign_off_this_cycle": "cases WHERE id = NEW.case_id",
    "admin_holds_no_post": _PERSON,
    "holder_is_no_admin": _PERSON,
    "holder_stays_no_admin": _PERSON,
    "holder_is_not_erased": _PERSON,
    "holder_stays_unerased": _PERSON,
    "admin_is_not_erased": _PERSON,
    "one_holder": _POST,
    "one_holder_new": _POST,
    "admin_appointed": "admin_role WHERE person_id = NEW.appointed_by AND live = 1",
    "admin_dismissed": "admin_role WHERE person_id = NEW.dismissed_by AND live = 1",
}

_KEYS = {
    # INSERT OR REPLACE deletes without firing delete triggers: SQLite only, by every unique key
    "history": (("case_id", "seq"),),
    "definition": (("id",), ("workflow", "version"), ("workflow", "sha256")),
    "definition_state": (("definition_id", "state"),),
    "definition_move": (("definition_id", "event", "from_state", "to_state"),),
    "calendar_notice": (("version",),),
    "former_name": (("unit_id", "until"),),
    "org_change": (("id",), ("request",), ("undoes_id",)),
    "org_change_item": (("change_id", "item"),),
    "audit": (("strand", "seq"),),
    "handover": (("outbox_id", "attempt", "part"),),
    "delivery_report": (("key",),),
    "message_reading": (("outbox_id",),),
    "replacement": (("outbox_id",), ("replaces_id",)),
    "admin_role": (("id",), ("person_id", "live")),
    "checkpoint": (("number",),),
    "measure_text": (("id",), ("kind", "key", "version"), ("kind", "key", "sha256")),
    "figure_batch": (("id",), ("digest",)),
    "figure": (("id",), ("indicator", "unit_id", "period", "live")),
    "score_adjustment": (("id",), ("scorecard", "rule", "case_id", "live")),
    "score_result": (("scorecard", "year", "unit_id"),),
    "template": (("id",), ("name", "version"), ("name", "sha256")),
    "cadence_switch": (("id",),),
    "cadence_choice": (("workflow", "period", "unit_id"),),
    "sealed_document": (("case_id", "seq"),),
    "document": (("case_id", "seq"), ("unit_id", "series", "year", "serial")),
    "sign_off": (
        ("case_id", "seq"),
        ("case_id", "cycle", "side", "live"),
        ("case_id", "cycle", "person_id", "live"),
        ("case_id", "cycle", "unit_id", "live"),
    ),
}


def statements(dialect: str) -> Iterator[str]:
    """The trigger statements of one dialect, `sqlite` or `postgresql`."""
    yield from _sqlite() if dialect == "sqlite" else _postgres()


def trigger_names(dialect: str) -> set[str]:
    """The names of the triggers that must be there."""
    words = (statement.split() for statement in statements(dialect))
    return {parts[2] for parts in words if parts[:2] == ["CREATE", "TRIGGER"]}


def removals(connection: Connection) -> list[str]:
    """The statements that take down every rule this database has, of whatever release."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        return [f"DROP TRIGGER {name}" for (name,) in connection.exec_driver_sql(query)]
    query = (
        "SELECT proname FROM pg_proc"
        " WHERE proname LIKE 'duban@_%%' ESCAPE '@' AND pronamespace = 'public'::regnamespace"
    )
    # their triggers go with them
    return [f"DROP FUNCTION {name} CASCADE" for (name,) in connection.exec_driver_sql(query)]


def for_driver(dialect: str, statement: str) -> str:
    """The statement as the driver takes it: to psycopg a single % begins a parameter."""
    return statement.replace("%", "%%") if dialect == "postgresql" else statement


def _sqlite() -> Iterator[str]:
    for table in (*APPEND_ONLY, *NEVER_DELETED):
        yield _sqlite_trigger(f"{table}_no_delete", "DELETE", table, "1")
    for table in (*APPEND_ONLY, *NEVER_CHANGED):
        yield _sqlite_trigger(f"{table}_no_update", "UPDATE", table, "1")
    for name, (table, wrong) in _CHECKS.items():
        yield _sqlite_trigger(name, "UPDATE", table, wrong)
    for table, keys in _KEYS.items():
        yield _sqlite_trigger(f"{table}_no_replace", "INSERT", table, _exists(table, keys))
    for name, (table, action, asked, wrong) in _GUARDS.items():
        yield _sqlite_trigger(name, action, table, f"({asked}) AND {wrong}")


def _exists(table: str, keys: tuple[tuple[str, ...], ...]) -> str:
    same = (" AND ".join(f"{column} = NEW.{column}" for column in key) for key in keys)
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {one})" for one in same)


def _sqlite_trigger(name: str, action: str, table: str, wrong: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {action} ON {table} WHEN {wrong} "
        f"BEGIN SELECT RAISE(ABORT, 'rule {name}'); END"
    )


def _postgres() -> Iterator[str]:
    yield (
        "CREATE FUNCTION duban_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'rule %', TG_ARGV[0] "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in (*APPEND_ONLY, *NEVER_DELETED):
        yield _postgres_trigger(f"{table}_no_delete", "DELETE", table)
    for table in (*APPEND_ONLY, *NEVER_DELETED, *NEVER_CHANGED, *NEVER_EMPTIED):
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"EXECUTE FUNCTION duban_refuse('{table}_no_truncate')"
        )
    for table in (*APPEND_ONLY, *NEVER_CHANGED):
        yield _postgres_trigger(f"{table}_no_update", "UPDATE", table)
    for name, (table, wrong) in _CHECKS.items():
        yield _postgres_trigger(name, "UPDATE", table, wrong)
    for name, (table, action, asked, wrong) in _GUARDS.items():
        yield from _postgres_guard(name, action, table, asked, wrong)


def _postgres_guard(name: str, action: str, table: str, asked: str, wrong: str) -> Iterator[str]:
    """A trigger that looks at other rows: a WHEN there cannot, so a function of its own does."""
    row = "OLD" if action == "DELETE" else "NEW"
    lock = f"PERFORM 1 FROM {_LOCKS[name]} FOR NO KEY UPDATE; " if name in _LOCKS else ""
    yield (
        f"CREATE FUNCTION duban_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {lock}IF {wrong} THEN RAISE EXCEPTION 'rule {name}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
    )
    yield _postgres_trigger(name, action, table, asked, f"duban_{name}()")


def _postgres_trigger(
    name: str, action: str, table: str, wrong: str = "true", function: str | None = None
) -> str:
    function = function or f"duban_refuse('{name}')"
    return (
        f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW WHEN ({wrong}) "
        f"EXECUTE FUNCTION {function}"
    )
