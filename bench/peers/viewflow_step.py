"""viewflow doing a durable step: a task of a flow is executed and the next one made, and the
reference rows are written beside them.

`viewflow_step.py seed URL CASES` makes its tables and so many processes that wait, on a database
with the reference tables; `viewflow_step.py load URL` is a load program. Runs in the peers'
environment.
"""

# mypy: ignore-errors

import sys

import django
from django.conf import settings

from bench import loads
from bench.peers.django_url import database_of

settings.configure(
    DATABASES={"default": database_of(sys.argv[2])},
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "viewflow", "viewflow.workflow",
        "bench.peers",
    ],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)  # fmt: skip
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from viewflow.workflow.models import Task  # noqa: E402

from bench.peers.viewflow_flow import Rectification  # noqa: E402


def seed(cases: int) -> None:
    """Make the tables and so many processes, which have the numbers of the cases."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        for _ in range(cases):
            Rectification.start.run()


def fire(number: int) -> None:
    """One durable step on a process that no other step of this run touches."""
    waiting = Task.objects.get(process_id=number + 1, flow_task=Rectification.accept)
    Rectification.accept.run(waiting, case=number + 1)


if __name__ == "__main__":
    if sys.argv[1] == "seed":
        seed(int(sys.argv[3]))
    else:
        loads.serve(fire)
