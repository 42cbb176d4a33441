"""Rules the database keeps by triggers: append-only tables, settle-once timers, no ending without
signatures.

Python explains these rules, the database guarantees them, whoever writes (design, law 3).
"""

from collections.abc import Iterator

from sqlalchemy import Connection

APPEND_ONLY = ("history", "definition", "definition_state", "definition_move", "calendar_notice")
NEVER_DELETED = ("cases", "sign_off", "timer", "outbox", "request")

_CHECKS = {
    # name: (table, when a row may not change like this)
    "sign_off_void_once": (
        "sign_off",
        "OLD.live IS NULL OR NEW.live IS NOT NULL OR NEW.voided_seq IS NULL"
        " OR NEW.person_id <> OLD.person_id OR NEW.unit_id <> OLD.unit_id OR NEW.side <> OLD.side"
        " OR NEW.case_id <> OLD.case_id OR NEW.seq <> OLD.seq OR NEW.cycle <> OLD.cycle",
    ),
    "timer_settles_once": ("timer", "OLD.status <> 'waiting'"),
    "outbox_sent_stays": (
        "outbox",
        "OLD.status IN ('sent', 'folded') AND NEW.status <> OLD.status"
        " OR NEW.key <> OLD.key OR NEW.person_id <> OLD.person_id",
    ),
    "case_identity": (
        "cases",
        "NEW.number <> OLD.number OR NEW.workflow <> OLD.workflow OR NEW.seq < OLD.seq"
        " OR NEW.cycle < OLD.cycle OR (NEW.seq = OLD.seq AND NEW.state <> OLD.state)",
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
_UNSIGNED = (_NEEDED + ">" + _IN_FORCE).format(case="NEW")
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

_KEYS = {
    # INSERT OR REPLACE deletes without firing delete triggers: SQLite only, by every unique key
    "history": (("case_id", "seq"),),
    "definition": (("id",), ("workflow", "version"), ("workflow", "sha256")),
    "definition_state": (("definition_id", "state"),),
    "definition_move": (("definition_id", "event", "from_state", "to_state"),),
    "calendar_notice": (("version",),),
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
    for table in APPEND_ONLY:
        yield _sqlite_trigger(f"{table}_no_update", "UPDATE", table, "1")
    for name, (table, wrong) in _CHECKS.items():
        yield _sqlite_trigger(name, "UPDATE", table, wrong)
    for table, keys in _KEYS.items():
        yield _sqlite_trigger(f"{table}_no_replace", "INSERT", table, _exists(table, keys))
    yield _sqlite_trigger("case_signed", "UPDATE", "cases", f"({_SIGNED_MOVES}) AND {_UNSIGNED}")
    yield _sqlite_trigger("case_signed_new", "INSERT", "cases", _UNSIGNED)
    yield _sqlite_trigger("sign_off_needed", "UPDATE", "sign_off", _STILL_NEEDED)


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
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"EXECUTE FUNCTION duban_refuse('{table}_no_truncate')"
        )
    for table in APPEND_ONLY:
        yield _postgres_trigger(f"{table}_no_update", "UPDATE", table)
    for name, (table, wrong) in _CHECKS.items():
        yield _postgres_trigger(name, "UPDATE", table, wrong)
    yield _postgres_check("duban_signed", "case_signed", _UNSIGNED)
    yield (
        "CREATE TRIGGER case_signed BEFORE UPDATE ON cases FOR EACH ROW "
        f"WHEN ({_SIGNED_MOVES}) EXECUTE FUNCTION duban_signed()"
    )
    yield (
        "CREATE TRIGGER case_signed_new BEFORE INSERT ON cases FOR EACH ROW "
        "EXECUTE FUNCTION duban_signed()"
    )
    yield _postgres_check("duban_sign_off_needed", "sign_off_needed", _STILL_NEEDED)
    yield (
        "CREATE TRIGGER sign_off_needed BEFORE UPDATE ON sign_off FOR EACH ROW "
        "EXECUTE FUNCTION duban_sign_off_needed()"
    )


def _postgres_check(function: str, rule: str, wrong: str) -> str:
    return (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {wrong} THEN RAISE EXCEPTION 'rule {rule}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )


def _postgres_trigger(name: str, action: str, table: str, wrong: str = "true") -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW WHEN ({wrong}) "
        f"EXECUTE FUNCTION duban_refuse('{name}')"
    )
