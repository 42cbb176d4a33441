"""Clients that want their work done, whatever dies: each request has an id of the client's own and
goes to one server after the other until somebody answers it.
"""

import json
import random
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

from tests.proof.story import PLAN, PROBLEM

PATIENCE_SECONDS = 60.0
"""How long a client tries; then the service has failed it."""

ONE_TRY_SECONDS = 20.0
PAUSE_SECONDS = 0.05
TWICE = 0.1
"""How many of the requests go to two servers at once, as by a double click."""

BEYOND_BUDGET = {"over_budget": "一小时里办的比一周还多"}
"""A siege asks more of a unit than its week allows, and has to say why."""

WAY: Sequence[tuple[str, str, dict[str, Any]]] = (
    ("zhou-dc.specialist1", "dispatch", BEYOND_BUDGET),
    ("xingyi.liaison", "accept", {}),
    ("xingyi.liaison", "submit_plan", PLAN),
    ("zhou-dc.specialist1", "approve_plan", {}),
    ("xingyi.officer", "report_progress", {"progress": "已完成一半"}),
    ("xingyi.officer", "apply", {"result": "已修好", "finished_on": "2026-03-02"}),
    ("xingyi.head", "confirm", {}),
)
"""Who moves a case on by what, up to where a signature is wanted."""

PEOPLE = sorted({who for who, _, _ in WAY})

Answer = tuple[int, str, int]
"""A case, its state and the number of the row."""


@dataclass
class Book:
    """What clients asked for and were told; only finished requests."""

    acknowledged: dict[str, Answer] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    tries: int = 0
    longest: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, request: str, answers: Sequence[Answer], seconds: float) -> None:
        """A request was answered, by each server it went to."""
        with self._lock:
            self.acknowledged[request] = answers[0]
            self.longest = max(self.longest, seconds)
            if len(set(answers)) > 1:
                self.wrong.append(f"{request} was answered in two ways: {answers}")

    def complain(self, sentence: str) -> None:
        """Something a client should never see."""
        with self._lock:
            self.wrong.append(sentence)

    def count_try(self) -> None:
        """A request went out."""
        with self._lock:
            self.tries += 1


class Unanswered(Exception):
    """A request that nobody answered, or that was refused."""


@dataclass
class Client:
    """One client: opens cases and moves each of them as far as chance will; `think` is how many
    seconds it takes at most before it asks for the next thing.
    """

    name: str
    ports: Sequence[int]
    tokens: Mapping[str, str]
    book: Book
    stopping: threading.Event
    chance: random.Random
    think: float = 0.0
    serial: int = 0

    def run(self) -> None:
        """Work until everybody stops; a request in hand is finished first."""
        with ThreadPoolExecutor(2) as pool:
            while not self.stopping.is_set():
                try:
                    self._one_case(pool)
                except Unanswered as failed:
                    self.book.complain(str(failed))

    def _one_case(self, pool: ThreadPoolExecutor) -> None:
        opening = {
            "workflow": "rectification",
            "parties": {"responsible": "522301"},
            "facts": PROBLEM | {"due": "2027-03-31"},
        }
        case, _, _ = self._ask(pool, "zhou-dc.specialist1", "/cases", opening)
        for username, event, facts in WAY[: self.chance.randint(1, len(WAY))]:
            if self.stopping.is_set():
                return
            body = {"event": event, "facts": facts}
            self._ask(pool, username, f"/cases/{case}/fire", body)

    def _ask(self, pool: ThreadPoolExecutor, username: str, path: str, body: Any) -> Answer:
        self.serial += 1
        request = f"{self.name}-{self.serial}"
        text = json.dumps(body | {"request": request}).encode()
        copies = 2 if self.chance.random() < TWICE else 1
        first = self.chance.randrange(len(self.ports))
        began = time.monotonic()
        runs = [
            pool.submit(self._until_answered, request, username, path, text, first + n)
            for n in range(copies)
        ]
        answers = [run.result() for run in runs]
        self.book.note(request, answers, time.monotonic() - began)
        self.stopping.wait(self.chance.uniform(0, self.think))
        return answers[0]

    def _until_answered(
        self, request: str, username: str, path: str, text: bytes, turn: int
    ) -> Answer:
        until = time.monotonic() + PATIENCE_SECONDS
        seen: object = "nothing"
        while time.monotonic() < until:
            port = self.ports[turn % len(self.ports)]
            turn += 1
            self.book.count_try()
            try:
                status, said = _post(port, path, text, self.tokens[username])
            except (OSError, HTTPException, ValueError) as nobody:
                seen = repr(nobody)
                time.sleep(PAUSE_SECONDS)
                continue
            if status in (200, 201):
                return said["case"], said["state"], said["seq"]
            seen = (status, said)
            if status < 500:
                break
            time.sleep(PAUSE_SECONDS)
        raise Unanswered(f"{request} ({path}) by {username}: {seen}")


def _post(port: int, path: str, text: bytes, token: str) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=ONE_TRY_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        connection.request("POST", f"/api/v1{path}", text, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()
