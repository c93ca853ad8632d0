"""Private: quadrature, draws, differences, special functions and sums that keep their digits. The rest stands on these."""
