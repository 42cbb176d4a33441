"""One of many that fails is set aside with its reason, so that the others go on; where it is the
database that cannot work, or nothing at all goes well, none is: they are all tried again.
"""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from workflow.engine.errors import DubanError

LONGEST = 200


def is_outage(error: Exception) -> bool:
    """Whether the database is away, busy or full, and the same may succeed in a minute."""
    return isinstance(error, SQLAlchemyError) and not is_refusal(error)


def is_refusal(error: Exception) -> bool:
    """Whether a rule has refused it, ours or the database's; anything else is a mistake of ours."""
    return isinstance(error, DubanError | IntegrityError | DataError)


def in_words(error: Exception) -> str:
    """What went wrong: a refusal by its sentence, a rule of the database by what it said, a mistake
    of ours by its name.
    """
    if isinstance(error, DubanError):
        return str(error)[:LONGEST]
    if isinstance(error, DBAPIError):
        return str(error.orig)[:LONGEST]
    return f"{type(error).__name__}: {error}"[:LONGEST]
