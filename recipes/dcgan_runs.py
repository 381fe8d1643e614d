"""Train what the chapter on DCGAN compares: guidelines broken one by one, and what came after.

`python -m tools runs dcgan-runs` measures and stores all of it.
"""

import copy
from functools import cache, partial

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from torch import nn
from torch.nn.functional import adaptive_max_pool2d

from course_lib.data import load_mnist
from course_lib.dcgan import ConvDiscriminator, ConvGenerator, init_weights
from course_lib.gan import DenseDiscriminator, DenseGenerator, sample, train_gan
from course_lib.metrics import frechet_distance, precision_recall
from course_lib.runtime import seed_everything
from recipes import adversary

LR, EPOCHS, WIDTH = 5e-3, 4, 16  # the chapter's
LONG, SLOW = 8, 2e-3  # of the successors
FEW = 400  # training images where they are few


@cache
def digits():
    """The digits, read once."""
    return load_mnist("small")


def score(fakes):
    """What is measured of 1,000 fakes, against the 1,000 test digits."""
    test = digits().test_images
    precision, recall = precision_recall(test, fakes)
    found = {"distance": frechet_distance(test, fakes)}
    return found | {"precision": precision, "recall": recall}


# --- Guidelines ------------------------------------------------------------------------------


def dcgan():
    """The chapter's narrow DCGAN."""
    return ConvGenerator(64, width=WIDTH), ConvDiscriminator(width=WIDTH)


def dense():
    """One hidden layer in each network."""
    return DenseGenerator(64), DenseDiscriminator()


def replaced(networks, kind, make):
    """The networks, with make(layer) in the place of each layer of a kind."""
    for parent in [module for network in networks for module in network.modules()]:
        for name, child in list(parent.named_children()):
            if isinstance(child, kind):
                setattr(parent, name, make(child))
    return networks


def without_norm(usual_start=False):
    """No batch normalization; with PyTorch's own first weights if asked."""
    networks = replaced(dcgan(), nn.BatchNorm2d, lambda layer: nn.Identity())
    if usual_start:
        for network in networks:
            for module in network.modules():
                if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                    module.reset_parameters()
    return networks


def norm_everywhere():
    """Batch normalization at the generator's output and the discriminator's input, too."""
    G, D = dcgan()
    G.layers.insert(len(G.layers) - 1, nn.BatchNorm2d(1))
    D.stages[0].insert(0, nn.BatchNorm2d(1))
    return G, D


def relu_in_D():
    """ReLU in the place of LeakyReLU."""
    G, D = dcgan()
    return G, replaced([D], nn.LeakyReLU, lambda layer: nn.ReLU())[0]


def without_strides(generator=True, discriminator=True):
    """Repeated pixels before convolutions in G, the maximum of four after them in D."""
    G, D = dcgan()
    if generator:
        for i, old in enumerate(G.layers):
            if isinstance(old, nn.ConvTranspose2d) and i > 0:
                new = nn.Conv2d(old.in_channels, old.out_channels, 3, padding=1)
                G.layers[i] = nn.Sequential(nn.Upsample(scale_factor=2), new)
    if discriminator:
        for stage in D.stages:
            old = stage[0]
            new = nn.Conv2d(old.in_channels, old.out_channels, 3, padding=1)
            stage[0] = nn.Sequential(new, nn.MaxPool2d(2))
    for network in (G, D):
        init_weights(network)
    return G, D


def wide_start(normalized=True, others=True):
    """Weights from N(0, 1): of layers that batch normalization follows, of the others, of both."""
    G, D = dcgan()
    layers = [layer for network in (G, D) for layer in network.modules()]
    for layer, after in zip(layers, layers[1:] + [None]):
        chosen = normalized if isinstance(after, nn.BatchNorm2d) else others
        if chosen and isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0, 1)
    return G, D


def growth(before, after):
    """How much longer weights have become: G's layer before the last, and its last."""
    pairs = [
        (a, b)
        for a, b in zip(before.modules(), after.modules())
        if isinstance(a, nn.ConvTranspose2d)
    ][-2:]
    ratios = [float((b.weight.norm() / a.weight.norm()).detach()) for a, b in pairs]
    return dict(zip(("growth before last", "growth last"), ratios))


def short(make, seed, lr=LR, epochs=EPOCHS, probed=False):
    """Train as the chapter does, and measure."""
    seed_everything(seed)
    G, D = make()
    first, untrained = copy.deepcopy(G), copy.deepcopy(D)
    train_gan(G, D, digits().train_images, num_epochs=epochs, lr=lr, seed=seed, device="cpu")
    found = score(sample(G, 1000, seed=1))
    if make in (dcgan, without_norm):
        found |= growth(first, G)
    if probed:
        found["probe"] = probe(partial(features, D))
        found["probe before"] = probe(partial(features, untrained))
        found["probe pixels"] = probe(lambda images: images.flatten(1).numpy())
    return found


def more(make, seed, **options):
    """The distance for three further seeds."""
    return {"distance": short(make, seed + 3, **options)["distance"]}


@torch.no_grad()
def features(D, images):
    """Every stage of D, pooled to 4 x 4 as in the paper, in one row per image."""
    maps = [D.eval().feature_maps(part) for part in images.split(500)]
    rows = [torch.cat([adaptive_max_pool2d(m, 4).flatten(1) for m in part], 1) for part in maps]
    return torch.cat(rows).numpy()


def probe(features):
    """Test accuracy of logistic regression with 10 labels a class, the mean of ten drawings."""
    x_train, x_test = features(digits().train_images), features(digits().test_images)
    mean, std = x_train.mean(0), x_train.std(0) + 1e-3
    x_train, x_test = (x_train - mean) / std, (x_test - mean) / std
    labels, accuracy = digits().train_labels.numpy(), []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        rows = [rng.choice(np.flatnonzero(labels == c), 10, False) for c in range(10)]
        model = LogisticRegression(C=0.01, max_iter=300)
        model.fit(x_train[np.concatenate(rows)], labels[np.concatenate(rows)])
        accuracy.append(model.score(x_test, digits().test_labels.numpy()))
    return float(np.mean(accuracy))


def mixture(seed):
    """The mixture of 100 Gaussians of chapter 5."""
    flat = digits().train_images.flatten(1).numpy()
    pca = PCA(100, random_state=0).fit(flat)
    model = GaussianMixture(100, reg_covar=1e-3, random_state=seed).fit(
        pca.transform(flat).astype(float)
    )
    rng = np.random.default_rng(0)
    k = rng.choice(100, 1000, p=model.weights_)
    root = np.linalg.cholesky(model.covariances_)[k]
    codes = model.means_[k] + np.einsum("nij,nj->ni", root, rng.normal(size=(1000, 100)))
    images = pca.inverse_transform(codes).clip(0, 1)
    return score(torch.from_numpy(images).float().reshape(-1, 1, 28, 28))


# --- What came after -------------------------------------------------------------------------


def spectral():
    """Spectral normalization in the place of the discriminator's batch normalization.

    Source: Miyato et al. (2018), "Spectral normalization for generative adversarial networks".
    """
    G, D = plain_discriminator()
    norm = nn.utils.parametrizations.spectral_norm
    return G, replaced([D], nn.Conv2d, norm)[0]


def plain_discriminator():
    """No normalization in the discriminator, with PyTorch's own first weights."""
    G, D = dcgan()
    D = replaced([D], nn.BatchNorm2d, lambda layer: nn.Identity())[0]
    for layer in D.modules():
        if isinstance(layer, nn.Conv2d):
            layer.reset_parameters()
    return G, D


def longer(make, seed, epochs=LONG, few=None, averaged=False, **options):
    """Train for longer with a constant learning rate, and measure the last weights.

    `averaged` measures the moving average of the same training as well.
    """
    seed_everything(seed)
    G, D = make()
    images = digits().train_images[:few]
    average = adversary.train(
        G, D, images, num_epochs=epochs, lr=SLOW, seed=seed, constant=1, **options
    )
    found = score(sample(G, 1000, seed=1))
    if averaged:
        found |= {f"{k} of average": v for k, v in score(sample(average, 1000, seed=1)).items()}
    return found


def table():
    """{run: callable (seed) -> {measure: value}}."""
    many = LONG * 4000 // FEW // 2
    return {
        "dense": partial(short, dense, lr=2e-3),
        "dense, equal work": partial(short, dense, lr=2e-3, epochs=10),
        "dense, 30 epochs": partial(short, dense, lr=2e-3, epochs=30),
        "dense, 30 epochs, more seeds": partial(more, dense, lr=2e-3, epochs=30),
        "mixture of 100": mixture,
        "DCGAN": partial(short, dcgan, probed=True),
        "DCGAN, more seeds": partial(more, dcgan),
        "no batch norm": partial(short, without_norm),
        "no batch norm, usual start": partial(short, partial(without_norm, usual_start=True)),
        "batch norm everywhere": partial(short, norm_everywhere),
        "max pooling in D": partial(short, partial(without_strides, generator=False)),
        "resizing in G": partial(short, partial(without_strides, discriminator=False)),
        "ReLU in D": partial(short, relu_in_D),
        "N(0, 1), normalized": partial(short, partial(wide_start, others=False)),
        "N(0, 1), others": partial(short, partial(wide_start, normalized=False)),
        "N(0, 1), all": partial(short, wide_start),
        "lr x 10": partial(short, dcgan, lr=10 * LR),
        "no batch norm, lr x 10": partial(short, without_norm, lr=10 * LR),
        "lr of the paper": partial(short, dcgan, lr=2e-4),
        "long": partial(longer, dcgan, averaged=True),
        "long, spectral norm": partial(longer, spectral),
        "long, no norm in D": partial(longer, plain_discriminator),
        "long, R1": partial(longer, plain_discriminator, penalty=0.3),
        "long, moved": partial(longer, dcgan, change=adversary.moved),
        "few": partial(longer, dcgan, epochs=many, few=FEW),
        "few, moved": partial(longer, dcgan, epochs=many, few=FEW, change=adversary.moved),
    }
