#!/usr/bin/env python3
"""Reading provisions under the guideline by hand: show a batch, check the answers, keep them without texts.

    phancap export-leaves > leaves.jsonl             # draw batches from it; a batch is DIR/in/NAME.jsonl
    label.py DIR show NAME [FROM [TO]]               # the provisions, numbered
    label.py DIR check NAME                          # what is wrong with DIR/out/NAME.txt
    label.py DIR compare NAME GOLD.jsonl             # a practice batch beside the labels that exist
    label.py DIR pack ORIGIN > marked.jsonl          # all answers: address, hash, offsets, labels

An answer file has one block a provision, in order: `N none`, `N step`, or `N task` with a line for each mention,
`- holder || task || LEVEL [outcome]`. Holder (of text or lead) and task (of the text) are copied word for word; an empty
holder is implied. HUYEN, TINH, XA, QH and KHAC fix the category; CP, TTG, BO and CUC need an outcome: macro, security,
unified, specific, international (kept, with that reason), local, or centre (CP and TTG only).
"""
import glob, json, os, re, sys

FIXED = {"HUYEN": ("direct_to_local", None), "TINH": ("already_local", None), "XA": ("already_local", None),
         "QH": ("keep_central", "macro"), "KHAC": ("undetermined", None)}
REASONS = {"macro", "security", "unified", "specific", "international"}

def load(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]

def outcome(level, word):
    """Category and reason, or a complaint."""
    if level in FIXED and word is None: return FIXED[level]
    if level in ("CP", "TTG", "BO", "CUC") or level == "KHAC":
        if word in REASONS: return "keep_central", word
        if word == "local": return "decentralise_to_local", None
        if word == "centre" and level in ("CP", "TTG"): return "decentralise_within_centre", None
    return f"level {level} with outcome {word} is not possible"

def holder_at(p, holder, start, end):
    """The holder nearest before the task, else in the text, else the last in the lead."""
    at = p["text"].rfind(holder, 0, end)
    if at < 0: at = p["text"].find(holder)
    if at >= 0: return "text", at
    at = p["lead"].rfind(holder)
    return ("lead", at) if at >= 0 else None

def parse(folder, name):
    provisions, errors, got, current = load(f"{folder}/in/{name}.jsonl"), [], {}, None
    with open(f"{folder}/out/{name}.txt", encoding="utf-8") as f:
        lines = f.read().splitlines()
    for n, line in enumerate(lines, 1):
        line = line.strip()
        head = re.fullmatch(r"(\d+)\s+(none|step|task)", line)
        if not line: continue
        if head:
            current = int(head[1])
            if current in got or not 1 <= current <= len(provisions): errors.append(f"line {n}: provision {current} twice or not there")
            got[current] = (head[2], [])
            continue
        parts = [x.strip() for x in line[1:].split("||")]
        if not line.startswith("-") or len(parts) != 3 or current not in got or got[current][0] != "task":
            errors.append(f"line {n}: not understood: {line}"); continue
        (holder, task, label), p = parts, provisions[current - 1]
        words = label.split(); level, word = words[0], words[1] if len(words) > 1 else None
        start = p["text"].find(task)
        decided = outcome(level, word)
        where = holder_at(p, holder, start, start + len(task)) if holder else ("implied", None)
        if not task or start < 0: errors.append(f"line {n} (#{current}): the task is not in the text: {task}")
        elif where is None: errors.append(f"line {n} (#{current}): the holder is not in text or lead: {holder}")
        elif isinstance(decided, str): errors.append(f"line {n} (#{current}): {decided}")
        else:
            a = where[1]
            got[current][1].append(dict(
                holder=holder, holder_in=where[0], holder_start=a, holder_end=None if a is None else a + len(holder),
                task=task, task_start=start, task_end=start + len(task), level=level, category=decided[0], reason=decided[1]))
    for i in range(1, len(provisions) + 1):
        if i not in got: errors.append(f"provision {i} is not answered")
        elif got[i][0] == "task" and not got[i][1]: errors.append(f"provision {i} is a task without a mention")
    return provisions, got, errors

def main(folder, verb, *rest):
    if verb == "show":
        a, b = (int(x) for x in (list(rest[1:]) + [1, 10**9][len(rest) - 1:])[:2])
        for i, p in enumerate(load(f"{folder}/in/{rest[0]}.jsonl"), 1):
            if a <= i <= b: print(f"#{i} [{p['doc_kind']} {p['number']}] {p['title'][:140]}\n  LEAD: {p['lead']}\n  TEXT: {p['text']}\n")
    elif verb == "check":
        provisions, got, errors = parse(folder, rest[0])
        print(*errors, f"{rest[0]}: {len(got)} of {len(provisions)} answered, {len(errors)} problems", sep="\n")
        return bool(errors)
    elif verb == "compare":
        provisions, got, errors = parse(folder, rest[0])
        gold = {g["id"]: g for g in load(rest[1])}
        for i, p in enumerate(provisions, 1):
            say = lambda k, ms: [k] + [f"{m['holder']} || {m['task']} || {m['level']} {m['reason'] or m['category']}" for m in ms]
            want, have = say(gold[p["id"]]["kind"], gold[p["id"]]["mentions"]), say(*got.get(i, ("", [])))
            if want != have: print(f"#{i}", *(f"  label {x}" for x in want), *(f"  yours {x}" for x in have), sep="\n")
    elif verb == "pack":
        for path in sorted(glob.glob(f"{folder}/out/*.txt")):
            name = os.path.basename(path)[:-4]
            provisions, got, errors = parse(folder, name)
            if errors: print(f"{name}: left out, {len(errors)} problems", file=sys.stderr); continue
            for i, p in enumerate(provisions, 1):
                mentions = [dict(holder_in=m["holder_in"], holder=m["holder_start"] if m["holder_start"] is None else [m["holder_start"], m["holder_end"]],
                                 task=[m["task_start"], m["task_end"]], level=m["level"], category=m["category"], reason=m["reason"]) for m in got[i][1]]
                print(json.dumps(dict(doc=p["doc"], number=p["number"], path=p["path"], key=p["key"], kind=got[i][0], mentions=mentions, origin=rest[0]), ensure_ascii=False))
    else:
        sys.exit(__doc__)

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) >= 4 else __doc__)
