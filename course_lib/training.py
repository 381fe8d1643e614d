"""One training loop for the autoencoders: `train` repeats `run_epoch`.

The data are on the device as one tensor and batches are taken by index, so that Python never
handles a single image. Plots and measurements belong to the callback `on_epoch`. The bookkeeping
(resuming, seeds, saving, the progress bar) is `course_lib.support.run.Run`.
"""

import torch

from course_lib.support.checks import floats, positive, whole
from course_lib.support.run import History, Run, mean_losses


def run_epoch(model, images, batch_loss, optimizer, batch_size, rng, epoch):
    """Pass once over images (N, ...) in random order; returns the mean loss per image.

    Raises FloatingPointError that names the first batch whose loss is not finite.
    """
    order = torch.randperm(len(images), generator=rng, device=images.device)
    batches = order.split(batch_size)
    losses = torch.empty(len(batches), 1, device=images.device)
    for i, batch in enumerate(batches):
        loss = batch_loss(model, images.index_select(0, batch), rng)  # mean over the batch
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses[i] = loss.detach()  # stays on the device: reading it would wait for the GPU
    return mean_losses(losses, batches, epoch, ["the loss"])[0]


def train(
    model, images, batch_loss, *, num_epochs, batch_size=64, lr=1e-3, on_epoch=None, **options
):
    """Minimize a mean loss over images (N, ...) with Adam; returns History("loss", "seconds").

    Args:
        model: torch.nn.Module, trained in place; ends in evaluation mode.
        images: (N, ...) floating-point tensor.
        batch_loss: callable (model, x, rng) that returns the mean loss of a batch x (B, ...), 0-d.
        num_epochs: passes over the images, >= 1, including those before a resumption.
        batch_size: images per step, >= 1; the last batch of an epoch may be smaller.
        lr: step size of Adam, > 0.
        on_epoch: None, or callable (epoch, model, history), called in evaluation mode.
        **options: device, seed, checkpoint; see `course_lib.support.run.Run`.

    Raises: TypeError, ValueError; FloatingPointError if a loss is not finite.
    Source: Kingma and Ba (2015), "Adam: a method for stochastic optimization", ICLR.
    """
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    settings = {
        "images": list(floats(images, "images").shape),
        "batch_size": whole(batch_size, "batch_size", 1),
        "lr": positive(lr, "lr"),
    }
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    run = Run(model, [optimizer], History("loss", "seconds"), settings=settings, **options)
    images = images.to(run.device)
    for epoch in run.epochs(num_epochs, on_epoch, model):
        loss = run_epoch(model, images, batch_loss, optimizer, batch_size, run.rng, epoch)
        run.history.loss.append(loss)
    return run.history
