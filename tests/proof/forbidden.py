"""What nobody may write, table by table: statements, each with the rule that must stop it."""

from dataclasses import dataclass

from sqlalchemy import Table

from workflow.store.rules import APPEND_ONLY, NEVER_DELETED
from workflow.store.tables import metadata

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Forbidden:
    """A statement and what its refusal must name."""

    what: str
    statement: str
    rule: str
    on: tuple[str, ...] = DATABASES


def copied(table: str, where: str, how: str = "INSERT", **changed: str) -> str:
    """A statement that inserts one more row like the first found, with some columns changed."""
    columns = [c.name for c in table_of(table).c if c.name != "id" or "id" in changed]
    values = ", ".join(changed.get(name, name) for name in columns)
    names = ", ".join(columns)
    source = f"SELECT {values} FROM {table} WHERE {where} LIMIT 1"
    return f"{how} INTO {table} ({names}) {source}"


def table_of(name: str) -> Table:
    return metadata.tables[name]


def rule(name: str) -> str:
    """A rule of `rules.py`."""
    return rf"rule {name}\b"


def check(name: str) -> str:
    """A CHECK by name, as both databases tell it."""
    return rf"CHECK constraint failed: {name}\b|check constraint \"{name}\""


def unique(table: str, *columns: str) -> str:
    """A unique key: SQLite names its columns, PostgreSQL a name made of them."""
    there = ", ".join(f"{table}.{column}" for column in columns)
    return rf"UNIQUE constraint failed: {there}$|\"{table}_{'_'.join(columns)}_key\""


def unique_sign_off(*columns: str) -> str:
    """A unique key of sign-offs; on SQLite the rule against replacing asks first."""
    return unique("sign_off", *columns) + "|" + rule("sign_off_no_replace")


def primary(table: str, *columns: str) -> str:
    """A primary key."""
    there = ", ".join(f"{table}.{column}" for column in columns)
    return rf"UNIQUE constraint failed: {there}$|\"{table}_pkey\""


def foreign(name: str) -> str:
    """A foreign key; SQLite does not say which."""
    return rf"FOREIGN KEY constraint failed|foreign key constraint \"{name}"


def _kept_as_they_are() -> list[Forbidden]:
    found = []
    for table in APPEND_ONLY:
        key = next(iter(table_of(table).primary_key)).name
        change = f"UPDATE {table} SET {key} = {key}"
        found.append(Forbidden(f"change {table}", change, rule(f"{table}_no_update")))
    for table in (*APPEND_ONLY, *NEVER_DELETED):
        erase, empty = f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"
        found.append(Forbidden(f"delete {table}", erase, rule(f"{table}_no_delete")))
        found.append(
            Forbidden(f"truncate {table}", empty, r"rule \w+_no_truncate", ("postgresql",))
        )
    return found


CLOSED = "case_id = :closed"
ARCHIVE = [
    Forbidden("change history", "UPDATE history SET seq = seq", rule("history_no_update")),
    Forbidden("delete history", "DELETE FROM history", rule("history_archived")),
    Forbidden("delete timers", "DELETE FROM timer", rule("timer_archived")),
    Forbidden(
        "history that never was, into the archive",
        copied("archived_history", "seq = 1", seq="seq + 900"),
        rule("archived_was_live"),
    ),
    Forbidden(
        "a changed row into the archive",
        "INSERT INTO archived_history SELECT * FROM archived_history WHERE seq = 1",
        rule("archived_was_live") + "|" + rule("archived_history_no_replace"),
    ),
    Forbidden(
        "the history of a case at work into the archive",
        f"INSERT INTO archived_history SELECT * FROM history WHERE {CLOSED} AND seq = 1",
        rule("archived_has_ended"),
    ),
    Forbidden(
        "a timer that waits into the archive",
        "INSERT INTO archived_timer SELECT * FROM timer WHERE status = 'waiting'",
        rule("archived_timer_was_live"),
    ),
]
HISTORY = [
    Forbidden(
        "replace a history row",
        copied("history", CLOSED, "INSERT OR REPLACE", inputs="'{}'"),
        rule("history_no_replace"),
        ("sqlite",),
    ),
    Forbidden(
        "a second history row of one number",
        copied("history", CLOSED),
        primary("history", "case_id", "seq") + "|" + rule("history_no_replace"),
    ),
    Forbidden(
        "a move that the definition does not allow",
        copied(
            "history",
            "case_id = :registered",
            seq="seq + 900",
            event="'sign_second'",
            from_state="'registered'",
            to_state="'closed'",
        ),
        foreign("history_definition_id_event_from_state_to_state_fkey"),
    ),
    Forbidden(
        "history of a case that there is not",
        copied("history", CLOSED, case_id="999999"),
        foreign("history_case_id_fkey"),
    ),
    Forbidden(
        "history by another kind of actor",
        copied("history", CLOSED, seq="seq + 900", actor="'root'"),
        check("history_actor"),
    ),
]

FIRST = "case_id = :closed AND side = 'first'"
OTHERS = {"seq": "seq + 900", "side": "'third'", "person_id": ":nobody", "unit_id": ":nowhere"}
VOIDED = "UPDATE sign_off SET {} WHERE case_id = :returned AND live IS NULL"
STANDING = "UPDATE sign_off SET {} WHERE case_id = :second_review AND side = 'first'"
NEEDED = "UPDATE sign_off SET {} WHERE " + FIRST


def _another(**same: str) -> str:
    return copied("sign_off", FIRST, **(OTHERS | same))


SIGN_OFFS = [
    Forbidden(
        "a sign-off of another cycle than the case is in",
        _another(cycle="cycle - 1"),
        rule("sign_off_this_cycle"),
    ),
    Forbidden(
        "a second live sign-off of one side",
        _another(side="side"),
        unique_sign_off("case_id", "cycle", "side", "live"),
    ),
    Forbidden(
        "a second live sign-off by one person",
        _another(person_id="person_id"),
        unique_sign_off("case_id", "cycle", "person_id", "live"),
    ),
    Forbidden(
        "a second live sign-off by one unit",
        _another(unit_id="unit_id"),
        unique_sign_off("case_id", "cycle", "unit_id", "live"),
    ),
    Forbidden("a sign-off neither live nor void", _another(live="2"), check("sign_off_live")),
    Forbidden(
        "a sign-off by nobody known",
        _another(person_id="999999"),
        foreign("sign_off_person_id_fkey"),
    ),
    *(
        Forbidden(f"{what}: {change}", update.format(change), rule("sign_off_void_once"))
        for what, update, change in [
            ("un-void a sign-off", VOIDED, "live = 1, voided_seq = NULL"),
            ("un-void a sign-off", VOIDED, "live = 1"),
            ("void it a second time", VOIDED, "voided_seq = voided_seq + 1"),
            ("void without saying by which row", STANDING, "live = NULL"),
            ("another signer", STANDING, "live = NULL, voided_seq = 90, person_id = :nobody"),
            ("another unit", STANDING, "live = NULL, voided_seq = 90, unit_id = :nowhere"),
            ("another side", STANDING, "live = NULL, voided_seq = 90, side = 'third'"),
            ("another cycle", STANDING, "live = NULL, voided_seq = 90, cycle = cycle + 1"),
            ("another signer, still live", STANDING, "person_id = :nobody"),
        ]
    ),
    Forbidden(
        "void what keeps a case closed",
        NEEDED.format("live = NULL, voided_seq = 90"),
        r"rule sign_off\w+",
    ),
]

MOVE = "UPDATE cases SET {} WHERE id = :second_review"
ONE_MORE_CASE = {"id": "900001", "number": "'x'", "period": "NULL", "cause": "NULL"}
ENDED = "(SELECT min(id) FROM cases WHERE closed_at IS NOT NULL)"
CASES = [
    Forbidden(
        "close a case that one side has signed",
        MOVE.format("state = 'closed', seq = seq + 1"),
        rule("case_signed"),
    ),
    Forbidden(
        "archive a case that nobody has signed",
        "UPDATE cases SET state = 'archived', seq = seq + 1 WHERE id = :registered",
        rule("case_signed"),
    ),
    Forbidden(
        "a new case that is closed from the start",
        copied("cases", "id = :closed", **ONE_MORE_CASE),
        r"rule case_signed\w*",
    ),
    Forbidden(
        "a child of a case that has ended",
        copied("cases", "id = :registered", **(ONE_MORE_CASE | {"parent_id": ENDED})),
        rule("case_child_in_time"),
    ),
    Forbidden(
        "close it in a cycle that nobody has signed",
        "UPDATE cases SET cycle = cycle + 1, seq = seq + 1 WHERE id = :closed",
        rule("case_signed"),
    ),
    Forbidden(
        "a state that the definition does not know",
        MOVE.format("state = 'done', seq = seq + 1"),
        foreign("cases_definition_id_state_fkey"),
    ),
    *(
        Forbidden(f"{what}: {change}", MOVE.format(change), rule("case_identity"))
        for what, change in [
            ("history that shrinks", "seq = seq - 1"),
            ("a cycle that goes back", "cycle = 0"),
            ("a move without a history row", "state = 'rectifying'"),
            ("another number", "number = 'y'"),
            ("another workflow", "workflow = 'y'"),
        ]
    ),
    Forbidden("an entry beyond the history", MOVE.format("entry = seq + 1"), check("case_counts")),
    Forbidden(
        "a second case of one number",
        copied("cases", "id = :registered", **(ONE_MORE_CASE | {"number": "number"})),
        unique("cases", "number"),
    ),
    Forbidden(
        "a second report of one unit and year",
        copied("cases", "period IS NOT NULL", **(ONE_MORE_CASE | {"period": "period"})),
        unique("cases", "workflow", "unit_id", "period"),
    ),
    Forbidden(
        "a second live interview of one cause and level",
        copied("cases", "id = :interview", **(ONE_MORE_CASE | {"cause": "cause"})),
        unique("cases", "workflow", "cause", "level"),
    ),
    Forbidden(
        "a case of a unit that there is not",
        MOVE.format("unit_id = 999999"),
        foreign("cases_unit_id_fkey"),
    ),
    Forbidden(
        "a child of a case that there is not",
        MOVE.format("parent_id = 999999"),
        foreign("cases_parent_id_fkey"),
    ),
]

SETTLED = "UPDATE timer SET {} WHERE status = 'fired'"
WAITING = "UPDATE timer SET {} WHERE status = 'waiting'"
TIMERS = [
    Forbidden(
        "settle a timer twice", SETTLED.format("status = 'cancelled'"), rule("timer_settles_once")
    ),
    Forbidden(
        "let a fired timer wait again",
        SETTLED.format("status = 'waiting', wake_at = due_at, settled_at = NULL"),
        rule("timer_settles_once"),
    ),
    Forbidden(
        "a second timer of one rung",
        copied("timer", "status = 'waiting'"),
        unique("timer", "case_id", "entry", "name", "rung"),
    ),
    Forbidden(
        "an unknown status of a timer",
        WAITING.format("status = 'late', wake_at = NULL, settled_at = due_at"),
        check("timer_status"),
    ),
    Forbidden(
        "a waiting timer without a time", WAITING.format("wake_at = NULL"), check("timer_wakes")
    ),
    Forbidden(
        "a settled timer that still wakes",
        WAITING.format("status = 'fired', settled_at = due_at"),
        check("timer_wakes"),
    ),
    Forbidden(
        "a settled timer without its time",
        WAITING.format("status = 'fired', wake_at = NULL"),
        check("timer_settled"),
    ),
    Forbidden(
        "a timer of a case that there is not",
        copied("timer", "status = 'waiting'", case_id="999999"),
        foreign("timer_case_id_fkey"),
    ),
]

SENT = "UPDATE outbox SET {} WHERE status = 'sent'"
OWED = "UPDATE outbox SET {} WHERE status = 'waiting'"
MESSAGES = [
    Forbidden(
        "a second message of one key", copied("outbox", "case_id > 0"), unique("outbox", "key")
    ),
    Forbidden(
        "send again what was sent",
        SENT.format("status = 'waiting', sent_at = NULL"),
        rule("outbox_sent_stays"),
    ),
    Forbidden("another key", OWED.format("key = 'x'"), rule("outbox_sent_stays")),
    Forbidden(
        "another recipient", OWED.format("person_id = 1 + person_id"), rule("outbox_sent_stays")
    ),
    Forbidden(
        "an unknown status of a message", OWED.format("status = 'lost'"), check("outbox_status")
    ),
    Forbidden("sent, nobody knows when", OWED.format("status = 'sent'"), check("outbox_sent")),
    Forbidden("tried without end", OWED.format("attempts = 21"), check("outbox_attempts")),
    Forbidden("tried less than never", OWED.format("attempts = -1"), check("outbox_attempts")),
    Forbidden(
        "a message about a case that there is not",
        copied("outbox", "case_id > 0", key="'x'", case_id="999999"),
        foreign("outbox_case_id_fkey"),
    ),
    Forbidden(
        "a second request of one id",
        copied("request", "id LIKE '%r-1'", id="id"),
        primary("request", "id"),
    ),
]

ORGANISATION = [
    Forbidden("a unit outside the tree", "UPDATE unit SET path = '1'", rule("unit_tree")),
    Forbidden("an unknown kind of unit", "UPDATE unit SET kind = 'club'", check("unit_kind")),
    Forbidden("a unit below itself", "UPDATE unit SET parent_id = id", rule("unit_tree")),
    Forbidden("a unit of nothing", "UPDATE unit SET parent_id = 999999", rule("unit_tree")),
    Forbidden(
        "a second unit of one code",
        copied("unit", "id = 1", id="999999", path="'/999999/'"),
        unique("unit", "code"),
    ),
    Forbidden(
        "a second holder of a post",
        copied("holding", "kind = 'holder' AND ends_at IS NULL"),
        rule("one_holder_new"),
    ),
    Forbidden(
        "other things that a change touched",
        "UPDATE org_change_item SET first_id = 0, before = NULL, after = NULL",
        rule("item_blanked"),
    ),
    Forbidden(
        "another way to hold a post", "UPDATE holding SET kind = 'heir'", check("holding_kind")
    ),
    Forbidden(
        "a second person of one name", copied("person", "id = 1"), unique("person", "username")
    ),
]

FORBIDDEN = [
    *_kept_as_they_are(),
    *ARCHIVE,
    *HISTORY,
    *SIGN_OFFS,
    *CASES,
    *TIMERS,
    *MESSAGES,
    *ORGANISATION,
]
