"""The drawings: what is on the axes afterward, and what is refused."""

import sys

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib_inline import backend_inline

from course_lib import plots


@pytest.fixture(autouse=True)
def clean():
    with matplotlib.rc_context():
        yield
    plt.close("all")


def test_use_style_sets_the_palette():
    plots.use_style()
    cycle = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
    assert cycle == list(plots.PALETTE)


def test_figures_have_twice_the_pixels_in_a_notebook_only(monkeypatch):
    asked = []
    monkeypatch.setattr(backend_inline, "set_matplotlib_formats", asked.append)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    plots.use_style()
    assert asked == []
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    plots.use_style()
    assert asked == ["retina"]


@pytest.mark.parametrize("n_clusters", [1, 8, 9, 10, 30])
def test_cluster_colors_are_distinct(n_clusters):
    colors = plots.cluster_colors(n_clusters)
    assert colors.shape == (n_clusters, 4)
    assert len(np.unique(colors, axis=0)) == n_clusters


def test_scatter_colors_points_by_label_and_noise_gray():
    x = np.array([[0.0, 0], [1, 0], [2, 0], [3, 0]])
    _, ax = plt.subplots()
    plots.scatter_clusters(ax, x, [0, 1, 0, -1], [[0.0, 0], [1, 0]], title="four")
    colors = ax.collections[0].get_facecolor()
    assert (colors[0] == colors[2]).all()
    assert len(np.unique(colors, axis=0)) == 3
    assert len(ax.collections) == 3  # the points, and each center drawn twice
    assert ax.get_title() == "four"


def test_scatter_without_labels_is_one_color():
    _, ax = plt.subplots()
    plots.scatter_clusters(ax, np.eye(2))
    assert len(np.unique(ax.collections[0].get_facecolor(), axis=0)) == 1
    assert len(ax.collections) == 1


@pytest.mark.parametrize(
    ("x", "labels", "names"),
    [
        (np.zeros(4), None, "x must"),
        (np.zeros((4, 3)), None, "x must"),
        (np.zeros((4, 2)), [0, 1], "labels must"),
    ],
)
def test_scatter_refuses(x, labels, names):
    with pytest.raises(ValueError, match=names):
        plots.scatter_clusters(plt.gca(), x, labels)


def test_shade_regions_asks_predict_for_every_place():
    x = np.array([[0.0, 0], [10, 5]])
    _, ax = plt.subplots()
    plots.shade_regions(ax, lambda p: (p[:, 0] > 5).astype(int), x, resolution=20)
    shade = ax.images[0].get_array()
    assert shade.shape == (20, 20, 4)
    assert (shade[:, 0] != shade[:, -1]).any(), "left and right belong to different clusters"
    assert ax.get_xlim() == pytest.approx((-0.8, 10.8))


def test_show_images_grid_and_titles():
    images = np.random.default_rng(0).random((5, 1, 4, 4))
    fig = plots.show_images(images, n_columns=3, titles="abcde")
    assert len(fig.axes) == 6
    assert [ax.get_title() for ax in fig.axes] == [*"abcde", ""]
    np.testing.assert_array_equal(fig.axes[3].images[0].get_array(), images[3, 0])


def test_show_images_color_is_clipped():
    fig = plots.show_images([np.full((3, 2, 2), 1.5)])
    assert fig.axes[0].images[0].get_array().max() == 1.0


@pytest.mark.parametrize(
    ("images", "names"),
    [
        ([], "at least one"),
        ([np.zeros((4, 4))], "got"),
        ([np.zeros((2, 4, 4))], "got"),
    ],
)
def test_show_images_refuses(images, names):
    with pytest.raises(ValueError, match=names):
        plots.show_images(images)
