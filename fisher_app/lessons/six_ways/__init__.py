"""One letter F, six programs, and the best λ moves by six decades between them."""

from ...frame.words import Words

words = Words.of(__file__)
