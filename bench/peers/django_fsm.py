"""django-fsm-2 doing a durable step: ORM, select_for_update, a transition, and the rows around it.

`django_fsm.py seed URL ROWS CASES` makes and fills the tables; `django_fsm.py load URL ROWS` is a
load program. ROWS is `reference` (one timer settled and set, one outbox row) or `ours` (as many
rows as our `accept` writes). Runs in the peers' environment.
"""

# mypy: ignore-errors

import hashlib
import json
import sys
import uuid
from datetime import UTC, datetime, timedelta

import django
from django.conf import settings

from bench import loads
from bench.peers.django_url import database_of

settings.configure(
    DATABASES={"default": database_of(sys.argv[2])},
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import connection, models, transaction  # noqa: E402
from django_fsm import FSMField  # noqa: E402
from django_fsm import transition as moves  # noqa: E402

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
BODY = json.dumps({"description": "路灯不亮，三个月没有人修。" * 38}, ensure_ascii=False)
TIMERS, SCOPES = (1, 4) if sys.argv[3] == "ours" else (1, 0)


class _Table(models.Model):
    class Meta:
        abstract = True
        app_label = "bench"


class Case(_Table):
    """A case with its state machine."""

    workflow = models.TextField()
    number = models.TextField(unique=True)
    unit_id = models.BigIntegerField()
    state = FSMField(default="assigned")
    seq = models.IntegerField()
    due_at = models.DateTimeField(null=True)
    head = models.TextField()
    body = models.TextField()

    class Meta(_Table.Meta):
        abstract = False
        indexes = (models.Index(fields=["workflow", "state"], name="case_state"),)

    @moves(
        field=state, source="assigned", target="planning", conditions=[lambda case: case.seq > 0]
    )
    def accept(self) -> None:
        """The unit accepts the case."""


class History(_Table):
    """What happened."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    seq = models.IntegerField()
    event = models.TextField()
    from_state = models.TextField()
    to_state = models.TextField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    inputs = models.TextField()
    seen = models.TextField()
    prev = models.TextField()
    hash = models.TextField()

    class Meta(_Table.Meta):
        abstract = False
        unique_together = (("case", "seq"),)


class Timer(_Table):
    """A deadline."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    entry = models.IntegerField()
    name = models.TextField()
    rung = models.IntegerField()
    due_at = models.DateTimeField()
    wake_at = models.DateTimeField(null=True, db_index=True)
    settled_at = models.DateTimeField(null=True)
    status = models.TextField()

    class Meta(_Table.Meta):
        abstract = False
        unique_together = (("case", "entry", "name", "rung"),)


class Scope(_Table):
    """Who sees a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    unit_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    acts = models.TextField()


class Outbox(_Table):
    """A message owed."""

    key = models.TextField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    person_id = models.BigIntegerField()
    way = models.TextField()
    variables = models.TextField()
    status = models.TextField()
    wake_at = models.DateTimeField(null=True, db_index=True)
    created_at = models.DateTimeField()


class Request(_Table):
    """A client's request id with its answer."""

    id = models.TextField(primary_key=True)
    person_id = models.BigIntegerField()
    digest = models.TextField()
    answer = models.TextField()
    at = models.DateTimeField()


def seed(cases: int) -> None:
    """Make the tables and so many cases that wait for `accept`."""
    with connection.schema_editor() as editor:
        for table in (Case, History, Timer, Scope, Outbox, Request):
            editor.create_model(table)
    Case.objects.bulk_create(
        [
            Case(workflow="r", number=f"{n}", unit_id=n % 9, seq=3, head="a" * 64, body=BODY)
            for n in range(cases)
        ],
        batch_size=1000,
    )
    cases_made = list(Case.objects.values_list("id", flat=True))
    Timer.objects.bulk_create(
        [t for id_ in cases_made for t in _timers(id_, 3, max(1, TIMERS // 2))], batch_size=2000
    )
    Scope.objects.bulk_create(
        [
            Scope(case_id=id_, unit_id=unit, due_at=NOW, acts="")
            for id_ in cases_made
            for unit in range(SCOPES)
        ],
        batch_size=2000,
    )


def _timers(case: int, entry: int, count: int) -> list[Timer]:
    at = NOW + timedelta(days=10)
    return [
        Timer(
            case_id=case, entry=entry, name="rung", rung=n, due_at=at, wake_at=at, status="waiting"
        )
        for n in range(count)
    ]


def fire(number: int) -> None:
    """One durable step on a case that no other step of this run touches."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=number + 1)
        source, prev = case.state, case.head
        case.accept()
        case.seq += 1
        case.due_at = NOW
        text = json.dumps([case.pk, case.seq, "accept", source, case.state, prev])
        case.head = hashlib.sha256(text.encode()).hexdigest()
        case.save(update_fields=["state", "seq", "due_at", "head", "body"])
        History.objects.create(
            case=case, seq=case.seq, event="accept", from_state=source, to_state=case.state,
            person_id=1, at=NOW, inputs="{}", seen='{"calendar":1,"posts":[[11,7,"liaison",null]]}',
            prev=prev, hash=case.head,
        )  # fmt: skip
        _around(case)


def _around(case: Case) -> None:
    waiting = Timer.objects.filter(case=case, status="waiting")
    waiting.update(status="fired", wake_at=None, settled_at=NOW)
    Timer.objects.bulk_create(_timers(case.pk, case.seq, TIMERS))
    if SCOPES:
        Scope.objects.filter(case=case).update(due_at=NOW, acts=",liaison,officer,")
    else:
        Outbox.objects.create(
            key=f"{case.pk}.{case.seq}", case=case, person_id=1, way="email", variables="{}",
            status="waiting", wake_at=NOW, created_at=NOW,
        )  # fmt: skip
    Request.objects.create(
        id=str(uuid.uuid4()), person_id=1, digest=case.head, answer='{"case":1}', at=NOW
    )


if __name__ == "__main__":
    if sys.argv[1] == "seed":
        seed(int(sys.argv[4]))
    else:
        loads.serve(fire)
