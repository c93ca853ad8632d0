"""Conditional models p(y | x, θ): regression, classification, networks."""
