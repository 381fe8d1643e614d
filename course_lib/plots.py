"""The few drawings that more than one figure needs; everything else is plain matplotlib."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

# Okabe & Ito (2008): eight colours that stay apart for colour-blind readers and in grey print.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")


def use_style():
    """Give every figure of the book the same look: sharp, light, colour-blind safe.

    Changes matplotlib's global settings (`matplotlib.rcParams`) for the running session.
    """
    mpl.rcParams.update({
        "figure.dpi": 110, "figure.facecolor": "white", "figure.constrained_layout.use": True,
        "font.size": 10, "axes.titlesize": 10.5, "axes.labelsize": 10, "legend.fontsize": 9,
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": False,
        "axes.prop_cycle": mpl.cycler(color=PALETTE), "lines.linewidth": 1.8,
        "image.cmap": "gray", "image.interpolation": "nearest", "legend.frameon": False,
    })


def cluster_colors(n_clusters):
    """`n_clusters` colours, the palette first and evenly spaced hues when it runs out.

    Returns an array `(n_clusters, 4)` of RGBA values in [0, 1].
    """
    if n_clusters <= len(PALETTE):
        return mpl.colors.to_rgba_array(PALETTE[:n_clusters])
    return plt.get_cmap("turbo")(np.linspace(0.05, 0.95, n_clusters))


def scatter_clusters(ax, x, labels=None, centers=None, *, title=None, size=10, center_size=80):
    """Draw 2-D points, coloured by cluster, with the centres as black crosses.

    Args:
        ax: matplotlib axes.
        x: `(N, 2)` points.
        labels: `(N,)` integers; -1 marks noise (drawn grey). None draws every point grey.
        centers: `(K, 2)` points, or None.
        title: text above the axes.
        size, center_size: marker areas in points squared.

    Raises:
        ValueError: `x` is not `(N, 2)`, or `labels` has another length.
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
    ax.scatter(x[:, 0], x[:, 1], s=size, c=colors, alpha=0.75, linewidths=0)
    if centers is not None:
        centers = np.asarray(centers)
        ax.scatter(centers[:, 0], centers[:, 1], s=2.1 * center_size, c="white", marker="X",
                   linewidths=0)
        ax.scatter(centers[:, 0], centers[:, 1], s=center_size, c="black", marker="X", linewidths=0)
    ax.set(xticks=[], yticks=[], title=title)


def shade_regions(ax, predict, x, *, margin=0.08, resolution=300):
    """Colour the plane behind 2-D points by the cluster that `predict` gives each place.

    Args:
        ax: matplotlib axes.
        predict: callable from `(M, 2)` float64 points to `(M,)` integer labels.
        x: `(N, 2)` points; the shaded box is theirs, wider by `margin` of its size on each side.
        margin: share of the box.
        resolution: places along each side.
    """
    x = np.asarray(x)
    low, high = x.min(axis=0), x.max(axis=0)
    low, high = low - margin * (high - low), high + margin * (high - low)
    across, up = (np.linspace(low[i], high[i], resolution) for i in range(2))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)       # (resolution^2, 2)
    labels = np.asarray(predict(grid)).reshape(resolution, resolution)
    ax.imshow(cluster_colors(labels.max() + 1)[labels], origin="lower", alpha=0.22,
              extent=(low[0], high[0], low[1], high[1]), aspect="auto")
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))


def show_images(images, *, n_columns=10, titles=None, size=0.85):
    """Draw a grid of images and return the figure.

    Args:
        images: `(N, C, H, W)` or a list of `(C, H, W)`, values in [0, 1] (clipped); C is 1 or 3.
        n_columns: images a row.
        titles: N strings, or None.
        size: width of one image in inches; the height follows the first image's shape.

    Raises:
        ValueError: no images, or one that is not `(1, H, W)` or `(3, H, W)`.
    """
    images = [np.asarray(image) for image in images]
    if not images:
        raise ValueError("images must hold at least one image, got none")
    for image in images:
        if image.ndim != 3 or image.shape[0] not in (1, 3):
            raise ValueError(f"images must be (C, H, W) with C = 1 or 3, got {image.shape}")
    n_columns = min(n_columns, len(images))
    n_rows = -(-len(images) // n_columns)
    height = size * images[0].shape[1] / images[0].shape[2] + (0.22 if titles is not None else 0)
    fig, axes = plt.subplots(n_rows, n_columns, squeeze=False,
                             figsize=(size * n_columns, height * n_rows))
    for ax in axes.flat:
        ax.axis("off")
    for i, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image.transpose(1, 2, 0).squeeze().clip(0, 1), vmin=0, vmax=1)
        if titles is not None:
            ax.set_title(titles[i], fontsize=9)
    return fig
