"""One message to oneself by a way of this installation, noted in the log."""

from api.auth import Someone
from api.context import Duban
from notifications.trying import Trial, try_channel
from notifications.ways import ADDRESSES, UnusableWay, open_ways
from workflow.engine.errors import InvalidInput
from workflow.store.evidence import audit
from workflow.store.evidence.audit import Act
from workflow.store.outgoing import addressees
from workflow.store.outgoing.addressees import Addressee
from workflow.store.people import robots


def try_own_way(duban: Duban, someone: Someone, way: str) -> tuple[str, Trial]:
    """The reader's address and what came of it; raises InvalidInput and CannotUnseal."""
    try:
        ways = open_ways(duban.database, duban.clock, **duban.settings.ways)
    except UnusableWay as unusable:
        raise InvalidInput(str(unusable), {"way": way[:20]}) from None
    if way not in ways:
        raise InvalidInput("没有这种消息渠道", {"way": way[:20]})
    with duban.database.reading() as connection:
        to = addressees.addressee(connection, someone.person)
    address = to.address(way) if to is not None else None
    if to is None or not address:
        raise InvalidInput(f"没有登记你的{ADDRESSES[way]}，请先补上", {"way": way})
    now, secret = duban.clock(), secret_for(duban, to, someone.person, way)
    trial = try_channel(ways[way], way, address, someone.name, now, secret)
    with duban.database.unit_of_work() as connection:
        told = {"act": "channel_tried", "way": way, "status": str(trial.receipt.outcome)}
        audit.record(connection, Act("maintenance", someone.person, data=told), now)
    return address, trial


def secret_for(duban: Duban, to: Addressee, person: int, way: str) -> str:
    """What a message to somebody by a way is signed with; raises CannotUnseal."""
    if way != "chat" or to.chat_secret is None:
        return ""
    return robots.unseal(duban.sealer, to.chat_secret, person)
