"""Train the models that come with course_lib, and check that they are still what their cards say.

A recipe is how one model is made and measured; its settings stand here and nowhere else. A model
that is made anew must reach the metric of its card within the tolerance written there, or nothing
is stored.
"""

from functools import partial

import torch
from torch.nn.functional import cross_entropy, mse_loss

from course_lib import checkpoints, training
from course_lib.autoencoder import ConvAutoencoder, train_autoencoder
from course_lib.classifier import DigitClassifier
from course_lib.data import load_mnist
from course_lib.dcgan import ConvGenerator
from course_lib.denoising import SigmaDenoiser, gaussian_noise, walk_down
from course_lib.fast_style import Painter
from course_lib.gan import sample
from course_lib.metrics import frechet_distance, psnr
from recipes import adversary, hangul, hangul_writers, painting
from recipes.adversary import moved
from recipes.recipe import Recipe, stages
from tools.book import NAMES, BookError, chosen

ARGUMENTS = {
    "names": NAMES,
    "--accept": {"action": "store_true", "help": "store what differs from the card's metric, too"},
}


def main(args, root):
    """Make the checkpoints, one after the other; a BookError names the first that went wrong."""
    for name in chosen(args.names, RECIPES, "recipe"):
        print(make(name, accept=args.accept), flush=True)
    return 0


def make(name, *, accept=False):
    """Train, measure, compare with the card that is there, store; returns a line of report."""
    recipe = RECIPES[name]
    torch.manual_seed(recipe.seed)
    model = recipe.kind(**recipe.arguments)
    recipe.train(model, recipe.seed)
    value = round(recipe.measure(model.cpu().eval()), 5)
    if name in checkpoints.names() and not accept:
        old = checkpoints.card(name)["metric"]
        if not abs(value - old["value"]) <= old["tolerance"]:
            raise BookError(
                f"{name}: {recipe.metric} is {value}, the card says {old['value']} "
                f"within {old['tolerance']}; nothing was stored (--accept stores it)"
            )
    checkpoints.save(
        model,
        name,
        {
            "arguments": recipe.arguments,
            "command": f"python -m tools checkpoints {name}",
            "seed": recipe.seed,
            "data": recipe.data,
            "metric": {"name": recipe.metric, "value": value, "tolerance": recipe.tolerance},
        },
    )
    return f"{name}: {recipe.metric} {value}"


# --- The recipes -----------------------------------------------------------------------------


def autoencode(model, *, corrupt=None, **settings):
    """Train on the training digits, clean or with noise."""
    train_autoencoder(model, load_mnist("small").train_images, corrupt=corrupt, **settings)


def classify(model, **settings):
    """Train on the training digits and their labels, the digits moved anew for every batch."""
    digits = load_mnist("small")
    images, labels = digits.train_images.flatten(1), digits.train_labels
    rows = torch.cat([images, labels[:, None].float()], dim=1)  # the label, one more number

    def batch_loss(model, rows, generator):
        x, labels = rows[:, :-1].unflatten(1, (1, 28, 28)), rows[:, -1].long()
        return cross_entropy(model(moved(x, generator)), labels)

    training.train(model, rows, batch_loss, **settings)


def contest(generator, seed, *, width, **settings):
    """Train a generator against a discriminator, and keep the moving average of its weights."""
    judge, images = adversary.DeepDiscriminator(width), load_mnist("small").train_images
    adversary.learn(generator, judge, images, seed=seed, change=moved, **settings)


def denoise_every_level(model, **settings):
    """Train on the training digits, moved a little anew, with noise of every level.

    Each level's loss is divided by the square of the network's own share in the output, so that all
    levels count alike. Source: Karras et al. (2022), NeurIPS, equation 8 and table 1.
    """

    def batch_loss(model, x, rng):
        x = moved(x, rng, angle=0.1, scale=0.05, shift=1.0)
        sigma = torch.randn(len(x), 1, 1, 1, generator=rng, device=x.device)
        sigma = (-0.4 + 1.4 * sigma).exp()
        y = x + sigma * torch.randn(x.shape, generator=rng, device=x.device)
        weight = (sigma**2 + model.data_std**2) / (sigma * model.data_std) ** 2
        return (weight * (model(y, sigma) - x) ** 2).mean()

    training.train(model, load_mnist("small").train_images, batch_loss, **settings)


@torch.no_grad()
def error_of_digits(model):
    """Mean squared error per pixel of the reconstructed test images."""
    images = load_mnist("small").test_images
    return mse_loss(model(images), images).item()


@torch.no_grad()
def accuracy_on_digits(model):
    """Share of the test images that are classified rightly."""
    digits = load_mnist("small")
    return (model(digits.test_images).argmax(dim=1) == digits.test_labels).double().mean().item()


@torch.no_grad()
def psnr_of_denoised(model):
    """Mean PSNR per test image after Gaussian noise of sigma 0.5, the output clipped to [0, 1]."""
    images = load_mnist("small").test_images
    noisy = gaussian_noise(images, 0.5, torch.Generator().manual_seed(0))
    return psnr(model(noisy).clamp(0, 1), images).mean().item()


def distance_of_fakes(generator):
    """Frechet distance of as many fakes as there are training digits to the test digits."""
    digits = load_mnist("small")
    return frechet_distance(digits.test_images, sample(generator, len(digits.train_images)))


@torch.no_grad()
def distance_of_drawn(model):
    """Frechet distance of 1,000 digits, drawn from sigma 20 down, to the test digits."""
    noise = 20 * torch.randn(1000, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    drawn = walk_down(model, noise, [20 * 1000 ** (-t / 29) for t in range(30)])
    return frechet_distance(load_mnist("small").test_images, drawn.clamp(0, 1))


DIGITS = "MNIST small: 4,000 training images; measured on its 1,000 test images"
RECIPES = {
    "conv-autoencoder": Recipe(
        ConvAutoencoder,
        {"latent_dim": 32},
        partial(stages, train=autoencode, plan=[(40, 3e-3), (20, 1e-3), (10, 3e-4)]),
        error_of_digits,
        "test MSE",
        0.0003,
        DIGITS,
    ),
    "conv-denoiser": Recipe(
        ConvAutoencoder,
        {"latent_dim": 64},
        partial(
            stages,
            train=partial(autoencode, corrupt=partial(gaussian_noise, sigma=0.5)),
            plan=[(40, 2e-3), (20, 7e-4), (10, 2e-4)],
        ),
        psnr_of_denoised,
        "test PSNR in dB at sigma 0.5",
        0.15,
        DIGITS,
    ),
    "sigma-denoiser": Recipe(
        SigmaDenoiser,
        {},
        partial(
            stages,
            train=denoise_every_level,
            plan=[(10, 2e-3), (100, 2e-3), (60, 7e-4)],
        ),
        distance_of_drawn,
        "Frechet distance of 1,000 drawn digits to the test digits",
        8.0,
        DIGITS,
    ),
    "painter": Recipe(
        Painter,
        {"num_styles": len(painting.STYLES)},
        partial(painting.learn, **painting.RECIPE),
        painting.loss_of_the_pavilion,
        "loss of the pavilion, which it has not seen, at 256 pixels",
        0.3,
        "pieces of five photographs; swirls and waves, drawn by course_lib",
    ),
    "digit-classifier": Recipe(
        DigitClassifier,
        {},
        partial(stages, train=classify, plan=[(40, 2e-3), (20, 7e-4), (20, 2e-4)]),
        accuracy_on_digits,
        "test accuracy",
        0.005,
        DIGITS,
    ),
    "dcgan": Recipe(
        ConvGenerator,
        {"latent_dim": 64, "width": 40, "hidden": [128, 96]},
        partial(
            contest,
            width=40,
            num_epochs=60,
            constant=1.0,
            lr=1e-3,
            betas=(0.0, 0.99),
            decay=0.998,
            penalty=0.3,
        ),
        distance_of_fakes,
        "Frechet distance of 4,000 fakes to the test digits",
        8.0,
        DIGITS,
    ),
}
RECIPES |= hangul.RECIPES | hangul_writers.RECIPES
