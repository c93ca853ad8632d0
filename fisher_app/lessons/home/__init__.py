"""The page that opens the course: the Fisher matrix as a ruler over the Normals."""

from fisher_app.frame.words import Words

words = Words.of(__file__)
