"""What somebody who has signed in must do before anything else."""

from datetime import datetime
from enum import StrEnum, auto

from workflow.store.people.profiles import Profile, Whom
from workflow.store.people.sessions import PASSWORD, Session


class Duty(StrEnum):
    """Until it is done, the session is good for nothing else."""

    CHANGE_PASSWORD = auto()
    """The password is a one-time password, or older than the profile allows."""

    SET_UP_SECOND_FACTOR = auto()
    """The profile demands a second factor of this person."""


def duty_of(
    session: Session, profile: Profile, now: datetime, *, administrator: bool
) -> Duty | None:
    """The first duty of a session; a provider that signs people in answers for password and factor
    itself.
    """
    if session.way != PASSWORD:
        return None
    if session.one_time_until is not None or _is_too_old(session.password_at, profile, now):
        return Duty.CHANGE_PASSWORD
    demanded = profile.second_factor is Whom.EVERYBODY or (
        profile.second_factor is Whom.ADMINISTRATORS and administrator
    )
    return Duty.SET_UP_SECOND_FACTOR if demanded and not session.factor else None


def _is_too_old(chosen_at: datetime | None, profile: Profile, now: datetime) -> bool:
    """Nobody knows when a password without a day was chosen, so it is taken to be too old."""
    longest = profile.longest_age
    return longest is not None and (chosen_at is None or chosen_at + longest <= now)
