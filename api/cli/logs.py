"""Where the log of a running process goes: one line an event on stderr, ours and the libraries';
for people on a terminal, as JSON for whatever collects it.
"""

import logging
import sys
from collections.abc import Callable

import structlog

from workflow.store.offices.masking import masked_in

TEXT, JSON = "text", "json"
"""How lines look; by any other word it is text on a terminal and JSON elsewhere."""

_Processor = Callable[[object, str, structlog.typing.EventDict], structlog.typing.EventDict]


def _unforgeable(between_lines: str) -> _Processor:
    """What people sent can neither begin a line of its own nor move the cursor; the lines of a
    traceback are marked as such. No line says a whole telephone number or mail address.
    """

    def process(
        _: object, __: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        for name, value in event.items():
            if isinstance(value, str):
                lines = value.splitlines() if name == "exception" else [value]
                event[name] = between_lines.join(_visible(line) for line in lines)
        return event

    return process


def _renderers(form: str) -> list[structlog.typing.Processor]:
    on_terminal = sys.stderr.isatty()
    if form == JSON or (form != TEXT and not on_terminal):
        return [_unforgeable("\n"), structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [_unforgeable("\n  | "), structlog.dev.ConsoleRenderer(colors=on_terminal)]


def _visible(text: str) -> str:
    if not text.isprintable():
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return masked_in(text)


def start_logging(form: str = TEXT, *, quiet: bool = False) -> None:
    """Send the log to stderr, with `quiet` only warnings; call once, before anything runs."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                *_renderers(form),
            ],
        )
    )
    level = logging.WARNING if quiet else logging.INFO
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("apscheduler", "alembic", "uvicorn", "asyncio", "transitions"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # a beat that takes longer than the pause between beats is no news
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
