"""The script a developer would write today: one deal.yaml -> the same package, without any checks.

    python script.py DEAL --templates DIR [--out DIR] [--cache DIR] [--repeat]

PyYAML reads, docxtpl fills the Word files, openpyxl writes the workbook, Pillow, pypdfium2 and pikepdf make the scans'
copies and pages, which are kept in the cache. It judges nothing, reads back nothing, lays out nothing, and leaves the
numbers of captions and pages to Word. `script_templates.py` makes its templates. `--repeat` builds once for each line
on stdin, which may name another deal, and says how long it took.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

import script_pictures as pictures
import yaml
from docxtpl import DocxTemplate, InlineImage
from jinja2 import Environment
from markupsafe import Markup
from script_markdown import fill_text
from script_quote import write_quote
from script_scans import make_copies

Record = dict[str, Any]
CENT = Decimal("0.01")
DEVIATIONS = {"none": "无偏离", "positive": "正偏离", "negative": "负偏离", "": "未填写"}
MARKERS = {"mandatory": "实质性要求", "key": "主要性能参数", "important": "重要参数"}


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("deal", type=Path)
    parser.add_argument("--templates", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--repeat", action="store_true")
    options = parser.parse_args()
    work = options.deal, options.templates, options.out, options.cache
    if not options.repeat:
        build(*work)
        return
    for line in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        build(Path(line.strip() or options.deal), *work[1:])
        print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}), flush=True)


def build(deal_path: Path, templates: Path, out: Path | None = None, cache: Path | None = None) -> Path:
    """One deal's package; the folder."""
    root = deal_path.parents[2]
    deal = load_yaml(deal_path)
    workspace = load_yaml(root / "bidkit.yaml")
    folder = (out or root / "dist") / deal["id"]
    (folder / "submit/credentials").mkdir(parents=True, exist_ok=True)
    (folder / "internal").mkdir(exist_ok=True)

    company = workspace["company"]
    products = [load_markdown(root / f"catalog/products/{sku}.md") for sku in deal["solution"]["products"]]
    blocks = [load_markdown(root / f"catalog/services/{name}.md") for name in deal["solution"]["service"]["blocks"]]
    papers = [load_paper(root, name) for name in deal.get("credentials", [])]
    copies = make_copies(papers, watermark(deal), folder / "submit/credentials", cache)
    quote = compute_quote(deal)

    proposal = DocxTemplate(templates / "proposal.docx")
    context = proposal_context(proposal, root, deal, company, products, blocks, papers, copies, quote)
    proposal.render(context, environment(), autoescape=True)
    proposal.save(folder / "submit/proposal.docx")

    brief = DocxTemplate(templates / "brief.docx")
    brief.render(brief_context(deal, company, products, quote, workspace), environment(), autoescape=True)
    brief.save(folder / "internal/brief.docx")

    write_quote(folder / "submit/quote.xlsx", deal, company, quote)
    return folder


# reading


def load_yaml(path: Path) -> Record:
    """A YAML file with the files that it names."""
    return include(yaml.safe_load(path.read_text(encoding="utf-8")), path.parent)


def include(value: Any, folder: Path) -> Any:
    """A value with the content of a file wherever {file: …} stands."""
    if isinstance(value, dict):
        if set(value) == {"file"}:
            return load_file(folder / value["file"])
        return {"no" if key is False else key: include(item, folder) for key, item in value.items()}  # YAML 1.1's no
    return [include(item, folder) for item in value] if isinstance(value, list) else value


def load_file(path: Path) -> Any:
    """A list of rows of a csv, the text of anything else."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    return path.read_text(encoding="utf-8")


def load_markdown(path: Path) -> Record:
    """A Markdown file's front matter with its text."""
    _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
    return {**yaml.safe_load(head), "text": text, "folder": path.parent}


def load_paper(root: Path, name: str) -> Record:
    """A credential's record; its files as paths."""
    record = yaml.safe_load((root / f"catalog/credentials/{name}.yaml").read_text(encoding="utf-8"))
    return {**record, "files": [root / "catalog/credentials" / file for file in record.get("files", [])]}


def watermark(deal: Record) -> str:
    """The text over every copy."""
    own = deal.get("attachments", {}).get("watermark", {}).get("text")
    return own or f"仅用于{deal['title']}（{deal['tender']['no']}）投标，他用无效"


# the prices


def cents(value: Decimal) -> Decimal:
    """An amount rounded half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def compute_quote(deal: Record) -> Record:
    """Amounts, totals by category and tax rate, payments."""
    terms = deal["quote"]
    lines = [
        {
            **row,
            "quantity": Decimal(row["quantity"]),
            "unit_price": Decimal(row["unit_price"]),
            "tax_rate": Decimal(row["tax_rate"].rstrip("%")) / 100,
            "amount": cents(Decimal(row["quantity"]) * Decimal(row["unit_price"])),
        }
        for row in terms["lines"]
    ]
    total = sum(line["amount"] for line in lines)
    categories = []
    for number, category in enumerate(terms["categories"], 1):
        own = [line for line in lines if line["category"] == category["id"]]
        for position, line in enumerate(own, 1):
            line["number"] = f"{number}.{position}"
        amount = sum(line["amount"] for line in own)
        categories.append(
            {
                "number": str(number),
                "level": 1,
                "name": category["name"],
                "count": len(own),
                "total": amount,
                "lines": own,
            }
        )
    taxes = []
    for rate in sorted({line["tax_rate"] for line in lines}, reverse=True):
        gross = sum(line["amount"] for line in lines if line["tax_rate"] == rate)
        net = cents(gross / (1 + rate))
        taxes.append({"rate": rate, "is_exempt": False, "gross": gross, "net": net, "tax": gross - net})
    payments = []
    for number, item in enumerate(terms["milestones"], 1):
        share = Decimal(item["percent"].rstrip("%")) / 100
        is_last = number == len(terms["milestones"])
        amount = total - sum(payment["amount"] for payment in payments) if is_last else cents(total * share)
        payments.append({**item, "no": number, "percent": share, "amount": amount})
    return {
        "unit_label": "人民币元",
        "currency": terms["currency"],
        "prices": "gross",
        "total": total,
        "evaluated": total,
        "words": terms["total_words"],
        "has_options": False,
        "net": sum(tax["net"] for tax in taxes),
        "tax": sum(tax["tax"] for tax in taxes),
        "tax_sum": terms["tax_sum"],
        "validity_days": terms["validity_days"],
        "categories": categories,
        "lines": lines,
        "taxes": taxes,
        "payments": payments,
        "groupings": [],
        "rates": [],
        "notes": terms["notes"],
    }


# the proposal


def environment() -> Environment:
    """Jinja with the filters that the templates use."""
    jinja = Environment(autoescape=True)
    jinja.filters |= {"money": money, "day": day, "percent": percent, "quantity": quantity}
    jinja.filters |= {"here": here, "page": page, "chapter": lambda title, *words: page(title)}
    return jinja


def money(value: Any) -> str:
    """12,345.60"""
    return f"{Decimal(str(value)):,.2f}"


def day(value: Any) -> str:
    """2026年9月15日"""
    return f"{value.year}年{value.month}月{value.day}日"


def percent(value: Decimal) -> str:
    """13%"""
    return f"{quantity(value * 100)}%"


def quantity(value: Any) -> str:
    """18.5, 1,860"""
    number = Decimal(str(value))
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number.normalize():,f}"


def here(name: str) -> Markup:
    """A bookmark."""
    start = f'<w:bookmarkStart w:id="{crc32(name.encode()) >> 1}" w:name="{name}"/>'
    end = f'<w:bookmarkEnd w:id="{crc32(name.encode()) >> 1}"/>'
    return Markup(f'</w:t></w:r>{start}{end}<w:r><w:t xml:space="preserve">')


def page(name: str) -> Markup:
    """The page of a bookmark, which Word fills in when it updates its fields."""
    begin, separate, end = (f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "separate", "end"))
    code = f'<w:instrText xml:space="preserve"> PAGEREF {name} \\h </w:instrText>'
    runs = "</w:r><w:r>".join([begin, code, separate, "<w:t>1</w:t>", end])
    return Markup(f'第 </w:t></w:r><w:r>{runs}</w:r><w:r><w:t xml:space="preserve"> 页')


def numbered(records: list[Record]) -> list[Record]:
    """Records with their place in the list."""
    return [{"no": number, **record} for number, record in enumerate(records, 1)]


def proposal_context(
    doc: DocxTemplate,
    root: Path,
    deal: Record,
    company: Record,
    products: list[Record],
    blocks: list[Record],
    papers: list[Record],
    copies: dict[str, list[Path]],
    quote: Record,
) -> Record:
    """What the proposal's template prints."""
    need, solution, color = deal["opportunity"], deal["solution"], company["color"]
    plan, service = solution["plan"], solution["service"]
    goals = {goal["id"]: goal for goal in need["goals"]}
    names = {product["sku"]: product["name"] for product in products}

    def block(text: str, level: int, folder: Path = root) -> Any:
        return fill_text(doc.new_subdoc(), text, level, folder)

    anchors = {product["sku"]: (product["name"], f"product_{number}") for number, product in enumerate(products, 1)}
    anchors |= {paper["id"]: (paper["title"], f"paper_{number}") for number, paper in enumerate(papers, 1)}
    requirements = [requirement(item, deal["tender"], anchors) for item in deal["requirements"]]
    chart = pictures.draw_bars([(item["name"], item["total"]) for item in quote["categories"]], color)
    return {
        "deal": deal,
        "draft_mark": "草稿",
        "company": {
            **company,
            "introduction": block(company["introduction"], 3),
            "logo": picture(doc, root / company["logo"], 36, 9),
        },
        "customer": deal["customer"],
        "volume": {"mark": ""},
        "tender": deal["tender"],
        "goals": need["goals"],
        "problems": numbered(
            [
                {
                    **problem,
                    "goal": goals[problem["goal"]],
                    "answers": [
                        {
                            **answer,
                            "text": block(answer["text"], 4),
                            "products": [names[sku] for sku in answer["products"]],
                        }
                        for answer in need["solutions"]
                        if answer["problem"] == problem["id"]
                    ],
                }
                for problem in need["problems"]
            ]
        ),
        "criteria": need["criteria"],
        "overview": block(solution["overview"], 3),
        "products": numbered(
            [
                {
                    **product,
                    "anchor": anchors[product["sku"]][1],
                    "quantity": sum(line["quantity"] for line in quote["lines"] if line["sku"] == product["sku"]),
                    "introduction": block(product["text"], 3, product["folder"]),
                    "picture": picture(doc, product["folder"] / product["picture"], 140, 58),
                }
                for product in products
            ]
        ),
        "plan": {
            **plan,
            "introduction": block(plan["introduction"], 3),
            "methods": block(plan["methods"], 3),
            "days": max(item["end_day"] for item in plan["phases"]),
            "gantt": InlineImage(doc, pictures.draw_gantt(plan, color), width=pictures.WIDTH),
            "phases": numbered([{**item, "days": item["end_day"] - item["start_day"] + 1} for item in plan["phases"]]),
            "milestones": numbered(plan["milestones"]),
        },
        "team": numbered(deal["team"]),
        "team_chart": InlineImage(doc, pictures.draw_team(deal["team"], color), width=pictures.WIDTH),
        "service": {
            **service,
            "introduction": block(service["introduction"], 3),
            "blocks": [{**item, "text": block(item["text"], 3, item["folder"])} for item in blocks],
            "warranty": {**service["warranty"], "text": block(service["warranty"]["text"], 3)},
            "training": numbered(service["training"]),
            "spares": numbered(service["spares"]),
        },
        "requirements": requirements,
        "technical_requirements": numbered([item for item in requirements if item["kind"] == "technical"]),
        "commercial_requirements": numbered([item for item in requirements if item["kind"] != "technical"]),
        "quote": {**quote, "chart": InlineImage(doc, chart, width=pictures.WIDTH)},
        "credentials": numbered([credential(doc, paper, copies[paper["id"]], anchors) for paper in papers]),
        "track_record": numbered(deal["track_record"]),
    }


def picture(doc: DocxTemplate, path: Path, width: float, height: float) -> InlineImage:
    """A picture as large as the room allows."""
    return InlineImage(doc, str(path), **pictures.fit(path, width, height))


def requirement(row: Record, tender: Record, anchors: dict[str, tuple[str, str]]) -> Record:
    """A row of the table of deviations."""
    proofs = [anchors.get(name, (name, "")) for name in row["evidence"].split(";") if name]
    return {
        **row,
        "anchor": f"requirement_{row['id']}",
        "meaning": MARKERS.get(tender["markers"].get(row["marker"], ""), ""),
        "deviation": DEVIATIONS[row["deviation"]],
        "proofs": [{"name": name, "anchor": anchor} for name, anchor in proofs],
    }


def credential(doc: DocxTemplate, paper: Record, pages: list[Path], anchors: dict[str, tuple[str, str]]) -> Record:
    """A paper with its pages."""
    until = paper.get("valid_until", "")
    facts = f"编号 {paper.get('number', '')}，有效期至 {day(until) if isinstance(until, date) else '长期'}"
    sheets = [
        {
            "title": f"{paper['title']}（{facts}{f'，第 {number} 页，共 {len(pages)} 页' if len(pages) > 1 else ''}）",
            "image": picture(doc, file, 160, 172),
        }
        for number, file in enumerate(pages, 1)
    ]
    return {
        **paper,
        "anchor": anchors[paper["id"]][1],
        "valid_until": day(until) if isinstance(until, date) else "长期" if until else "不适用",
        "sheets": sheets,
    }


# the brief

ROLES = {"user": "使用", "technical": "技术", "purchasing": "采购", "decision": "决策"}
LEVELS = {"decision": "决策层", "management": "管理层", "operation": "操作层"}
RELATIONS = {"none": "未建立", "acquainted": "认识", "meeting": "约会", "trusted": "信赖", "allied": "同盟"}
STANCES = {"supports": "支持", "neutral": "中立", "opposes": "反对", "unknown": "未知"}
PURCHASES = {"evaluation": "评估比较"}


def brief_context(deal: Record, company: Record, products: list[Record], quote: Record, workspace: Record) -> Record:
    """What the brief's template prints."""
    today = workspace["as_of"]
    need, strategy, tender = deal["opportunity"], deal["strategy"], deal["tender"]
    names = {product["sku"]: product["name"] for product in products}
    criteria = [{**item, "figure": figure(item)} for item in need["criteria"]]
    known = {item["id"]: item["text"] for item in need["goals"]}
    known |= {item["id"]: item["title"] for item in need["problems"]}
    known |= {item["id"]: f"{item['text']}：{item['figure']}" if item["figure"] else item["text"] for item in criteria}
    below = {
        goal["id"]: [item["id"] for item in need["problems"] if item["goal"] == goal["id"]] for goal in need["goals"]
    }
    cares = {
        person["name"]: {own for name in person["cares_about"] for own in (name, *below.get(name, ()))}
        for person in deal["customer"]["contacts"]
    }

    def needs(ids: list[str]) -> list[Record]:
        return [{"id": name, "text": known[name]} for name in ids]

    def point(item: Record) -> Record:
        people = [name for name, wanted in cares.items() if wanted & set(item["needs"])]
        return {**item, "needs": needs(item["needs"]), "people": people}

    def action(item: Record) -> Record:
        overdue = not item.get("done") and item["due"] < today
        state = "已完成" if item.get("done") else "已逾期" if overdue else "进行中"
        return {"against": "", **item, "needs": needs(item["needs"]), "state": state, "overdue": overdue}

    def contact(person: Record) -> Record:
        own = [item for item in strategy["actions"] if item["contact"] == person["name"]]
        rivals = {item.get("against") for item in own}
        wanted = cares[person["name"]]
        return {
            **person,
            "role": ROLES[person["role"]],
            "level": LEVELS[person["level"]],
            "relation": RELATIONS[person["relation"]],
            "stance": STANCES[person["stance"]],
            "opposes": person["stance"] == "opposes",
            "cares": needs(person["cares_about"]),
            "rivals": [item for item in deal["competitors"] if item["name"] in rivals],
            "strengths": [item["text"] for item in strategy["strengths"] if wanted & set(item["needs"])],
            "weaknesses": [item for item in strategy["weaknesses"] if wanted & set(item["needs"])],
            "actions": [action(item) for item in sorted(own, key=lambda item: item["due"])],
        }

    contacts = [contact(p) for level in LEVELS for p in deal["customer"]["contacts"] if p["level"] == level]
    goals = [
        {
            **goal,
            "rows": [
                {"problem": problem, "answer": answer, "products": [names[sku] for sku in answer["products"]]}
                for problem in need["problems"]
                if problem["goal"] == goal["id"]
                for answer in need["solutions"]
                if answer["problem"] == problem["id"]
            ],
        }
        for goal in need["goals"]
    ]
    deadline = datetime.fromisoformat(str(tender["deadline"]))
    actions = strategy["actions"]
    return {
        "deal": deal,
        "draft": True,
        "company": company,
        "customer": deal["customer"],
        "today": today,
        "tender": {
            **tender,
            "deadline": f"{day(deadline)} {deadline:%H:%M}",
            "days_left": (deadline.date() - today).days,
        },
        "quote": quote,
        "need": {**need, "purchase_stage": PURCHASES.get(need["purchase_stage"], need["purchase_stage"])},
        "goals": goals,
        "criteria": criteria,
        "contacts": contacts,
        "levels": [
            {"title": title, "contacts": people}
            for title in LEVELS.values()
            if (people := [person for person in contacts if person["level"] == title])
        ],
        "competitors": deal["competitors"],
        "strategy": {
            "exists": True,
            "strengths": [point(item) for item in strategy["strengths"]],
            "weaknesses": [point(item) for item in strategy["weaknesses"]],
            "actions": len(actions),
            "done": sum(bool(item.get("done")) for item in actions),
            "overdue": sum(not item.get("done") and item["due"] < today for item in actions),
        },
    }


def figure(criterion: Record) -> str:
    """A criterion's value with its unit."""
    value, unit = criterion.get("value", ""), criterion.get("unit", "")
    return f"{value}{'' if unit == '%' else ' '}{unit}" if value else ""


if __name__ == "__main__":
    main()
