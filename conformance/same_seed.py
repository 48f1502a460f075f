"""Writes fixtures/same-seed.json: the losses that examples/same-seed/train.py prints, with one thread and with two.

    python conformance/same_seed.py        # from the repository; a minute or two

PyTorch adds up in another order when it has another number of threads, so the two columns drift apart: that is how closely a port can agree.
"""
import json
import subprocess
import sys
from pathlib import Path

import torch

here = Path(__file__).parent
script = here.parent / "examples/same-seed/train.py"


def column(threads):
    lines = subprocess.run([sys.executable, "-W", "ignore", script, str(threads)], check=True, capture_output=True, text=True, cwd=here.parent).stdout.splitlines()
    tests = [line.split() for line in lines if " test " in line]
    return {
        "steps": [float(line.split()[5]) for line in lines if " step " in line],
        "testLoss": [float(words[4]) for words in tests],
        "accuracy": [float(words[6]) for words in tests],
    }


one, two = column(1), column(2)
result = {"torch": torch.__version__, "oneThread": one, "twoThreads": two}
(here / "fixtures/same-seed.json").write_text(json.dumps(result) + "\n")
print(f"{len(one['steps'])} steps; largest relative difference {max(abs(a - b) / a for a, b in zip(one['steps'], two['steps'])):.1e}")
