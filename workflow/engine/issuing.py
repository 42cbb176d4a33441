"""Documents (公文) that a case issues: whether this one may be issued now and by whom, and the row
that this leaves in the history; and the row of one that came back under its seal.

What a document says is written outside, from what the case knows; here it is a number, a file and
their hashes. A row vouches for them as one with an attachment does.
"""

from dataclasses import replace

from workflow.engine.case import Actor, Firing, Post
from workflow.engine.decision import Step
from workflow.engine.definition import Event, Paper
from workflow.engine.errors import (
    ConditionNotMet,
    InvalidInput,
    NotFound,
    NotYourTurn,
    OutOfTurn,
)
from workflow.engine.permits import permit
from workflow.engine.scene import Scene

LONGEST_REASON = 200


def may_issue(scene: Scene, name: str, actor: Actor) -> Post:
    """The post through which the actor may issue a document now; raises a Refusal."""
    paper = _paper(scene, name)
    asked = Event(title=paper.title, by=list(paper.by))  # type: ignore[arg-type]
    post = permit(scene.case, scene.definition, asked, actor)
    if post is None:
        raise NotYourTurn(f"“{paper.title}”由人签发，系统不自行发文")
    if scene.case.state not in paper.from_:
        sentence = f"这件事项现处于“{scene.state.title}”，不能签发“{paper.title}”"
        raise OutOfTurn(sentence, {"state": scene.case.state})
    if paper.at_most is not None and times_issued(scene, name) >= paper.at_most:
        raise ConditionNotMet(f"“{paper.title}”至多签发 {paper.at_most} 次", {"document": name})
    if not scene.holds(paper.when):
        sentence = paper.otherwise or f"现在不能签发“{paper.title}”"
        raise ConditionNotMet(sentence, {"document": name})
    return post


def times_issued(scene: Scene, name: str) -> int:
    """How often a document has been issued in this cycle."""
    return scene.case.cycle.fired.get(_counted(name), 0)


def issue_document(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """The built-in event: the document is part of the case from now on, its number where wanted.

    What has gone out cannot be called back, so neither can the step before it.
    """
    if firing.issued is None:
        raise OutOfTurn("公文要经起草、核对才能签发，不能这样办理")
    issued, case = firing.issued, scene.case
    post = may_issue(scene, issued.document, actor)
    number = scene.definition.documents[issued.document].number
    written = {number: issued.number} if number and issued.number else {}
    key, cycle = _counted(issued.document), case.cycle
    after = replace(
        case,
        seq=case.seq + 1,
        facts={**case.facts, **written},
        cycle=replace(cycle, fired={**cycle.fired, key: cycle.fired.get(key, 0) + 1}),
        last=None,
    )
    return Step(
        case=after,
        firing=firing,
        actor=actor,
        now=scene.now,
        from_state=case.state,
        post=post,
        written=written,
        kept=(int(issued.file["id"]),),
    )


def may_seal(scene: Scene, name: str, actor: Actor) -> Post:
    """The post through which the actor may bring a sealed document back: one of those who may issue
    it, wherever the case has come to meanwhile. Raises a Refusal.
    """
    paper = _paper(scene, name)
    asked = Event(title=f"送回{paper.title}的盖章件", by=list(paper.by))  # type: ignore[arg-type]
    post = permit(scene.case, scene.definition, asked, actor)
    if post is None:
        raise NotYourTurn("盖章件由人送回")
    return post


def may_void(scene: Scene, name: str, actor: Actor) -> Post | None:
    """The post through which the actor may make a document void: one of those who may issue it,
    wherever the case has come to meanwhile. Raises a Refusal.
    """
    paper = _paper(scene, name)
    asked = Event(title=f"作废{paper.title}", by=list(paper.by))  # type: ignore[arg-type]
    return permit(scene.case, scene.definition, asked, actor)


def void_document(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """The built-in event: a document that was issued counts no more (作废).

    Its number stays with it, explained by the reason; where the case goes by that number, it has
    none now, and the document may be issued anew under the next one.
    """
    if firing.voided is None:
        raise OutOfTurn("作废文号要在公文那里办理，不能这样办理")
    voided, case, cycle = firing.voided, scene.case, scene.case.cycle
    post = may_void(scene, voided.document, actor)
    if not 2 <= len(voided.reason) <= LONGEST_REASON:
        raise InvalidInput(f"请写明作废的理由，2 至 {LONGEST_REASON} 个字", {"reason": None})
    key, once = _counted(voided.document), f"void.{voided.seq}"
    if once in cycle.fired:
        raise ConditionNotMet(f"{voided.number}已经作废", {"seq": voided.seq})
    facts = dict(case.facts)
    number = scene.definition.documents[voided.document].number
    if number and facts.get(number) == voided.number:
        del facts[number]
    times = cycle.fired.get(key, 0) - (voided.cycle == cycle.number)
    cycle = replace(cycle, fired={**cycle.fired, key: max(times, 0), once: 1})
    after = replace(case, seq=case.seq + 1, facts=facts, cycle=cycle, last=None)
    return Step(
        case=after, firing=firing, actor=actor, now=scene.now, from_state=case.state, post=post
    )


def seal_document(scene: Scene, firing: Firing, actor: Actor) -> Step:
    """The built-in event: the sealed file is what stands for the document from now on.

    The one that was issued stays where it stands; nothing else of the case changes.
    """
    if firing.sealed is None:
        raise OutOfTurn("盖章件要在公文的登记处送回，不能这样办理")
    post = may_seal(scene, firing.sealed.document, actor)
    return Step(
        case=replace(scene.case, seq=scene.case.seq + 1),
        firing=firing,
        actor=actor,
        now=scene.now,
        from_state=scene.case.state,
        post=post,
        kept=(int(firing.sealed.file["id"]),),
    )


def _paper(scene: Scene, name: str) -> Paper:
    paper = scene.definition.documents.get(name)
    if paper is None:
        sentence = f"“{scene.definition.title}”没有“{name[:30]}”这种公文"
        raise NotFound(sentence, {"document": name[:30]})
    return paper


def _counted(name: str) -> str:
    """Under what a case counts its documents, beside its events; no event has such a name."""
    return f"document.{name}"
