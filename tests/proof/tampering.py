"""What somebody does who has the database and its superuser's rights: each changes a row, takes one
away or adds one.
"""

import json
from collections.abc import Callable

from tests.proof.intruder import Intruder

EDITS = {
    "inputs": """'{"facts":{"grade":"一般"}}'""",
    "seen": "'{}'",
    "effects": """'{"x": 1}'""",
    "person_id": "COALESCE(person_id, 0) + 1",
    "unit_id": "COALESCE(unit_id, 0) + 1",
    "holder_id": "COALESCE(holder_id, 0) + 7",
    "actor": "CASE actor WHEN 'clock' THEN 'person' ELSE 'clock' END",
    "to_state": "'discarded'",
    "from_state": "'discarded'",
    "event": "'discard'",
    "cycle": "cycle + 1",
    "at": "'2026-01-05 03:04:05.000000+00:00'",
    "alg": "'sha512'",
}


def edit_a_row(intruder: Intruder) -> None:
    """Another value in one column of one history row."""
    edit(intruder, intruder.chance.choice(sorted(EDITS)))


def edit(intruder: Intruder, column: str) -> None:
    """Another value in a column of one history row."""
    row = intruder.any_of("SELECT case_id, seq FROM history")
    value = EDITS[column]
    if column == "at" and intruder.connection.dialect.name == "postgresql":
        value = f"timestamptz {value}"
    changed = f"UPDATE history SET {column} = {value} WHERE case_id = :case_id AND seq = :seq"
    assert intruder.run(changed, **row) == 1


def delete_a_row(intruder: Intruder) -> None:
    """One history row is gone."""
    row = intruder.any_of("SELECT case_id, seq FROM history")
    intruder.run("DELETE FROM history WHERE case_id = :case_id AND seq = :seq", **row)


def cut_the_tail(intruder: Intruder) -> None:
    """The last rows of a case are gone."""
    row = intruder.any_of("SELECT case_id, seq FROM history WHERE seq > 1")
    intruder.run("DELETE FROM history WHERE case_id = :case_id AND seq >= :seq", **row)


def swap_two(intruder: Intruder) -> None:
    """Two rows of a case change places."""
    row = intruder.any_of("SELECT case_id, seq FROM history WHERE seq > 1")
    rows = intruder.history(row["case_id"])
    one, other = rows[row["seq"] - 2], rows[row["seq"] - 1]
    intruder.put(other | {"seq": one["seq"]})
    intruder.put(one | {"seq": other["seq"]})


def edit_and_rebuild(intruder: Intruder) -> None:
    """A fact is changed in the history, and the chain and the head are made to fit."""
    row = intruder.any_of("SELECT case_id FROM history WHERE seq = 1 AND event = 'open'")
    first = intruder.history(row["case_id"])[0]
    inputs = json.loads(first["inputs"])
    inputs["facts"] = {**inputs["facts"], "description": "一切都好，没有问题"}
    intruder.put(first | {"inputs": json.dumps(inputs, ensure_ascii=False)})
    intruder.rehash(row["case_id"])


def backdate_and_rebuild(intruder: Intruder) -> None:
    """A late act is made an early one, and the chain and the head are made to fit."""
    later = "SELECT b.case_id, b.seq FROM history a JOIN history b ON b.case_id = a.case_id"
    row = intruder.any_of(f"{later} AND b.seq = a.seq + 1 WHERE b.at > a.at")
    found = intruder.history(row["case_id"])[row["seq"] - 1]
    earlier = intruder.history(row["case_id"])[row["seq"] - 2]["at"]
    intruder.put(found | {"at": found["at"] - (found["at"] - earlier) / 2})
    intruder.rehash(row["case_id"])


CHANGES = [
    "state = 'archived'",
    "due_at = NULL",
    "due_at = opened_at",
    "cycle = cycle + 1",
    "entry = entry - 1",
    "unit_id = unit_id + 1",
    "closed_at = opened_at",
    "opened_at = due_at",
    "headline = 'x'",
    "level = 4",
    "cause = 'x'",
    "calendar = 0",
    "period = 2026",
    "parent_id = 1",
    """body = replace(body, '"fired":{', '"fired":{"x": 1,')""",
    "body = replace(body, '督查', '自查')",
]


def act_as_nobody(intruder: Intruder) -> None:
    """Somebody acted whom nobody knows, and the chain and the head are made to fit."""
    row = intruder.any_of("SELECT case_id, seq FROM history WHERE actor = 'person'")
    found = intruder.history(row["case_id"])[row["seq"] - 1]
    intruder.put(found | {"person_id": 999999})
    intruder.rehash(row["case_id"])


def change_a_case(intruder: Intruder) -> None:
    """The state, the limit or the facts of a case are not what its history says."""
    change(intruder, intruder.chance.choice(CHANGES))


def change(intruder: Intruder, what: str) -> None:
    """Something else stands in the row of an open case."""
    case = intruder.any_of(
        "SELECT id FROM cases WHERE due_at IS NOT NULL AND entry > 1 AND body LIKE '%督查%'"
        """ AND body LIKE '%"fired":{"%' AND closed_at IS NULL AND parent_id IS NULL AND id > 1"""
    )
    assert intruder.run(f"UPDATE cases SET {what} WHERE id = :id", **case) == 1


def forge_a_sending(intruder: Intruder) -> None:
    """A message that is owed is made to look sent."""
    message = intruder.any_of("SELECT id FROM outbox WHERE status = 'waiting'")
    intruder.run(
        "UPDATE outbox SET status = 'sent', wake_at = NULL, sent_at = created_at WHERE id = :id",
        **message,
    )


def readdress_a_message(intruder: Intruder) -> None:
    """A message that went out is made to have gone to somebody else."""
    message = intruder.any_of("SELECT id FROM outbox WHERE status = 'sent' AND person_id > 0")
    intruder.run("UPDATE outbox SET person_id = person_id + 1 WHERE id = :id", **message)


def send_it_otherwise(intruder: Intruder) -> None:
    """A message that went out is made to have gone by another way."""
    message = intruder.any_of("SELECT id FROM outbox WHERE status = 'sent' AND person_id > 0")
    change = "UPDATE outbox SET way = CASE way WHEN 'sms' THEN 'email' ELSE 'sms' END"
    intruder.run(f"{change} WHERE id = :id", **message)


def lose_messages(intruder: Intruder) -> None:
    """What a row of history owed is gone."""
    row = intruder.any_of("SELECT DISTINCT case_id, seq FROM outbox WHERE case_id IS NOT NULL")
    intruder.run("DELETE FROM outbox WHERE case_id = :case_id AND seq = :seq", **row)


def forge_a_sign_off(intruder: Intruder) -> None:
    """Somebody signed, says the register of sign-offs, and history does not know it."""
    case = intruder.any_of(
        "SELECT id AS case_id, seq, cycle FROM cases WHERE state IN ('second_review', 'rectifying')"
    )
    intruder.run(
        "INSERT INTO sign_off (case_id, seq, cycle, side, person_id, unit_id, at, live)"
        " SELECT :case_id, :seq, :cycle, 'second', p.id, p.unit_id, opened_at, 1 FROM cases, post p"
        " WHERE cases.id = :case_id AND p.id = 4",
        **case,
    )


def change_a_signer(intruder: Intruder) -> None:
    """Somebody else signed."""
    where = "case_id = :case_id AND seq = :seq"
    row = intruder.any_of("SELECT case_id, seq FROM sign_off WHERE live = 1")
    intruder.run(f"UPDATE sign_off SET person_id = person_id + 1 WHERE {where}", **row)


def lose_a_sign_off(intruder: Intruder) -> None:
    """A sign-off in force is gone."""
    row = intruder.any_of("SELECT case_id, seq FROM sign_off WHERE live = 1")
    intruder.run("DELETE FROM sign_off WHERE case_id = :case_id AND seq = :seq", **row)


def settle_a_timer(intruder: Intruder) -> None:
    """A limit is made to be forgotten."""
    timer = intruder.any_of("SELECT id FROM timer WHERE status = 'waiting'")
    status = intruder.chance.choice(["cancelled", "collapsed", "fired"])
    intruder.run(
        "UPDATE timer SET status = :status, wake_at = NULL, settled_at = due_at, seq = 1"
        " WHERE id = :id",
        status=status,
        **timer,
    )


def postpone_a_timer(intruder: Intruder) -> None:
    """A limit is moved."""
    timer = intruder.any_of("SELECT id FROM timer WHERE status = 'waiting' AND moved = 0")
    intruder.run(f"UPDATE timer SET wake_at = {_later(intruder)} WHERE id = :id", **timer)


def postpone_a_timer_again(intruder: Intruder) -> None:
    """A limit is moved as the clock itself moves one, once or once more, whose warning is late."""
    timer = intruder.any_of("SELECT id FROM timer WHERE status = 'waiting'")
    change = f"UPDATE timer SET moved = moved + 1, wake_at = {_later(intruder)}"
    intruder.run(f"{change} WHERE id = :id", **timer)


def _later(intruder: Intruder) -> str:
    """Ninety days after a timer's moment."""
    if intruder.connection.dialect.name == "sqlite":
        return "datetime(wake_at, '+90 days') || '.000000'"
    return "wake_at + interval '90 days'"


def lose_a_timer(intruder: Intruder) -> None:
    """A limit is gone."""
    timer = intruder.any_of("SELECT id FROM timer WHERE status = 'waiting'")
    intruder.run("DELETE FROM timer WHERE id = :id", **timer)


def show_a_case(intruder: Intruder) -> None:
    """A case is shown to a unit that has no business with it."""
    case = intruder.any_of(
        "SELECT case_id, due_at, workflow, state, about, entered_at, opened_at FROM scope"
        " WHERE why = 'responsible'"
    )
    intruder.run(
        "INSERT INTO scope (unit_id, case_id, why, closed, due_at, acts, workflow, state, about,"
        " entered_at, opened_at) VALUES (150, :case_id, 'responsible', :no, :due_at, ',liaison,',"
        " :workflow, :state, :about, :entered_at, :opened_at)",
        no=False,
        **case,
    )


def hide_a_case(intruder: Intruder) -> None:
    """A case is hidden from somebody's lists."""
    row = intruder.any_of("SELECT case_id, unit_id FROM scope")
    intruder.run("DELETE FROM scope WHERE case_id = :case_id AND unit_id = :unit_id", **row)


def change_a_definition(intruder: Intruder) -> None:
    """Published rules say something else."""
    definition = intruder.any_of("SELECT id FROM definition")
    change = "UPDATE definition SET body = replace(body, 'working day', 'day') WHERE id = :id"
    intruder.run(change, **definition)


def change_a_template(intruder: Intruder) -> None:
    """A letter will say something else."""
    template = intruder.any_of("SELECT id FROM template")
    intruder.run("UPDATE template SET body = body || '#' WHERE id = :id", **template)


def change_a_measure(intruder: Intruder) -> None:
    """A scorecard or a list of indicators says something else."""
    text = intruder.any_of("SELECT id FROM measure_text")
    intruder.run("UPDATE measure_text SET body = body || '#' WHERE id = :id", **text)


def answer_otherwise(intruder: Intruder) -> None:
    """Who repeats a request would be told of a step that it never took."""
    request = intruder.any_of("SELECT id FROM request")
    forged = {"said": '"seq":', "says": '"seq":1'}
    change = "UPDATE request SET answer = replace(answer, :said, :says) WHERE id = :id"
    intruder.run(change, **forged, **request)


def garble_an_answer(intruder: Intruder) -> None:
    """Who repeats a request would be told nothing."""
    request = intruder.any_of("SELECT id FROM request")
    intruder.run("UPDATE request SET answer = 'x' WHERE id = :id", **request)


def set_a_counter_back(intruder: Intruder) -> None:
    """The next case will be refused its number, or would have somebody else's."""
    counter = intruder.any_of("SELECT workflow, year FROM counter WHERE serial > 0")
    where = "workflow = :workflow AND year = :year"
    intruder.run(f"UPDATE counter SET serial = serial - 1 WHERE {where}", **counter)


def lose_a_case(intruder: Intruder) -> None:
    """A case is gone with everything that belonged to it."""
    case = intruder.any_of("SELECT id FROM cases")
    for table in ("history", "sign_off", "timer", "scope", "outbox"):
        intruder.run(f"DELETE FROM {table} WHERE case_id = :id", **case)
    intruder.run("DELETE FROM cases WHERE id = :id", **case)


def lose_a_case_alone(intruder: Intruder) -> None:
    """A case is gone, and its history is left over."""
    case = intruder.any_of("SELECT id FROM cases")
    intruder.run("DELETE FROM cases WHERE id = :id", **case)


Deed = Callable[[Intruder], None]

BY_DOCTOR: list[Deed] = [
    edit_a_row,
    delete_a_row,
    cut_the_tail,
    swap_two,
    edit_and_rebuild,
    act_as_nobody,
    change_a_case,
    forge_a_sending,
    readdress_a_message,
    send_it_otherwise,
    lose_messages,
    forge_a_sign_off,
    change_a_signer,
    lose_a_sign_off,
    settle_a_timer,
    postpone_a_timer,
    postpone_a_timer_again,
    lose_a_timer,
    show_a_case,
    hide_a_case,
    change_a_definition,
    change_a_template,
    change_a_measure,
    answer_otherwise,
    garble_an_answer,
    set_a_counter_back,
    lose_a_case,
    lose_a_case_alone,
]
BY_ROOT: list[Deed] = [backdate_and_rebuild]
"""What leaves no trace in the database itself: the exported root shows it."""
