"""Generative adversarial networks: two losses, one step, and the loop around it.

A generator G turns noise z into images, a discriminator D tells them from real ones, and each
learns from the other. Callers see images (N, C, H, W) float32 in [0, 1]; the networks compute in
[-1, 1]: G ends in (tanh + 1) / 2 and D begins with 2 x - 1. D returns logits: the probability that
x is real is sigmoid(D(x)).

Source: Goodfellow et al. (2014), "Generative adversarial nets", NeurIPS.
"""

import torch
from torch import nn
from torch.nn.functional import softplus

from course_lib.autoencoder import dense
from course_lib.support.checks import floats, image_shape, whole
from course_lib.support.gan_checks import LOSSES, check_generator, check_networks, check_settings
from course_lib.support.run import History, Run, evaluating, mean_losses


def discriminator_loss(real_logits, fake_logits):
    """Return minus the value of the game, 0-d: mean of -log D (real) plus of -log(1 - D) (fake).

    With D = sigmoid(l), -log D is softplus(-l) and -log(1 - D) is softplus(l), which neither
    overflow nor lose their gradient at large |l|. Logits: floating-point tensors of any shape.
    Source: Goodfellow et al. (2014), NeurIPS, equation 1.
    """
    real, fake = floats(real_logits, "real_logits"), floats(fake_logits, "fake_logits")
    return softplus(-real).mean() + softplus(fake).mean()


def generator_loss(fake_logits, kind="non-saturating"):
    """Return the mean of -log D ("non-saturating") or of log(1 - D) ("minimax") over fakes, 0-d.

    With respect to the logit, the first has the gradient -(1 - D), the second -D, which vanishes
    where D recognizes the fakes with certainty, D near 0.
    Source: Goodfellow et al. (2014), NeurIPS, section 3.
    """
    fake = floats(fake_logits, "fake_logits")
    if kind == "non-saturating":
        return softplus(-fake).mean()
    if kind == "minimax":
        return -softplus(fake).mean()
    raise ValueError(f"kind must be one of {', '.join(LOSSES)}, got {kind!r}")


class DenseGenerator(nn.Module):
    """Linear layers of widths `hidden` from noise to images, with ReLU between them.

    Bad arguments and shapes raise TypeError or ValueError.
    """

    def __init__(self, latent_dim, hidden=(256,), *, image_size=28, image_channels=1):
        super().__init__()
        self.latent_dim = whole(latent_dim, "latent_dim", 1)
        shape = image_shape(image_size, image_channels)
        layers = dense(latent_dim, hidden, image_channels * image_size**2)
        self.layers = nn.Sequential(*layers, nn.Tanh(), nn.Unflatten(1, shape))

    def forward(self, z):
        """Turn noise z (N, latent_dim), z ~ N(0, I), into images (N, C, H, W) in [0, 1]."""
        return (self.layers(floats(z, "z", (None, self.latent_dim))) + 1) / 2


class DenseDiscriminator(nn.Module):
    """Linear layers of widths `hidden` from images to logits, with LeakyReLU(0.2) between them.

    Bad arguments and shapes raise TypeError or ValueError.
    """

    def __init__(self, hidden=(256,), *, image_size=28, image_channels=1):
        super().__init__()
        self.image_shape = image_shape(image_size, image_channels)
        layers = dense(image_channels * image_size**2, hidden, 1, lambda: nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(nn.Flatten(), *layers)

    def forward(self, x):
        """Return the logits (N,) of images x (N, C, H, W) in [0, 1]: above 0 if x looks real."""
        return self.layers(2 * floats(x, "x", (None, *self.image_shape)) - 1).squeeze(1)


def gan_step(generator, discriminator, x, optimizers, *, loss, rng):
    """Improve the discriminator once, then the generator once.

    x: real images (B, ...); optimizers: the generator's and the discriminator's.
    Returns the losses, discriminator's first, each as it was before its network's update.
    """
    G, D = generator, discriminator
    optimize_G, optimize_D = optimizers

    with torch.no_grad():  # no gradients for G while D learns
        fake = G(latents(G, x, rng))
    d_loss = discriminator_loss(D(x), D(fake))  # two batches: each has its own statistics
    optimize_D.zero_grad()
    d_loss.backward()
    optimize_D.step()

    g_loss = generator_loss(D(G(latents(G, x, rng))), loss)
    optimize_G.zero_grad()
    g_loss.backward(inputs=list(G.parameters()))  # backpropagate through D but update only G
    optimize_G.step()
    return d_loss.detach(), g_loss.detach()


def latents(generator, x, rng):
    """Draw noise z ~ N(0, I), (B, latent_dim), one vector for each of the images x (B, ...)."""
    shape = (len(x), generator.latent_dim)
    return torch.randn(shape, generator=rng, device=x.device, dtype=x.dtype)


def run_epoch(generator, discriminator, images, optimizers, batch_size, loss, rng, epoch):
    """Pass once over images (N, ...) in random order; returns the two mean losses per image.

    Raises FloatingPointError that names the first network and batch whose loss is not finite.
    """
    order = torch.randperm(len(images), generator=rng, device=images.device)
    batches = order.split(batch_size)
    losses = torch.empty(len(batches), 2, device=images.device)
    for i, batch in enumerate(batches):
        x = images.index_select(0, batch)
        losses[i, 0], losses[i, 1] = gan_step(
            generator, discriminator, x, optimizers, loss=loss, rng=rng
        )
    names = ["the discriminator's loss", "the generator's loss"]
    return mean_losses(losses, batches, epoch, names)


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
    on_epoch=None,
    **options,
):
    """Train two networks against each other on images (N, ...), one step of Adam each in turn.

    lr: one number or a pair (generator, discriminator); 0 freezes a network. on_epoch: callable
    (epoch, generator, discriminator, history). Others: see `training.train`. Returns
    History("discriminator_loss", "generator_loss", "seconds"). Source: Goodfellow et al. (2014),
    algorithm 1 with k = 1; Adam's settings are Radford, Metz and Chintala's (2016), ICLR.
    """
    check_networks(generator, discriminator, images)
    settings = check_settings(images, batch_size, lr, betas, loss)
    networks = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
    optimizers = [
        torch.optim.Adam(network.parameters(), lr=rate, betas=settings["betas"], fused=True)
        for network, rate in zip((generator, discriminator), settings["lr"])
    ]
    history = History("discriminator_loss", "generator_loss", "seconds")
    run = Run(networks, optimizers, history, settings=settings, **options)
    images = images.to(run.device)
    for epoch in run.epochs(num_epochs, on_epoch, generator, discriminator):
        d_loss, g_loss = run_epoch(
            generator, discriminator, images, optimizers, batch_size, loss, run.rng, epoch
        )
        history.discriminator_loss.append(d_loss)
        history.generator_loss.append(g_loss)
    return history


def sample(generator, n, seed=0):
    """Generate n images (n, ...) on the CPU, in evaluation mode, without gradients.

    The same seed gives the same noise z on every device. Bad arguments raise TypeError, ValueError.
    """
    check_generator(generator)
    rng = torch.Generator().manual_seed(whole(seed, "seed", 0))
    z = torch.randn(whole(n, "n", 1), generator.latent_dim, generator=rng)
    z = z.to(next(generator.parameters(), z))  # device and dtype of the network
    with evaluating(generator):
        return torch.cat([generator(part).cpu() for part in z.split(500)])
