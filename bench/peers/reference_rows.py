"""The rows of the reference transaction, for peers that keep a workflow's state in tables of their
own: they add these in the transaction of the step. Standard library only.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

Execute = Callable[[str, Mapping[str, Any]], Any]
"""Executes one statement, whose parameters are written as `{name}`, and returns its cursor."""

_READ = "SELECT seq, head, body FROM ref_case WHERE id = {id} FOR UPDATE"
_WRITE = (
    "UPDATE ref_case SET state = 'planning', seq = seq + 1, due_at = now(), head = {head},"
    " body = {body} WHERE id = {id}",
    "INSERT INTO ref_history VALUES ({id}, {seq}, 'accept', 'assigned', 'planning', 1, now(),"
    " {inputs}, {seen}, {head}, {head})",
    "UPDATE ref_timer SET status = 'fired', wake_at = NULL, settled_at = now()"
    " WHERE case_id = {id} AND status = 'waiting'",
    "INSERT INTO ref_timer VALUES ({id}, {seq}, 'rung.standard', now(), now() + interval '10 days',"
    " NULL, 'waiting')",
    "INSERT INTO ref_outbox VALUES ({key}, {id}, 1, 'email', {variables}, 'waiting', now(), now())",
    "INSERT INTO ref_request VALUES ({request}, 1, {head}, {answer}, now())",
)
_CONSTANT = {
    "inputs": "{}",
    "seen": '{"calendar":1,"posts":[[11,7,"liaison",null]]}',
    "variables": '{"headline":"路灯不亮","state":"待报方案"}',
    "answer": '{"case":1,"seq":4,"state":"planning"}',
}


def step(execute: Execute, case: int) -> None:
    """Read the case and write what one durable step has to write."""
    seq, head, body = execute(_READ, {"id": case}).fetchone()
    given = {"id": case, "seq": seq + 1, "head": head, "body": body, **_CONSTANT}
    given |= {"key": f"{case}.{seq}", "request": str(uuid.uuid4())}
    for statement in _WRITE:
        execute(statement, given)
