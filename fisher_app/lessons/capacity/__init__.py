"""EWC turns slow forgetting of the old into even ageing of all, until every memory fades at once."""

from ...frame.words import Words

words = Words.of(__file__)
