"""P5: EWC leaves task A along A's flat directions; L2 can't tell flat from steep."""

from ...frame.words import Words

words = Words.of(__file__)
