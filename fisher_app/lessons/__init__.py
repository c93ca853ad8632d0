"""The lessons, one folder each: a file for every tab, the words in ``words.en.toml``, the programs in ``programs/``."""
