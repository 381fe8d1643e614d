"""Training by the processes of `torchrun`: each computes a part of a batch, and gradients add up.

    torchrun --nproc-per-node 2 program.py     # a program that calls `train`

Each process has all images and draws the same random numbers, then takes its part of the batch.
"""

from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryDirectory

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import mse_loss

from course_lib.gan import discriminator_loss, generator_loss, latents
from course_lib.support.checks import floats
from course_lib.support.gan_checks import check_networks, check_settings
from course_lib.support.processes import Processes, device
from course_lib.support.run import History, Run, mean_losses


class Sum(torch.autograd.Function):
    """The sum of x over a team. All processes' losses depend on it: derivatives are summed, too."""

    @staticmethod
    def forward(ctx, x, team):
        """Add up x, the same shape in each process."""
        ctx.team, total = team, x.clone()
        team.talk(dist.all_reduce, total)
        return total

    @staticmethod
    def backward(ctx, gradient):
        """Add up the derivatives of the processes' losses."""
        return Sum.apply(gradient.contiguous(), ctx.team), None


class Team(Processes):
    """The processes of one torchrun: this one is `rank` of `size`; `sent` counts bytes summed."""

    sent = 0

    def sum(self, x):
        """The sum of x over all processes, which wait for each other here."""
        self.sent += x.nbytes
        return Sum.apply(x, self) if self.size > 1 else x

    def cut(self, x):
        """This process's part of a batch x (B, ...); parts differ by one at most."""
        return x.tensor_split(self.size)[self.rank]

    def descend(self, network, loss, optimizer):
        """Step down the sum of all processes' losses: one message holds all gradients."""
        parameters = list(network.parameters())
        optimizer.zero_grad()
        loss.backward(inputs=parameters)
        total = self.sum(torch.cat([p.grad.flatten() for p in parameters]))
        for p, part in zip(parameters, total.split([p.numel() for p in parameters])):
            p.grad.copy_(part.view_as(p))
        optimizer.step()
        return loss.detach()


def norm_together(layer, team, x):
    """Batch normalization of x (B, C, ...) by the mean and variance of all processes' parts."""
    if not layer.training:
        return type(layer).forward(layer, x)
    over, shape = [0, *range(2, x.dim())], (1, -1, *[1] * (x.dim() - 2))
    n = torch.full((1,), x[:, 0].numel(), dtype=torch.float64, device=x.device)
    moments = team.sum(torch.cat([x.double().sum(over), x.double().square().sum(over), n]))
    n = moments[-1].detach()
    mean, square = (moments[:-1] / n).chunk(2)
    variance = (square - mean**2).clamp(min=0)
    with torch.no_grad():
        layer.num_batches_tracked += 1
        layer.running_mean.lerp_(mean.to(x), layer.momentum)
        layer.running_var.lerp_((variance * n / (n - 1)).to(x), layer.momentum)
    scale = (variance + layer.eps).rsqrt().to(x) * layer.weight
    return (x - mean.to(x).view(shape)) * scale.view(shape) + layer.bias.view(shape)


def autoencoder_step(team, model, optimizers, x, rng, corrupt):
    """One step on a batch x (B, ...), of which each process computes its part; lists the loss."""
    y = x if corrupt is None else corrupt(x, generator=rng)  # the noise of the whole batch
    mine = team.cut(x)
    loss = len(mine) / len(x) * mse_loss(model(team.cut(y)), mine)
    return [team.descend(model, loss, optimizers[0])]


def gan_step(team, networks, optimizers, x, rng, kind):
    """`gan.gan_step` on a batch x (B, ...), of which each process computes its part; the losses."""
    (G, D), mine = networks, team.cut(x)
    share = len(mine) / len(x)
    with torch.no_grad():
        fake = G(team.cut(latents(G, x, rng)))  # the noise of the whole batch, cut as x is
    d_loss = share * discriminator_loss(D(mine), D(fake))
    d_loss = team.descend(D, d_loss, optimizers[1])
    g_loss = share * generator_loss(D(G(team.cut(latents(G, x, rng)))), kind)
    return [d_loss, team.descend(G, g_loss, optimizers[0])]


def run_epoch(team, step, images, batch_size, rng, names, epoch):
    """Pass once over images (N, ...) in random order; lists the mean losses of all processes."""
    order = torch.randperm(len(images), generator=rng, device=images.device)
    batches = order.split(batch_size)
    losses = [torch.stack(step(images.index_select(0, batch), rng)) for batch in batches]
    return mean_losses(team.sum(torch.stack(losses)), batches, epoch, names)


def train(networks, images, *, num_epochs, batch_size=64, lr=1e-3, betas=(0.9, 0.999), **options):
    """Train an autoencoder, or a pair (G, D) as a GAN, by all processes of torchrun together.

    As `train_autoencoder` and `train_gan`, whose options these are: one process gives the same
    bits, several the same to rounding (but for dropout). Process 0 writes the checkpoint. Returns
    the History.
    """
    kind, corrupt = options.pop("loss", "non-saturating"), options.pop("corrupt", None)
    on_epoch, gan = options.pop("on_epoch", None), isinstance(networks, (tuple, list))
    settings = check_settings(floats(images, "images"), batch_size, lr, betas, kind)
    if gan:
        check_networks(*networks, images)
    names = ["discriminator_loss", "generator_loss"] if gan else ["loss"]
    each = networks if gan else [networks]
    model = nn.ModuleList(each)
    optimizers = [
        torch.optim.Adam(network.parameters(), lr=rate, betas=betas, fused=True)
        for network, rate in zip(each, settings["lr"])
    ]
    options.setdefault("device", device())
    run = Run(model, optimizers, History(*names, "seconds"), settings=settings, **options)
    images = images.to(run.device)
    with Team() as team, TemporaryDirectory() as folder, joined_norms(model, team):
        if len(images) % batch_size in range(1, team.size):
            raise ValueError(f"batch_size must not leave fewer images than {team.size} processes")
        team.agree(run, folder)
        more = {"kind": kind} if gan else {"corrupt": corrupt}
        step = partial(gan_step if gan else autoencoder_step, team, networks, optimizers, **more)
        for epoch in run.epochs(num_epochs, on_epoch, *each):
            losses = run_epoch(team, step, images, batch_size, run.rng, names, epoch)
            for name, value in zip(names, losses):
                getattr(run.history, name).append(value)
    return run.history


@contextmanager
def joined_norms(model, team):
    """Context manager: batch normalization layers count what all processes hold, if several."""
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d)
    layers = [x for x in model.modules() if isinstance(x, kinds) and team.size > 1]
    for layer in layers:
        layer.forward = partial(norm_together, layer, team)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward
