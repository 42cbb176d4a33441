"""The installation that an application serves."""

from typing import Annotated

from fastapi import Depends, Request

from api.context import Duban


def duban_of(request: Request) -> Duban:
    """The installation this application serves."""
    found: Duban = request.app.state.duban
    return found


async def _duban(request: Request) -> Duban:
    return duban_of(request)  # async: FastAPI need not hop to a thread for it


Installation = Annotated[Duban, Depends(_duban)]
"""The installation, as a parameter of a route."""
