"""Documents: each is in the history that issued it and says what it said; no number is missing."""

import hashlib
import json
from collections.abc import Iterator

from workflow.doctor.ward import Complaint, Ward
from workflow.store.casework import documents


def check_documents(ward: Ward) -> Iterator[Complaint]:
    """What was issued is what the histories say, and every number given is on a document."""
    for row in documents.all_issued(ward.connection):
        ward.figures["documents"] += 1
        issued = json.loads(row["inputs"]).get("issued", {})
        digest = hashlib.sha256(row["body"].encode()).hexdigest()
        kept = (row["number"], row["name"], row["template_id"], digest, row["attachment_id"])
        keys = ("number", "document", "template", "text")
        told = (*(issued.get(key) for key in keys), issued.get("file", {}).get("id"))
        if kept != told:
            what = row["number"] or row["title"]
            yield Complaint("documents", what, f"与历史第 {row['seq']} 行签发的公文不符")
    yield from _check_sealed(ward)
    for unit, series, year, serial, found in documents.counters(ward.connection):
        if serial != found:
            what = f"{series}〔{year}〕"
            sentence = f"单位 {unit} 给出了 {serial} 个号，公文只有 {found} 份"
            yield Complaint("documents", what, sentence)


def _check_sealed(ward: Ward) -> Iterator[Complaint]:
    """What came back sealed is what the histories took in, for the document that they name."""
    for row in documents.all_sealed(ward.connection):
        told = json.loads(row["inputs"]).get("sealed", {})
        keys = ("document", "of", "number")
        brought = (*(told.get(key) for key in keys), told.get("file", {}).get("id"))
        if brought != (row["name"], row["of_seq"], row["number"], row["attachment_id"]):
            what = row["number"] or row["name"]
            yield Complaint("documents", what, f"盖章件与历史第 {row['seq']} 行送回的不符")
