"""Style transfer in one pass, by a network that has learned to make the loss small for any photo.

Source: Johnson et al. (2016), ECCV, https://arxiv.org/abs/1603.08155; numbers of its own for every
style: Dumoulin et al. (2017), ICLR, https://arxiv.org/abs/1610.07629.
"""

import torch
from torch import nn
from torch.nn.functional import instance_norm, interpolate, relu

from course_lib.style import content_loss, style_loss


class StyledConv(nn.Module):
    """A convolution; then every channel of every image gets the mean and deviation of the style."""

    def __init__(self, num_styles, before, after, kernel=3, stride=1):
        super().__init__()
        options = {"padding": kernel // 2, "padding_mode": "reflect", "bias": False}
        self.conv = nn.Conv2d(before, after, kernel, stride, **options)
        self.scale = nn.Parameter(torch.ones(num_styles, after))
        self.shift = nn.Parameter(torch.zeros(num_styles, after))

    def forward(self, x, mix):
        """Map x (N, before, H, W), painted in shares `mix` (N, num_styles) of the styles."""
        scale, shift = ((mix @ table)[:, :, None, None] for table in (self.scale, self.shift))
        return scale * instance_norm(self.conv(x)) + shift


class Painter(nn.Module):
    """A network that paints: down to a quarter of the size, blocks that add, and up again."""

    def __init__(self, num_styles=2, widths=(16, 32, 48), num_blocks=5):
        super().__init__()
        a, b, c = widths

        def convs(*shapes):
            return nn.ModuleList([StyledConv(num_styles, *shape) for shape in shapes])

        self.down = convs((4, a, 9), (a, b, 3, 2), (b, c, 3, 2))
        self.blocks = nn.ModuleList([convs((c, c), (c, c)) for _ in range(num_blocks)])
        self.up = convs((c, b), (b, a))
        self.colors = nn.Conv2d(3 + a, 3, 3, padding=1, padding_mode="reflect")
        nn.init.dirac_(self.colors.weight)  # the picture begins as the photo,
        nn.init.zeros_(self.colors.bias)  # like the descent

    def forward(self, photos, mix, rng=None):
        """Paint photos (N, 3, H, W) in [0, 1]; a row of `mix` (N, num_styles) holds shares."""
        noise = torch.randn(photos[:, :1].shape, generator=rng)
        x = torch.cat([photos - 0.5, 0.5 * noise], dim=1)  # so strokes can begin in an empty sky
        for layer in self.down:
            x = relu(layer(x, mix))
        for first, second in self.blocks:
            x = x + second(relu(first(x, mix)), mix)
        for layer in self.up:
            x = relu(layer(interpolate(x, scale_factor=2), mix))
        picture = self.colors(torch.cat([photos, x[..., : photos.shape[2], : photos.shape[3]]], 1))
        return picture.detach().clamp(0, 1) + (picture - picture.detach())  # its gradient is whole


def train_painter(painter, network, photos, maps, grams, *, num_steps, style_weight=10, lr=2e-3,
                  seed=0):  # fmt: skip
    """Train with Adam on batches of as many photos as there are styles; yield content, style loss.

    `maps` (N, C, h, w) are what the layer conv4_2 of `network` makes of `photos` (N, 3, H, W), and
    `grams` a dict from layers to one Gram matrix for each style, (num_styles, C, C).
    """
    rng, styles = torch.Generator().manual_seed(seed), torch.eye(len(grams["relu1_1"]))
    optimizer = torch.optim.Adam(painter.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, num_steps, pct_start=0.1)
    for _ in range(num_steps):
        chosen = torch.randint(len(photos), (len(styles),), generator=rng)
        found = network(painter(photos[chosen], styles, rng))
        content = content_loss(found["conv4_2"], maps[chosen])
        style = sum(style_loss(found[name], gram) for name, gram in grams.items()) / len(grams)
        optimizer.zero_grad()
        (content + style_weight * style).backward()
        optimizer.step()
        rate.step()
        yield content.item(), style.item()
