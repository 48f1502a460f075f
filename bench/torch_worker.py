"""Runs on request, in PyTorch, what the benchmarks run in Hone. Reads lines {"name", "steps", ...} and answers with milliseconds each."""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
import torch.nn.functional as F

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
torch.set_num_threads(threads)
torch.manual_seed(0)


def training(sizes, batch):
    layers = []
    for i in range(len(sizes) - 1):
        layers.append(torch.nn.Linear(sizes[i], sizes[i + 1]))
        if i < len(sizes) - 2:
            layers.append(torch.nn.ReLU())
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-6)
    x, y = torch.rand(batch, sizes[0]), torch.randint(sizes[-1], (batch,))

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


def operation(name, shapes):
    a = [torch.randn(*shape) for shape in shapes]
    return {
        "matmul": lambda: a[0] @ a[1],
        "add": lambda: a[0] + a[1],
        "addRow": lambda: a[0] + a[1],
        "relu": lambda: torch.relu(a[0]),
        "exp": lambda: torch.exp(a[0]),
        "tanh": lambda: torch.tanh(a[0]),
        "gelu": lambda: F.gelu(a[0]),
        "sum": lambda: a[0].sum(),
        "sumRows": lambda: a[0].sum(0),
        "sumColumns": lambda: a[0].sum(1),
        "softmax": lambda: torch.softmax(a[0], 1),
        "logSoftmax": lambda: torch.log_softmax(a[0], 1),
        "conv2d": lambda: F.conv2d(a[0], a[1], None, 1, 1),
        "maxPool2d": lambda: F.max_pool2d(a[0], 2),
    }[name]


made = {}
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    task = json.loads(line)
    key = json.dumps([task.get("sizes"), task.get("batch"), task.get("op"), task.get("shapes")])
    if key not in made:
        made[key] = training(task["sizes"], task["batch"]) if "sizes" in task else operation(task["op"], task["shapes"])
    call, times = made[key], []
    training_step = "sizes" in task
    for _ in range(task["rounds"]):
        start = time.perf_counter()
        if training_step:
            for _ in range(task["calls"]):
                call()
        else:
            with torch.no_grad():
                for _ in range(task["calls"]):
                    call()
        times.append((time.perf_counter() - start) * 1e3 / task["calls"])
    print(json.dumps(times), flush=True)
