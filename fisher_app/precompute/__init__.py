"""What takes minutes is computed once, by the commands here, and travels with the app as a small file."""
