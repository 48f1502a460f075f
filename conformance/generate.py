"""
Writes conformance/fixtures from what torch computes: `python conformance/generate.py`. Needs torch, nothing else.
test/conformance.test.ts replays all of it on Hone.
"""
import os
import sys
import time
import warnings

import torch

import tables
import training
from cases import elementwise, layers, programs, shaping
from harness import write

warnings.simplefilter("ignore")
torch.set_num_threads(1)
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")
FAMILIES = [
    elementwise.unary, elementwise.binary, elementwise.activation, elementwise.reduction, elementwise.matmul, layers.loss, layers.conv, layers.pool, layers.norms,
    shaping.movement, shaping.indexing, shaping.sorting, programs.handmade, programs.fuzz,
]

if __name__ == "__main__":
    families = {}
    for make in FAMILIES:
        start = time.time()
        family = make()
        families[family.name] = family.cases
        errors = sum("err" in case for case in family.cases)
        print("%-20s %4d cases, %3d of them errors, %.1f s" % (family.name, len(family.cases), errors, time.time() - start), file=sys.stderr)
    write(os.path.join(OUT, "operations.json"), {"torch": torch.__version__, "families": families})
    write(os.path.join(OUT, "tables.json"), {"torch": torch.__version__, "families": tables.families()})
    write(os.path.join(OUT, "training.json"), {"torch": torch.__version__, "families": training.families()})
