"""What Hone writes, read by TensorBoard: `python conformance/tensorboard_reads.py`.

Its EventAccumulator reads the files that conformance/tensorboard_writes.ts makes, and its server answers for each tab over HTTP. Not part of the
tests: it needs tensorboard.
"""

import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ROOT = pathlib.Path(__file__).parent.parent
PURGED = [(step, step) for step in range(5)] + [(step, -step) for step in range(5, 10)]


def check(what, value, wanted):
    if value != wanted:
        sys.exit(f"{what}: TensorBoard has {value!r}, wanted {wanted!r}")
    print(f"{what}: as wanted")


def accumulate(folder):
    events = EventAccumulator(folder, size_guidance={"tensors": 0, "scalars": 0})
    events.Reload()
    tags = events.Tags()
    check("scalars", sorted(tags["scalars"]), ["purged", "values"])
    check("purged", [(e.step, e.value) for e in events.Scalars("purged")], PURGED)
    values = [e.value for e in events.Scalars("values")]
    check("values", [values[0], math.isnan(values[1]), values[2], values[3]], [0.5, True, math.inf, -1])
    histogram = events.Histograms("histogram")[0].histogram_value
    check("histogram", [histogram.min, histogram.max, histogram.num, histogram.sum, sum(histogram.bucket)], [1, 3, 4, 8, 4])
    image = events.Images("image")[0]
    check("image", [image.height, image.width], [4, 6])
    audio = events.Audio("audio")[0]
    check("audio", [audio.sample_rate, audio.length_frames, audio.content_type], [8000, 800, "audio/wav"])
    names = [node.name for node in events.Graph().node]
    check("graph", [names[0], "Sequential/Linear[0]/linear" in names, "Sequential/ReLU[1]/relu" in names], ["input/input.1", True, True])


def serve(folder):
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for line in server.stderr:
            if found := re.search(r"(http://\S+?)/ ", line):
                return server, found[1]
        raise RuntimeError("TensorBoard did not start")
    except BaseException:
        server.kill()
        raise


def ask(base, plugin, route, **query):
    data = None
    if "body" in query:
        data = json.dumps(query.pop("body")).encode()
    url = f"{base}/data/plugin/{plugin}/{route}?{urllib.parse.urlencode(query)}"
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    try:
        return json.loads(text)
    except ValueError:
        return text


def tabs(base):
    deadline = time.time() + 60
    while "lr0.01" not in ask(base, "scalars", "tags") and time.time() < deadline:
        time.sleep(0.5)
    tags = ask(base, "scalars", "tags")
    check("runs", sorted(tags), [".", "both_train", "both_valid", "lr0.01", "lr0.1"])
    check("tags", sorted(tags["."]), ["new style", "purged", "values"])
    check("curve", [tuple(point[1:]) for point in ask(base, "scalars", "scalars", run="both_valid", tag="both")], [(5, 2.0)])
    check("histograms", sum(bin[2] for bin in ask(base, "histograms", "histograms", run=".", tag="histogram")[0][2]), 4)
    check("images", [image["step"] for image in ask(base, "images", "images", run=".", tag="image", sample=0)], [5])
    check("audio", [sound["step"] for sound in ask(base, "audio", "audio", run=".", tag="audio", sample=0)], [5])
    check("text", "<strong>bold</strong>" in ask(base, "text", "text", run=".", tag="text/text_summary")[0]["text"], True)
    curve = ask(base, "pr_curves", "pr_curves", run=".", tag="pr")["."][0]
    check("pr curves", [curve["step"], len(curve["thresholds"]), curve["recall"][0]], [5, 11, 1.0])
    projector = ask(base, "projector", "info", run=".")["embeddings"][0]
    check("projector", [projector["tensorShape"], projector["sprite"]["singleImageDim"]], [[5, 3], [4, 4]])
    check("mesh", [mesh["data_shape"] for mesh in ask(base, "mesh", "meshes", run=".", tag="mesh", sample=0)], [[1, 4, 3]])
    layout = ask(base, "custom_scalars", "layout")["category"][0]
    check("custom scalars", [layout["title"], [chart["title"] for chart in layout["chart"]]], ["group", ["lines", "margin"]])
    graph = ask(base, "graphs", "graph", run=".", conceptual="false", limit_attr_size=1024, large_attrs_key="_too_large_attrs")
    check("graphs", b"Sequential/Linear[0]/linear" in graph, True)
    experiment = ask(base, "hparams", "experiment", body={"experimentName": ""})
    check("hyperparameters", sorted(each["name"] for each in experiment["hparamInfos"]), ["kind", "lr"])
    statuses = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]
    body = {"experimentName": "", "allowedStatuses": statuses, "colParams": [], "startIndex": 0, "sliceSize": 10}
    groups = ask(base, "hparams", "session_groups", body=body)["sessionGroups"]
    scores = sorted((group["hparams"]["lr"], round(group["metricValues"][0]["value"], 6)) for group in groups)
    check("their scores", scores, [(0.01, 0.02), (0.1, 0.2)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        command = ["npx", "tsx", "--tsconfig", "tsconfig.tools.json", "conformance/tensorboard_writes.ts", folder]
        subprocess.run(command, cwd=ROOT, check=True)
        accumulate(folder)
        server, base = serve(folder)
        try:
            tabs(base)
        finally:
            server.terminate()
            server.wait()
    print("TensorBoard reads it all")
