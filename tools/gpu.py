"""Measure the book on a GPU: each thing in a process of its own, within seconds of its own.

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

from tools import gpu_measures
from tools.apart import within
from tools.book import BookError, folder, write_text

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
TEXTS = {
    "ko": {
        "none": "GPU에서는 아직 측정하지 않았습니다.",
        "head": "{device}에서 {date}에 측정했습니다(PyTorch {torch}, CPU 코어 {cores}개).",
        "columns": "| 측정한 것 | 결과 |",
        "failed": "실패: {error}",
        "notebooks": "모든 장의 노트북 | {n}개 중 {held}개에서 assert가 모두 성립({late}개는 시간 "
        "부족), {workers}개씩 동시에 실행해 {seconds:.0f}초",
        "kmeans": "k-평균, 32차원의 점 {n:,}개, K = {k}, 25번 반복 | {times}",
        "autoencoders": "오토인코더, 64픽셀 한글 {n:,}장으로 {epochs}에포크 | 완전 연결 "
        "{dense seconds:.1f}초(테스트 오차 {dense error:.4f}), 합성곱 {convolutional seconds:.1f}초"
        "({convolutional error:.4f}), 평균 이미지의 오차 {mean:.4f}",
        "dcgan-hangul": "DCGAN, 64픽셀 한글 {n:,}장 | {epochs}에포크에 {seconds:.0f}초, 1초에 "
        "{speed:,.0f}장",
        "dcgan": "DCGAN, {title} | 한 스텝에 {step:.2f} ms, {epochs}에포크 뒤 {seconds:.1f}초에 "
        "프레셰 거리 {distance:.0f}(목표 {target})",
        "style": "스타일 전이, {size}픽셀, VGG-19 | 한 스텝에 {step:.4f}초, 이 GPU가 내는 최대 "
        "연산 속도의 {share:.0f}%",
        "dcgan-faces": "DCGAN, 64픽셀 얼굴 사진 {n:,}장 | {epochs}에포크에 {seconds:.0f}초",
    },
    "en": {
        "none": "The book has not been measured on a GPU yet.",
        "head": "Measured on {device}, {date} (PyTorch {torch}, {cores} CPU cores).",
        "columns": "| Measured | Result |",
        "failed": "failed: {error}",
        "notebooks": "The notebooks of all chapters | all asserts hold in {held} of {n} ({late} "
        "had too little time), {seconds:.0f} s, {workers} at a time",
        "kmeans": "K-means, {n:,} points in 32 dimensions, K = {k}, 25 iterations | {times}",
        "autoencoders": "Autoencoders, {epochs} epochs on {n:,} images of Hangul with 64 pixels | "
        "dense {dense seconds:.1f} s (test error {dense error:.4f}), convolutional "
        "{convolutional seconds:.1f} s ({convolutional error:.4f}), error of the mean image "
        "{mean:.4f}",
        "dcgan-hangul": "DCGAN on {n:,} images of Hangul with 64 pixels | {epochs} epochs in "
        "{seconds:.0f} s, {speed:,.0f} images per second",
        "dcgan": "DCGAN, {title} | {step:.2f} ms per step; a Frechet distance of {distance:.0f} "
        "(goal: {target}) after {epochs} epochs, {seconds:.1f} s",
        "style": "Style transfer, {size} pixels, VGG-19 | {step:.4f} s per step, {share:.0f}% of "
        "the most that the GPU reaches",
        "dcgan-faces": "DCGAN on {n:,} photographs of faces with 64 pixels | {epochs} epochs in "
        "{seconds:.0f} s",
    },
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


def add_arguments(parser):
    """Declare the command's arguments."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASUREMENTS)}")
    parser.add_argument("--tiny", action="store_true", help="try it on the CPU, with tiny sizes")
    parser.add_argument("--out", type=Path, help="folder for the results (default: _build/gpu)")
    parser.add_argument("--store", action="store_true", help="put the result into the book")


def main(args, root):
    """Measure what is named, else everything, the faces with --tiny only; print the table."""
    out = args.out or root / "_build/gpu"
    if args.store:
        return store(root, out / "gpu.json")
    for name in args.names:
        if name not in MEASUREMENTS:
            raise BookError(f"no measurement {name!r}; there are: {', '.join(MEASUREMENTS)}")
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
    names = args.names or (MEASUREMENTS if args.tiny else USUAL)
    for name in names:
        limit, function = MEASUREMENTS[name]
        found = within(limit, partial(function, out, device, args.tiny))
        result["measurements"][name] = found
        write_text(out / "gpu.json", json.dumps(result, indent=2, ensure_ascii=False) + "\n")
        print(row(name, found, TEXTS["en"]), flush=True)
    return int(any("error" in result["measurements"][name] for name in names))
