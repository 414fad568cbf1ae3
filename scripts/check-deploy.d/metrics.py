"""Holds rules, alerts, dashboard and autoscaling against docs/metrics.md: no metric, label or label's alert that is not there.

Every alert must have its words in docs/operations.md, under a heading of its own, and a test that fires it.
"""

import json
import pathlib
import re
import sys

import yaml

HERE = pathlib.Path("deploy/monitoring")
faults = []

# Metric → (type, labels), of the tables of docs/metrics.md.
known = {}
for line in pathlib.Path("docs/metrics.md").read_text().splitlines():
    if found := re.match(r"\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*)\|", line):
        known[found[1]] = (found[2], set(re.findall(r"`(\w+)`", found[3])))
if not known:
    sys.exit("docs/metrics.md names no metric")

# What Prometheus itself adds.
SCRAPED = {"job", "instance", "namespace", "pod"}
rules = [rule for group in yaml.safe_load((HERE / "rules.yaml").read_text())["groups"] for rule in group["rules"]]
alerts = [rule for group in yaml.safe_load((HERE / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
recorded = {rule["record"] for rule in rules}
used = set()


def check(where, expression):
    bare = re.sub(r'"(\\.|[^"\\])*"', '""', expression)
    names = re.findall(r"(?<![\w:])((?:cutroom|process)[_:][\w:]+)(\s*\{[^}]*\})?", bare)
    if not names and "ALERTS" not in bare:
        faults.append(f"{where}: uses no metric of ours")
    labels_of_all = set(SCRAPED)
    for name, selector in names:
        if ":" in name:
            if name not in recorded:
                faults.append(f"{where}: {name} is not recorded by rules.yaml")
            # Recorded series have the labels that they were summed by.
            labels_of_all |= {"step"}
            continue
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        base = base if base in known and known[base][0] == "histogram" else name
        if base not in known:
            faults.append(f"{where}: {name} is not in docs/metrics.md")
            continue
        kind, labels = known[base]
        used.add(base)
        if kind == "histogram" and base == name:
            faults.append(f"{where}: {name} is a histogram; its series end in _bucket, _sum or _count")
        labels = labels | SCRAPED | ({"le"} if name.endswith("_bucket") else set())
        labels_of_all |= labels
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector or ""):
            if label not in labels:
                faults.append(f"{where}: {name} has no label {label}")
        if kind != "gauge" and not re.search(rf"(rate|increase)\(\s*{name}\b", bare):
            faults.append(f"{where}: {name} only grows; it needs rate or increase")
    for group in re.findall(r"\bby\s*\(([^)<]*)\)", bare):
        for label in re.findall(r"\w+", group):
            if label not in labels_of_all:
                faults.append(f"{where}: none of its metrics has the label {label}")


for rule in rules:
    check(rule["record"], rule["expr"])

operations = pathlib.Path("docs/operations.md").read_text()
tests = [yaml.safe_load(path.read_text()) for path in HERE.glob("*.test.yaml")]
fired, quiet = set(), set()
for test in (one for file in tests for one in file["tests"]):
    for case in test.get("alert_rule_test", []):
        (fired if case["exp_alerts"] else quiet).add(case["alertname"])
for rule in alerts:
    name = rule["alert"]
    check(name, rule["expr"])
    if rule["annotations"]["runbook_url"] != f"docs/operations.md#{name.lower()}":
        faults.append(f"{name}: its runbook_url is {rule['annotations']['runbook_url']}")
    if not re.search(rf"^#+ {name}$", operations, re.MULTILINE):
        faults.append(f"{name}: docs/operations.md does not say what to do")
    if rule["labels"].get("severity") not in ("page", "ticket"):
        faults.append(f"{name}: severity is {rule['labels'].get('severity')}")
    if name not in fired:
        faults.append(f"{name}: no test fires it")
for name in re.findall(r"^#+ (Cutroom[A-Z]\w+)$", operations, re.MULTILINE):
    if name not in {rule["alert"] for rule in alerts}:
        faults.append(f"docs/operations.md: there is no alert {name}")

panels = json.loads((HERE / "grafana/cutroom.json").read_text())["panels"]
queries = [(panel["title"], target["expr"]) for panel in panels for target in panel.get("targets", [])]
if len({panel["id"] for panel in panels}) != len(panels):
    faults.append("the dashboard has two panels with the same number")
for title, expression in queries:
    check(f"dashboard, {title}", expression)

# What the HPA asks for must be what the adapter gives.
given = set()
for rule in yaml.safe_load((HERE / "adapter.yaml").read_text()):
    series = re.match(r"\w+", rule["seriesQuery"])[0]
    if series not in known:
        faults.append(f"adapter.yaml: {series} is not in docs/metrics.md")
    given.add(re.sub(rule["name"]["matches"], rule["name"]["as"].replace("${1}", r"\1"), series) if "name" in rule else series)
for document in yaml.safe_load_all(pathlib.Path("deploy/kubernetes/scaling/gateway.yaml").read_text()):
    for metric in document["spec"]["metrics"]:
        if metric["type"] == "Pods" and metric["pods"]["metric"]["name"] not in given:
            faults.append(f"the HPA {document['metadata']['name']} asks for {metric['pods']['metric']['name']}, which the adapter does not give")

print("\n".join(faults) if faults else f"{len(rules)} rules, {len(alerts)} alerts, {len(queries)} queries, {len(used)} metrics")
sys.exit(1 if faults else 0)
