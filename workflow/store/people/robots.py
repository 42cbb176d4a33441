"""Somebody's chat robot: kept, shown masked, forgotten.

The secret that a robot wants messages signed with lies sealed, as those of authenticators do: with
it in place a copy of the database lets nobody write to the group.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from workflow.engine.errors import InvalidInput
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.offices.robot_address import NoRobot, Robot, parse_robot
from workflow.store.people.sealing import Sealer
from workflow.store.tables.handles import PERSON

SEALED_FOR = "robot"
_LONGEST_SECRET = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A robot as it is kept; `signed` says whether there is a secret."""

    robot: Robot
    signed: bool


def robot_of(connection: Connection, person: int) -> Kept | None:
    """Somebody's robot."""
    query = select(PERSON.c.chat, PERSON.c.chat_secret).where(PERSON.c.id == person)
    row = connection.execute(query).first()
    if row is None or row.chat is None:
        return None
    return Kept(parse_robot(row.chat), row.chat_secret is not None)


def keep(
    connection: Connection, sealer: Sealer, person: int, pasted: str, secret: str, now: datetime
) -> None:
    """Keep the robot whose address somebody pasted, in place of another; raises InvalidInput."""
    try:
        robot = parse_robot(pasted)
    except NoRobot as unknown:
        raise InvalidInput(str(unknown), {"robot": "unknown"}) from None
    if robot.provider == "wecom" and secret:
        raise InvalidInput("企业微信的机器人没有密钥，请不要填写", {"robot": "wecom"})
    if len(secret) > _LONGEST_SECRET or not secret.isprintable():
        raise InvalidInput("机器人的密钥写法不对", {"robot": robot.provider})
    sealed = sealer.seal(secret, person, SEALED_FOR) if secret else None
    _set(connection, person, str(robot), sealed)
    _tell(connection, person, "robot_kept", now)


def forget(connection: Connection, person: int, now: datetime) -> None:
    """Keep no robot any more."""
    _set(connection, person, None, None)
    _tell(connection, person, "robot_forgotten", now)


def _set(connection: Connection, person: int, chat: str | None, secret: str | None) -> None:
    mine = update(PERSON).where(PERSON.c.id == person)
    connection.execute(mine.values(chat=chat, chat_secret=secret))


def _tell(connection: Connection, person: int, act: str, now: datetime) -> None:
    about = ("person", person)
    audit.record(connection, Act("person", person, about, data={"act": act}), now)


def unseal(sealer: Sealer, sealed: str, person: int) -> str:
    """The secret of somebody's robot; raises CannotUnseal."""
    return sealer.open(sealed, person, SEALED_FOR)
