"""What many training runs reached, measured beforehand because it takes too long for a page.

`weights/NAME.csv` has a line for each measurement. `python -m tools runs NAME` measures anew.
`weights/NAME.png` holds pictures side by side, which `python -m tools styled` painted.
"""

import csv
from collections import defaultdict

import numpy as np
import torch

from course_lib.support import checkpoints
from course_lib.support.checks import one_of
from course_lib.support.image_files import read_image, write_image

COLUMNS = ("run", "seed", "measure", "value")


def names():
    """Return the names of the stored tables, sorted."""
    return sorted(path.stem for path in checkpoints.FOLDER.glob("*.csv"))


def load(name):
    """Read the stored table `name`.

    Returns:
        dict: {(run, measure): values (n_seeds,) float64}, in the order of the seeds.
    """
    one_of(name, "name", names() or ["(none yet)"])
    values = defaultdict(list)
    with (checkpoints.FOLDER / f"{name}.csv").open(encoding="utf8", newline="") as file:
        for row in csv.DictReader(file):
            values[row["run"], row["measure"]].append(float(row["value"]))
    return {key: np.array(found) for key, found in values.items()}


def save(name, rows):
    """Store the table `name`: rows of (run, seed, measure, value), values to 4 digits."""
    path = checkpoints.FOLDER / f"{name}.csv"
    with path.open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((run, seed, measure, f"{value:.4g}") for run, seed, measure, value in rows)


def save_pictures(name, pictures):
    """Store pictures (3, S, S) side by side in `weights/NAME.png`; return its path."""
    path = checkpoints.FOLDER / f"{name}.png"
    write_image(torch.cat(list(pictures), dim=2), path)
    return path


def load_pictures(name):
    """Read the stored pictures `name`: (N, 3, S, S) float32 in [0, 1]."""
    strip = read_image(checkpoints.FOLDER / f"{name}.png")
    return torch.stack(strip.split(strip.shape[1], dim=2))
