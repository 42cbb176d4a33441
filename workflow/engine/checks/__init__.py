"""Whether a definition of right shape makes sense: names, turns, limits, ladders, sign-offs, ends.

`CHECKS` lists them in the order of reading; each is a generator of findings and knows one idea.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from workflow.engine.checks import (
    backfill,
    burden,
    cadences,
    circles,
    confidential,
    documents,
    events,
    expressions,
    facts,
    ladders,
    manned,
    names,
    openings,
    parties,
    people,
    planned,
    printed,
    progress,
    samples,
    sign_offs,
    sizes,
    states,
    tallies,
    visits,
)
from workflow.engine.definition import Definition
from workflow.engine.findings import Finding
from workflow.engine.flow import check_paths

BUILT_IN = names.BUILT_IN

Check = Callable[[Definition], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    names.check_states_named,
    names.check_event_names,
    names.check_own_names,
    parties.check_parties,
    parties.check_roles,
    parties.check_recipients,
    facts.check_facts,
    facts.check_fact_types,
    people.check_people,
    manned.check_manned,
    circles.check_circles,
    circles.check_unit_columns,
    samples.check_samples,
    visits.check_visits,
    facts.check_ledgers,
    events.check_events,
    events.check_event_uses,
    burden.check_burdens,
    states.check_state_uses,
    states.check_states,
    expressions.check_expressions,
    confidential.check_confidential,
    confidential.check_secret_states,
    documents.check_documents,
    confidential.check_secret_facts,
    ladders.check_ladders,
    sign_offs.check_sign_off_uses,
    sign_offs.check_sign_offs,
    openings.check_opening,
    openings.check_identity,
    backfill.check_backfill,
    cadences.check_periodic,
    openings.check_series,
    openings.check_children,
    planned.check_plans,
    progress.check_progress,
    tallies.check_tallies,
    printed.check_printed,
)


def check(definition: Definition) -> Iterator[Finding]:
    """Every finding once; a definition too large to search for paths is told only that."""
    too_large = list(sizes.check_sizes(definition))
    yield from too_large
    if not too_large:
        every = (*CHECKS, check_paths)
        seen: set[Finding] = set()
        for finding in chain.from_iterable(one(definition) for one in every):
            if finding not in seen:
                seen.add(finding)
                yield finding
