"""Drawings that several figures need; all other figures are plain matplotlib."""

import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

# Okabe and Ito (2008): eight colors that color-blind readers and gray prints keep apart. Two more,
# from Paul Tol's muted scheme, for the ten digits.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
TEN = (*PALETTE, "#332288", "#882255")


def use_style():
    """Set matplotlib's global defaults (`rcParams`) to the look of the book's figures.

    In a notebook, figures are stored with twice the pixels, for screens that have them.
    """
    if "ipykernel" in sys.modules:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("retina")
    mpl.rc("figure", dpi=110, facecolor="white")
    mpl.rc("figure.constrained_layout", use=True)
    mpl.rc("font", size=10)
    mpl.rc("axes", titlesize=10.5, labelsize=10, grid=False, prop_cycle=mpl.cycler(color=PALETTE))
    mpl.rc("axes.spines", top=False, right=False)
    mpl.rc("lines", linewidth=1.8)
    mpl.rc("image", cmap="gray", interpolation="nearest")
    mpl.rc("legend", fontsize=9, frameon=False)


def cluster_colors(n_clusters):
    """Return RGBA colors (n_clusters, 4) in [0, 1]: the palette, or more hues when needed."""
    if n_clusters <= len(TEN):
        return mpl.colors.to_rgba_array(TEN[:n_clusters])
    return plt.get_cmap("turbo")(np.linspace(0.05, 0.95, n_clusters))


def scatter_clusters(ax, x, labels=None, centers=None, *, title=None, size=10, center_size=80):
    """Draw 2-D points colored by cluster, with the centers as black crosses.

    Args:
        ax: matplotlib axes.
        x: points (N, 2).
        labels: integers (N,); -1 is noise, drawn gray. None: all points are gray.
        centers: points (K, 2), or None.
        title: text above the axes.
        size: area of a point in points squared.
        center_size: area of a cross in points squared.
    """
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[1] != 2:
        raise ValueError(f"x must have shape (N, 2), got {x.shape}")
    colors = np.tile(mpl.colors.to_rgba("#777777"), (len(x), 1))
    if labels is not None:
        labels = np.asarray(labels)
        if labels.shape != (len(x),):
            raise ValueError(f"labels must have shape ({len(x)},), got {labels.shape}")
        inside = labels >= 0
        colors[inside] = cluster_colors(labels.max() + 1)[labels[inside]]
    ax.scatter(*x.T, s=size, c=colors, alpha=0.75, linewidths=0)
    if centers is not None:
        for area, color in ((2.1 * center_size, "white"), (center_size, "black")):
            ax.scatter(*np.transpose(centers), s=area, c=color, marker="X", linewidths=0)
    ax.set(xticks=[], yticks=[], title=title)


def shade_regions(ax, predict, x, *, margin=0.08, resolution=300):
    """Color the plane behind 2-D points by the cluster that `predict` gives each position.

    Args:
        ax: matplotlib axes.
        predict: callable: points (M, 2) float64 -> integer labels (M,).
        x: points (N, 2); their bounding box is shaded.
        margin: how far to go beyond the box on each side, as a share of its size.
        resolution: number of positions along each side.
    """
    low, high = np.min(x, axis=0), np.max(x, axis=0)
    low, high = low - margin * (high - low), high + margin * (high - low)
    axes = np.linspace(low, high, resolution).T  # across, up
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)  # (resolution^2, 2)
    labels = np.asarray(predict(grid)).reshape(resolution, resolution)
    box, colors = (low[0], high[0], low[1], high[1]), cluster_colors(labels.max() + 1)[labels]
    ax.imshow(colors, origin="lower", alpha=0.22, extent=box, aspect="auto")
    ax.set(xlim=box[:2], ylim=box[2:])


def show_images(images, *, n_columns=10, titles=None, size=0.85):
    """Draw a grid of images; returns the matplotlib figure.

    Args:
        images: (N, C, H, W) or a list of (C, H, W), C = 1 or 3; clipped to [0, 1].
        n_columns: images per row.
        titles: N strings, or None.
        size: width of one image in inches; the first image's shape sets the height.
    """
    images = [np.asarray(image) for image in images]
    if not images:
        raise ValueError("images must hold at least one image, got none")
    for shape in (image.shape for image in images):
        if len(shape) != 3 or shape[0] not in (1, 3):
            raise ValueError(f"images must be (C, H, W) with C = 1 or 3, got {shape}")
    n_columns = min(n_columns, len(images))
    n_rows = -(-len(images) // n_columns)
    height = size * images[0].shape[1] / images[0].shape[2] + (0.22 if titles is not None else 0)
    figsize = (size * n_columns, height * n_rows)
    fig, axes = plt.subplots(n_rows, n_columns, squeeze=False, figsize=figsize)
    for ax in axes.flat:
        ax.axis("off")
    for i, (ax, image) in enumerate(zip(axes.flat, images)):
        ax.imshow(image.transpose(1, 2, 0).squeeze().clip(0, 1), vmin=0, vmax=1)
        if titles is not None:
            ax.set_title(titles[i], fontsize=9)
    return fig
