"""What one chose about one's messages, over REST."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.auth import Installation, SignedIn
from api.rest.inputs import Body
from workflow.engine.pace import DAY_BEGINS, DAY_ENDS, Hours
from workflow.store.offices import preferences
from workflow.store.offices.preferences import Preferences

router = APIRouter(tags=["messages"])


class PreferencesBody(Body):
    """The only way for a kind; null is as the definition says. Hours of a working day."""

    task: str | None = Field(None, description="email, sms or chat")
    reminder: str | None = Field(None, description="email, sms or chat")
    told: str | None = Field(None, description="email, sms, chat, or in_app: in the inbox alone")
    begins: int = Field(DAY_BEGINS.hour, description="8 to 12")
    ends: int = Field(DAY_ENDS.hour, description="14 to 20")


class PreferencesOut(BaseModel):
    """What is chosen now."""

    task: str | None
    reminder: str | None
    told: str | None
    begins: int
    ends: int


@router.get("/preferences")
def read(duban: Installation, someone: SignedIn) -> PreferencesOut:
    """What one chose."""
    with duban.database.reading() as connection:
        return _out(preferences.preferences_of(connection, someone.person))


@router.put("/preferences")
def choose(body: PreferencesBody, duban: Installation, someone: SignedIn) -> PreferencesOut:
    """Choose anew. What is late, or what a definition insists on, cannot be switched off."""
    given = {"task": body.task, "reminder": body.reminder, "told": body.told}
    only = {kind: way for kind, way in given.items() if way is not None}
    wanted = Preferences(only, Hours(body.begins, body.ends))
    with duban.database.unit_of_work() as connection:
        preferences.choose(connection, someone.person, wanted)
    return _out(wanted)


def _out(chosen: Preferences) -> PreferencesOut:
    kinds = {kind: chosen.only.get(kind) for kind in preferences.CHOICES}
    return PreferencesOut(**kinds, begins=chosen.hours.begins, ends=chosen.hours.ends)
