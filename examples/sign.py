"""Sign the examples' checklists: write attestations.yaml anew after an example or a shipped template has changed.

    python examples/sign.py examples/water [examples/school …]

A real team never does this: a person signs each item after looking at it. The evidence files are the examples' own.
"""

import hashlib
import sys
from datetime import datetime
from pathlib import Path

from bidkit import Options, check_deal
from bidkit.diagnostic import Diagnostic

HEAD = "schema: bidkit/attestations@1\nattestations:\n"
RECORD = """\
  - item: "{item}"
    by: {by}
    at: {at}
    evidence: {evidence}
    evidence_sha256: {evidence_sha256}
    subject_sha256: {subject_sha256}
"""


def main() -> None:
    """Sign every workspace named on the command line."""
    for folder in sys.argv[1:]:
        for deal in sorted(Path(folder).glob("deals/*/deal.yaml")):
            print(deal, sign(deal), "items signed")


def sign(deal: Path) -> int:
    """Attest every open item that a final package needs; the signers are listed in the deal's signers.csv."""
    target = deal.with_name("attestations.yaml")
    target.unlink(missing_ok=True)
    result = check_deal(deal, Options(now=datetime.now().astimezone()))  # noqa: TID251 - a script asks the clock
    if result.gate is None:
        raise SystemExit(f"{deal}: has errors, see bidkit check")
    signers = [line.split(",") for line in deal.with_name("signers.csv").read_text(encoding="utf-8").splitlines()[1:]]
    asked = {problem.values["item"]: problem for problem in open_items(result.gate.stages)}
    records = [
        RECORD.format(
            item=item,
            by=by,
            at=at,
            evidence=evidence,
            evidence_sha256=hashlib.sha256((deal.parent / evidence).read_bytes()).hexdigest(),
            subject_sha256=asked[item].values["subject"],
        )
        for item, by, at, evidence in signers
        if item in asked
    ]
    target.write_text(HEAD + "".join(records), encoding="utf-8")
    return len(records)


def open_items(stages: object) -> list[Diagnostic]:
    """The attestations that are asked for."""
    return [
        problem
        for stage in stages  # type: ignore[attr-defined]
        for result in stage.items
        for problem in result.open
        if problem.code == "GT03"
    ]


if __name__ == "__main__":
    main()
