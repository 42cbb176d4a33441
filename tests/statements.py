"""SQL is compiled once for all databases of a kind: an installation opens one, the tests thousands.

SQLAlchemy compiles a statement for each engine anew. What it keeps is the same for two databases of
one kind, so all engines of the suite share it.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.event import listen


class Statements(dict[Any, Any]):
    """Compiled statements, by all of SQLAlchemy's key but the engine's own dialect, its first."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """What was compiled for whichever engine of the kind came first."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__(key[1:], value)


_compiled: defaultdict[str, Statements] = defaultdict(Statements)


def _share(engine: Engine, options: dict[str, Any]) -> None:
    options.setdefault("compiled_cache", _compiled[engine.dialect.name])


listen(Engine, "set_engine_execution_options", _share)
