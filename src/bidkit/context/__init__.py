"""the names that a template may use, made from a Bid; `docs/template-names.md` lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bidkit.appendix import Appendix, print_number
from bidkit.bid import Bid
from bidkit.catalog import Product
from bidkit.catalog.papers import Credential
from bidkit.charts import make_gantt, make_team_chart
from bidkit.config import CONFIG_NAME, Signer
from bidkit.context.anchors import Anchors
from bidkit.context.formats import format_day, format_moment
from bidkit.context.lines import count_sold
from bidkit.context.money import make_quote, make_terms
from bidkit.context.scoring import make_scoring
from bidkit.deal.tender import Enterprises, Requirement
from bidkit.diagnostic import load_messages
from bidkit.kinds import UNDATED_KINDS
from bidkit.ooxml.markdown import Markdown
from bidkit.ooxml.measure import count_lines
from bidkit.ooxml.values import Blocks, Image
from bidkit.personal import mask_number
from bidkit.scalars import Prose

PAPERS = {"en-GB": (11_906, 16_838)}
"""The paper of a locale, in twips, where it is not the one of its language's template."""
_PAPER_FACTS = {"kind", "title", "holder", "number", "issuer", "issued", "scope", "note"}
_LOGO_MM = 9
_PICTURE_MM = 58
_NO_PAGE = Blocks(())
_LETTER = re.compile(r"投标函|投标书|响应函|报价函|\bletter\b", re.I)
"""What a form of the buyer is called that takes the place of a letter of the pack's own."""
_PAGE_MM, _FACTS_MM, _CAPTION_MM, _LEAST_MM = 237, 55, 6, 30
"""How high a page is, the heading and the facts of a paper, the space around a caption, and a picture at least."""
_LINE_MM, _CAPTION_SIZE, _LINE_WIDTH_MM = 6, 10.5, 154
"""A line of a caption: its height, its font's size in points, its width."""
_HEAD_MM, _CELL_MM, _SCOPE_MM = 36, 50, 130
"""How high heading and facts are where each is one line, how wide a cell of theirs, and the one of the scope."""


def make_context(
    bid: Bid,
    appendix: Appendix,
    deal_name: str,
    *,
    is_draft: bool,
    with_pages: bool,
    volume: Mapping[str, Any] | None = None,
    volumes: Sequence[Mapping[str, Any]] = (),
    prices: bool = True,
) -> dict[str, Any]:
    """Everything a template may print.

    Args:
        bid: one of `Bid.by_lot` for a volume of one lot, which then can say nothing of the others.
        with_pages: whether the credential files are turned into pictures; without, their pages are empty.
        volume: `no`, `count`, `id`, `title`, `file`, `mark`, `blind` of the volume that prints it; None stands for an
            only one.
        volumes: those of all volumes of the bid; none stands for that one.
        prices: without, there is no `quote`, nor anything else that is computed from a price.
    """
    maker = _Maker(bid, appendix, deal_name)
    deal = bid.deal
    only = {
        "no": 1,
        "count": 1,
        "id": "proposal",
        "title": maker.labels["proposal"],
        "file": "proposal.docx",
        "mark": "",
        "blind": False,
    }
    own = volume or only
    all_volumes = [dict(item) for item in volumes or (own,)]
    return {
        "deal": {"id": deal.id, "title": deal.title, "dated": deal.dated, "regime": deal.regime, "locale": deal.locale},
        "draft": is_draft,
        "draft_mark": maker.labels["draft"] if is_draft else "",
        "volume": dict(own),
        "volumes": all_volumes,
        "company": maker.company(),
        "signers": maker.signers(),
        "customer": {"name": deal.customer.name, "address": deal.customer.address},
        "tender": maker.tender(),
        **maker.lots(prices),
        **maker.needs(),
        "overview": maker.markdown(deal.solution.overview),
        "products": maker.products(),
        "plan": maker.plan(),
        "team": _number(member.model_dump() for member in deal.team),
        "team_chart": make_team_chart(deal.team, maker.labels, bid.company.color) if deal.team else Blocks(()),
        "service": maker.service(),
        **maker.requirements(),
        "assumptions": list(deal.solution.assumptions),
        **make_scoring(bid, maker.anchors, all_volumes),
        "terms": make_terms(bid, maker.labels),
        **({"quote": make_quote(bid, maker.labels)} if prices else {}),
        **maker.credentials(with_pages),
        "track_record": _number(reference.model_dump() for reference in deal.track_record),
    }


def _number(records: Any) -> list[dict[str, Any]]:
    """Records with their number in the list as `no`."""
    return [{"no": number, **record} for number, record in enumerate(records, 1)]


class _Maker:
    """One bid on its way into a context."""

    def __init__(self, bid: Bid, appendix: Appendix, deal_name: str) -> None:
        self.bid = bid
        self.appendix = appendix
        self.deal_name = deal_name
        self.anchors = Anchors(bid)
        self.labels: Mapping[str, Any] = load_messages(bid.deal.language)["labels"]

    def markdown(self, prose: Prose) -> Markdown:
        file = prose.file or self.deal_name
        images = {target: image for (name, target), image in self.appendix.pictures.items() if name == file}
        labels = self.labels["figure"], self.labels["table"]
        return Markdown(prose.text, images, 1, *labels, prose.file, prose.line)

    def company(self) -> dict[str, Any]:
        company = self.bid.company
        logo = self.appendix.pictures.get((CONFIG_NAME, company.logo))
        return {
            **company.model_dump(exclude={"color", "signers", "aliases"}),
            "introduction": self.markdown(company.introduction),
            "logo": replace(logo, max_height_mm=_LOGO_MM, max_width_mm=4 * _LOGO_MM, alt=company.name)
            if logo
            else None,
        }

    def tender(self) -> dict[str, Any] | None:
        tender = self.bid.deal.tender
        if tender is None:
            return None
        names = ("no", "agency", "issued_on", "validity_days", "legend", "copies", "rules", "allows_options")
        return {name: getattr(tender, name) for name in names} | {
            "package": tender.name_package(self.bid.deal.language),
            "bond": tender.whole_bond,
            "addenda": [addendum.model_dump(exclude={"applied"}) for addendum in tender.addenda],
            "deadline": format_moment(tender.deadline, self.bid.deal.locale),
            "sme": self.sme(tender.sme) if tender.sme else None,
            "own_letter": not any(_LETTER.search(f"{form.id} {form.part} {form.file}") for form in self.bid.deal.forms),
        }

    def lots(self, prices: bool) -> dict[str, Any]:
        """`lot` of a volume of one lot, none for any other; `lots` that the volume covers, each with its own quote."""
        lots: list[dict[str, Any]] = []
        for part, bid in zip(self.bid.quote.lots, self.bid.by_lot, strict=True):
            about = {name: getattr(part.lot, name) for name in ("id", "title", "name", "ceiling", "bond")}
            quote = {"quote": make_quote(bid, self.labels)} if prices else {}
            lots.append({"no": part.no, **about, **quote})
        return {"lot": lots[0] if self.bid.lot else None, "lots": lots}

    def sme(self, declared: Enterprises) -> dict[str, Any]:
        """What is declared as to small and medium enterprises."""
        sizes = self.labels["sizes"]
        enterprises = [{**item.model_dump(), "size": sizes[item.size]} for item in declared.enterprises]
        return {"kind": declared.kind, "enterprises": _number(enterprises)}

    def signers(self) -> dict[str, Any]:
        """Who signs; a fact that is not known is None, so that a form which prints it is refused."""
        company = self.bid.company
        people: dict[str, Any] = {}
        for person in ("legal_representative", "agent"):
            name, known = getattr(company, person), getattr(company.signers, person, None)
            cards = (
                paper.title for paper in self.bid.selection.chosen if (paper.kind, paper.holder) == ("id-card", name)
            )
            facts = known.model_dump() if known else dict.fromkeys(Signer.model_fields)
            if known and self.bid.deal.attachments.mask:
                facts["id_number"] = mask_number(known.id_number)
            people[person] = {"name": name, **facts, "id_card": next(cards, None)} if name else None
        return people

    def needs(self) -> dict[str, Any]:
        need = self.bid.deal.opportunity
        names = {product.sku: product.name for product in self.bid.catalog.products}
        goals = {goal.id: {"id": goal.id, "text": goal.text, "measure": goal.measure} for goal in need.goals}
        problems = [
            {
                "id": problem.id,
                "title": problem.title,
                "text": problem.text,
                "goal": goals[problem.goal],
                "answers": [
                    {
                        "title": answer.title,
                        "text": self.markdown(answer.text),
                        "effect": answer.effect,
                        "products": [names.get(sku, sku) for sku in answer.products],
                    }
                    for answer in need.solutions
                    if answer.problem == problem.id
                ],
            }
            for problem in need.problems
        ]
        criteria = [criterion.model_dump() for criterion in need.criteria]
        return {"goals": list(goals.values()), "problems": _number(problems), "criteria": criteria}

    def products(self) -> list[dict[str, Any]]:
        sold = count_sold(self.bid)
        return _number(
            {
                **product.model_dump(
                    include={"sku", "name", "brand", "model", "manufacturer", "origin", "unit", "caption"}
                ),
                "anchor": self.anchors.products[product.sku],
                "quantity": sold.get(product.sku, Decimal(0)),
                "specs": [spec.model_dump() for spec in product.specs],
                "picture": self.picture(product),
                "introduction": self.markdown(product.introduction),
            }
            for product in self.bid.proposed
        )

    def picture(self, product: Product) -> Image | None:
        found = self.appendix.pictures.get((product.introduction.file, product.picture))
        return replace(found, max_height_mm=_PICTURE_MM, alt=product.name) if found else None

    def plan(self) -> dict[str, Any]:
        plan = self.bid.deal.solution.plan
        phases = [{**phase.model_dump(), "days": phase.end_day - phase.start_day + 1} for phase in plan.phases]
        ends = [phase.end_day for phase in plan.phases] + [milestone.day for milestone in plan.milestones]
        days = max(ends, default=0)
        return {
            "introduction": self.markdown(plan.introduction),
            "methods": self.markdown(plan.methods) if plan.methods else None,
            "days": days,
            "delivery": {"name": plan.delivery.name, "day": plan.delivery.day} if plan.delivery else None,
            "gantt": make_gantt(plan, self.labels, self.bid.company.color),
            "phases": _number(phases),
            "milestones": _number(milestone.model_dump(exclude={"is_delivery"}) for milestone in plan.milestones),
        }

    def service(self) -> dict[str, Any]:
        service = self.bid.deal.solution.service
        warranty = service.warranty
        return {
            "introduction": self.markdown(service.introduction),
            "blocks": [
                {"title": block.title, "text": self.markdown(block.text)} for block in self.bid.catalog.services
            ],
            "levels": [level.model_dump() for level in service.levels],
            "warranty": {"months": warranty.months, "start": warranty.start, "text": self.markdown(warranty.text)},
            "training": _number(course.model_dump() for course in service.training),
            "spares": _number(spare.model_dump() for spare in service.spares),
        }

    def requirements(self) -> dict[str, Any]:
        records = [self.requirement(item) for item in self.bid.deal.requirements]
        return {
            "requirements": _number(records),
            "technical_requirements": _number(item for item in records if item["kind"] == "technical"),
            "commercial_requirements": _number(item for item in records if item["kind"] != "technical"),
        }

    def requirement(self, item: Requirement) -> dict[str, Any]:
        tender = self.bid.deal.tender
        meaning = tender.markers.get(item.marker, "") if tender else ""
        proofs = [self.anchors.find(name) for name in item.evidence]
        return {
            **item.model_dump(exclude={"stale"}),
            "page": item.page or "",
            "meaning": self.labels["markers"].get(meaning, ""),
            "deviation": self.labels["deviations"][item.deviation or "open"],
            "anchor": self.anchors.requirements[item.id],
            "evidence": [proof["name"] for proof in proofs],
            "evidence_anchors": [proof["anchor"] for proof in proofs if proof["anchor"]],
            "proofs": proofs,
        }

    def validity(self, paper: Credential) -> str:
        """Until when a paper is valid, in words."""
        if paper.valid_until:
            return format_day(paper.valid_until, self.bid.deal.locale)
        return str(self.labels["undated" if paper.kind in UNDATED_KINDS else "long_term"])

    def credentials(self, with_pages: bool) -> dict[str, Any]:
        papers = self.papers(with_pages)
        ids = [paper.id for paper in self.bid.selection.chosen]
        by_id = dict(zip(ids, papers, strict=True))
        required = (
            {
                **need.model_dump(include={"id", "kind", "title", "clause"}),
                "page": need.page or "",
                "papers": [by_id[paper.id] for paper in found],
            }
            for need, found in self.bid.selection.required
        )
        return {"credentials": papers, "required_credentials": _number(required)}

    def papers(self, with_pages: bool) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        before, shared = 1, 0  # what the last paper said, and how many more have room on its page
        required = {paper.id for _, found in self.bid.selection.required for paper in found}
        for paper in self.bid.selection.chosen:
            files = [item for item in self.appendix.attachments if item.credential == paper.id]
            pages: list[Image | Blocks] = [page for item in files for page in item.pages] if with_pages else [_NO_PAGE]
            sheets = [self.sheet(paper, page, number, len(pages)) for number, page in enumerate(pages, 1)]
            each = paper.per_page if paper.per_page and len(pages) == 1 else 1
            joins = shared > 0 and each == before
            before, shared = each, (shared if joins else each) - 1
            records.append(
                {
                    **paper.model_dump(include=_PAPER_FACTS),
                    "number": print_number(paper, self.bid.deal.attachments),
                    "anchor": self.anchors.credentials[paper.id],
                    "is_required": paper.id in required,
                    "joins": joins,
                    "valid_until": self.validity(paper),
                    "files": [item.copy_name for item in files],
                    "pages": Blocks(tuple(sheet["image"] for sheet in sheets if with_pages)),
                    "sheets": sheets,
                }
            )
        return _number(records)

    def sheet(self, paper: Credential, page: Image | Blocks, number: int, count: int) -> dict[str, Any]:
        """A page of a paper, as high as there is room for so many on a page."""
        each = paper.per_page or (2 if paper.kind == "id-card" and count > 1 else 1)
        own = _FACTS_MM if each == 1 else max(_FACTS_MM, _measure_facts(paper))
        facts = own if count == 1 else own // each if number <= each else 0
        title = self.caption(paper, number, count)
        caption = _CAPTION_MM + _LINE_MM * count_lines(title, _CAPTION_SIZE, _LINE_WIDTH_MM)
        height = max(_LEAST_MM, _PAGE_MM // each - caption - facts)
        return {
            "no": number,
            "count": count,
            "image": replace(page, max_height_mm=height) if isinstance(page, Image) else page,
            "title": title,
        }

    def caption(self, paper: Credential, number: int, count: int) -> str:
        """What stands below a page of a paper: its name and number, until when it is valid, which page of how many."""
        words = self.labels["sheets"]
        facts = [words["number"].format(number=print_number(paper, self.bid.deal.attachments))]
        if paper.valid_until:
            facts.append(words["until"].format(day=self.validity(paper)))
        elif paper.kind not in UNDATED_KINDS:
            facts.append(words["no_end"])
        facts += [words["page"].format(no=number, count=count)] if count > 1 else []
        return str(words["caption"]).format(title=paper.title, facts=words["separator"].join(facts))


def _measure_facts(paper: Credential) -> int:
    """How high the heading and the facts of a paper are, with every line that is more than one."""
    pairs = (paper.holder, ""), (paper.issuer, paper.number)
    cells = (max(count_lines(text, _CAPTION_SIZE, _CELL_MM) for text in pair) for pair in pairs)
    lines = sum(cells) - len(pairs) + (count_lines(paper.scope, _CAPTION_SIZE, _SCOPE_MM) if paper.scope else 0)
    return _HEAD_MM + _LINE_MM * lines
