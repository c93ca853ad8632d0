"""Worlds of single lessons, built on :mod:`fisher_core`: arrays in, arrays out; nothing of the app.

A module is named for what is seen in it. ``pip install .`` does not bring this package.
"""
