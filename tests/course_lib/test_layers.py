"""The fast transposed convolution against the one of torch.nn and against finite differences."""

import pytest
import torch
from torch import nn

from course_lib.fast.layers import ConvTranspose2d


def pair(*args, **options):
    torch.manual_seed(0)
    plain = nn.ConvTranspose2d(*args, **options).double()
    fast = ConvTranspose2d(*args, **options).double()
    fast.load_state_dict(plain.state_dict())
    return plain, fast


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(
    ("args", "size"),
    [
        *[((3, 1, 4, 2, 1), (5, 6)), ((3, 1, 3, 2, 0), (5, 6)), ((5, 1, 4, 1, 0), (5, 6))],
        *[((3, 2, 4, 2, 1), (5, 6)), ((3, 1, (4, 3), 2), (5, 6))],
        *[((5, 3, 4), (1, 1)), ((5, 1, 4), (1, 1)), ((5, 3, (4, 2), 2), (1, 1))],
        ((5, 3, 4, 1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("bias", [True, False])
def test_same_function_and_gradients_as_torch(args, size, bias, layout):
    plain, fast = pair(*args, bias=bias)
    results = []
    for layer in (plain, fast):
        layer.to(memory_format=layout)
        x = torch.randn(
            4, args[0], *size, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
        )
        x = x.contiguous(memory_format=layout).requires_grad_()
        y = layer(x)
        (y**3).sum().backward()
        results.append([y, x.grad, *(p.grad for p in layer.parameters())])
    for wanted, got in zip(*results, strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-10, atol=1e-10)


def test_gradient_against_finite_differences():
    _, fast = pair(2, 1, 4, 2, 1)
    x = torch.randn(1, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, *_: fast(x), (x, *fast.parameters()))


def test_one_image_without_a_batch():
    plain, fast = pair(2, 1, 4, 2, 1)
    x = torch.randn(2, 3, 3, dtype=torch.float64)
    torch.testing.assert_close(fast(x), plain(x))


def test_no_images():
    plain, fast = pair(2, 1, 4, 2, 1)
    x = torch.zeros(0, 2, 3, 3, dtype=torch.float64)
    assert fast(x).shape == plain(x).shape == (0, 1, 6, 6)
