"""How any lesson is shown; it does not know which."""
