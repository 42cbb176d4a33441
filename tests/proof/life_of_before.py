"""What a lived-in database has of before: a ledger that was taken over (补录), in the middle and
signed off, one that was undone, and how its columns were read.
"""

from datetime import date

from tests.proof.story import SPECIALIST, Story
from workflow.backfilling import LedgerFile, PastCase
from workflow.engine.case import Stated
from workflow.store.casework import backfills

OLD = {"description": "公示栏内容两年没有更新", "due": "2025-06-30"}
RUNNING = {"description": "光伏电站停运三个月", "due": "2026-12-18"}


def live_before(story: Story) -> dict[str, int]:
    """Live it; the cases by name."""
    stated = {"first": Stated("罗某某", "", "2025-06-20"), "second": Stated()}
    names = {"responsible": story.units["522301"]}
    before, since = date(2025, 3, 1), date(2025, 6, 25)
    rows = [
        PastCase(4, names, RUNNING, "rectifying", before, since),
        PastCase(5, names, OLD, "archived", before, since, stated),
    ]
    running, archived = _take(story, "旧台账.xlsx", rows)
    (undone,) = _take(story, "错的台账.xlsx", rows[:1])
    with story.database.unit_of_work() as connection:
        backfills.keep_reading(
            connection,
            person=story.people[SPECIALIST],
            workflow="rectification",
            name="州台账",
            body={"head": 2, "columns": {"问题": "fact.description"}},
            now=story.now,
        )
    story.commands.undo_backfill(
        backfill=2,
        reason="选错了文件",
        actor=story.actor(SPECIALIST),
        request=story.request(),
        now=story.now,
    )
    return {"taken_over": running, "archived_before": archived, "undone": undone}


def _take(story: Story, name: str, rows: list[PastCase]) -> list[int]:
    answers = story.commands.take_over(
        workflow="rectification",
        file=LedgerFile(name, name.encode().hex()[:64].ljust(64, "0")),
        rows=rows,
        actor=story.actor(SPECIALIST),
        request=story.request(),
        now=story.now,
    )
    return [answer.case for answer in answers]
