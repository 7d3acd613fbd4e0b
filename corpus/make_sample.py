#!/usr/bin/env python3
"""Makes the sample's texts, metadata and gold from its marked-up sources.

Usage: python3 corpus/make_sample.py          writes all of sample/ but marked/
Standard library only. Same sources, same bytes. README.md in this folder describes the marks and the outputs.

The reading of the structure here is deliberately its own, not the program's: tests/it/corpus.rs compares the two.
"""
import hashlib, json, pathlib, re, sys

HERE = pathlib.Path(__file__).resolve().parent / "sample"
PREFIX = {"Luật": "L", "Nghị định": "ND", "Thông tư": "TT", "Quyết định": "QD", "Nghị quyết": "NQ", "Thông tư liên tịch": "TTLT"}
RANK = {"L": 0, "NQ-QH": 0, "NQ": 4, "ND": 1, "QD-TTg": 2, "TT": 3, "TTLT": 3, "QD": 4}
REASON = {"M": "macro", "S": "security", "U": "unified", "X": "specific", "I": "international"}
MOVED = {"L": "decentralise_to_local", "W": "decentralise_within_centre"}
FIXED = {"HUYEN": "direct_to_local", "TINH": "already_local", "XA": "already_local", "KHAC": "undetermined"}
ISSUER = {"QH": "Quốc hội", "CP": "Chính phủ", "TTg": "Thủ tướng Chính phủ", "BKHCN": "Bộ Khoa học và Công nghệ"}
VOWELS = [("oa", "òa óa ỏa õa ọa", "oà oá oả oã oạ"), ("oe", "òe óe ỏe õe ọe", "oè oé oẻ oẽ oẹ"), ("uy", "ùy úy ủy ũy ụy", "uỳ uý uỷ uỹ uỵ")]
NEW_TO_OLD = {n: o for _, old, new in VOWELS for o, n in zip(old.split(), new.split())}


def tidy(s):
    """The program's normal form, as far as the sample needs it: tone on the first vowel (hoá -> hóa). Keeps length."""
    def swap(m):
        old = NEW_TO_OLD[m.group(0).lower()]
        return "".join(o.upper() if c.isupper() else o for o, c in zip(old, m.group(0)))
    return re.sub(r"(?<![qQ])(" + "|".join(NEW_TO_OLD) + r")(?!\w)", swap, s, flags=re.I)


def unmark(line):
    """Marked text -> plain text and [(kind, key, data, start, end)] in characters; marks may nest."""
    out, stack, found, i = [], [], [], 0
    while i < len(line):
        m = re.compile(r"\{(=?)([a-z-])((?: [\w:-]+)*)\|").match(line, i)
        if m:
            stack.append((m.group(1), m.group(2), m.group(3).split(), len(out)))
            i = m.end()
        elif line[i] == "}":
            task, key, data, start = stack.pop()
            found.append(("task" if task else "holder", key, data, start, len(out)))
            i += 1
        else:
            out.append(line[i])
            i += 1
    assert not stack, f"a mark is not closed: {line}"
    return "".join(out), sorted(found, key=lambda f: f[3])


class Piece:
    """A string with its marks; joins keep the offsets right."""

    def __init__(self, text="", marks=()):
        self.text, self.marks = text, list(marks)

    def cut(self, n):
        return Piece(self.text[n:], [(k, key, d, s - n, e - n) for k, key, d, s, e in self.marks])

    @staticmethod
    def join(pieces, by):
        text, marks = "", []
        for p in pieces:
            if not p.text:
                continue
            at = len(text) + len(by) if text else 0
            text = text + by + p.text if text else p.text
            marks += [(k, key, d, s + at, e + at) for k, key, d, s, e in p.marks]
        return Piece(text, marks)


def month(m):
    """January and February are written with a nought, so that no digit can be put before them."""
    return m if int(m) < 3 else str(int(m))


def head(meta, law_title):
    body = {"Quốc hội": "QUỐC HỘI", "Chính phủ": "CHÍNH PHỦ", "Thủ tướng Chính phủ": "THỦ TƯỚNG CHÍNH PHỦ"}.get(meta["issuer"], meta["issuer"].upper())
    y, m, d = meta["issued_on"].split("-")
    place = "Sông Lam" if "Sông Lam" in meta["issuer"] else "Hà Nội"
    number = ("Luật số: " if meta["kind"] == "Luật" else "Số: ") + meta["number"]
    lines = [
        f"{body} | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc",
        f"{number} | {place}, ngày {d} tháng {month(m)} năm {y}",
    ]
    return lines + ([law_title] if law_title else [meta["kind"].upper(), meta["title"]])


def sign(meta, who):
    if meta["kind"] == "Luật" or meta["number"].endswith("QH17"):
        y, m, d = meta["issued_on"].split("-")
        session = (int(y) - 2031) * 2 + (1 if int(m) <= 8 else 2)
        adopted = f"khóa XVII, kỳ họp thứ {session} thông qua ngày {d} tháng {month(m)} năm {y}."
        return [f"{meta['kind']} này được Quốc hội nước Cộng hòa xã hội chủ nghĩa Việt Nam {adopted}", who]
    over = [f"TM. {meta['issuer'].upper()}"] if who in ("THỦ TƯỚNG", "CHỦ TỊCH") and meta["issuer"] != "Thủ tướng Chính phủ" else []
    return ["Nơi nhận:", "- Như Điều 1;", "- Lưu: VT."] + over + [who, "(Đã ký)"]


def read(path):
    front, body = path.read_text(encoding="utf-8").split("\n---\n", 1)
    f = dict(line.split(": ", 1) for line in front.split("\n"))
    issuer = f.get("issuer") or ISSUER[re.sub(r"^.*[/-]", "", f["number"]).replace("QH17", "QH")]
    meta = {
        "id": PREFIX[f["kind"]] + "-" + f["number"].replace("/", "-").replace("Đ", "D"),
        "number": f["number"], "kind": f["kind"], "title": f["title"], "issuer": issuer, "issued_on": f["issued"],
        "effective_on": f["effective"], "status": f["status"], "domain": f["domain"], "amended_by": [], "text_kind": "invented",
    }
    assert path.stem == meta["id"], f"{path.name} should be {meta['id']}.txt"
    return meta, f["field"], body.rstrip("\n").split("\n")


def leaves(meta, lines):
    """Plain text of the document and its leaf provisions as (address, lead, text, is_step), marks kept."""
    plain, units, state = [], [], {"article": None, "clause": None, "point": None}
    over = False

    def start(kind, unit):
        units.append(unit)
        state[kind] = unit

    for raw in lines:
        if raw.startswith("@head"):
            plain += head(meta, raw[6:])
            continue
        if raw.startswith("@sign"):
            block = sign(meta, raw[6:])
            if "thông qua ngày" in block[0]:
                # As in the labelled provisions, the line on the adoption is read with the last unit.
                (state["point"] or state["clause"] or state["article"])["body"].append(Piece(block[0]))
            plain += block
            over = True
            continue
        step, raw = raw.startswith("~"), raw.lstrip("~")
        text, marks = unmark(raw)
        plain.append(text)
        if over:
            continue
        piece = Piece(tidy(text), marks)
        if m := re.match(r"[ĐÐ](?:iều|IỀU) (\d+[a-z]?)[.:] ", text):
            state.update(clause=None, point=None)
            start("article", {"no": m.group(1), "head": piece.cut(m.end()), "body": [], "kids": [], "step": step})
        elif re.match(r"(PHẦN|Chương|Mục) ", text):
            state.update(article=None, clause=None, point=None)
        elif state["article"] is None:
            pass
        elif m := re.match(r"(\d+)[.] ", text):
            state["point"] = None
            start("clause", {"no": m.group(1), "body": [piece.cut(m.end())], "kids": [], "step": step, "up": state["article"]})
            state["article"]["kids"].append(state["clause"])
        elif m := re.match(r"([a-zđ])\) ", text):
            up = state["clause"] or state["article"]
            start("point", {"no": m.group(1), "body": [piece.cut(m.end())], "kids": [], "step": step, "up": up})
            up["kids"].append(state["point"])
        else:
            unit = state["point"] or state["clause"] or state["article"]
            unit["body"].append(piece)
            unit["step"] |= step
    found = []
    for u in units:
        if u["kids"]:
            continue
        chain = [u]
        while "up" in chain[0]:
            chain.insert(0, chain[0]["up"])
        article, above = chain[0], chain[1:-1]
        address = [f"dieu-{article['no']}"]
        if len(chain) > 1:
            address += [f"khoan-{c['no']}" for c in above]
            address += [("khoan-" if u["no"].isdigit() else "diem-") + u["no"]]
        heading = Piece.join([Piece(f"Điều {article['no']}."), article["head"]], " ")
        if u is article and not u["body"]:
            lead, text = Piece(), article["head"]
        elif u is article:
            lead, text = heading, Piece.join(u["body"], " ")
        else:
            lead = Piece.join([heading, Piece.join(article["body"], " ")] + [Piece.join(a["body"], " ") for a in above], " | ")
            text = Piece.join(u["body"], " ")
        found.append((".".join(address), lead, text, u["step"]))
    return "\n".join(plain) + "\n", found


def mentions(lead, text, where):
    for kind, key, data, start, end in text.marks:
        if kind != "task":
            continue
        level, opts = data[0], data[1:]
        code = opts.pop(0) if opts and opts[0] in REASON | MOVED else None
        field = next((o[2:] for o in opts if o.startswith("f:")), None)
        group = next((o for o in opts if not o.startswith("f:")), None)
        if level == "QH":
            category, reason = "keep_central", "macro"
        elif level in FIXED:
            assert code is None, f"{where}: the level {level} fixes the category"
            category, reason = FIXED[level], None
        else:
            assert code, f"{where}: {level} needs a category"
            category, reason = MOVED.get(code, "keep_central"), REASON.get(code)
        holder = {"holder": "", "holder_in": "implied", "holder_start": None, "holder_end": None}
        if key != "-":
            for source, piece in (("text", text), ("lead", lead)):
                spans = [(s, e) for k, h, _, s, e in piece.marks if k == "holder" and h == key]
                if spans:
                    before = [x for x in spans if source == "lead" or x[0] <= start]
                    s, e = (before or spans[:1])[-1]
                    holder = {"holder": piece.text[s:e], "holder_in": source, "holder_start": s, "holder_end": e}
                    break
            else:
                sys.exit(f"{where}: holder {key!r} is neither in the provision nor in its lead")
        yield group, field, {
            **holder, "task": text.text[start:end], "task_start": start, "task_end": end,
            "level": level, "category": category, "reason": reason,
        }


def main():
    (HERE / "text").mkdir(exist_ok=True)
    for old in (HERE / "text").glob("*.txt"):
        old.unlink()
    documents, labels, bases, rows = [], [], {}, []
    for path in sorted((HERE / "marked").glob("*.txt")):
        meta, field, lines = read(path)
        text, found = leaves(meta, lines)
        articles = [int(a) for a in re.findall(r"(?mi)^[đð]iều (\d+)[.:]", text)]
        data = text.encode("utf-8")
        documents.append({
            **meta, "articles": len(articles), "max_article": max(articles), "missing_articles": [], "url": "",
            "chars": len(text), "text_sha256": hashlib.sha256(data).hexdigest(), "file": f"text/{meta['id']}.txt",
        })
        (HERE / "text" / f"{meta['id']}.txt").write_bytes(data)
        prefix = PREFIX[meta["kind"]]
        rank = RANK["NQ-QH" if meta["number"].endswith("QH17") else "QD-TTg" if meta["number"].endswith("TTg") else prefix]
        seen = set()
        for address, lead, unit, step in found:
            where = f"{meta['number']}#{address}"
            assert where not in seen, f"{where} twice"
            seen.add(where)
            own = []
            for group, f, m in mentions(lead, unit, where):
                own.append(m)
                basis = {"address": where, "doc": meta["id"], **{k: m[k] for k in ("holder", "holder_in", "holder_start", "holder_end", "task", "task_start", "task_end")}}
                key = group or f"{where}@{m['task_start']}"
                bases.setdefault(key, []).append((rank, meta["issued_on"], meta["id"], len(rows), basis, m, f or field))
                rows.append(key)
            labels.append({
                "id": where, "doc": meta["id"], "number": meta["number"], "doc_kind": meta["kind"], "title": meta["title"],
                "path": address, "lead": lead.text, "text": unit.text,
                "kind": "task" if own else "step" if step else "none", "mentions": own, "weight": 1.0,
            })
    register = []
    for key, found in bases.items():
        found.sort(key=lambda b: b[:4])
        m, field = found[0][5], found[0][6]
        for other in found[1:]:
            for what in ("level", "category", "reason"):
                assert other[5][what] == m[what], f"{key}: the bases disagree on {what}"
            assert other[6] == field, f"{key}: the bases disagree on the field"
        moved = m["category"] in MOVED.values()
        mechanism = "phan_dinh" if m["category"] == "direct_to_local" else ("phan_quyen" if found[0][0] == 0 else "phan_cap") if moved else None
        register.append({
            "field": field, "task": m["task"], "holder": m["holder"], "level": m["level"], "category": m["category"],
            "mechanism": mechanism, "reason": m["reason"], "legal_bases": [b[4] for b in found],
        })
    register.sort(key=lambda r: (r["legal_bases"][0]["doc"], rows.index(next(k for k, b in bases.items() if b[0][4] is r["legal_bases"][0]))))
    for name, lines in (("documents", documents), ("labels.gold", labels), ("register.gold", register)):
        with open(HERE / f"{name}.jsonl", "w", encoding="utf-8", newline="\n") as f:
            f.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    names = ["documents.jsonl"] + [d["file"] for d in documents]
    with open(HERE / "files.rs", "w", encoding="utf-8", newline="\n") as f:
        f.write("// Made by make_sample.py: what the program embeds, as (name, content). Use with include!.\n&[\n")
        f.writelines(f'    ("{n}", include_str!("{n}")),\n' for n in names)
        f.write("]\n")
    kinds = {k: sum(u["kind"] == k for u in labels) for k in ("task", "step", "none")}
    print(f"{len(documents)} documents, {len(labels)} leaves {kinds}, {len(rows)} mentions, {len(register)} tasks", file=sys.stderr)


if __name__ == "__main__":
    main()
