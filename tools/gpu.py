"""Measure the book on a GPU: each thing in a process of its own, for at most its own seconds.

The results go to _build/gpu: gpu.json and pictures. What fails or takes too long is recorded, and
the rest goes on. `--store` puts a result into the book: the file, and the table on the page
"running".
"""

import json
import os
import re
from datetime import date
from functools import partial
from pathlib import Path

import torch
import yaml

from tools import gpu_measures
from tools.apart import within
from tools.book import NAMES, BookError, chosen, folder, write_text

STORED = "benchmarks/gpu.json"
PLACE = re.compile(r"(?<=<!-- gpu -->\n\n).*?(?=\n\n<!-- /gpu -->)", re.DOTALL)
MEASUREMENTS = {  # name: (seconds that it may take, what it does)
    "notebooks": (200, gpu_measures.run_notebooks),
    "kmeans": (80, gpu_measures.fit_kmeans),
    "autoencoders": (60, gpu_measures.train_autoencoders),
    "dcgan-hangul": (90, gpu_measures.train_dcgan),
    "dcgan": (80, gpu_measures.time_dcgan),
    "style": (60, gpu_measures.transfer_style),
    "dcgan-faces": (540, gpu_measures.train_faces),
}
USUAL = list(MEASUREMENTS)[:-1]  # in less than ten minutes together, and without a network
TEXTS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf8"))
ARGUMENTS = {
    "names": {**NAMES, "help": f"of {', '.join(MEASUREMENTS)}"},
    "--tiny": {"action": "store_true", "help": "try it on the CPU, with tiny sizes"},
    "--out": {"type": Path, "help": "folder for the results (default: _build/gpu)"},
    "--store": {"action": "store_true", "help": "put the result into the book"},
}


def row(name, found, texts):
    """Return a measurement's row of the table."""
    if "error" in found:
        return f"| {name} | {texts['failed'].format_map(found).splitlines()[0]} |"
    times = (f"{method} {seconds:.3g} s" for method, seconds in found.get("medians", {}).items())
    return f"| {texts[name].format_map({**found, 'times': ', '.join(times)})} |"


def table(result, language):
    """Return what the page "running" says of a result in Markdown; of None, that there is none."""
    texts = TEXTS[language]
    if result is None:
        return texts["none"]
    rows = [row(name, found, texts) for name, found in result["measurements"].items()]
    return "\n".join([texts["head"].format_map(result), "", texts["columns"], "| - | - |", *rows])


def store(root, path):
    """Put a result into the book; BookError where there is none, or only one of a tiny run."""
    if not path.exists():
        raise BookError(f"there is no {path}: measure first, on a machine with a GPU")
    result = json.loads(path.read_text("utf8"))
    if result["tiny"]:
        raise BookError(f"{path} is of a tiny run, whose numbers say nothing")
    write_text(root / STORED, path.read_text("utf8"))
    for language in TEXTS:
        page = folder(root, language) / "running.md"
        text = page.read_text("utf8")
        write_text(page, PLACE.sub(lambda _: table(result, language), text))  # noqa: B023
    return 0


def main(args, root):
    """Measure what is named, else everything, the faces with --tiny only; print the table."""
    out = args.out or root / "_build/gpu"
    if args.store:
        return store(root, out / "gpu.json")
    chosen(args.names, MEASUREMENTS, "measurement")
    names = args.names or (MEASUREMENTS if args.tiny else USUAL)
    if not (args.tiny or torch.cuda.is_available()):
        raise BookError(
            "PyTorch finds no GPU here; --tiny tries every measurement on the CPU with tiny sizes"
        )
    out.mkdir(parents=True, exist_ok=True)
    os.environ["TQDM_DISABLE"] = "1"  # for the processes
    device = "cpu" if args.tiny else "cuda"
    result = {
        "device": "CPU" if args.tiny else torch.cuda.get_device_name(),
        "date": str(date.today()),
        "torch": torch.__version__,
        "cores": os.cpu_count(),
        "tiny": args.tiny,
        "measurements": {},
    }
    if (out / "gpu.json").exists():
        before = json.loads((out / "gpu.json").read_text("utf8"))
        if all(before[key] == result[key] for key in ("device", "torch", "tiny")):
            result["measurements"] = before["measurements"]
    print(table({**result, "measurements": {}}, "en"), flush=True)
    for name in names:
        limit, function = MEASUREMENTS[name]
        found = within(limit, partial(function, out, device, args.tiny))
        result["measurements"][name] = found
        write_text(out / "gpu.json", json.dumps(result, indent=2, ensure_ascii=False) + "\n")
        print(row(name, found, TEXTS["en"]), flush=True)
    return int(any("error" in result["measurements"][name] for name in names))
