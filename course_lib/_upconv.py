"""Transposed convolution in the two cases that PyTorch computes slowly on a CPU.

The layer is `nn.ConvTranspose2d`: the same parameters, the same function, the same gradient. With
one output channel on a CPU the forward pass is one product of matrices per image and one `fold`,
which adds the overlapping pieces; measured from 16 channels of 14 x 14 it takes a third of the
time. From a map of 1 x 1 nothing overlaps, and all is one product of matrices; measured from 100
channels to 64 of 7 x 7 it takes a third of the time forwards and half of it backwards.
"""

import torch
from torch import nn
from torch.nn.functional import fold


class ConvTranspose2d(nn.ConvTranspose2d):
    """`nn.ConvTranspose2d` with zero padding, without groups, dilation and output padding."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, bias=bias)

    def forward(self, x):
        """Enlarge x (N, in_channels, H, W)."""
        if x.device.type != "cpu" or x.ndim != 4 or not len(x):
            return super().forward(x)
        if x.shape[2:] == (1, 1) and self.padding == (0, 0):
            return self._from_one_pixel(x)
        if self.out_channels != 1:
            return super().forward(x)
        return _ToOneChannel.apply(x, self.weight, self.bias, self.stride, self.padding)

    def _from_one_pixel(self, x):
        """Enlarge x (N, in_channels, 1, 1) to the size of the kernel, which each x multiplies."""
        order = (0, 1, 2, 3)
        if self.weight.is_contiguous(memory_format=torch.channels_last):
            order = (0, 2, 3, 1)  # as the numbers lie in memory, so that nothing is copied
        weight = self.weight.permute(order)
        y = (x.flatten(1) @ weight.flatten(1)).unflatten(1, weight.shape[1:])
        y = y.permute([order.index(i) for i in range(4)])
        return y if self.bias is None else y + self.bias[:, None, None]


class _ToOneChannel(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, stride, padding):
        """Return x (N, C, H, W) through weight (C, 1, k, k) and bias (1,) as (N, 1, H', W')."""
        ctx.save_for_backward(x, weight)
        ctx.geometry = stride, padding
        kernel = weight.shape[2:]
        size = [s * (n - 1) - 2 * p + k
                for n, k, s, p in zip(x.shape[2:], kernel, stride, padding)]
        weight = weight.flatten(1).T.expand(len(x), -1, -1)                # (N, k k, C)
        pieces = (weight @ x.flatten(2)).flatten(0, 1)                     # (N k k, H W)
        y = fold(pieces[None], size, kernel, stride=stride, padding=padding)
        if bias is not None:
            y += bias
        return y.transpose(0, 1)  # fold works on channels in parallel: each image was one

    @staticmethod
    def backward(ctx, gradient):
        """Use PyTorch's own gradient of the transposed convolution, which is fast."""
        x, weight = ctx.saved_tensors
        gradients = torch.ops.aten.convolution_backward(
            gradient, x, weight, [1], *ctx.geometry, [1, 1], True, [0, 0], 1,
            ctx.needs_input_grad[:3],
        )
        return *gradients, None, None
