"""Definitions whose YAML, whose names or whose conditions would do something, were they obeyed."""

from pathlib import Path

from tests.hostile.corpus import TAKEN, Hostile, as_definition

REPAIR = (Path(__file__).parents[1] / "definitions/repair.yaml").read_text(encoding="utf-8")
_WHEN = "        when: days_left >= 0\n"
_TITLE = "title: 报修\n"

assert REPAIR.count(_WHEN) == 1


def _titled(text: str) -> str:
    return REPAIR.replace(_TITLE, f"title: {text}\n", 1)


def _aliases(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


REFUSED = "invalid_definition"
YAML: dict[str, tuple[str, str]] = {
    "a program by a tag": ("!!python/object/apply:os.system ['id']", REFUSED),
    "a new object by a tag": (
        "!!python/object/new:subprocess.Popen {args: [[id]]}", REFUSED),
    "a module by a tag": ("!!python/module:os", REFUSED),
    "a name by a tag": ("!!python/name:os.system", REFUSED),
    "a tag on a title": (_titled("!!python/object/apply:os.system [id]"), REFUSED),
    "a tag of one's own": (_titled("!run id"), REFUSED),
    "a tag by its address": (_titled("!<tag:yaml.org,2002:python/name:os.system> x"), REFUSED),
    "a directive for tags": (
        "%TAG ! tag:yaml.org,2002:python/\n---\n" + REPAIR, f"{REFUSED}|{TAKEN}"),
    "YAML 1.1": ("%YAML 1.1\n---\n" + REPAIR, f"{REFUSED}|{TAKEN}"),
    "aliases that multiply": (_aliases(12), REFUSED),
    "an alias of itself": ("a: &a [*a]", REFUSED),
    "a merge": ("a: &a {b: 1}\nc: {<<: *a}", REFUSED),
    "an anchor that nobody uses": (_titled("&a 报修"), f"{REFUSED}|{TAKEN}"),
    "10,000 brackets": ("[" * 10_000, REFUSED),
    "10,000 braces": ("{a: " * 10_000, REFUSED),
    "10,000 lists in lists": ("- " * 10_000 + "x", REFUSED),
    "100,000 question marks": ("? " * 100_000, REFUSED),
    "a key of 100,000 letters": ("x" * 100_000 + ": 1", REFUSED),
    "100,000 keys": ("\n".join(f"k{n}: 1" for n in range(20_000)), REFUSED),
    "900,000 letters": ("# " + "x" * 900_000, REFUSED),
    "a key twice": (REPAIR.replace(_TITLE, _TITLE * 2), REFUSED),
    "two documents": (REPAIR + "\n---\n" + REPAIR, REFUSED),
    "nothing": ("", REFUSED),
    "a number": ("1", REFUSED),
    "a list": ("- workflow", REFUSED),
    "a yes that is a no": (_titled("no"), f"{REFUSED}|{TAKEN}"),
    "an octal number": (_titled("0123"), f"{REFUSED}|{TAKEN}"),
    "a time of day": (_titled("12:30:00"), f"{REFUSED}|{TAKEN}"),
    "infinity": (_titled(".inf"), f"{REFUSED}|{TAKEN}"),
    "a number of 100,000 digits": (_titled("9" * 100_000), REFUSED),
    "binary": (_titled("!!binary aWQ="), REFUSED),
    "NUL": (_titled("\x00"), f"{REFUSED}|invalid_input"),
    "a bell": (_titled("\x07"), REFUSED),
    "half a character": (_titled('"\\uD800"'), f"{REFUSED}|{TAKEN}"),
    "text turned round": (_titled("\u202e修报"), f"{REFUSED}|{TAKEN}"),
    "a Cyrillic a": (REPAIR.replace("  draft:\n", "  dr\u0430ft:\n", 1), REFUSED),
    "a name of Python": (REPAIR.replace("  draft:\n", "  __class__:\n", 1), REFUSED),
    "a way called to_closed": (REPAIR.replace("drop:", "to_closed!:", 1), REFUSED),
    "a function for a callback": (
        REPAIR.replace("to: dropped }", "to: dropped, after: os.system }", 1), REFUSED),
    "a function for a condition": (REPAIR.replace(_WHEN, "        when: os.system\n"), REFUSED),
    "a state nobody can leave": (
        REPAIR.replace("{ title: 放弃, by: asker.clerk, to: dropped }",
                       "{ title: 放弃, by: asker.clerk, to: nowhere }", 1), REFUSED),
    "a limit of nothing": (REPAIR.replace("3 working days", "0 working days"), REFUSED),
    "a limit before it begins": (REPAIR.replace("3 working days", "-3 working days"), REFUSED),
    "a limit of 10⁹ days": (REPAIR.replace("3 working days", "999999999 working days"), REFUSED),
    "a path for a notice": (
        REPAIR.replace("mark: late,", "notice: ../../etc/passwd, mark: late,", 1), REFUSED),
    "a path for a name": (
        REPAIR.replace("workflow: repair", "workflow: ../../etc/passwd", 1), REFUSED),
    "a template in a title": (_titled("'{{ cycler.__init__.__globals__ }}'"), TAKEN),
    "a page in a title": (_titled("'<script>alert(1)</script>'"), TAKEN),
    "a format in a title": (_titled("'{0.__class__} %s %(x)s ${x}'"), TAKEN),
}  # fmt: skip

EXPRESSIONS: dict[str, str] = {
    "a walk over attributes": "''.__class__.__mro__[1].__subclasses__()",
    "an import": "__import__('os').system('id')",
    "eval": "eval('1')",
    "open": "open('/etc/passwd').read() == ''",
    "a lambda": "(lambda: true)()",
    "a comprehension of Python": "[x for x in [1]] == [1]",
    "an f-string": "f'{state}' == ''",
    "a walrus": "(x := 1) == 1",
    "a tower of powers": "9 ** 9 ** 9 ** 9 > 1",
    "a text times a number": "'a' * 1000000000 == ''",
    "a list times a number": "[1] * 1000000000 == []",
    "a quadratic search": "[1,2,3].all(a, [1,2,3].all(b, [1,2,3].all(c, a + b + c > 0)))",
    "a macro that maps": "[1,2,3].map(x, x * 2).size() > 0",
    "a macro that filters": "[1].filter(x, x > 0).size() > 0",
    "a regular expression that backtracks": "reason.matches('(a+)+$')",
    "a function of the environment": "getenv('HOME') == ''",
    "a conversion to a type": "type(state) == string",
    "a conversion that fails": "int('x') == 1",
    "a duration": "duration('999999999999h') > duration('1s')",
    "a time stamp": "timestamp('9999-12-31T23:59:59Z') > timestamp('0001-01-01T00:00:00Z')",
    "bytes": "b'\\xff' == b'\\xff'",
    "dyn": "dyn(state) == dyn(1)",
    "has": "has(units.asker.password)",
    "an attribute of an actor": "actor.password == ''",
    "an index far out": "marks[999999999] == ''",
    "an index below": "marks[-1] == ''",
    "a division by zero": "1 / 0 == 1",
    "a remainder by zero": "1 % 0 == 1",
    "a number of 2⁶³": "days_left > 9223372036854775808",
    "a number of 10,000 digits": "days_left > " + "9" * 10_000,
    "a number with a letter": "days_left > 1e999999999",
    "null": "days_left > null",
    "a text and a number": "state > 1",
    "an assignment": "state = 'x'",
    "two conditions": "true; false",
    "a comment": "true // or else",
    "a nested comment": "true /* ",
    "an identifier in another script": "stаte == 'draft'",
    "an identifier in full width": "ｓｔａｔｅ == 'draft'",
    "text turned round": "'\u202e' == state",
    "a text without an end": "state == 'draft",
    "a raw text": "r'\\' == state",
    "a triple text": "'''draft''' == state",
    "nothing at all": "''",
    "only blanks": "'   '",
    "SQL": "1 == 1' OR '1' == '1",
    "a template": "{{ 7 * 7 }} == 49",
    "100,000 brackets": "(" * 20_000 + "true" + ")" * 20_000,
    "100,000 negations": "!" * 50_000 + "true",
    "10,000 conditions": " && ".join(["true"] * 10_000),
    "10,000 choices": "true ? " * 5000 + "true" + " : true" * 5000,
    "10,000 points": "units" + ".a" * 10_000 + " == ''",
    "10,000 lists in lists": "[" * 10_000 + "]" * 10_000 + " == []",
    "a map in a map": "{'a':" * 3000 + "1" + "}" * 3000 + " == {}",
}
"""Each stands as the condition of an event; CEL knows some of them, and then they are harmless."""

HARMLESS = {
    "a text that is raw", "a triple text", "a conversion that fails", "a macro that maps",
    "a macro that filters", "a quadratic search", "bytes", "dyn",
}  # fmt: skip


def _conditioned(expression: str) -> str:
    quoted = expression.replace("\\", "\\\\").replace('"', '\\"')
    return REPAIR.replace(_WHEN, f'        when: "{quoted}"\n')


def _checked(attacks: str, text: str, codes: str) -> Hostile:
    return Hostile(attacks, lambda desk: as_definition(desk, text), tuple(codes.split("|")))


INPUTS: list[Hostile] = [
    *(_checked(f"YAML: {name}", text, codes) for name, (text, codes) in YAML.items()),
    *(
        _checked(f"condition: {name}", _conditioned(text), f"{REFUSED}|{TAKEN}")
        for name, text in EXPRESSIONS.items()
    ),
]
