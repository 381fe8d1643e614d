"""Hangul: the parts of a syllable, and a reader that recognizes them in an image.

A syllable is an initial consonant (19), a vowel (21) and a final consonant or none (28 choices);
all 19 x 21 x 28 = 11,172 of them stand in Unicode from "가" on, in the order of their parts.
The weights of the reader come with the library, `checkpoints.load("hangul-reader")`, and those of
a generator that writes the syllables that it is told to, `checkpoints.load("hangul-dcgan")`.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import one_hot

from course_lib.support.checks import floats

N_PARTS = (19, 21, 28)  # initials, vowels, finals; final 0 is none
FIRST = ord("가")  # 0xAC00


def split(text):
    """Return the parts (N, 3) int64 of the syllables in a text, such as "한글".

    ValueError for a character that is not one of the 11,172 syllables.
    """
    index = torch.tensor([ord(character) - FIRST for character in text], dtype=torch.int64)
    wrong = [c for c, i in zip(text, index.tolist()) if not 0 <= i < 11172]
    if wrong:
        raise ValueError(f"text must be Hangul syllables, got {wrong[0]!r}")
    return torch.stack([index // (21 * 28), index // 28 % 21, index % 28], dim=1)


def join(parts):
    """Return the text of N syllables from their parts (N, 3); the inverse of `split`."""
    initial, vowel, final = np.asarray(parts).T
    return "".join(chr(FIRST + i) for i in (initial * 21 + vowel) * 28 + final)


class Reader(nn.Module):
    """Read the three parts of a syllable: three convolutions, 64 features, three heads.

    `forward` raises TypeError or ValueError for anything but images (N, 1, 28, 28).
    """

    n_features = 64

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(  # (N, 1, 28, 28)
            *(nn.Conv2d(1, 24, 5, stride=2, padding=2), nn.BatchNorm2d(24), nn.ReLU()),  # 14 x 14
            *(nn.Conv2d(24, 48, 3, stride=2, padding=1), nn.BatchNorm2d(48), nn.ReLU()),  # 7 x 7
            *(nn.Conv2d(48, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64), nn.ReLU()),  # 4 x 4
            nn.Flatten(),  # (N, 1024)
            nn.Linear(1024, self.n_features),  # (N, 64)
            nn.ReLU(),
        )
        self.heads = nn.ModuleList(nn.Linear(self.n_features, n) for n in N_PARTS)

    def features(self, x):
        """Return the features (N, 64), >= 0, of images x (N, 1, 28, 28) in [0, 1]."""
        return self.body(floats(x, "x", (None, 1, 28, 28)))

    def forward(self, x):
        """Return three tensors of logits, (N, 19), (N, 21) and (N, 28), one for each part."""
        features = self.features(x)
        return [head(features) for head in self.heads]


@torch.no_grad()
def read(reader, images):
    """Return the parts (N, 3) int64 that a reader sees, and its confidence (N, 3) in each of them.

    The confidence is the probability that the softmax gives to what was read.
    """
    best = [logits.softmax(dim=1).max(dim=1) for logits in reader(images)]
    return torch.stack([b.indices for b in best], 1), torch.stack([b.values for b in best], 1)


def one_hots(parts):
    """Return the parts (N, 3) as rows (N, 68) of zeros and three ones, float32."""
    return torch.cat([one_hot(part, n) for part, n in zip(parts.T, N_PARTS)], dim=1).float()


@torch.no_grad()
def write(generator, parts, seed=0):
    """Return the images (N, 1, 28, 28) that a generator makes of the parts (N, 3) it is told.

    Its z is noise, as much as there is room for, and then `one_hots(parts)`.
    """
    rng = torch.Generator().manual_seed(seed)
    noise = torch.randn(len(parts), generator.latent_dim - sum(N_PARTS), generator=rng)
    z = torch.cat([noise, one_hots(parts)], dim=1)
    return torch.cat([generator(some) for some in z.split(500)])
