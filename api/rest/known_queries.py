"""What may stand behind the `?` of an address: like bodies, routes refuse what they do not know."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant

from api.rest.mistakes import wrong
from workflow.engine.findings import closest, short


async def refuse_unknown_queries(request: Request) -> None:
    """Raise InvalidInput for every query parameter that the route asked does not declare."""
    if not request.query_params:
        return
    known = set(_declared(request.scope["route"].dependant))
    if unknown := set(request.query_params) - known:
        raise wrong({name[:40]: _why(name, known) for name in sorted(unknown)})


def _declared(asked: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in asked.query_params)
    for inner in asked.dependencies:
        yield from _declared(inner)


def _why(name: str, known: set[str]) -> str:
    close = closest(name, known)
    return f"没有“{short(name)}”这个查询参数" + (f"，是否想写 {close}？" if close else "")
