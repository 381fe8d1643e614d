"""Train a generator with what came after DCGAN, each thing by itself or all together.

`course_lib.gan.train_gan` is what the chapters explain. This loop adds a moving average of the
generator's weights, images that are moved before the discriminator sees them, a penalty on its
gradient, and a learning rate that falls.
"""

import copy
from functools import partial

import torch
from torch import nn
from torch.nn.functional import affine_grid, grid_sample, softplus
from torch.optim.swa_utils import update_bn

BATCH_SIZE = 64
EVERY = 16  # steps between two penalties: Karras et al. (2020), CVPR, section 3.1


def moved(x, generator, *, angle=0.2, scale=0.1, shift=2.0):
    """Images x (N, C, H, W), each turned (radians), scaled and shifted (pixels) by at most that."""
    u = 2 * torch.rand(4, len(x), generator=generator, device=x.device) - 1
    size = 1 + scale * u[1]
    cos, sin = size * (angle * u[0]).cos(), size * (angle * u[0]).sin()
    dx, dy = 2 * shift / x.shape[-1] * u[2], 2 * shift / x.shape[-2] * u[3]
    maps = torch.stack([cos, -sin, dx, sin, cos, dy], dim=1).reshape(-1, 2, 3)
    return grid_sample(x, affine_grid(maps, x.shape, align_corners=False), align_corners=False)


class DeepDiscriminator(nn.Module):
    """Logits (N,) of images (N, 1, 28, 28): three strided convolutions without normalization.

    The second sees 10 x 10 pixels at once, which is all that `ConvDiscriminator` has; the third
    sees 18 x 18, and so how the strokes of a digit go together.
    """

    def __init__(self, width=40):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1), nn.LeakyReLU(0.2)),
            *(nn.Flatten(), nn.Linear(4 * width * 4 * 4, 1)),
        )
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, a=0.2)
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        """Logits (N,) of images x (N, 1, 28, 28) in [0, 1]."""
        return self.layers(2 * x - 1).squeeze(1)


class ToldDiscriminator(nn.Module):
    """Logits (N,) of images x (N, 1, 28, 28) that should show what `told` (N, K) says.

    The sum of two scores, both linear in the features of `DeepDiscriminator`: does x look real, and
    does it go with what was told? Source: Miyato and Koyama (2018), "cGANs with projection
    discriminator", ICLR, equation 3.
    """

    def __init__(self, width, num_told):
        super().__init__()
        *layers, self.real = DeepDiscriminator(width).layers
        self.features = nn.Sequential(*layers)
        self.match = nn.Linear(num_told, self.real.in_features, bias=False)
        nn.init.normal_(self.match.weight, 0, 0.01)

    def forward(self, x, told):
        """Logits (N,) of images x in [0, 1]."""
        features = self.features(2 * x - 1)
        return self.real(features).squeeze(1) + (features * self.match(told)).sum(1)


def unmoved(x, generator):
    """The images as they are."""
    return x


def train(
    generator,
    discriminator,
    images,
    *,
    num_epochs,
    lr,
    betas=(0.5, 0.999),
    seed=0,
    decay=0.99,
    change=unmoved,
    penalty=0.0,
    constant=0.5,
    told=None,
    on_epoch=None,
):
    """Train both in place on images (N, C, H, W) in [0, 1]; returns the averaged generator.

    Args:
        decay: the average takes in 1 - decay of the weights after every step.
        change: callable (images, torch.Generator), applied alike to real images and fakes before
            the discriminator sees them: Zhao et al. (2020), "Differentiable augmentation for
            data-efficient GAN training", NeurIPS.
        penalty: half of this times the mean squared length of the logit's gradient at real images
            is added to the discriminator's loss: R1, Mescheder et al. (2018), ICML.
        constant: share of the steps with the full learning rate; then it falls evenly to 0.
        told: numbers (N, K) that say what each image shows, or None. They are the end of the
            generator's z, and the second argument of the discriminator.
        on_epoch: callable (epoch, average), or None; `measure` the average before it draws.
    """
    rng = torch.Generator().manual_seed(seed)
    average = copy.deepcopy(generator)
    optimizers = [
        torch.optim.Adam(network.parameters(), lr=lr, betas=betas, fused=True)
        for network in (generator, discriminator)
    ]
    optimize_G, optimize_D = optimizers
    told = torch.empty(len(images), 0) if told is None else told
    n_steps, step = num_epochs * -(-len(images) // BATCH_SIZE), 0
    for epoch in range(1, num_epochs + 1):
        for rows in torch.randperm(len(images), generator=rng).split(BATCH_SIZE):
            left = min(1.0, (1 - step / n_steps) / (1 - constant)) if constant < 1 else 1.0
            for optimizer in optimizers:
                optimizer.param_groups[0]["lr"] = lr * left
            z = latents(generator, told[rows].expand(2, -1, -1), rng)
            judge = partial(discriminator, told=told[rows]) if told.shape[1] else discriminator

            with torch.no_grad():
                fake = change(generator(z[0]), rng)
            real = change(images[rows], rng)
            punish = penalty > 0 and step % EVERY == 0
            logits = judge(real.requires_grad_(punish))
            loss = softplus(-logits).mean() + softplus(judge(fake)).mean()
            if punish:
                (slope,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
                loss = loss + EVERY * penalty / 2 * slope.square().flatten(1).sum(1).mean()
            optimize_D.zero_grad()
            loss.backward()
            optimize_D.step()

            loss = softplus(-judge(change(generator(z[1]), rng))).mean()
            optimize_G.zero_grad()
            loss.backward(inputs=list(generator.parameters()))
            optimize_G.step()

            step += 1
            keep = min(decay, step / (step + 10))  # the first weights are forgotten soon
            with torch.no_grad():
                for old, new in zip(average.parameters(), generator.parameters()):
                    old.lerp_(new, 1 - keep)
        if on_epoch is not None:
            on_epoch(epoch, average)
    return measure(average, seed, told=told)


def learn(generator, discriminator, images, **settings):
    """Train both as `train` does, and give the generator the averaged weights."""
    generator.load_state_dict(train(generator, discriminator, images, **settings).state_dict())


def latents(generator, told, rng):
    """Return z for rows of told (..., K): Gaussian noise, and then what the generator is told."""
    noise = torch.randn(*told.shape[:-1], generator.latent_dim - told.shape[-1], generator=rng)
    return torch.cat([noise, told], dim=-1)


def measure(generator, seed=0, n_batches=50, told=None):
    """Measure the statistics of batch normalization anew, which no average of others replaces."""
    rng = torch.Generator().manual_seed(seed)
    told = torch.empty(1, 0) if told is None else told
    batches = []
    for _ in range(n_batches):
        rows = torch.randint(len(told), (100,), generator=rng) if told.shape[1] else [0] * 100
        batches.append(latents(generator, told[rows], rng))
    update_bn(batches, generator)
    return generator.eval()
