"""Verify a dump of Duban against exported checkpoints, on any machine and without Duban.

    python3 verify.py dump.jsonl checkpoints/

This file needs Python 3.9 or newer and nothing else; `duban doctor --against` runs the same code on
the live database. A dump is made by `duban dump`; files of rows that were moved out of the log may
be given too. For every chain the first bad row is named, and the exit code is 1.
"""

from __future__ import annotations  # an auditor's Python may be an older one

import argparse
import hashlib
import hmac
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ALGORITHMS = ("sha256", "sm3")
START = "0" * 64
MARK = 8
FROZEN = ("definition", "calendar")
"""Kinds of kept rows that never change; of others the log tells when they do."""

KEPT_FOR = timedelta(days=180)
"""The log never loses what is younger."""

HASHED = {
    "history": (
        "case_id", "seq", "definition_id", "event", "from_state", "to_state", "cycle", "actor",
        "person_id", "holder_id", "unit_id", "inputs", "seen", "effects", "alg", "prev",
    ),
    "audit": (
        "strand", "seq", "kind", "outcome", "person_id", "subject", "subject_id", "data",
        "address", "alg", "prev",
    ),
}  # fmt: skip
"""What a row's hash covers, in this order; its instant comes last."""

_KINDS = {
    "definition": "工作流程定义",
    "calendar": "放假通知",
    "post": "岗位",
    "holding": "任职",
    "admin_role": "管理员任命",
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was: in which chain, at which row, and what is wrong."""

    where: str
    row: int
    wrong: str

    def __str__(self) -> str:
        return f"{self.where}第 {self.row} 行：{self.wrong}"


def hash_values(algorithm: str, values: Sequence[Any]) -> str:
    """The hash of values in their order, as canonical JSON."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.new(algorithm, text.encode()).hexdigest()


# What the checkpoints know


@dataclass
class Chain:
    """A chain as checkpoints know it: its marks row by row, its head at several counts."""

    marks: bytearray = field(default_factory=bytearray)
    heads: dict[int, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows the newest checkpoint knew."""
        return max(self.heads, default=0)

    def grow(self, first: int, marks: str, head: str) -> None:
        """Take in what one checkpoint says."""
        at = (first - 1) * MARK
        self.marks.extend(b" " * (at - len(self.marks)))  # rows that no checkpoint tells of
        self.marks[at : at + len(marks)] = marks.encode()
        self.heads[first + len(marks) // MARK - 1] = head


@dataclass
class Known:
    """What a row of checkpoints says together."""

    history: dict[int, Chain] = field(default_factory=dict)
    audit: dict[int, Chain] = field(default_factory=dict)
    kept: dict[str, dict[int, str]] = field(default_factory=dict)
    ends: list[tuple[datetime, Mapping[str, Any]]] = field(default_factory=list)
    newest: Row | None = None

    def fold(self, checkpoint: Row, key: bytes | None) -> str | None:
        """Take in the next checkpoint; what is wrong with it, if anything."""
        before, self.newest = self.newest, checkpoint
        if problem := _seal_problem(checkpoint, key) or _order_problem(before, checkpoint):
            return problem
        self.ends.append((datetime.fromisoformat(checkpoint["at"]), checkpoint["strands"]))
        for name, chains in (("history", self.history), ("audit", self.audit)):
            for id_, (first, marks, head) in checkpoint["new"][name].items():
                chains.setdefault(int(id_), Chain()).grow(first, marks, head)
        for kind, marks in checkpoint["new"]["kept"].items():
            self.kept[kind] = {int(id_): mark for id_, mark in marks.items()}
        return None if self._root() == checkpoint["root"] else "与各行的标记不符"

    def _root(self) -> str:
        assert self.newest is not None
        cases = [[id_, one.count, one.heads[one.count]] for id_, one in self.history.items()]
        strands = [[int(id_), *rest] for id_, rest in self.newest["strands"].items()]
        kept = sorted(self.newest["kept"].items())
        return hash_values(self.newest["alg"], [sorted(cases), sorted(strands), kept])


def _seal_problem(checkpoint: Row, key: bytes | None) -> str | None:
    body = {name: value for name, value in checkpoint.items() if name not in ("hash", "code")}
    if hash_values(body["alg"], [body]) != checkpoint["hash"]:
        return "内容被改动过"
    if key is not None:
        code = hmac.new(key, checkpoint["hash"].encode(), body["alg"]).hexdigest()
        if not hmac.compare_digest(code, checkpoint.get("code", "")):
            return "密钥校验不符"
    return None


def _order_problem(before: Row | None, checkpoint: Row) -> str | None:
    if before is None or before["number"] + 1 != checkpoint["number"]:
        return None if checkpoint["whole"] else "缺少它之前的校验点，请一并提供"
    return None if checkpoint["previous"] == before["hash"] else f"不接第 {before['number']} 号"


# What the dump holds


@dataclass
class Walk:
    """One chain of the dump being walked, row by row, up to its first bad row."""

    kind: str
    known: Chain
    seq: int = 0
    hash: str = START
    floor: tuple[int, str] = (0, START)
    bad: tuple[int, str] | None = None

    def take(self, row: Row) -> None:
        """The next row of the chain."""
        if self.bad is None:
            if self.kind == "audit" and self.seq == 0 and row["seq"] > 1:
                self.seq, self.hash = self.floor = row["seq"] - 1, row["prev"]
            self.bad = self._wrong(row)
            self.seq, self.hash = row["seq"], row["hash"]

    def _wrong(self, row: Row) -> tuple[int, str] | None:
        seq = row["seq"]
        if seq != self.seq + 1:
            return (self.seq + 1, "缺失") if seq > self.seq else (seq, "重复")
        if row["prev"] != self.hash:
            return seq, "与前一行接不上"
        values = [*(row[name] for name in HASHED[self.kind]), row["at"]]
        if row["alg"] not in ALGORITHMS or hash_values(row["alg"], values) != row["hash"]:
            return seq, "内容被改动过"
        mark = self.known.marks[(seq - 1) * MARK : seq * MARK].decode().strip()
        if not row["hash"].startswith(mark):
            return seq, "内容被改动后又重新计算了校验值"
        if self.known.heads.get(seq, row["hash"]) != row["hash"]:
            return seq, "校验值与校验点不符"
        return None

    def end(self, head: Row | None) -> tuple[int, str] | None:
        """What is wrong with the chain as a whole, all rows taken."""
        if self.bad is not None:
            return self.bad
        if self.seq < self.known.count:
            return self.seq + 1, f"缺失，校验点记有 {self.known.count} 行"
        if head is None or (head["seq"], head["head"]) != (self.seq, self.hash):
            longer = head is not None and head["seq"] > self.seq
            return self.seq + 1 if longer else max(self.seq, 1), "末行与登记的不符"
        return None


@dataclass(frozen=True)
class MovedOut:
    """An act by which rows left the log, where it stands and when it was."""

    strand: int
    seq: int
    at: str
    data: Row

    @property
    def before(self) -> datetime:
        """Older rows left: the beginning of a day in China."""
        return datetime.fromisoformat(f"{self.data['before']}T00:00:00+08:00")

    def floor(self, strand: int) -> tuple[int, str]:
        """The last row of a strand that left, and its hash."""
        return self.data.get(f"floor{strand}", 0), self.data.get(f"hash{strand}", START)


@dataclass
class Dump:
    """A dump being read, held against what checkpoints know."""

    known: Known
    cases: dict[int, Row] = field(default_factory=dict)
    strands: dict[int, Row] = field(default_factory=dict)
    walks: dict[tuple[str, int], Walk] = field(default_factory=dict)
    told: set[tuple[str, int]] = field(default_factory=set)
    moved: list[MovedOut] = field(default_factory=list)
    kept: dict[tuple[str, int], Row] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    last: int = 0
    at: int = 0

    def take(self, row: Row) -> None:
        """The next line of the dump."""
        kind = row["row"]
        self.figures[kind] = self.figures.get(kind, 0) + 1
        if kind == "case":
            self.cases[row["id"]] = row
        elif kind == "strand":
            self.strands[row["id"]] = row
        elif kind == "checkpoint":
            self.numbers[row["number"]] = row["hash"]
        elif kind == "kept":
            self.kept[row["kind"], row["id"]] = row
        elif kind == "history":
            if row["case_id"] != self.at:
                self._let_go(self.at)
                self.at = row["case_id"]
            self._walk(kind, self.at).take(row)
        elif kind == "audit":
            self._walk(kind, row["strand"]).take(row)
            self._hear(row)

    def _walk(self, kind: str, id_: int) -> Walk:
        chains = self.known.history if kind == "history" else self.known.audit
        return self.walks.setdefault((kind, id_), Walk(kind, chains.get(id_, Chain())))

    def _let_go(self, id_: int) -> None:
        """Forget a history that is as it was: there may be a million."""
        head = self.cases.get(id_)
        if head is not None and not any(self._ended("history", id_, head, "")):
            del self.cases[id_], self.walks["history", id_]
            self.known.history.pop(id_, None)

    def _hear(self, row: Row) -> None:
        """What an act tells of rows that may change, and of rows moved out of the log."""
        if row["outcome"] != "done":
            return
        data = json.loads(row["data"])
        if row["kind"] == "retention":
            self.moved.append(MovedOut(row["strand"], row["seq"], row["at"], data))
        if row["seq"] > self.known.audit.get(row["strand"], Chain()).count:
            self.told.add((row["subject"], row["subject_id"]))
            for kind in _KINDS:
                for first, last in map(_range, data.get(kind, [])):
                    self.told.update((kind, id_) for id_ in range(first, last + 1))

    def end(self) -> Iterator[Finding]:
        """Everything that is wrong, a finding a chain."""
        for id_ in sorted(self.cases.keys() | self.known.history.keys()):
            yield from self._ended("history", id_, self.cases.get(id_), self._case(id_))
        walked = {id_ for kind, id_ in self.walks if kind == "history"}
        for id_ in sorted(walked - self.cases.keys() - self.known.history.keys()):
            yield Finding(self._case(id_), 1, "有历史而没有事项")
        for id_ in sorted(self.strands.keys() | self.known.audit.keys()):
            yield from self._ended("audit", id_, self.strands.get(id_), f"日志第 {id_} 股")
        yield from self._moved_too_soon()
        yield from self._changed_rows()
        newest = self.known.newest
        if newest is not None and self.numbers.get(newest["number"]) != newest["hash"]:
            yield Finding("校验点登记", newest["number"], "库中没有这个校验点，或与之不符")

    def _case(self, id_: int) -> str:
        number = self.cases[id_]["number"] if id_ in self.cases else "已不存在"
        return f"事项 {id_}（{number}）历史"

    def _ended(self, kind: str, id_: int, head: Row | None, where: str) -> Iterator[Finding]:
        walk = self._walk(kind, id_)
        bad = walk.end(head)
        if walk.floor[0] and all(one.floor(id_) != walk.floor for one in self.moved):
            bad = 1, "缺失，也没有移出的记录"
        elif kind == "history" and id_ <= self.last and id_ not in self.known.history:
            bad = 1, "校验点之前没有这件事项"
        if bad is not None:
            yield Finding(where, *bad)

    def _moved_too_soon(self) -> Iterator[Finding]:
        """Rows that left the log too young: by the act's own words, or by a checkpoint's."""
        for one in self.moved:
            known = any(
                one.floor(int(id_))[0] > seq
                for at, ends in self.known.ends
                if at >= one.before
                for id_, (seq, _) in ends.items()
            )
            if known or datetime.fromisoformat(one.at) - one.before < KEPT_FOR:
                wrong = f"移出了不满 {KEPT_FOR.days} 天的日志"
                yield Finding(f"日志第 {one.strand} 股", one.seq, wrong)

    def _changed_rows(self) -> Iterator[Finding]:
        newest = self.known.newest
        if newest is None:
            return
        there = {
            place: hash_values(newest["alg"], row["values"])[: 2 * MARK]
            for place, row in self.kept.items()
            if place[0] in newest["kept"]
        }
        before = {
            (kind, id_): mark
            for kind, marks in self.known.kept.items()
            for id_, mark in marks.items()
        }
        for place in sorted(there.keys() | before.keys()):
            kind, id_ = place
            changed = there.get(place) != before.get(place)
            frozen = kind in FROZEN and place in before
            if changed and (frozen or place not in self.told):
                verb = "被改动过" if place in there and place in before else "缺失"
                wrong = verb if place in before else "是日志中没有的"
                yield Finding(_KINDS.get(kind, kind), id_, wrong)


def _range(text: str) -> tuple[int, int]:
    """The first and the last id of a range such as 5-9."""
    first, _, last = text.partition("-")
    return int(first), int(last)


def verify(
    lines: Iterable[Row], checkpoints: Iterable[Row], key: bytes | None = None
) -> tuple[list[Finding], Mapping[str, int]]:
    """What is wrong with a dump, by checkpoints in any order, and how many rows were looked at."""
    known, findings = Known(), []
    for checkpoint in sorted(checkpoints, key=lambda one: int(one["number"])):
        if problem := known.fold(checkpoint, key):
            findings.append(Finding("校验点", checkpoint["number"], problem))
    dump = Dump(known, last=max(known.history, default=0))
    for line in lines:
        dump.take(line)
    return findings + list(dump.end()), dump.figures


# The program


def read_files(paths: Iterable[Path]) -> tuple[list[Path], list[Row]]:
    """Which of the files are dumps, and the checkpoints; a folder stands for its files."""
    dumps, checkpoints = [], []
    for path in paths:
        for file in sorted(path.glob("*.json*")) if path.is_dir() else [path]:
            with file.open(encoding="utf-8") as opened:
                first = json.loads(opened.readline())
            if first.get("duban") == "checkpoint":
                checkpoints.append(first)
            else:
                dumps.append((first["row"] != "moved", file))
    return [file for _, file in sorted(dumps)], checkpoints


def _lines(files: Iterable[Path]) -> Iterator[Row]:
    for file in files:
        with file.open(encoding="utf-8") as opened:
            yield from map(json.loads, opened)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program: 0 when nothing is wrong, 1 when something is."""
    parser = argparse.ArgumentParser(description="对照校验点，验证督办导出的历史和日志")
    parser.add_argument("files", nargs="+", type=Path, help="导出的数据、校验点，或所在的文件夹")
    parser.add_argument("--key", type=Path, help="校验点密钥的文件")
    given = parser.parse_args(arguments)
    dumps, checkpoints = read_files(given.files)
    key = given.key.read_bytes().strip() if given.key else None
    findings, figures = verify(_lines(dumps), checkpoints, key)
    sys.stdout.writelines(f"✗ {finding}\n" for finding in findings)
    looked = "历史 {history} 行，日志 {audit} 行".format_map({"history": 0, "audit": 0, **figures})
    verdict = f"有 {len(findings)} 处不符" if findings else "一切相符"
    sys.stdout.write(f"校验点 {len(checkpoints)} 个，{looked}：{verdict}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
