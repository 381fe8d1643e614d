"""Two convolutions and a product that compute what PyTorch's do, in less time on a CPU.

`ConvTranspose2d` replaces `nn.ConvTranspose2d`: same parameters, same function, same gradient.
With one output channel the forward pass is one matrix product per image and one `fold`, which adds
the overlapping pieces (a third of the time, measured from 16 channels of 14 x 14). A 1 x 1 map has
no overlaps, so everything is one matrix product (measured from 100 channels to 64 of 7 x 7: a third
of the time forward, half of it backward). `python -m benchmarks autoencoder` measures both.

`FrozenConv` replaces `nn.Conv2d` where the weights are not trained. Winograd's minimal filtering
needs a quarter of the multiplications or less (Lavin and Gray, "Fast algorithms for convolutional
neural networks", CVPR 2016). cuDNN picks it by itself; on a CPU PyTorch ships it in NNPACK but does
not pick it for a single image. NNPACK uses AVX2 at most: there it took half the time of PyTorch's
direct convolution, but 1.2 times where that has AVX-512, so it is left out there. It rounds to
about 1e-5 of the output's scale instead of 1e-6. With its weights in half precision
(`network.layers.bfloat16()`) its maps are in that, too, with the channels of a pixel side by side:
a third of the time on a processor with AMX, rounded to 1e-2. `python -m benchmarks style` measures
both.

`self_product` is f f^T with one product instead of two and a transposed sum for the gradient.
"""

import torch
from torch import nn
from torch.nn.functional import conv2d, fold

USE_NNPACK = (
    torch.backends.nnpack.is_available()
    and hasattr(torch, "_nnpack_spatial_convolution")
    and torch.backends.cpu.get_cpu_capability() != "AVX512"
)


class FrozenConv(nn.Module):
    """Convolution with a 3 x 3 kernel, padding 1, and weights that are not trained.

    Args:
        weight: (C_out, C_in, 3, 3) float32. After `.bfloat16()` the result is bfloat16 as well.
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
        if (
            USE_NNPACK
            and x.device.type == "cpu"
            and x.dtype == weight.dtype == torch.float32
            and weight.shape[1] > 3
            and x.shape[2] * x.shape[3] >= 256
        ):
            return torch._nnpack_spatial_convolution(x.contiguous(), weight, bias, padding=1)
        if weight.dtype == torch.bfloat16:
            x = x.to(torch.bfloat16, memory_format=torch.channels_last)
        return conv2d(x, weight, bias, padding=1)

    @staticmethod
    def backward(ctx, grad):
        weight, turned = ctx.saved_tensors
        return _Frozen.apply(grad, turned, None, weight), None, None, None


def self_product(f):
    """Return f f^T (N, C, C) of f (N, C, M)."""
    return _SelfProduct.apply(f)


class _SelfProduct(torch.autograd.Function):
    """The product is symmetric, so both of its factors have the same gradient."""

    @staticmethod
    def forward(ctx, f):
        ctx.save_for_backward(f)
        return f @ f.mT

    @staticmethod
    def backward(ctx, grad):
        (f,) = ctx.saved_tensors
        return (grad + grad.mT) @ f


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
        size = [s * (n - 1) - 2 * p + k for n, k, s, p in zip(x.shape[2:], kernel, stride, padding)]
        weight = weight.flatten(1).T.expand(len(x), -1, -1)  # (N, k k, C)
        pieces = (weight @ x.flatten(2)).flatten(0, 1)  # (N k k, H W)
        y = fold(pieces[None], size, kernel, stride=stride, padding=padding)
        if bias is not None:
            y += bias
        return y.transpose(0, 1)  # fold works on channels in parallel: each image was one

    @staticmethod
    def backward(ctx, gradient):
        """Use PyTorch's own gradient of the transposed convolution, which is fast."""
        x, weight = ctx.saved_tensors
        gradients = torch.ops.aten.convolution_backward(
            gradient,
            x,
            weight,
            [1],
            *ctx.geometry,
            [1, 1],
            True,
            [0, 0],
            1,
            ctx.needs_input_grad[:3],
        )
        return *gradients, None, None
