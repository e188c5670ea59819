"""Runs cases of the Autobahn suite against a server and sums up: suite.py URL CASE...  (Python 2.7)"""
from __future__ import print_function

import collections
import json
import os
import shutil
import site
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
REPORTS = os.path.join(HERE, "reports")

# Some of the packages share a namespace package, which only a site directory can hold.
site.addsitedir(os.path.join(HERE, "suite"))
sys.path.insert(0, os.path.join(HERE, "suite"))


def play(url, cases):
    spec = {
        "outdir": REPORTS,
        "servers": [{"agent": "server", "url": url}],
        "cases": cases,
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    shutil.rmtree(REPORTS, ignore_errors=True)
    os.mkdir(REPORTS)
    path = os.path.join(REPORTS, "spec.json")
    with open(path, "w") as out:
        json.dump(spec, out)
    from autobahntestsuite import wstest

    sys.argv = ["wstest", "-m", "fuzzingclient", "-s", path]
    # It prints a line for each step of each case, and ends the process when it is done.
    with open(os.path.join(REPORTS, "wstest.log"), "w") as log:
        printed, sys.stdout = sys.stdout, log
        try:
            wstest.run()
        except SystemExit:
            pass
        finally:
            sys.stdout = printed


def sum_up():
    with open(os.path.join(REPORTS, "index.json")) as index:
        results = json.load(index)["server"]
    counts = collections.Counter()
    for case in sorted(results, key=lambda case: [int(part) for part in case.split(".")]):
        how, close = results[case]["behavior"], results[case]["behaviorClose"]
        known = {"OK": "OK", "NON-STRICT": "non-strict", "INFORMATIONAL": "informational"}
        known["UNIMPLEMENTED"] = "unimplemented"
        verdict = known.get(how, "FAILED")
        # The end of a connection is judged by itself, and counts as well.
        if close not in ("OK", "INFORMATIONAL") and verdict != "unimplemented":
            verdict = "FAILED"
        counts[verdict] += 1
        if verdict not in ("OK", "informational"):
            print("%s: %s, closed: %s" % (case, how, close))
    order = ["OK", "non-strict", "informational", "unimplemented", "FAILED"]
    print(", ".join("%d %s" % (counts[verdict], verdict) for verdict in order))
    return 1 if counts["FAILED"] or not results else 0


if __name__ == "__main__":
    play(sys.argv[1], sys.argv[2:])
    sys.exit(sum_up())
