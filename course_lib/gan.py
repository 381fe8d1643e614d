"""Generative adversarial networks: two losses, one step, and the loop around it.

A generator G turns noise z into images, a discriminator D tells them from real ones, and each
learns from the other. Images are (N, C, H, W) float32 in [0, 1] outside. The networks work in
[-1, 1] inside: G ends in (tanh + 1) / 2, D begins with 2 x - 1. D returns logits: the probability
that x is real is sigmoid(D(x)).
"""

from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn.functional import softplus

from course_lib import training
from course_lib.autoencoder import dense
from course_lib.support.checks import floats, image_shape, non_negative, whole

LOSSES = ("non-saturating", "minimax")


def discriminator_loss(real_logits, fake_logits):
    """Minus the value of the game: -log D for real images, -log(1 - D) for fakes, each averaged.

    With D = sigmoid(l), -log D is softplus(-l) and -log(1 - D) is softplus(l), which neither
    overflow nor lose their gradient at large |l|.

    Args:
        real_logits: floating-point tensor of any shape, the discriminator's logits of real images.
        fake_logits: likewise of fakes; the number may differ.

    Returns:
        torch.Tensor: 0-d, >= 0; log 4 = 1.386 where all logits are 0.

    Raises:
        TypeError, ValueError: an argument is no floating-point tensor, or is empty.

    Source: Goodfellow et al. (2014), "Generative adversarial nets", NeurIPS, equation 1.
    """
    real, fake = floats(real_logits, "real_logits"), floats(fake_logits, "fake_logits")
    return softplus(-real).mean() + softplus(fake).mean()


def generator_loss(fake_logits, kind="non-saturating"):
    """What the generator minimises: mean of -log D (non-saturating) or of log(1 - D) (minimax).

    Args:
        fake_logits: floating-point tensor of any shape, the discriminator's logits of fakes.
        kind: "non-saturating" or "minimax". By the logit, the first has the gradient -(1 - D), the
            second -D: it vanishes where D tells the fakes with certainty, D near 0.

    Returns:
        torch.Tensor: 0-d; >= 0 (non-saturating) or <= 0 (minimax).

    Raises:
        TypeError, ValueError: `fake_logits` is no floating-point tensor, or is empty; `kind` is
            neither.

    Source: Goodfellow et al. (2014), "Generative adversarial nets", NeurIPS, section 3.
    """
    fake = floats(fake_logits, "fake_logits")
    if kind == "non-saturating":
        return softplus(-fake).mean()
    if kind == "minimax":
        return -softplus(fake).mean()
    raise ValueError(f"kind must be one of {', '.join(LOSSES)}, got {kind!r}")


class DenseGenerator(nn.Module):
    """Fully connected layers from noise to images, with ReLU between them.

    Args:
        latent_dim: numbers in a latent vector, >= 1.
        hidden: widths of the hidden layers, in order.
        image_size: height and width in pixels, >= 1.
        image_channels: 1 (grey) or 3 (RGB).

    Raises:
        TypeError, ValueError: an argument is not what it should be; `forward` raises them for
            other shapes.

    Source: Goodfellow et al. (2014), "Generative adversarial nets", NeurIPS.
    """

    def __init__(self, latent_dim, hidden=(256,), *, image_size=28, image_channels=1):
        super().__init__()
        self.latent_dim = whole(latent_dim, "latent_dim", 1)
        shape = image_shape(image_size, image_channels)
        widths = [latent_dim, *_widths(hidden), image_channels * image_size**2]
        self.layers = nn.Sequential(*dense(widths, nn.ReLU), nn.Tanh(), nn.Unflatten(1, shape))

    def forward(self, z):
        """Make images (N, C, H, W) in [0, 1] of noise z (N, latent_dim), z ~ N(0, I)."""
        return (self.layers(floats(z, "z", (None, self.latent_dim))) + 1) / 2


class DenseDiscriminator(nn.Module):
    """Fully connected layers from images to one logit each, with LeakyReLU(0.2) between them.

    Args:
        hidden: widths of the hidden layers, in order.
        image_size: height and width in pixels, >= 1.
        image_channels: 1 (grey) or 3 (RGB).

    Raises:
        TypeError, ValueError: an argument is not what it should be; `forward` raises them for
            other shapes.

    Source: Goodfellow et al. (2014), "Generative adversarial nets", NeurIPS; LeakyReLU is Radford,
        Metz and Chintala's (2016), ICLR.
    """

    def __init__(self, hidden=(256,), *, image_size=28, image_channels=1):
        super().__init__()
        self.image_shape = image_shape(image_size, image_channels)
        widths = [image_channels * image_size**2, *_widths(hidden), 1]
        self.layers = nn.Sequential(nn.Flatten(), *dense(widths, lambda: nn.LeakyReLU(0.2)))

    def forward(self, x):
        """Logits (N,) of images x (N, C, H, W) in [0, 1]: above 0 where x looks real."""
        return self.layers(2 * floats(x, "x", (None, *self.image_shape)) - 1).squeeze(1)


# --- Training --------------------------------------------------------------------------------


@dataclass
class GANHistory:
    """What training measured, one number per epoch: the two mean losses, seconds of training."""

    generator_loss: list = field(default_factory=list)
    discriminator_loss: list = field(default_factory=list)
    seconds: list = field(default_factory=list)


def gan_step(generator, discriminator, x, optimizers, *, loss, rng):
    """Improve the discriminator once, then the generator once.

    x: real images (B, ...). Returns the two losses, generator's first, before each one's update.
    """
    G, D = generator, discriminator
    optimize_G, optimize_D = optimizers

    with torch.no_grad():  # the discriminator's step is none of the generator's business
        fake = G(latents(G, x, rng))
    d_loss = discriminator_loss(D(x), D(fake))  # two batches: each has its own statistics
    optimize_D.zero_grad()
    d_loss.backward()
    optimize_D.step()

    g_loss = generator_loss(D(G(latents(G, x, rng))), loss)  # through D, which stays as it is
    optimize_G.zero_grad()
    g_loss.backward(inputs=list(G.parameters()))
    optimize_G.step()
    return g_loss.detach(), d_loss.detach()


def latents(generator, x, rng):
    """Noise z ~ N(0, I), (B, latent_dim), as many as there are images in x."""
    shape = (len(x), generator.latent_dim)
    return torch.randn(shape, generator=rng, device=x.device, dtype=x.dtype)


def run_epoch(generator, discriminator, images, optimizers, *, batch_size, loss, rng, epoch):
    """Pass once over images (N, ...) in random order; returns the two mean losses per image.

    Raises FloatingPointError that names the first network and batch whose loss is not finite.
    """
    generator.train()
    discriminator.train()
    order = torch.randperm(len(images), generator=rng, device=images.device)
    batches = order.split(batch_size)
    losses = torch.empty(len(batches), 2, device=images.device)
    for i, batch in enumerate(batches):
        x = images.index_select(0, batch)
        losses[i, 1], losses[i, 0] = gan_step(
            generator, discriminator, x, optimizers, loss=loss, rng=rng
        )
    names = ["the discriminator's loss", "the generator's loss"]  # in the order of a step
    d_loss, g_loss = training.mean_losses(losses, batches, epoch, names)
    return {"generator_loss": g_loss, "discriminator_loss": d_loss}


def train_gan(
    generator,
    discriminator,
    images,
    *,
    num_epochs,
    batch_size=64,
    lr=2e-4,
    betas=(0.5, 0.999),
    loss="non-saturating",
    device=None,
    seed=0,
    on_epoch=None,
    checkpoint=None,
):
    """Train the two networks against each other, one step of Adam each in turn.

    Args:
        generator: torch.nn.Module with an attribute `latent_dim`, that maps z (B, latent_dim) to
            the shape of `images`: `DenseGenerator`, or any other. Moved to `device`, trained in
            place, left in evaluation mode; so is the discriminator.
        discriminator: torch.nn.Module that maps a batch to logits, (B,) or (B, 1).
        images: (N, ...) floating-point tensor: images in [0, 1], or what the networks take, such as
            points (N, 2).
        num_epochs: passes over the data, >= 1, those before a resumption included.
        batch_size: real images per step, and fakes, >= 1; the last batch may be smaller.
        lr: step size of Adam, one number or a pair (generator, discriminator). 0 holds a network
            as it is; at least one must be above 0.
        betas: Adam's decay rates, each in [0, 1).
        loss: the generator's, "non-saturating" or "minimax".
        device: what torch.device takes; None is `runtime.device()`.
        seed: seeds order, noise and dropout, whatever was drawn before; the global generator is
            left as it was. The initial weights are the caller's.
        on_epoch: callable `(epoch, generator, discriminator, history)`, called after each epoch,
            counted from 1, with the networks in evaluation mode; or None.
        checkpoint: path of a safetensors file, or None. It is rewritten after every epoch; where it
            exists, training goes on from it and ends with the same bits as without a stop.

    Returns:
        GANHistory: `generator_loss`, `discriminator_loss` (means per image, while training) and
            `seconds` per epoch.

    Raises:
        TypeError, ValueError: bad arguments, networks that do not fit the images, or a checkpoint
            of other networks or other settings.
        FloatingPointError: a loss is not finite; says whose, in which epoch and batch.

    Source: Goodfellow et al. (2014), NeurIPS, algorithm 1 with k = 1; Adam's settings are Radford,
        Metz and Chintala's (2016), "Unsupervised representation learning with deep convolutional
        generative adversarial networks", ICLR.
    """
    floats(images, "images")
    whole(num_epochs, "num_epochs", 1)
    _check_networks(generator, discriminator, images)
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")
    rates = _pair(lr, "lr")
    if max(rates) == 0:
        raise ValueError("lr must be above 0 for one of the networks at least, got 0")
    settings = {
        "images": list(images.shape),
        "batch_size": whole(batch_size, "batch_size", 1),
        "lr": rates,
        "betas": _pair(betas, "betas"),
        "loss": loss,
        "seed": whole(seed, "seed", 0),
    }
    networks = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
    device = training.place(networks, device)
    images = images.to(device)
    optimizers = [
        torch.optim.Adam(network.parameters(), lr=rate, betas=settings["betas"], fused=True)
        for network, rate in zip((generator, discriminator), rates)
    ]
    rng = torch.Generator(device).manual_seed(seed)
    history = GANHistory()

    def one_epoch(epoch):
        return run_epoch(generator, discriminator, images, optimizers, batch_size=batch_size,
                         loss=loss, rng=rng, epoch=epoch)

    def callback(epoch):
        if on_epoch is not None:
            on_epoch(epoch, generator, discriminator, history)

    training.repeat(one_epoch, networks, optimizers, rng, history, settings, num_epochs=num_epochs,
                    on_epoch=callback, checkpoint=checkpoint)
    return history


def sample(generator, n, seed=0):
    """Make n images, in evaluation mode and in batches.

    Args:
        generator: torch.nn.Module with an attribute `latent_dim`; stays in the mode it is in.
        n: how many, >= 1.
        seed: of the noise: the same seed gives the same z on every device.

    Returns:
        torch.Tensor: (n, ...) on the CPU, without gradient.

    Raises:
        TypeError, ValueError: `generator` is none, or `n` or `seed` is no whole number in range.
    """
    _check_generator(generator)
    rng = torch.Generator().manual_seed(whole(seed, "seed", 0))
    z = torch.randn(whole(n, "n", 1), generator.latent_dim, generator=rng)
    with training.evaluating(generator):
        return torch.cat([generator(part).cpu() for part in _on(generator, z).split(500)])


# --- Checks and small parts ------------------------------------------------------------------


def _check_generator(generator):
    if not isinstance(generator, nn.Module):
        raise TypeError(f"generator must be a torch.nn.Module, got {type(generator).__name__}")
    whole(getattr(generator, "latent_dim", None), "generator.latent_dim", 1)


def _check_networks(generator, discriminator, images):
    """Say so if two fakes have not the shape of the images, or two images get no logit each."""
    _check_generator(generator)
    if not isinstance(discriminator, nn.Module):
        kind = type(discriminator).__name__
        raise TypeError(f"discriminator must be a torch.nn.Module, got {kind}")
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        dtype = next(network.parameters(), images).dtype
        if dtype != images.dtype:
            raise TypeError(f"images must be {dtype} as the {name} is, got {images.dtype}")
    with training.evaluating(generator), training.evaluating(discriminator):
        z = torch.zeros(2, generator.latent_dim, dtype=images.dtype)
        got = tuple(generator(_on(generator, z)).shape)
        if got[1:] != images.shape[1:]:
            wanted = ", ".join(["N", *map(str, images.shape[1:])])
            raise ValueError(f"generator must make images ({wanted}), got {got} of two z")
        x = images[:1].expand(2, *images.shape[1:])
        got = tuple(discriminator(_on(discriminator, x)).shape)
        if got not in ((2,), (2, 1)):
            raise ValueError(f"discriminator must return one logit an image, got {got} of two")


def _on(network, x):
    """Tensor x, on the device and in the type of a network."""
    return x.to(next(network.parameters(), x))


def _pair(value, name):
    """Two numbers >= 0, of which one may stand for both."""
    if not isinstance(value, (tuple, list)):
        value = (value, value)
    if len(value) != 2:
        raise ValueError(f"{name} must be one number or two, got {value!r}")
    return [non_negative(number, name) for number in value]


def _widths(hidden):
    if not isinstance(hidden, (tuple, list)):
        raise TypeError(f"hidden must be a sequence of integers, got {hidden!r}")
    return [whole(width, "hidden", 1) for width in hidden]
