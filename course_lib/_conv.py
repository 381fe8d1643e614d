"""A frozen 3 x 3 convolution that needs fewer multiplications on a CPU.

Winograd's minimal filtering computes a tile of outputs of a 3 x 3 convolution with a quarter of the
multiplications or less (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR
2016). cuDNN chooses it by itself on a GPU. On a CPU PyTorch brings it along in NNPACK and does not
choose it for a single image; it takes about half the time of the direct convolution, and rounds to
about 1e-5 of the output's scale where the direct one rounds to 1e-6.
"""

import torch
from torch import nn
from torch.nn.functional import conv2d

AVAILABLE = torch.backends.nnpack.is_available() and hasattr(torch, "_nnpack_spatial_convolution")


class FrozenConv(nn.Module):
    """Convolution with a 3 x 3 kernel, padding 1, and weights that are not trained.

    Args:
        weight: (C_out, C_in, 3, 3) float32.
        bias: (C_out,) float32.
    """

    def __init__(self, weight, bias):
        super().__init__()
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = nn.Parameter(bias, requires_grad=False)
        # What the gradient is convolved with: the same kernels turned, inputs and outputs swapped.
        self.register_buffer("turned", weight.flip(2, 3).transpose(0, 1).contiguous())

    def forward(self, x):
        """Convolve x (N, C_in, H, W) to (N, C_out, H, W)."""
        return _Frozen.apply(x, self.weight, self.bias, self.turned)


class _Frozen(torch.autograd.Function):
    """The convolution, and its gradient by x, which is one too."""

    @staticmethod
    def forward(ctx, x, weight, bias, turned):
        ctx.save_for_backward(weight, turned)
        # From 256 pixels on the fewer multiplications outweigh the transforms (measured).
        if (AVAILABLE and x.device.type == "cpu" and x.dtype == torch.float32
                and weight.shape[1] > 3 and x.shape[2] * x.shape[3] >= 256):
            return torch._nnpack_spatial_convolution(x.contiguous(), weight, bias, padding=1)
        return conv2d(x, weight, bias, padding=1)

    @staticmethod
    def backward(ctx, grad):
        weight, turned = ctx.saved_tensors
        return _Frozen.apply(grad, turned, None, weight), None, None, None
