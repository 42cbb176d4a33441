"""The command line: `duban VERB`. Each verb is a function in this folder; all are listed here.

What goes wrong is one Chinese sentence on stderr and an exit code, never a traceback for a fault
that has a name. Verbs import what they need when they run, so that `duban check` starts at once.
"""

import os
import sys

import typer

from api.cli import (
    archiving,
    backfilling,
    beginning,
    caring,
    channels,
    checking,
    erasing,
    moving,
    organising,
    playing,
    proving,
    retaining,
    sending,
    serving,
)
from api.cli.saying import complain, database_trouble, file_trouble, usage_sentence
from api.gatekeeping.policy import COMMANDS
from workflow.engine.errors import DubanError, Refusal

USAGE_ERROR: tuple[type[Exception], ...] = typer.BadParameter.__mro__[1:2]
"""What typer raises for a command line it cannot read; it has no public name for all of them."""

app = typer.Typer(
    help="督办：把督查整改、年度报告、约谈写成声明式的工作流程。",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

for verb in (
    checking.check,
    checking.schema,
    checking.draw,
    serving.run,
    serving.serve,
    serving.worker,
    beginning.init,
    caring.migrate,
    caring.publish,
    caring.notice,
    caring.backup,
    caring.doctor,
    moving.move_to,
    archiving.archive,
    proving.checkpoint,
    proving.dump,
    proving.redraw,
    erasing.erase_person,
    channels.channel,
    backfilling.backfill,
    playing.demo,
    caring.version,
):
    if verb.__name__ not in COMMANDS:
        raise LookupError(f"api/gatekeeping/policy.py has no line for the command {verb.__name__}")
    app.command()(verb)
app.add_typer(organising.app, name="org")
app.add_typer(sending.app, name="outbox")
app.add_typer(retaining.app, name="audit")


def main() -> None:
    """Run the command line and leave with its exit code. What it writes is nobody else's to read:
    the database and its log beside it, exports, drawings.
    """
    os.umask(0o077)
    sys.exit(_run())


def _run() -> int:
    try:
        return int(app(standalone_mode=False) or 0)
    except KeyboardInterrupt:
        return 130
    except typer.Abort:
        return 1
    except USAGE_ERROR as error:
        complain(usage_sentence(str(error)))
        return 2
    except DubanError as error:
        complain(error.sentence if isinstance(error, Refusal) else str(error))
        return 1
    except OSError as error:
        complain(file_trouble(error))
        return 1
    except Exception as error:
        if not (sentence := database_trouble(error)):
            raise
        complain(sentence)
        return 1
