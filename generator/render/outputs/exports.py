"""Results for other programs: metrics as JSON, tables as CSV, and the ledger of claims; figures lie with the page."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.course.editions import Edition
from generator.render.content.document import Document
from generator.render.content.inputs import all_states
from generator.render.content.reproduction import Comparison
from generator.render.content.values import ResultUnavailableError
from generator.render.outputs.csv_file import csv_file
from generator.render.outputs.table import Output
from generator.store.plain import digest_of


def write(document: Document, into: Path, output: Output) -> None:
    """Write metrics.json, the claims, tables/*.csv and what else the report encloses.

    The reference edition adds reproduction.csv, the published numbers beside ours.
    """
    for name, content in _files(document):
        output.standing.put(into, f"{document.report.beside(output.name)}/{name}", content)


def _files(document: Document) -> Iterator[tuple[str, bytes]]:
    for name, content in document.report.enclosed.items():
        yield name, content()
    yield "metrics.json", _metrics(document).encode()
    ledger = claims(document)
    yield "claims.json", _json(ledger).encode()
    names = ("question", "line", "expression", "as_seen", "after", "values", "holds", "branch", "sentence", "link")
    rows = [
        {
            **claim,
            "after": "; ".join(claim["after"]),
            "values": "; ".join(f"{k} = {v}" for k, v in claim["values"].items()),
        }
        for claim in ledger
    ]
    yield "claims.csv", csv_file(names, tuple(tuple(row[name] for name in names) for row in rows))
    if document.report.course.edition is Edition.REFERENCE:
        yield "reproduction.csv", _reproduction(document)
    for exhibit in document.exhibits():
        if exhibit.table is not None:
            yield f"tables/{exhibit.stem}.csv", csv_file(exhibit.table.names, exhibit.table.records)


def _metrics(document: Document) -> str:
    """The text of metrics.json; while no result changes, none need be read for it."""
    report = document.report
    if report.kept is None:
        return _json(metrics(document))
    name = digest_of([report.kept.program, "metrics", all_states(report), sorted(report.course.left_out)])
    return report.kept.text(name, lambda: _json(metrics(document)))


def metrics(document: Document) -> dict[str, Any]:
    """Every metric of every result that there is: "2-a/q01/networks[architecture=alexnet].parameters" → value.

    Those of questions that are in no report are left out.
    """
    found: dict[str, Any] = {}
    left_out = document.report.course.left_out
    for refs in document.report.refs.values():
        for ref in (one for one in refs if one.question not in left_out):
            try:
                result = document.results.facts(ref)
            except ResultUnavailableError:
                continue
            found |= {str(replace(ref, name=name)): portable(value) for name, value in result.metrics.items()}
    return dict(sorted(found.items()))


def claims(document: Document) -> list[dict[str, Any]]:
    """Every claim with the values that it rests on, the branch that was printed, its words and where they stand.

    "question" is the address of a question, or "introduction", "2-c/conclusion" …; the conditions in "after" were
    judged before, and none of them held; what is printed "as_seen" only reads the numbers, and concludes nothing from
    them; what rests on files in "own_data" rests on a student's own numbers; "link" leads from the report's page to the
    sentence.
    """
    return [
        {
            "question": address,
            "line": claim.line,
            "expression": claim.expression,
            "as_seen": claim.as_seen,
            "own_data": list(claim.own),
            "after": list(claim.after),
            "values": {name: portable(value) for name, value in claim.values.items()},
            "holds": claim.holds,
            "branch": claim.branch,
            "sentence": claim.sentence,
            "link": f"#{claim.anchor}",
        }
        for address, judged in sorted(document.claims.items())
        for claim in judged
    ]


def portable(value: Any) -> Any:
    """JSON knows no NaN and no infinity: they become the words "NaN", "Infinity" and "-Infinity"."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _reproduction(document: Document) -> bytes:
    rows = tuple(tuple(column(row) for column in _PUBLISHED.values()) for row in document.reproduction)
    return csv_file(tuple(_PUBLISHED), rows)


#: The columns of reproduction.csv.
_PUBLISHED: Mapping[str, Callable[[Comparison], Any]] = {
    "question": lambda row: row.question,
    "metric": lambda row: row.metric,
    "source": lambda row: row.source,
    "profile": lambda row: row.profile,
    "published": lambda row: row.published,
    "published_half_width": lambda row: row.uncertainty.published,
    "ours": lambda row: row.ours,
    "our_half_width": lambda row: row.uncertainty.ours,
    "runs": lambda row: None if row.ours is None else row.uncertainty.averaged,
    "lost": lambda row: row.lost,
    "spread": lambda row: row.uncertainty.spread,
    "seeds": lambda row: row.uncertainty.seeds,
    "allowed_by_images": lambda row: None if row.allowed is None else row.uncertainty.by_images,
    "allowed": lambda row: row.allowed,
    "verdict": lambda row: row.verdict.value,
    "reason": lambda row: row.reason,
}


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
