"""Other painters of the stage's views than the one in the browser."""
