"""
Writes conformance/fixtures from what torch computes. Needs torch, nothing else.

    python conformance/generate.py                   all families
    python conformance/generate.py losses pools      those of conformance/cases/losses.py and pools.py

test/conformance replays all of it on Hone.
"""
import importlib
import os
import pkgutil
import sys
import time
import warnings

import torch

import cases
from harness import write

warnings.simplefilter("ignore")
torch.set_num_threads(1)
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")

if __name__ == "__main__":
    for name in sys.argv[1:] or [module.name for module in pkgutil.iter_modules(cases.__path__)]:
        start = time.time()
        families = importlib.import_module("cases." + name).families()
        path = os.path.join(OUT, name + ".json")
        write(path, families)
        for family in families:
            errors = sum("err" in case for case in family.cases)
            print("%-24s %4d cases, %3d of them refused" % (family.name, len(family.cases), errors), file=sys.stderr)
        print("%s: %.0f KB, %.1f s" % (name, os.path.getsize(path) / 1000, time.time() - start), file=sys.stderr)
