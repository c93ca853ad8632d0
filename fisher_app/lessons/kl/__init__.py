"""P3: near θ, KL is a bowl whose matrix is F; the fit breaks at third order."""

from ...frame.words import Words

words = Words.of(__file__)
