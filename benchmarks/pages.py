"""Server time of the pages: the median warm time of one page of each kind, through the whole application but without a network.

`python benchmarks/pages.py` prints a table; the promise is at most 5 ms. "anew" is what it takes to make a page that the app otherwise makes
once a day. Pages are asked for in turn, so that a slow moment of the machine hits all of them.
"""

from __future__ import annotations

import gc
import statistics
import sys
import threading
import time

from dandang import resources
from dandang.cases import read_stated
from dandang.web import create_app
from dandang.web.app import query_pool
from dandang.web.server import YOUNG
from dandang.web.views.case_form import form_of_case

RUNS = 25
HTML = {"Accept": "text/html"}
#: One page of each kind, the largest of its kind where they differ much.
PAGES = {
    "home": "/zh/",
    "framework": "/zh/framework",
    "documents": "/zh/documents/",
    "document": "/zh/documents/D3",
    "clauses": "/zh/clauses/",
    "clause": "/zh/clauses/E4",
    "facts": "/zh/facts/",
    "facts, filtered": "/zh/facts/?q=决策",
    "fact": "/zh/facts/verified-on-investigation",
    "concepts": "/zh/concepts/",
    "scheme": "/zh/concepts/measure",
    "concept": "/zh/concepts/outcome/exemption",
    "duties": "/zh/duties/",
    "duty": "/zh/duties/taking-responsibility",
    "relations": "/zh/relations/",
    "relation": "/zh/relations/e7-a11",
    "ontology": "/zh/ontology",
    "source": "/zh/source",
    "cases": "/zh/cases/",
    "case": "/zh/cases/2018-006",
    "case form": "/zh/case",
    "case, an answer": "POST /zh/case/standing",
    "case, questions": "POST /zh/case/work",
    "case report": "POST /zh/case",
    "questions": "/zh/questions/",
    "question": "/zh/questions/cq-01-exemptions-of-case",
    "search, notation": "/zh/search?q=e7",
    "search, word": "/zh/search?q=处分",
    "search, pinyin": "/zh/search?q=wenze",
    "search, letter": "/zh/search?q=a",
    "search, nothing": "/zh/search?q=果段决策",
    "compare": "/zh/compare/A11/E7",
    "matrix": "/zh/matrix",
    "map": "/zh/map",
    "neighbourhood": "/data/neighbourhood/clauses/E4.json",
    "SPARQL form": "/zh/sparql",
    "data, Turtle": "/data/clauses/E4.ttl",
}


def main() -> None:
    """Print the table, slowest first."""
    gc.set_threshold(YOUNG)
    app = create_app({"QUERY_WORKERS": 1, "CACHE_BYTES": 0, "COMPILED_SHAPES": True})
    client = app.test_client()
    case = next(path for path in resources.case_files() if path.name.startswith("2018-006")).read_bytes()

    policy = app.extensions["dandang"].policy
    fields = dict(form_of_case(read_stated(case, policy)[0].case, policy).fields())

    def once(address: str) -> tuple[float, int]:
        start = time.perf_counter()
        if address.startswith("POST /zh/case/"):
            answer = client.post(address[5:], data=fields, headers=HTML)
        elif address.startswith("POST "):
            answer = client.post(address[5:], data=case, content_type="application/yaml", headers=HTML)
        else:
            answer = client.get(address, headers=HTML)
        taken = time.perf_counter() - start
        if answer.status_code != 200:
            sys.exit(f"{address} answers {answer.status_code}")
        return taken * 1000, len(answer.data)

    try:
        cold = {name: once(address) for name, address in PAGES.items()}
        for thread in threading.enumerate():
            if thread.name == "compile-shapes":
                thread.join()
        times: dict[str, list[float]] = {name: [] for name in PAGES}
        anew: dict[str, list[float]] = {name: [] for name in PAGES}
        for _ in range(RUNS):
            for name, address in PAGES.items():
                times[name].append(once(address)[0])
                # A page with a query is never a kept one. What has one, is posted or refuses unknown parameters is made anew anyway.
                fixed = "?" not in address and address.startswith("/zh/") and name not in ("question", "SPARQL form")
                anew[name].append(once(f"{address}?anew=1")[0] if fixed else times[name][-1])
    finally:
        query_pool(app).close()
    print(f"{'page':18} {'median ms':>9} {'worst ms':>9} {'anew ms':>9} {'first ms':>9} {'kB':>6}")
    for name in sorted(PAGES, key=lambda name: -statistics.median(times[name])):
        first, size = cold[name]
        median, worst = statistics.median(times[name]), max(times[name])
        made = statistics.median(anew[name])
        print(f"{name:18} {median:9.1f} {worst:9.1f} {made:9.1f} {first:9.1f} {size / 1000:6.0f}")


if __name__ == "__main__":
    main()
