"""Rules the database keeps by triggers: append-only tables, settle-once timers, no ending without
signatures.

Python explains these rules, the database guarantees them, whoever writes (design, law 3).
"""

from collections.abc import Iterator

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

_UNSIGNED = """
    (SELECT signatures FROM definition_state
      WHERE definition_id = NEW.definition_id AND state = NEW.state)
    > (SELECT count(*) FROM sign_off
        WHERE case_id = NEW.id AND cycle = NEW.cycle AND live = 1)
"""


def statements(dialect: str) -> Iterator[str]:
    """The trigger statements of one dialect, `sqlite` or `postgresql`."""
    yield from _sqlite() if dialect == "sqlite" else _postgres()


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
    # INSERT OR REPLACE deletes without firing delete triggers
    same = "EXISTS (SELECT 1 FROM history WHERE case_id = NEW.case_id AND seq = NEW.seq)"
    yield _sqlite_trigger("history_no_replace", "INSERT", "history", same)
    yield _sqlite_trigger(
        "case_signed", "UPDATE OF state", "cases", f"NEW.state <> OLD.state AND {_UNSIGNED}"
    )


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
    yield (
        "CREATE FUNCTION duban_signed() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {_UNSIGNED} THEN RAISE EXCEPTION 'rule case_signed' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    yield (
        "CREATE TRIGGER case_signed BEFORE UPDATE OF state ON cases FOR EACH ROW "
        "WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION duban_signed()"
    )


def _postgres_trigger(name: str, action: str, table: str, wrong: str = "true") -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW WHEN ({wrong}) "
        f"EXECUTE FUNCTION duban_refuse('{name}')"
    )
