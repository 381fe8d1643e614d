"""Draw the home page's pictures: what the book makes, one a chapter, named like it.

Each is drawn by the library that the chapters import, from the data and the models that come with
it, in SIZE pixels. Above them four digits form while a narrow DCGAN trains: a strip of frames each.
"""

import io
from functools import cache, partial

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image, ImageOps
from sklearn.datasets import make_moons
from torch import nn

from course_lib import checkpoints, plots
from course_lib.autoencoder import DenseAutoencoder, train_autoencoder
from course_lib.data import load_hangul, load_mnist
from course_lib.dcgan import ConvDiscriminator, ConvGenerator
from course_lib.denoising import gaussian_noise
from course_lib.fast import KMeans
from course_lib.gan import DenseDiscriminator, DenseGenerator, sample, train_gan
from course_lib.runtime import seed_everything
from recipes.styled import FOLDER as STYLED
from tools.pictures import shrink

FOLDER = "book/_static/home"
STRIPS = "book/_static/strips"
N_DIGITS, N_FRAMES = 4, 16  # strips, and frames of 28 x 28 pixels in each
SIZE = (480, 360)  # pixels, width and height: drawn at half of that on the page
ROWS, COLUMNS = 6, 8  # digits in a picture


def clusters(ax):
    """Points of five groups, the regions that k-means gives them, and its centers."""
    rng = np.random.default_rng(3)
    middles = np.array([[-2.6, 1.1], [-0.9, -1.4], [0.2, 1.5], [2.2, -1.2], [2.8, 1.2]])
    x = np.concatenate([rng.normal(middle, 0.55, (120, 2)) for middle in middles])
    found = KMeans(5, n_init=5, random_state=0).fit(x)
    plots.shade_regions(ax, found.predict, x)
    plots.scatter_clusters(ax, x, found.labels_, found.cluster_centers_, size=14)


def latent_map(ax):
    """The test digits at the two numbers that an autoencoder makes of each; far ones moved near."""
    digits = load_mnist("small")
    model = DenseAutoencoder(2, hidden=(256, 64))
    train_autoencoder(model, digits.train_images, num_epochs=40, lr=2e-3, device="cpu")
    with torch.no_grad():
        z = model.encode(digits.test_images)
    z = z - z.median(dim=0).values
    z = torch.asinh(z / z.abs().median(dim=0).values)
    ax.scatter(*z.T, c=plots.cluster_colors(10)[digits.test_labels], s=18, linewidths=0, alpha=0.85)
    ax.set(xticks=[], yticks=[])


def denoised(ax):
    """Noisy test digits on the left; what a convolutional autoencoder makes of each, right."""
    cleaned(ax, load_mnist("small").test_images[: ROWS * COLUMNS // 2], "conv-denoiser")


def generated(ax):
    """Digits that a generator invents."""
    fakes = sample(checkpoints.load("dcgan"), ROWS * COLUMNS)
    grid(ax, fakes.unflatten(0, (ROWS, COLUMNS)))


def restored(ax):
    """Worn Hangul syllables on the left; on the right, what a network makes of them."""
    text = "꽃꿈달물불손맛숨귀딸당풍굴속나네친양초장부향설예"  # none of them was in training
    places = [ord(character) - ord("가") for character in text]
    cleaned(ax, load_hangul().images[places], "hangul-denoiser")


def cleaned(ax, images, name):
    """Images with noise on the left; what a checkpoint makes of each, right."""
    noisy = gaussian_noise(images, 0.5, torch.Generator().manual_seed(0))
    with torch.no_grad():
        clean = checkpoints.load(name)(noisy)
    grid(ax, torch.cat([half.unflatten(0, (ROWS, -1)) for half in (noisy, clean)], dim=1))


def grid(ax, images):
    """Draw images (rows, columns, 1, H, W) side by side, over the whole picture."""
    rows = images.clamp(0, 1)[:, :, 0].permute(0, 2, 1, 3)  # (rows, H, columns, W)
    ax.imshow(rows.flatten(2, 3).flatten(0, 1), vmin=0, vmax=1, aspect="auto")
    ax.axis("off")


def groups(ax):
    """Digits in the rows of the groups that k-means finds, each group in a color of its own."""
    images = load_mnist("small").train_images
    found = KMeans(ROWS, n_init=4, random_state=0).fit(images.flatten(1))
    near = found.transform(images.flatten(1)).argsort(axis=0)[:COLUMNS].T  # (ROWS, COLUMNS)
    tints = plots.cluster_colors(ROWS)[:, None, None, :3, None, None]
    gray = images[near.ravel()].unflatten(0, (ROWS, COLUMNS)).numpy()  # (ROWS, COLUMNS, 1, H, W)
    colored = (gray * tints[:, 0]).transpose(0, 3, 1, 4, 2)  # (ROWS, H, COLUMNS, W, 3)
    ax.imshow(colored.reshape(ROWS * 28, COLUMNS * 28, 3), aspect="auto")
    ax.axis("off")


def boundary(ax):
    """Two moons and the boundary that a small network learns between them."""
    x, labels = make_moons(400, noise=0.18, random_state=0)
    points, wanted = torch.tensor(x, dtype=torch.float32), torch.tensor(labels)
    layers = [nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2)]
    network = nn.Sequential(*layers)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(300):
        loss = nn.functional.cross_entropy(network(points), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def side(grid):
        with torch.no_grad():
            return network(torch.tensor(grid, dtype=torch.float32)).argmax(1).numpy()

    plots.shade_regions(ax, side, x)
    plots.scatter_clusters(ax, x, labels, size=16)


def feature_maps(ax):
    """What the first layer of a trained convolutional network sees in a few digits."""
    model = checkpoints.load("conv-denoiser")
    layer = next(one for one in model.modules() if isinstance(one, nn.Conv2d))
    with torch.no_grad():
        maps = layer(load_mnist("small").test_images[:ROWS])[:, :COLUMNS]  # (ROWS, COLUMNS, H, W)
    low, high = (ends(maps, dim=(2, 3), keepdim=True) for ends in (torch.amin, torch.amax))
    grid(ax, ((maps - low) / (high - low))[:, :, None])


def growing(ax):
    """Digits of one noise each, from top to bottom as a plain GAN learns to draw them."""
    images = load_mnist("small").train_images
    generator, z = DenseGenerator(64), torch.randn(COLUMNS, 64)
    rows = []

    def keep(epoch, *_):
        if epoch in (1, 3, 6, 12, 20, 40):
            with torch.no_grad():
                rows.append(generator.eval()(z))
            generator.train()

    train_gan(generator, DenseDiscriminator(), images, num_epochs=40, on_epoch=keep, device="cpu")
    grid(ax, torch.stack(rows))


def scaling(ax):
    """How much faster 1 to 1,024 machines are, with ever more work for each byte that they send."""
    machines = 2 ** np.linspace(0, 10, 200)
    for work, color in zip(10.0 ** np.arange(5), plots.PALETTE):  # of one machine, a message is 1
        times = work / machines + np.log2(machines)
        ax.loglog(machines, work / times, color=color, linewidth=5, solid_capstyle="round")
    ax.loglog(machines, machines, ":", color="black", linewidth=2)
    ax.set(xticks=[], yticks=[], xlim=(0.8, 1300), ylim=(0.08, 1300))
    ax.minorticks_off()


PANELS = {
    "00-introduction": groups,
    "01-kmeans": clusters,
    "primer-neural-networks": boundary,
    "02-autoencoder": latent_map,
    "03-denoising-autoencoder": denoised,
    "04-convolutional-autoencoder": feature_maps,
    "05-gan": growing,
    "06-dcgan": generated,
    "08-hangul": restored,
    "09-scale": scaling,
}


def draw(panel):
    """Return the PNG's bytes of one panel."""
    plots.use_style()
    seed_everything(0)
    fig = plt.figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100, layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    panel(ax)
    ax.spines[:].set_visible(False)
    out = io.BytesIO()
    fig.savefig(out, format="png")
    plt.close(fig)
    return shrink(out.getvalue())


def styled(root):
    """Return the JPEG's bytes of the middle of a finished picture, in SIZE."""
    picture = Image.open(root / STYLED / "china-jogakbo.jpg").convert("RGB")
    out = io.BytesIO()
    ImageOps.fit(picture, SIZE, Image.Resampling.LANCZOS).save(out, "JPEG", quality=85)
    return out.getvalue()


@cache
def time_lapse():
    """What noise becomes while a narrow DCGAN trains: (N_DIGITS, N_FRAMES, 1, 28, 28)."""
    z = torch.randn(N_DIGITS, 64, generator=torch.Generator().manual_seed(0))
    seed_everything(0)
    networks = ConvGenerator(64, width=16).eval(), ConvDiscriminator(width=16)
    images, frames = load_mnist("small").train_images, []

    def keep(*_):
        with torch.no_grad():
            frames.append(networks[0](z))

    keep()
    train_gan(*networks, images, num_epochs=N_FRAMES - 1, lr=5e-3, on_epoch=keep, device="cpu")
    return torch.stack(frames, dim=1)


def strip(number):
    """Return the PNG's bytes of one digit's frames, side by side."""
    row = torch.cat(list(time_lapse()[number, :, 0]), dim=1).clamp(0, 1)
    out = io.BytesIO()
    Image.fromarray((255 * row).round().byte().numpy()).save(out, "PNG", optimize=True)
    return out.getvalue()


def pictures(root):
    """Return {path: function that makes the picture's bytes}; one needs chapter 7's pictures."""
    makers = {f"{FOLDER}/{name}.png": partial(draw, panel) for name, panel in PANELS.items()}
    makers[f"{FOLDER}/07-style-transfer.jpg"] = partial(styled, root)
    strips = {f"{STRIPS}/time-lapse-{n + 1}.png": partial(strip, n) for n in range(N_DIGITS)}
    return makers | strips
