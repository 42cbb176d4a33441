"""What a story promises of its year: that every shipped workflow is lived, and how many of what."""

from collections import Counter
from collections.abc import Iterator

from api.demo import records
from api.demo.stage import Stage
from api.demo.story import Story
from workflow.store.measuring import scores


def broken(stage: Stage, story: Story) -> Iterator[str]:
    """Each promise that the year did not keep, as a sentence."""
    workflows = stage.duban.catalog.workflows()
    with stage.duban.database.reading() as connection:
        states, rounds = records.states(connection), records.rounds(connection)
        frozen = [scores.results(connection, f.scorecard, {f.year}) for f in story.freezings]
    lived: Counter[str] = Counter()
    for (workflow, state), number in states.items():
        if not workflows[workflow].definition.states[state].void:
            lived[workflow] += number
    for name, compiled in workflows.items():
        title, least = compiled.definition.title, story.promises.cases.get(name, 1)
        if lived[name] < least:
            yield f"“{title}”成立 {lived[name]} 件，应不少于 {least} 件"
        if rounds[name] < (most := story.promises.rounds.get(name, 0)):
            yield f"“{title}”定期开展 {rounds[name]} 轮，应不少于 {most} 轮"
    classes = {row["class_"] for rows in frozen for row in rows}
    if len(classes) < story.promises.classes:
        yield f"考核结果有 {len(classes)} 类，应不少于 {story.promises.classes} 类"
