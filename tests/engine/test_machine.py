"""The machine agrees with the definition, state by state and event by event, in any thread."""

import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import compress, product
from typing import Any

import pytest

from tests.engine.definitions import CHECKER, CLERK, KEEPER, MONDAY, Walk, define
from workflow.engine.definition import Definition
from workflow.engine.machine import Compiled
from workflow.engine.moves import moves_of
from workflow.folder import SHIPPED, load_folder

DEFINITIONS = {name: found for name, (found, _) in load_folder(SHIPPED).items()}


class Only(dict[str, Any]):
    """Guards under which exactly these conditions hold."""

    def __init__(self, *conditions: str) -> None:
        super().__init__()
        self.conditions = conditions

    def holds(self, expression: str | None, values: Mapping[str, Any]) -> bool:
        assert values is SIGHT
        return expression is None or expression in self.conditions


SIGHT: Mapping[str, Any] = {}


class Token:
    """What the machine moves: nothing but a state."""

    def __init__(self, state: str) -> None:
        self.state = state


def moved_by_the_machine(compiled: Compiled, state: str, event: str) -> str | None:
    token = Token(state)
    moved = compiled.machine.events[event].trigger(token, sight=SIGHT)
    return token.state if moved else None


def under(definition: Definition, *conditions: str) -> Compiled:
    compiled = Compiled(definition)
    compiled.guards = Only(*conditions)  # type: ignore[assignment]
    return compiled


def pairs() -> Iterator[tuple[str, str, str]]:
    for name, definition in DEFINITIONS.items():
        wide = list(definition.anytime)
        events = {event for state in definition.states.values() for event in state.events}
        for state, event in product(definition.states, sorted({*events, *wide})):
            yield name, state, event


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_event_leads_where_the_definition_says_and_exists_nowhere_else(name: str) -> None:
    definition = DEFINITIONS[name]
    plain = Compiled(definition)
    for workflow, state, event in pairs():
        if workflow != name:
            continue
        own = definition.states[state].events.get(event)
        wide = definition.anytime.get(event)
        declared = own or (wide if wide and state in wide.from_ else None)
        assert plain.events[state].get(event) == declared, (state, event)
        if declared is None:
            continue
        if not declared.to:
            assert plain.next_state(state, event, SIGHT) == state
        conditions = [branch.when for branch in declared.to if branch.when]
        for branch in declared.to:
            compiled = under(definition, *([branch.when] if branch.when else []))
            assert compiled.next_state(state, event, SIGHT) == branch.state, (state, event)
        if declared.to and all(branch.when for branch in declared.to):
            assert under(definition).next_state(state, event, SIGHT) is None
        if conditions:
            everything = under(definition, *conditions)
            assert everything.next_state(state, event, SIGHT) == declared.to[0].state


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_table_and_the_machine_agree_on_every_state_event_and_condition(name: str) -> None:
    definition = DEFINITIONS[name]
    asked = 0
    for state, events in Compiled(definition).events.items():
        for event, declared in events.items():
            conditions = list(dict.fromkeys(one.when for one in declared.to if one.when))
            for held in product((False, True), repeat=len(conditions) if declared.to else 0):
                compiled = under(definition, *compress(conditions, held))
                by_table = compiled.next_state(state, event, SIGHT)
                by_machine = moved_by_the_machine(compiled, state, event) if declared.to else state
                assert by_table == by_machine, (state, event, held)
                asked += 1
    print(f"figure: agreements_{name} = {asked}")
    assert asked >= sum(map(len, Compiled(definition).events.values())) > 0


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_moves_the_database_allows_are_those_of_the_machine(name: str) -> None:
    definition = DEFINITIONS[name]
    compiled = Compiled(definition)
    moves = set(moves_of(definition))
    for state, events in compiled.events.items():
        for event, declared in events.items():
            targets = {branch.state for branch in declared.to} or {state}
            assert {(event, state, target) for target in targets} <= moves
    states = set(definition.states)
    assert {state for _, *ends in moves for state in ends} <= states


def test_names_that_the_library_or_python_might_mean_are_only_names() -> None:
    """The library resolves dotted texts by importing them (measured: a root shell)."""
    definition = define("""
    facts: { trigger: { title: 触发 }, model: { title: 型号 } }
    states:
      start:
        title: 开始
        turn: worker
        events:
          trigger: { title: 甲, by: worker.clerk, to: initial }
          to_end: { title: 乙, by: worker.clerk, to: end }
      initial:
        title: 中间
        turn: worker
        events:
          may_trigger:
            { title: 丙, by: worker.clerk, when: 'trigger == "os.system"', to: end }
      end: { title: 结束, final: true }
    """)
    compiled = Compiled(definition)
    assert compiled.next_state("start", "trigger", {}) == "initial"
    assert compiled.next_state("start", "to_end", {}) == "end"
    assert compiled.next_state("initial", "may_trigger", {"trigger": "os.system"}) == "end"


BUSY = """
facts: { grade: { title: 等级 }, count: { title: 件数, type: integer } }
marks: { many: { title: 多次, when: count > 5 } }
opening: { state: start, needs: what, may: [grade, count] }
states:
  start:
    title: 开始
    turn: worker
    limit: [{ when: count > 3, is: 3 working days }, { is: 5 working days }]
    events:
      send:
        title: 报送
        by: worker.clerk
        when: count >= 0
        to:
          - { when: 'grade == "重" && count > 2', state: check }
          - { when: count > 4, state: look }
          - { state: end }
  check:
    title: 审核
    turn: checker
    events:
      pass: { title: 通过, by: checker.head, to: end }
      back: { title: 退回, by: checker.head, to: start }
  look:
    title: 查看
    turn: keeper
    events: { pass: { title: 通过, by: keeper.head, to: end } }
  end: { title: 结束, final: true }
"""


def course(compiled: Compiled, number: int) -> list[str]:
    """The states of one of ten different courses."""
    walk = Walk(compiled, what="修路", grade="重" if number % 2 else "轻", count=number % 10)
    walk.fire("send", CLERK)
    if walk.state == "check":
        walk.fire("back", CHECKER)
        walk.fire("send", CLERK)
        walk.fire("pass", CHECKER)
    elif walk.state == "look":
        walk.fire("pass", KEEPER)
    assert walk.again() == walk.case
    return [one.case.state for one in walk.steps]


@pytest.mark.race
def test_many_threads_share_one_compiled_definition() -> None:
    """Nothing is compiled yet when they all begin at once."""
    definition = define(BUSY)
    expected = [course(Compiled(definition, 1), number) for number in range(10)]
    threads = 16
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(5):
            shared, barrier = Compiled(definition, 1), threading.Barrier(threads)

            def run(
                first: int, shared: Compiled = shared, barrier: threading.Barrier = barrier
            ) -> list[list[str]]:
                barrier.wait()
                return [course(shared, (first + n) % 10) for n in range(10)]

            with ThreadPoolExecutor(threads) as pool:
                for first, found in enumerate(pool.map(run, range(threads))):
                    assert found == [expected[(first + n) % 10] for n in range(10)]
    finally:
        sys.setswitchinterval(interval)


def test_the_states_of_the_courses_are_really_different() -> None:
    compiled = Compiled(define(BUSY), 1)
    assert len({tuple(course(compiled, number)) for number in range(10)}) == 3
    assert MONDAY.tzinfo is not None
