"""Runs on request, in PyTorch, what the benchmarks run in Hone. `peers/peer.ts` says what the lines mean."""
import json
import sys
import time
import traceback
import warnings

warnings.filterwarnings("ignore")

import torch

import models
import operations

torch.set_num_threads(int(sys.argv[1]))
COMPILED = "--compile" in sys.argv[2:]


def make(task):
    if task["kind"] in ("train", "forward"):
        return models.step_of(task, COMPILED)
    if task["kind"] == "overhead":
        return operations.chain_of(task)
    return operations.operation_of(task)


def peak_memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def measure(call, rounds, calls):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        times.append((time.perf_counter() - start) * 1e3 / calls)
    return times


def answer(request, made):
    if request["do"] == "make":
        made.clear()
        made.append(make(request["task"]))
        return {}
    if request["do"] == "peak":
        return {"peak": peak_memory()}
    return {"times": measure(made[0], request["rounds"], request["calls"])}


def say(message):
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    say({"version": torch.__version__, "threads": torch.get_num_threads()})
    made = []
    for line in sys.stdin:
        try:
            say(answer(json.loads(line), made))
        except Exception as error:
            traceback.print_exc()
            say({"error": f"{type(error).__name__}: {error}"})
