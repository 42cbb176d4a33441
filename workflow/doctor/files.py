"""Attachments: every row has its bytes, unchanged; every history has the hashes it accepted."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from workflow.doctor.ward import Complaint, Ward
from workflow.store.casework import attachments
from workflow.store.evidence.archive import EVERY_ROW


def check_files(ward: Ward) -> Iterator[Complaint]:
    """What the histories accepted is what the rows say and what lies in the folder."""
    used = attachments.used_hashes(ward.connection)
    for case_id, seq, reference in _references(ward):
        held = used.get((case_id, reference["id"]))
        if held != reference["sha256"]:
            yield Complaint(
                "files", str(case_id), f"历史第 {seq} 行的附件“{reference['name']}”与登记的不符"
            )
    if ward.files is None:
        return
    for sha256, size in attachments.blobs(ward.connection).items():
        ward.figures["files"] += 1
        whole = ward.files.is_whole(sha256)
        if whole is None:
            yield Complaint("files", sha256[:12], f"附件的内容丢失（{size} 字节）")
        elif not whole:
            yield Complaint("files", sha256[:12], "附件的内容被改动")


def _references(ward: Ward) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Every reference to an attachment in every history row."""
    query = select(EVERY_ROW.c.case_id, EVERY_ROW.c.seq, EVERY_ROW.c.inputs).where(
        EVERY_ROW.c.inputs.contains('"sha256"')
    )
    for row in ward.rows(query):
        case_id, seq, given = row["case_id"], row["seq"], json.loads(row["inputs"])
        for key in ("issued", "sealed"):
            if key in given:
                yield case_id, seq, given[key]["file"]
        for value in given.get("facts", {}).values():
            for one in value if isinstance(value, list) else ():
                if isinstance(one, dict) and {"id", "name", "sha256", "size"} == set(one):
                    yield case_id, seq, one
