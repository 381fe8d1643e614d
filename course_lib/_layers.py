"""Layers that several chapters' networks are made of."""

from itertools import pairwise

from torch import nn


def dense(widths, activation=nn.ReLU):
    """Linear layers through the given widths, an activation between any two of them, as a list."""
    layers = [layer for pair in pairwise(widths) for layer in (nn.Linear(*pair), activation())]
    return layers[:-1]
